//! A fresh secret in an answer of the generated clients.

use tokenward_core::Drift;

use crate::secrets::wire::WireSecret;

/// What a creation or reset of [`raw`](crate::runtime) gives: the secret, whatever becomes of the rest.
///
/// ```
/// use tokenward_http::Issued;
///
/// /// What is kept at once, and what can wait.
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
    /// The id of what was made, where the answer has one.
    pub id: Option<String>,
    /// What authenticates.
    pub secret: WireSecret,
    /// Further secrets of the same answer, by the names of their fields.
    pub others: Vec<(&'static str, WireSecret)>,
    /// The answer as it is documented, or where it is otherwise.
    pub details: Result<T, Drift>,
}
