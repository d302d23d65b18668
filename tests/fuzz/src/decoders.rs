//! Every answer of every generated client, read as the clients read it.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};
use tokenward_core::{
    ErrorKind, IssuedToken, Operation, Record, Result, Timestamp, Token, TokenFamily, When,
};
use tokenward_http::{Call, ExposeSecret, Issued, ResponseBody, VendorToken, read_list};

use crate::secrecy::{CANARY, assert_hidden, assert_silent, is_named};

/// A generated method; `Body` is what it decodes an answer into.
trait Method<Arguments> {
    type Body;
}

macro_rules! methods {
    ($($argument:ident)*) => {
        impl<F, Sent, Body, Client, $($argument),*> Method<(Client, $($argument,)*)> for F
        where
            F: Fn(Client, $($argument),*) -> Sent,
            Sent: Future<Output = Result<
                tokenward_mist::raw::ResponseValue<Body>,
                tokenward_mist::raw::Error,
            >>,
        {
            type Body = Body;
        }
    };
}

methods! {}
methods! { A }
methods! { A B }
methods! { A B C }

/// Reads an answer as this method does.
fn decode<M: Method<Arguments>, Arguments>(_: M, answer: &ResponseBody, hides: bool)
where
    M::Body: DeserializeOwned,
{
    read::<M::Body>(answer, hides);
}

fn read<T: DeserializeOwned>(answer: &ResponseBody, hides: bool) {
    if let Err(error) = answer.read::<T>() {
        assert_eq!(error.kind(), ErrorKind::Protocol);
        if hides {
            assert_silent(&error, &[]);
        }
    }
}

/// Reads an answer as this method does, behind the secret that it reads first.
fn decode_made<M: Method<Arguments, Body = Issued<T>>, T: DeserializeOwned, Arguments>(
    _: M,
    answer: &ResponseBody,
    hides: bool,
) {
    read::<T>(answer, hides);
}

/// Compiles where the answer of the method has no body.
const fn is_empty<M: Method<Arguments, Body = ()> + Copy, Arguments>(_: M) {}

/// A vendor's entry point: all of its methods that read an answer, those that read none, and its records of tokens.
macro_rules! decoders {
    (
        $vendor:ident: $client:ty, $operations:expr;
        read $($read:ident)*;
        made $($made:ident)*;
        empty $($empty:ident)*;
        lists $($list:ty)*;
        issues $($issued:ty)*;
    ) => {
        /// Reads the input as every answer of this vendor.
        pub fn $vendor(data: &[u8]) {
            let hides = hides(data);
            let answer = answer(data);
            $(decode(<$client>::$read, &answer, hides);)*
            $(decode_made(<$client>::$made, &answer, hides);)*
            $(is_empty(<$client>::$empty);)*
            $(list::<$list>(data, hides);)*
            $(issued::<$issued>(data, hides);)*
        }

        mod $vendor {
            pub(super) fn unlisted() -> impl Iterator<Item = &'static str> {
                let known = [$(stringify!($read),)* $(stringify!($made),)* $(stringify!($empty),)*];
                $operations.iter().map(|operation| operation.id).filter(move |id| !known.contains(id))
            }
        }
    };
}

decoders! {
    atlassian: tokenward_atlassian::raw::Client, tokenward_atlassian::raw::ENDPOINTS;
    read list_org_api_keys count_org_api_keys list_org_api_tokens count_org_api_tokens list_user_api_tokens;
    made;
    empty revoke_org_api_key delete_user_api_token;
    lists
        tokenward_atlassian::raw::types::OrgApiToken
        tokenward_atlassian::raw::types::UserApiToken
        tokenward_atlassian::raw::types::OrgApiKey;
    issues;
}

decoders! {
    launchdarkly: tokenward_launchdarkly::raw::Client, tokenward_launchdarkly::raw::ENDPOINTS;
    read
        get_relay_proxy_configs get_relay_proxy_config patch_relay_auto_config get_caller_identity get_tokens
        get_token patch_token;
    made post_relay_auto_config reset_relay_auto_config post_token reset_token;
    empty delete_relay_auto_config delete_token;
    lists tokenward_launchdarkly::raw::types::Token tokenward_launchdarkly::raw::types::RelayAutoConfigRep;
    issues tokenward_launchdarkly::raw::types::Token tokenward_launchdarkly::raw::types::RelayAutoConfigRep;
}

decoders! {
    mist: tokenward_mist::raw::Client, tokenward_mist::raw::ENDPOINTS;
    read
        list_org_api_tokens get_org_api_token get_self list_api_tokens get_api_token update_api_token;
    made create_org_api_token create_api_token;
    empty update_org_api_token delete_org_api_token delete_api_token;
    lists tokenward_mist::raw::types::OrgApiToken tokenward_mist::raw::types::UserApiToken;
    issues tokenward_mist::raw::types::OrgApiToken tokenward_mist::raw::types::UserApiToken;
}

decoders! {
    sailpoint: tokenward_sailpoint::raw::Client, tokenward_sailpoint::raw::ENDPOINTS;
    read
        list_oauth_clients get_oauth_client patch_oauth_client list_personal_access_tokens
        update_personal_access_tokens patch_personal_access_token;
    made create_oauth_client create_oauth_token create_personal_access_token;
    empty delete_oauth_client delete_personal_access_token;
    lists tokenward_sailpoint::raw::types::PersonalAccessToken tokenward_sailpoint::raw::types::OauthClient;
    issues
        tokenward_sailpoint::raw::types::CreatePersonalAccessTokenResponse
        tokenward_sailpoint::raw::types::CreateOauthClientResponse;
}

/// The operations that no entry point reads the answer of.
pub fn unlisted() -> BTreeSet<&'static str> {
    atlassian::unlisted()
        .chain(launchdarkly::unlisted())
        .chain(mist::unlisted())
        .chain(sailpoint::unlisted())
        .collect()
}

fn answer(data: &[u8]) -> ResponseBody {
    let call = Call::new(TokenFamily::new("vendor", "family"), Operation::Create);
    ResponseBody::from_body(call, data)
}

/// Whether the canary, where it is in the input, is nothing that an error may show.
fn hides(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    !text.contains("\\u") && !is_named(&text)
}

/// The input as one record, and as a list of records.
fn list<V: VendorToken>(data: &[u8], hides: bool) {
    read_whole_and_in_parts::<V>(data, hides);
    check_read::<V>(answer(data).token::<V>(), &String::from_utf8_lossy(data), hides);
}

fn read_whole_and_in_parts<V: VendorToken>(data: &[u8], hides: bool) {
    let call = || Call::new(TokenFamily::new("vendor", "family"), Operation::List);
    let whole = read_list::<V>(call(), None, [data.to_vec()]);
    // Somewhere in the middle of whatever there is.
    let size = data.len() % 61 + 1;
    let parts = read_list::<V>(call(), None, data.chunks(size).map(<[u8]>::to_vec));
    assert!(whole.iter().map(shown).eq(parts.iter().map(shown)), "where parts end makes no difference");

    let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(data) else {
        // Bytes that are no text are mended, and a mark before it is passed over.
        let is_text = std::str::from_utf8(data).is_ok_and(|text| !text.starts_with('\u{feff}'));
        assert!(!is_text || matches!(whole.last(), Some(Err(_))), "what is no list says so");
        return;
    };
    let answer = answer(data);
    let elements = answer.items().ok().into_iter().flatten();
    assert!(elements.eq(items.iter().map(|item| item.get())), "the items are what stands there");
    assert_eq!(whole.len(), items.len(), "every item is a token or an error");
    for (position, (token, item)) in whole.into_iter().zip(items).enumerate() {
        if let Err(error) = &token {
            assert_eq!(error.position(), Some(position));
        }
        check_read::<V>(token, item.get(), hides);
    }
}

fn shown(result: &Result<Token>) -> String {
    match result {
        Ok(token) => printed(token),
        Err(error) => format!("{error} {error:?}"),
    }
}

fn check_read<V: VendorToken>(token: Result<Token>, item: &str, hides: bool) {
    match token {
        Ok(token) => {
            check_token::<V>(&token);
            if let Some(item) = without_secret::<V>(item)
                && !item.contains(CANARY)
                && !token.mask.as_ref().is_some_and(|mask| mask.contains(CANARY))
            {
                assert_hidden(&printed(&token), &[]);
            }
        }
        Err(error) if hides => assert_silent(&error, &[]),
        Err(_) => {}
    }
}

/// A record as text, without its secret, which is not shown where it is longer than a mask.
fn without_secret<V: VendorToken>(item: &str) -> Option<String> {
    let mut item: Value = serde_json::from_str(item).ok()?;
    item.as_object_mut()?.remove(V::SECRET);
    Some(item.to_string())
}

fn check_token<V: VendorToken>(token: &Token) {
    for date in [&token.created, &token.last_used, &token.expires] {
        if let When::At(date) = date {
            assert!(*date > Timestamp::UNIX_EPOCH, "a date that nothing has: {date}");
        }
    }
    if let Some(record) = &token.record {
        let again = Record::from_json_of(record.as_str(), V::SECRET_NAMES).ok();
        assert_eq!(again.as_ref(), Some(record), "a record reads itself");
    }
}

fn printed(token: &Token) -> String {
    format!("{token:?} {}", serde_json::to_string(token).unwrap_or_default())
}

/// The input as the answer to a creation.
fn issued<V: VendorToken>(data: &[u8], hides: bool) {
    let result = answer(data).issued::<V>();
    let text = String::from_utf8_lossy(data);
    let (id, secret) = match result {
        Ok(issued) => {
            check_token::<V>(&issued.token);
            check_issued(&issued);
            (None, Some(issued.secret))
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Ambiguous);
            let id = error.token_id().cloned();
            if hides {
                assert_silent(&error, &[id.as_ref().map(|id| id.as_str())]);
            }
            (id, error.into_secret())
        }
    };
    let arrived = secret.as_ref().map(|secret| secret.expose_secret());
    if let Some(intact) = intact(&text, V::SECRET) {
        assert_eq!(arrived, Some(intact), "the secret is in the answer and has not arrived; id {id:?}");
    }
    assert_ne!(arrived, Some(""), "nothing was taken for a secret");
}

/// Nothing that prints shows the secret, where it is long enough to be told from the rest.
fn check_issued(issued: &IssuedToken) {
    let secret = issued.secret.expose_secret();
    if secret.contains(CANARY) && !issued.token.id.as_str().contains(secret) {
        let text = format!("{issued:?} {}", printed(&issued.token));
        assert!(!text.contains(secret), "a fresh secret is shown: {text}");
    }
}

/// The secret of an answer in which it can be read in one way only, whatever became of the rest.
fn intact<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let name = format!("\"{field}\"");
    let (_, behind) = text.split_once(&name)?;
    if behind.contains(&name) || text.contains('\\') {
        return None;
    }
    let value = behind.trim_ascii_start().strip_prefix(':')?.trim_ascii_start().strip_prefix('"')?;
    let (secret, _) = value.split_once('"')?;
    let is_plain = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then_some(secret)
}
