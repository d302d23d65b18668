//! What a simulated vendor is.

use jiff::Timestamp;

use crate::{Request, Response};

/// One simulated vendor: state that answers requests, without any IO.
///
/// ```
/// use tokenward_testkit::{Clock, Method, Mist, Request, Simulated};
///
/// let mist = Mist::new(Clock::system());
/// let who = Request::new(Method::GET, "/api/v1/self")
///     .with_header("authorization", &format!("Token {}", Mist::ORG_KEY));
/// assert_eq!(mist.respond(&who).status, 200);
/// ```
///
/// Implement it for a fifth vendor and [`Server`](crate::Server), [`InProcess`](crate::InProcess) and
/// [`Fault`](crate::Fault) work for that one too.
pub trait Simulated: Send + Sync + 'static {
    /// The vendor's name in lower case.
    fn vendor(&self) -> &'static str;

    /// The time that the vendor's clock shows. [`InProcess`](crate::InProcess) dates the answers that a
    /// [`Fault`](crate::Fault) gives in the vendor's place with it; without a time they carry no `Date`.
    fn now(&self) -> Option<Timestamp> {
        None
    }

    /// Carries the request out and answers it. The four simulators date their answers, as servers on the web do.
    fn respond(&self, request: &Request) -> Response;
}
