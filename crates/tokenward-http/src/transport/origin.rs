//! What an unsuccessful answer remembers of its request.

use crate::{secrets::known::KnownSecrets, transport::endpoint::Endpoint};

/// Which operation an answer is to, and which secrets must not be shown of it. It is kept with every answer that is no
/// success.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) operation: Endpoint,
    pub(crate) known: KnownSecrets,
}

impl Origin {
    pub(crate) fn of(response: &reqwest::Response) -> Option<&Self> {
        response.extensions().get()
    }
}
