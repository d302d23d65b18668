//! Limits on the sizes of records, envelopes and lists, and the conversion of bytes to text.

use zeroize::Zeroizing;

/// Maximum size of a record. Tokens are small, but a reader holds the whole record in memory, and parts of it twice.
pub(crate) const MOST_OF_A_RECORD: usize = 1 << 20;

pub(crate) const TOO_LARGE_A_RECORD: &str = "the record is larger than 1 MiB, where reading ends";

/// Fails if a text is larger than the limit of a record.
pub(crate) fn within_a_record(text: &str) -> Result<(), &'static str> {
    if text.len() <= MOST_OF_A_RECORD { Ok(()) } else { Err(TOO_LARGE_A_RECORD) }
}

/// Maximum number of items in a list that is held in memory.
pub(crate) const MOST_ITEMS: usize = 25_000;

/// Returns the maximum number of items for a limit on the body. It grows in proportion, so that a raised limit is
/// useful.
pub(crate) fn most_items_within(limit: usize) -> usize {
    /// The default limit on a body.
    const BODY: usize = 16 << 20;

    (limit / BODY).saturating_mul(MOST_ITEMS).max(MOST_ITEMS)
}

/// Converts a body to text, and returns `true` with it if invalid bytes were replaced.
///
/// JSON must be UTF-8 without a byte order mark. Each invalid byte becomes one `?`, so a bad byte affects only its own
/// item, and even millions of them need no additional memory.
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
    fn a_larger_body_may_have_more_items() {
        const DEFAULT: usize = 16 << 20;
        for (limit, most) in
            [(0, 25_000), (DEFAULT, 25_000), (4 * DEFAULT, 100_000), (usize::MAX, usize::MAX)]
        {
            assert!(most_items_within(limit).min(most) >= 25_000, "{limit}");
            if limit <= 4 * DEFAULT {
                assert_eq!(most_items_within(limit), most, "{limit}");
            }
        }
    }
}
