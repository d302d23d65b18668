//! The error that every check of a request returns.

use crate::error::{Error, ErrorKind};

pub(super) fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
