//! Lists from other sources than a request.

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

/// Decodes a list of tokens from another source than a request, such as a recording or a test.
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
/// The list is the whole body, or is in this field of it. `parts` are the chunks of the body, which may be split
/// anywhere. An item that is not a token is an error in its place. If the rest cannot be read, the last element is the
/// reason.
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
