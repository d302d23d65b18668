//! A fresh secret in a response of the generated clients.

use tokenward_core::Drift;

use crate::secrets::wire::WireSecret;

/// The result of a creation or reset with [`raw`](crate::runtime): the secret, even if the rest cannot be decoded.
///
/// ```
/// use tokenward_http::Issued;
///
/// /// Returns the values to store at once, and reports the details.
/// fn keep<T: std::fmt::Debug>(issued: Issued<T>) -> (String, Option<String>) {
///     match issued.details {
///         Ok(details) => println!("made {details:?}"),
///         Err(drift) => eprintln!("made, and the answer is not as documented: {drift}"),
///     }
///     (issued.secret.expose().to_owned(), issued.id)
/// }
/// # let _ = keep::<()>;
/// ```
#[derive(Debug)]
#[must_use = "the secret is shown once: dropped here, it is lost"]
#[non_exhaustive]
pub struct Issued<T> {
    /// The id of the created object, if the response contains one.
    pub id: Option<String>,
    /// The secret.
    pub secret: WireSecret,
    /// Further secrets in the same response, by field name.
    pub others: Vec<(&'static str, WireSecret)>,
    /// The decoded response, or how it differs from its documentation.
    pub details: Result<T, Drift>,
}
