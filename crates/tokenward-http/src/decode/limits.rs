//! How large a record, and what stands around a list, may be; and what is made of bytes that are not text.

use zeroize::Zeroizing;

/// A token is small, and who reads one keeps it as a whole, some parts of it twice.
pub(crate) const MOST_OF_A_RECORD: usize = 1 << 20;

pub(crate) const TOO_LARGE_A_RECORD: &str = "the record is larger than 1 MiB, where reading ends";

/// Refuses a text that is larger than any record is.
pub(crate) fn within_a_record(text: &str) -> Result<(), &'static str> {
    if text.len() <= MOST_OF_A_RECORD { Ok(()) } else { Err(TOO_LARGE_A_RECORD) }
}

/// Refuses a text with more outside of its lists than any page has. The items of a list are read one by one, and what is
/// said of a value that does not fit quotes it, several times as large as it is.
pub(crate) fn within_a_page(text: &str) -> Result<(), &'static str> {
    let (mut outside, mut depth) = (0_usize, 0_usize);
    let (mut is_text, mut is_escaped) = (false, false);
    if text.len() <= MOST_OF_A_RECORD {
        return Ok(());
    }
    for byte in text.bytes() {
        outside += usize::from(depth == 0);
        if outside > MOST_OF_A_RECORD {
            return Err("the record around the list is larger than 1 MiB, where reading ends");
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'[' if !is_text => depth += 1,
            b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// As JSON has to be: UTF-8, and without a mark before it. One bad byte in one item must not cost the others, nor
/// millions of them more memory. Also whether there were any.
pub(crate) fn readable(mut body: Zeroizing<Vec<u8>>) -> (Zeroizing<String>, bool) {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    let mut start = 0;
    while let Err(error) = std::str::from_utf8(&body[start..]) {
        let bad = start + error.valid_up_to();
        start = error.error_len().map_or(body.len(), |length| bad + length);
        body[bad..start].fill(b'?');
    }
    (Zeroizing::new(String::from_utf8(std::mem::take(&mut body)).unwrap_or_default()), start > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_made_readable_where_it_stands() {
        for (body, text) in [
            (&b"abc"[..], "abc"),
            (b"\xef\xbb\xbf{}", "{}"),
            (b"a\xffb\xc3\xbcc\xc3", "a?b\u{fc}c?"),
            (b"\xf0\x9f\x92", "???"),
            (b"", ""),
        ] {
            let (read, is_mended) = readable(Zeroizing::new(body.to_vec()));
            assert_eq!((read.as_str(), is_mended), (text, text.contains('?')));
        }
    }

    #[test]
    fn a_page_may_be_as_large_as_its_items_are_and_no_larger() {
        let large = "\u{7f}".repeat(MOST_OF_A_RECORD);
        for (page, is_refused) in [
            (format!(r#"{{"items":[{{"a":"]\"]{large}"}},"{large}",[["{large}"]]],"total":1}}"#), false),
            (format!(r#"["{large}"]"#), false),
            (format!(r#"{{"items":[],"total":"{large}"}}"#), true),
            (format!(r#"{{"items":["]\"["],"total":"{large}"}}"#), true),
            (format!(r#"{{"[\\":["\\"],"total":"[{large}"#), true),
            (format!(r#""[{large}""#), true),
        ] {
            assert_eq!(within_a_page(&page).is_err(), is_refused, "{}", &page[..20]);
        }
    }
}
