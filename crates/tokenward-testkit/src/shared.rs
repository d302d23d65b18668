//! What the simulators share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Method, header};

use crate::{Request, Response};

/// An answer that refuses; boxed, as it is long and rare.
pub(crate) type Refusal = Box<Response>;

/// A test that failed while it held a lock is no reason for the others to fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the value of `Allow` for a path that answers these methods. OPTIONS is always among them, and HEAD if GET is.
pub(crate) fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}

/// Answers HEAD as GET without the body, and OPTIONS with the methods that the 405 of the same path allows.
pub(crate) fn serve(request: &Request, answer: impl FnOnce(&Request) -> Response) -> Response {
    match request.method {
        Method::HEAD => {
            let mut response = answer(&Request { method: Method::GET, ..request.clone() });
            let length = response.body.len().to_string();
            response.body.clear();
            response.with_header("content-length", &length)
        }
        Method::OPTIONS => {
            let mut response = answer(request);
            if response.status == 405 {
                response.status = 204;
                response.body.clear();
                response.headers.remove(header::CONTENT_TYPE);
            }
            response
        }
        _ => answer(request),
    }
}
