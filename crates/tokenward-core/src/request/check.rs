//! The error of a request that no vendor accepts.

use crate::error::{Error, ErrorKind};

pub(super) fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
