//! What an unsuccessful response remembers of its request.

use crate::{secrets::context::Context, transport::endpoint::Endpoint};

/// The operation of a response whose status is not a success, and what its session knows of the vendor.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) operation: Endpoint,
    pub(crate) context: Context,
}

impl Origin {
    pub(crate) fn of(response: &reqwest::Response) -> Option<&Self> {
        response.extensions().get()
    }

    /// Returns the context of a response; the default one if no session received it.
    pub(crate) fn context_of(response: &reqwest::Response) -> Context {
        Self::of(response).map(|origin| origin.context.clone()).unwrap_or_default()
    }
}
