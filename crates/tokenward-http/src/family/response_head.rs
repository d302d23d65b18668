//! The status and headers of a response, and the conversion of its records into tokens.

use reqwest::{StatusCode, header::HeaderMap};
use serde::{Deserialize, de::IgnoredAny};
use tokenward_core::{Drift, Error, ErrorKind, Record, Result, Token, TokenFamily};

use crate::{
    decode::{
        limits::{MOST_OF_A_RECORD, TOO_LARGE_A_RECORD, within_a_record},
        list_reader::ListError,
        mismatch::{Mismatch, from_record},
        vendor_token::VendorToken,
    },
    family::{call::Call, error_body::error_about},
    headers::remainder,
    secrets::context::Context,
};

/// A response without its body.
pub(crate) struct ResponseHead {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) context: Context,
}

impl ResponseHead {
    pub(crate) fn new(call: Call, status: StatusCode, headers: HeaderMap, context: Context) -> Self {
        Self { call, status, headers, context }
    }

    /// Returns the reason why a list is not complete after this many items, if the response announces more.
    pub(crate) fn remainder(&self, items: u64) -> Option<&'static str> {
        remainder::announced(self.status, &self.headers, items)
    }

    pub(crate) fn family(&self) -> TokenFamily {
        self.call.family()
    }

    pub(crate) fn number(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    /// Creates the error for a response that is not a list, or not a complete one.
    pub(crate) fn list_error(&self, error: &ListError) -> Error {
        match error {
            ListError::Mismatch(mismatch) => self.mismatch(mismatch),
            ListError::Other(problem) => self.protocol(problem.clone()),
        }
    }

    pub(crate) fn mismatch(&self, mismatch: &Mismatch) -> Error {
        let drift = self.context.known.drift_without(mismatch.drift());
        let message = if drift == mismatch.drift() { mismatch.to_string() } else { drift.to_string() };
        self.protocol(message).with_drift(drift)
    }

    pub(crate) fn protocol(&self, message: String) -> Error {
        self.locate(self.call.error(ErrorKind::Protocol, message))
    }

    /// Creates the error for a record that is larger than the limit.
    pub(crate) fn oversized(&self) -> Error {
        self.protocol(TOO_LARGE_A_RECORD.to_owned()).with_drift(Drift::new(".", TOO_LARGE_A_RECORD))
    }

    /// Adds the status and the relevant headers of the response to an error.
    pub(crate) fn locate(&self, error: Error) -> Error {
        error_about(error, self.status, &self.headers, &self.context)
    }

    /// Decodes the token at the beginning of a text, and returns it with its length. Returns `None` if it is not as
    /// documented, or has not arrived completely.
    pub(crate) fn read<V: VendorToken>(&self, text: &str) -> Option<(Box<Token>, usize)> {
        // Derived code would also accept a list for a record, by position.
        if !text.starts_with('{') {
            return None;
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut token = match V::Fields::deserialize(&mut deserializer) {
            Ok(fields) => V::token(fields, self.family())?,
            Err(_) => return None,
        };
        let length = deserializer.into_iter::<IgnoredAny>().byte_offset();
        token.record = Some(Record::from_read_json(&text[..length], V::SECRET_NAMES).ok()?);
        (length <= MOST_OF_A_RECORD).then_some((token, length))
    }

    /// Converts a record into a token, or returns an error with the drift.
    pub(crate) fn convert<V: VendorToken>(&self, item: &str) -> Result<Box<Token>> {
        let unusable = |error: Error| match Record::from_json_of(item, V::SECRET_NAMES) {
            // A bare string could be a secret.
            Ok(record) if item.starts_with('{') => error.with_record(record),
            _ => error,
        };
        if within_a_record(item).is_err() {
            return Err(self.oversized());
        }
        let fields: V::Fields<'_> =
            from_record(item).map_err(|mismatch| unusable(self.mismatch(&mismatch)))?;
        let mut token = V::token(fields, self.call.family()).ok_or_else(|| {
            let error = self.protocol(format!("the record has no `{}` that can be used", V::ID));
            unusable(error.with_drift(Drift::new(V::ID, "there is no id that can be used")))
        })?;
        token.record =
            Some(record::<V>(item).map_err(|drift| self.protocol(drift.to_string()).with_drift(drift))?);
        Ok(token)
    }
}

/// Returns the vendor's own record, if it can be stored completely.
pub(crate) fn record<V: VendorToken>(item: &str) -> Result<Record, Drift> {
    Record::from_json_of(item, V::SECRET_NAMES)
        .map_err(|_| Drift::new(".", "the record cannot be kept as it is"))
}
