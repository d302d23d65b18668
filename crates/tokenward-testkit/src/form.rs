//! Forms, in the two encodings that HTTP clients use.

use crate::Request;

/// The fields of a form that is announced as `application/x-www-form-urlencoded` or `multipart/form-data`, in order.
/// `None` is a body of another type, or a multipart body that does not follow RFC 7578.
pub(crate) fn read(request: &Request) -> Option<Vec<(String, String)>> {
    if request.is_announced_as("application/x-www-form-urlencoded") {
        return Some(form_urlencoded::parse(&request.body).into_owned().collect());
    }
    if !request.is_announced_as("multipart/form-data") {
        return None;
    }
    let boundary = parameter(request.header("content-type")?, "boundary")?;
    if !(1..=70).contains(&boundary.len()) {
        return None;
    }
    multipart(std::str::from_utf8(&request.body).ok()?, &boundary)
}

/// Strict: no preamble, no epilogue but a line break, and no files.
fn multipart(body: &str, boundary: &str) -> Option<Vec<(String, String)>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter[2..])?;
    let mut fields = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix("--") {
            return matches!(end, "" | "\r\n").then_some(fields);
        }
        let (part, next) = rest.strip_prefix("\r\n")?.split_once(&delimiter)?;
        let (head, value) = part.split_once("\r\n\r\n")?;
        fields.push((name(head)?, value.to_owned()));
        rest = next;
    }
}

/// The name of a part. A part with a file name is not a field.
fn name(head: &str) -> Option<String> {
    let mut headers = head.split("\r\n").map(|line| line.split_once(':'));
    let (_, disposition) = headers
        .find_map(|header| header.filter(|(name, _)| name.eq_ignore_ascii_case("content-disposition")))?;
    let kind = disposition.split(';').next()?.trim();
    if !kind.eq_ignore_ascii_case("form-data") || parameter(disposition, "filename").is_some() {
        return None;
    }
    parameter(disposition, "name")
}

/// A parameter of a header's value, in quotes or without.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        name.trim().eq_ignore_ascii_case(wanted).then(|| bare.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn parse(content_type: &str, body: &str) -> Option<Vec<(String, String)>> {
        read(&Request::new(Method::POST, "/").with_body(content_type, body))
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn both_encodings_give_the_same_fields() {
        let fields = Some(vec![field("a", "1 &\r\n2"), field("b", "")]);
        assert_eq!(parse("application/x-www-form-urlencoded; charset=utf-8", "a=1+%26%0D%0A2&b="), fields);
        let body = "--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 &\r\n2\r\n\
                    --x-1\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=b\r\n\r\n\r\n--x-1--\r\n";
        assert_eq!(parse("multipart/form-data; boundary=x-1", body), fields);
        assert_eq!(parse("Multipart/Form-Data; charset=utf-8; Boundary=\"x-1\"", body), fields);
    }

    #[test]
    fn a_multipart_body_that_breaks_the_rules_is_refused() {
        let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\n1";
        let whole = format!("--x\r\n{part}\r\n--x--");
        assert!(parse("multipart/form-data; boundary=x", &whole).is_some());
        for (content_type, body) in [
            ("multipart/form-data", whole.as_str()),
            ("multipart/form-data; boundary=", &whole),
            ("multipart/form-data; boundary=y", &whole),
            ("multipart/mixed; boundary=x", &whole),
            ("multipart/form-data; boundary=x", ""),
            ("multipart/form-data; boundary=x", &format!("before\r\n{whole}")),
            ("multipart/form-data; boundary=x", &format!("{whole}after")),
            ("multipart/form-data; boundary=x", &format!("--x\r\n{part}\r\n")),
            ("multipart/form-data; boundary=x", "--x\r\n\r\n1\r\n--x--"),
            ("multipart/form-data; boundary=x", &whole.replace("form-data;", "attachment;")),
            ("multipart/form-data; boundary=x", &whole.replace("name=", "name=\"a\"; filename=")),
            ("application/json", "{}"),
        ] {
            assert_eq!(parse(content_type, body), None, "{content_type} {body:?}");
        }
    }
}
