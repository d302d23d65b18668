//! How Acme words its errors and its limits.

use tokenward_core::ErrorKind;
use tokenward_http::{Dialect, ErrorResponse, VendorError};

/// `{"problem": {"id": …, "text": …, "trace": …}}`, `Acme-Trace` and `Acme-Window-Opens`.
#[derive(Debug)]
pub(crate) struct AcmeDialect;

/// The code for a label that another key has. Its message does not contain any of the usual words.
const LABEL_TAKEN: &str = "label_clash";

impl Dialect for AcmeDialect {
    fn request_id_headers(&self) -> &'static [&'static str] {
        &["Acme-Trace"]
    }

    fn reset_headers(&self) -> &'static [&'static str] {
        &["Acme-Window-Opens"]
    }

    fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
        let code = response.text(&["/problem/id"]);
        VendorError {
            kind: (code.as_deref() == Some(LABEL_TAKEN)).then_some(ErrorKind::Conflict),
            code,
            message: response.text(&["/problem/text"]),
            request_id: response.text(&["/problem/trace"]),
        }
    }
}
