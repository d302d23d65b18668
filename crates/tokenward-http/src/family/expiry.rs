//! A check that a fresh token expires as requested.

use std::time::Duration;

use tokenward_core::{ErrorKind, Expiry, IssuedToken, Result, Timestamp, When};

use crate::family::call::Call;

/// Returns an error if a fresh token does not expire as requested, without losing its secret.
///
/// Some vendors ignore fields that an instance does not support. A creation with an expiry then succeeds, but the token
/// never expires. If the response does not contain the expiry, the token is accepted.
///
/// ```
/// use tokenward_core::{Expiry, IssuedToken, Operation, Timestamp, Token, TokenFamily, When};
/// use tokenward_http::{Call, confirm_expiry};
///
/// let family = TokenFamily::new("acme", "token");
/// let mut token = Token::new(family, "17".parse()?);
/// token.expires = When::Never;
/// let issued = IssuedToken::new(token, "secret".into());
/// let asked = Expiry::At("2027-01-01T00:00:00Z".parse()?);
/// assert!(confirm_expiry(&Call::new(family, Operation::Create), issued, asked).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Protocol`] with the id of the token. [`into_secret`](tokenward_core::Error::into_secret) returns its
/// secret.
pub fn confirm_expiry(call: &Call, issued: IssuedToken, asked: Expiry) -> Result<IssuedToken> {
    let ends = issued.token.expires;
    let what = match (asked, ends) {
        (_, When::Unknown) | (Expiry::Never, When::Never) => return Ok(issued),
        (Expiry::At(asked), When::At(ends)) if is_same_time(asked, ends) => return Ok(issued),
        (Expiry::At(asked), _) => format!("a token was made that ends {ends}, and not at {asked}"),
        (Expiry::Never, _) => format!("a token was made that ends {ends}, and not never"),
        _ => return Ok(issued),
    };
    let message = format!(
        "{what}: the vendor ignores the expiry that was asked for; revoke the token, or keep its secret"
    );
    Err(call.error(ErrorKind::Protocol, message).with_token(issued.token.id).with_secret(issued.secret))
}

/// Returns `true` if a returned date matches the requested one within one second.
///
/// Vendors store seconds or milliseconds, and may round.
///
/// ```
/// use tokenward_core::Timestamp;
///
/// let asked: Timestamp = "2027-01-01T00:00:00.123456Z".parse()?;
/// assert!(tokenward_http::is_same_time(asked, "2027-01-01T00:00:00.123Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_same_time(asked: Timestamp, ends: Timestamp) -> bool {
    asked.abs_diff(ends) <= Duration::from_secs(1)
}

#[cfg(test)]
mod tests {
    use tokenward_core::{ExposeSecret, Operation, Token, TokenFamily};

    use super::*;

    const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::Create);

    fn confirm(asked: Expiry, ends: When) -> Result<IssuedToken> {
        let mut token = Token::new(CALL.family(), "17".parse().unwrap());
        token.expires = ends;
        confirm_expiry(&CALL, IssuedToken::new(token, "CANARY".into()), asked)
    }

    #[test]
    fn vendors_round_to_a_second_and_no_further() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let asked = at("2027-01-01T00:00:01Z");
        assert!(
            is_same_time(asked, at("2027-01-01T00:00:02Z"))
                && is_same_time(asked, at("2027-01-01T00:00:00Z"))
        );
        assert!(!is_same_time(asked, at("2027-01-01T00:00:03Z")));
    }

    #[test]
    fn a_token_that_ends_as_asked_passes_and_another_is_an_error_with_its_secret() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (asked, rounded) = (at("2027-01-01T00:00:00.4567Z"), at("2027-01-01T00:00:00Z"));
        for (asked, ends) in [
            (Expiry::At(asked), When::At(rounded)),
            (Expiry::Never, When::Never),
            (Expiry::VendorDefault, When::Never),
            (Expiry::At(asked), When::Unknown),
        ] {
            assert!(confirm(asked, ends).is_ok(), "{asked:?} {ends:?}");
        }
        let mut said = Vec::new();
        for (asked, ends) in [
            (Expiry::At(asked), When::Never),
            (Expiry::At(asked), When::At(at("2026-12-31T00:00:00Z"))),
            (Expiry::Never, When::At(rounded)),
        ] {
            let error = confirm(asked, ends).unwrap_err();
            said.push(error.to_string());
            assert_eq!(error.token_id().unwrap().as_str(), "17");
            assert_eq!(error.into_secret().unwrap().expose_secret(), "CANARY");
        }
        insta::assert_snapshot!(said.join("\n"));
    }
}
