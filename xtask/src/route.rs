//! Paths of operations, and when two of them are one.

/// A path without the names of its parameters, which a server never sees.
pub(crate) fn template(path: &str) -> String {
    let mut text = String::new();
    let mut is_name = false;
    for c in path.chars() {
        is_name &= c != '}';
        if !is_name {
            text.push(c);
        }
        is_name |= c == '{';
    }
    text
}

/// A path without segments such as `v1`, `v2024` and `beta`, wherever in it a vendor's versions stand.
pub(crate) fn without_versions(path: &str) -> String {
    let is_version = |segment: &str| {
        segment == "beta"
            || segment.strip_prefix('v').is_some_and(|digits| {
                digits.starts_with(|c: char| c.is_ascii_digit())
                    && digits.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
            })
    };
    template(path).split('/').filter(|segment| !is_version(segment)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parameters_and_versions_make_no_other_path() {
        assert_eq!(template("GET /a/{b}/c/{d}.json"), "GET /a/{}/c/{}.json");
        for path in ["/a/{x}", "/v2/a/{y}", "/beta/a/{x}", "/a/v2024/{x}", "/v1.2/a/{x}", "/a/{x}/v1"] {
            assert_eq!(without_versions(path), "/a/{}", "{path}");
        }
        assert_ne!(without_versions("/vault/a/{x}"), "/a/{}");
    }
}
