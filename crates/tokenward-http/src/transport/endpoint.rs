//! The properties of an operation that its generated method does not contain.

use reqwest::{Method, Url};

use crate::config::base_url::BaseUrl;

/// An entry in the operation table of a generated client.
///
/// ```
/// use tokenward_http::Endpoint;
///
/// const DELETE_TOKEN: Endpoint = Endpoint {
///     id: "delete_token",
///     method: "DELETE",
///     path: "/api/v2/tokens/{id}",
///     content_type: None,
///     authorized: true,
///     repeatable: true,
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The name of the generated method.
    pub id: &'static str,
    /// The HTTP method in upper case.
    pub method: &'static str,
    /// The path template, relative to the base URL.
    pub path: &'static str,
    /// The media type of the request body, unless it is `application/json`.
    pub content_type: Option<&'static str>,
    /// `true` if the vendor requires an `Authorization` header.
    pub authorized: bool,
    /// `true` if sending the request twice has the same effect as sending it once.
    pub repeatable: bool,
}

impl Endpoint {
    /// Refuses a request if an id changes its path to one that does not belong to this operation.
    ///
    /// An id that is empty, `.` or `..` disappears when the URL is built. Another id may be a fixed segment of a
    /// different operation's path. The request would then reach a different resource, in the worst case "all tokens of
    /// the organization".
    pub(crate) fn check_route(
        &self,
        operations: &[Endpoint],
        base: &BaseUrl,
        method: &Method,
        url: &Url,
    ) -> Result<(), String> {
        let path = url.path().strip_prefix(base.path()).filter(|_| url.as_str().starts_with(base.as_str()));
        let on_route = path.filter(|path| method.as_str() == self.method && self.matches(path));
        let Some(path) = on_route else {
            return Err(format!(
                "{}: an id in {} is empty, `.` or `..`; nothing was sent",
                self.id, self.path
            ));
        };
        let is_closer = |other: &&Endpoint| {
            other.id != self.id
                && other.method == self.method
                && other.matches(path)
                && other.words() > self.words()
        };
        let other = operations.iter().find(is_closer);
        match other {
            Some(other) => {
                Err(format!("{}: this id would call {} instead; nothing was sent", self.id, other.id))
            }
            None => Ok(()),
        }
    }

    /// Returns the number of fixed segments in the path.
    fn words(&self) -> usize {
        self.path.split('/').filter(|segment| !segment.starts_with('{')).count()
    }

    fn matches(&self, path: &str) -> bool {
        let is_slash = |byte: &u8| *byte == b'/';
        let mut actual = path.as_bytes().split(is_slash);
        let all = self.path.as_bytes().split(is_slash).all(|wanted| match actual.next() {
            Some(segment) if wanted.starts_with(b"{") => !segment.is_empty(),
            Some(segment) => segment == wanted,
            None => false,
        });
        all && actual.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::encode_path;

    const REVOKE: Endpoint = Endpoint {
        id: "revoke",
        method: "DELETE",
        path: "/users/{account_id}/manage/api-tokens/{tokenId}",
        content_type: None,
        authorized: true,
        repeatable: true,
    };

    fn check(base: &str, account: &str, token: &str) -> Result<(), String> {
        let base = BaseUrl::parse(base).unwrap();
        let url = format!(
            "{}/users/{}/manage/api-tokens/{}",
            base.as_str(),
            encode_path(account),
            encode_path(token)
        );
        REVOKE.check_route(&[REVOKE], &base, &Method::DELETE, &url.parse().unwrap())
    }

    #[test]
    fn real_ids_pass_under_any_base_address() {
        for base in ["https://api.example", "http://127.0.0.1:9/prefix"] {
            for id in [
                "557058:295406f3-a1fc-4733-b906-dd15d021bd79",
                "a|b",
                "a/../b",
                "a\\b",
                "...",
                "%2e%2e",
                "ü",
                "?#",
            ] {
                assert_eq!(check(base, id, id), Ok(()), "{id}");
            }
        }
    }

    #[test]
    fn ids_that_vanish_are_refused() {
        for id in ["", ".", ".."] {
            assert!(check("https://api.example", id, "t").is_err(), "{id:?}");
            assert!(check("https://api.example", "a", id).is_err(), "{id:?}");
            assert!(check("https://api.example", id, id).is_err(), "{id:?}");
        }
        assert_eq!(
            check("https://api.example", "a", "").unwrap_err(),
            "revoke: an id in /users/{account_id}/manage/api-tokens/{tokenId} is empty, `.` or `..`; nothing was sent"
        );
    }

    #[test]
    fn another_method_host_or_path_is_refused() {
        let base = BaseUrl::parse("https://api.example").unwrap();
        let check =
            |method: Method, url: &str| REVOKE.check_route(&[REVOKE], &base, &method, &url.parse().unwrap());
        assert!(check(Method::DELETE, "https://api.example/users/a/manage/api-tokens/t").is_ok());
        assert!(check(Method::GET, "https://api.example/users/a/manage/api-tokens/t").is_err());
        assert!(check(Method::DELETE, "https://other.example/users/a/manage/api-tokens/t").is_err());
        assert!(check(Method::DELETE, "https://api.example/users/a/manage/api-tokens").is_err());
        assert!(check(Method::DELETE, "https://api.example/users/a/manage/api-tokens/t/u").is_err());
    }

    #[test]
    fn an_id_that_is_the_name_of_another_operation_is_refused() {
        let operation = |id, path| Endpoint {
            id,
            method: "PATCH",
            path,
            content_type: None,
            authorized: true,
            repeatable: false,
        };
        let operations = [operation("patch", "/tokens/{id}"), operation("patch_all", "/tokens/bulk-update")];
        let base = BaseUrl::parse("https://api.example").unwrap();
        let check = |operation: &Endpoint, url: &str| {
            operation.check_route(&operations, &base, &Method::PATCH, &url.parse().unwrap())
        };
        assert_eq!(check(&operations[0], "https://api.example/tokens/a"), Ok(()));
        assert_eq!(check(&operations[1], "https://api.example/tokens/bulk-update"), Ok(()));
        assert_eq!(
            check(&operations[0], "https://api.example/tokens/bulk-update").unwrap_err(),
            "patch: this id would call patch_all instead; nothing was sent"
        );
    }
}
