//! The request of an unsuccessful response.

use crate::{secrets::context::Context, transport::endpoint::Endpoint};

/// The operation of an unsuccessful response, and the context of its session.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) operation: Endpoint,
    pub(crate) context: Context,
}

impl Origin {
    pub(crate) fn of(response: &reqwest::Response) -> Option<&Self> {
        response.extensions().get()
    }

    /// Returns the context of a response, or the default context if no session received it.
    pub(crate) fn context_of(response: &reqwest::Response) -> Context {
        Self::of(response).map(|origin| origin.context.clone()).unwrap_or_default()
    }
}
