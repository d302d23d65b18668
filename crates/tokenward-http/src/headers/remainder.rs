//! Headers that announce more items than the response contains. Such a list is not complete.

use reqwest::{
    StatusCode,
    header::{CONTENT_RANGE, HeaderMap, LINK},
};

/// Returns the reason why a list is not complete after this many items, if the response announces more.
///
/// The signs are in general use for paginated lists: totals such as `X-Total-Count`, `Link` (RFC 8288), and status 206
/// and `Content-Range` (RFC 9110). They are checked for every vendor, because no vendor documents them for its token
/// lists.
pub(crate) fn announced(status: StatusCode, headers: &HeaderMap, items: u64) -> Option<&'static str> {
    if status == StatusCode::PARTIAL_CONTENT {
        return Some("the vendor answered 206, which means a part of the list");
    }
    if texts(headers, LINK.as_str()).any(|links| links_to_next(&links)) {
        return Some("a `Link` header leads to another page");
    }
    let next = ["x-next-page", "x-next-cursor", "x-next-token"];
    if next.iter().any(|name| texts(headers, name).any(|value| is_set(&value))) {
        return Some("a header leads to another page");
    }
    let is_yes = |value: String| ["true", "1", "yes"].iter().any(|yes| value.eq_ignore_ascii_case(yes));
    if texts(headers, "x-has-more").any(is_yes) {
        return Some("a header says that there is more");
    }
    // One header may count the items of the page, and another one all items.
    if numbers(headers, &TOTALS).any(|total| total > items) {
        return Some("a header announces more items than have come");
    }
    let page = numbers(headers, &["x-page"]).max().unwrap_or(1).max(1);
    if numbers(headers, &PAGE_COUNTS).any(|pages| pages > page) {
        return Some("a header announces more pages than have come");
    }
    let is_more = |(end, size): (u64, u64)| end.saturating_add(1) < size || size > items;
    let mut ranges = texts(headers, CONTENT_RANGE.as_str()).filter_map(|value| range_and_size(&value));
    ranges.any(is_more).then_some("`Content-Range` announces more items")
}

/// Headers that vendors use for the total number of items.
const TOTALS: [&str; 5] = ["x-page-total", "x-total-count", "x-total", "total-count", "x-total-items"];

/// Headers that vendors use for the total number of pages.
const PAGE_COUNTS: [&str; 3] = ["x-total-pages", "x-page-count", "x-pages"];

fn texts(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    // A URL in a header may contain bytes other than ASCII.
    headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

fn numbers(headers: &HeaderMap, names: &[&str]) -> impl Iterator<Item = u64> {
    names.iter().flat_map(|name| texts(headers, name)).filter_map(|value| value.parse().ok())
}

fn is_set(value: &str) -> bool {
    !matches!(value, "" | "0" | "null" | "none")
}

/// Returns `true` if one of the links has the relation `next`. URLs are in angle brackets and may contain any
/// character.
fn links_to_next(links: &str) -> bool {
    let mut rest = links;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>') else { return false };
        let parameters = &rest[start + end + 1..];
        let parameters = &parameters[..parameters.find('<').unwrap_or(parameters.len())];
        let is_next = parameters.split([';', ',']).filter_map(|parameter| parameter.split_once('=')).any(
            |(name, value)| {
                let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
                name.trim().eq_ignore_ascii_case("rel")
                    && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
            },
        );
        if is_next {
            return true;
        }
        rest = &rest[start + end + 1..];
    }
    false
}

/// Returns the position of the last item of a range, and the total number of items.
fn range_and_size(value: &str) -> Option<(u64, u64)> {
    let (range, size) = value.split_once('/')?;
    let (_, end) = range.rsplit_once('-')?;
    Some((end.trim().parse().ok()?, size.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn is_more(status: u16, headers: &[(&str, &str)]) -> bool {
        let header = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        let headers = headers.iter().map(header).collect();
        announced(StatusCode::from_u16(status).unwrap(), &headers, 100).is_some()
    }

    #[test]
    fn every_sign_of_more_counts() {
        assert!(is_more(206, &[]));
        for header in [
            ("X-Page-Total", "300"),
            ("x-total-count", " 101 "),
            ("X-Total", "101"),
            ("Link", "<https://a.example/b?c=d>; rel=\"next\""),
            (
                "Link",
                "<https://a.example/b>; rel=prev, <https://a.example/;rel=x>;title=\"a\"; REL = \"last Next\"",
            ),
            ("X-Next-Page", "2"),
            ("X-Has-More", "True"),
            ("X-Total-Pages", "3"),
            ("Content-Range", "items 0-99/300"),
            ("Content-Range", "items 100-199/200"),
            ("Link", "<https://h.example/ü>; rel=\"next\""),
            ("X-Has-More", "1"),
        ] {
            assert!(is_more(200, &[header]), "{header:?}");
        }
        assert!(is_more(200, &[("X-Page-Total", "100"), ("X-Total-Count", "300")]));
        assert!(is_more(200, &[("X-Page-Total", "100"), ("X-Page-Total", "300")]));
        assert!(is_more(200, &[("X-Total-Pages", "1"), ("X-Page-Count", "2")]));
        assert!(is_more(200, &[("link", "<a>; rel=first"), ("link", "<b>; rel=next")]));
    }

    #[test]
    fn a_list_that_is_the_whole_announces_nothing() {
        assert!(!is_more(200, &[]));
        for header in [
            ("X-Page-Total", "100"),
            ("X-Page-Limit", "100"),
            ("X-Total-Count", "many"),
            ("Link", "<https://a.example/?rel=next>; rel=\"prev\""),
            ("Link", "<https://a.example/; rel=next"),
            ("Link", "no link; rel=next"),
            ("X-Next-Page", ""),
            ("X-Has-More", "false"),
            ("X-Total-Pages", "1"),
            ("Content-Range", "items 0-99/100"),
            ("Content-Range", "items */*"),
        ] {
            assert!(!is_more(200, &[header]), "{header:?}");
        }
    }

    #[test]
    fn a_page_number_is_compared_with_the_number_of_pages() {
        for (page, pages, expected) in
            [("2", "3", true), ("3", "3", false), ("4", "3", false), ("0", "1", false), ("0", "2", true)]
        {
            assert_eq!(is_more(200, &[("X-Page", page), ("X-Pages", pages)]), expected, "{page} of {pages}");
        }
    }

    #[test]
    fn a_range_ends_at_the_item_before_its_size() {
        for (range, expected) in [
            ("items 0-97/99", true),
            ("items 0-98/99", false),
            ("items 0-99/99", false),
            ("items 100-199/200", true),
            ("items 0-99/*", false),
            ("items */99", false),
            (&format!("items 0-{0}/{0}", u64::MAX), true),
        ] {
            assert_eq!(is_more(200, &[("Content-Range", range)]), expected, "{range}");
        }
    }

    #[test]
    fn a_cursor_of_nothing_is_not_a_cursor() {
        for name in ["X-Next-Page", "X-Next-Cursor", "X-Next-Token"] {
            for (value, expected) in
                [("", false), ("0", false), ("null", false), ("none", false), ("7", true)]
            {
                assert_eq!(is_more(200, &[(name, value)]), expected, "{name}: {value}");
            }
        }
    }

    #[test]
    fn only_the_parameter_rel_names_the_relation_and_every_link_is_read() {
        for (links, expected) in [
            ("<a>; title=next", false),
            ("<a>; rel=nextpage", false),
            ("<a>; rel=prev, <b>; rel=first, <c>; rel=next", true),
            ("<https://a.example/b>; rel=prev, <https://a.example/c>; rel=first, <d>; rel=next", true),
            ("<a>; rel=prev, <b; rel=next", false),
            ("junk <a>; rel=next", true),
            ("<rel=next>", false),
            ("<>; rel=prev, <>; rel=next", true),
            ("<a>rel=next", true),
        ] {
            assert_eq!(is_more(200, &[("Link", links)]), expected, "{links}");
        }
    }
}
