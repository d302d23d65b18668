//! Lists that came in another way than by a request.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};
use serde::de::IgnoredAny;
use tokenward_core::{Result, Token};

use crate::{
    decode::{text_buffer::TextBuffer, vendor_token::VendorToken},
    family::{call::Call, response_head::ResponseHead},
    pager::token_reader::{Item, TokenReader},
    secrets::context::Context,
};

/// A list of tokens in a body that came in another way than by a request: from a recording, or from a test.
///
/// ```
/// use serde::de::IgnoredAny;
/// use tokenward_core::{Operation, Token, TokenFamily};
/// use tokenward_http::{Call, Id, VendorToken, read_list};
///
/// #[derive(serde::Deserialize)]
/// struct AcmeToken {
///     id: Id,
/// }
///
/// impl VendorToken for AcmeToken {
///     const ID: &'static str = "id";
///     const SECRET: &'static str = "secret";
///     type Fields<'a> = Self;
///
///     fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
///         Some(Box::new(Token::new(family, fields.id.known()?)))
///     }
/// }
///
/// let call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
/// let tokens = read_list::<AcmeToken>(call, None, [r#"[{"id": "1"}, {"#, r#""id": 2}]"#]);
/// assert_eq!(tokens[0].as_ref().map(|token| token.id.as_str()).ok(), Some("1"));
/// assert!(tokens[1].is_err());
/// ```
///
/// The list is the whole body, or stands in this field of it. The parts are
/// those in which it arrived: where they end makes no difference. An item that
/// is none is an error in its place, and the last error is why the rest cannot
/// be read.
pub fn read_list<V: VendorToken>(
    call: Call,
    field: Option<&'static str>,
    parts: impl IntoIterator<Item: Into<Bytes>>,
) -> Vec<Result<Token>> {
    let head = ResponseHead::new(call, StatusCode::OK, HeaderMap::new(), Context::default());
    let mut reader = TokenReader::of::<V>(Arc::new(head), field, TextBuffer::default());
    let mut tokens = Vec::new();
    for part in parts {
        reader.push(part.into());
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(Item { token, .. })) => {
                    let position = tokens.len();
                    tokens.push(token.map(|token| *token).map_err(|error| error.with_position(position)));
                }
                Err(error) => {
                    tokens.push(Err(error));
                    return tokens;
                }
            }
        }
    }
    tokens.extend(reader.end::<IgnoredAny>().err().map(Err));
    tokens
}
