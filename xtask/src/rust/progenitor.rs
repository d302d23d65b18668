//! The call of progenitor, which panics on what it does not know.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use proc_macro2::TokenStream;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use serde_json::Value;

use crate::problem::Problem;

/// The client and its types as progenitor writes them.
pub(super) fn generate(document: &Value) -> Result<TokenStream, Problem> {
    let document: openapiv3::OpenAPI = serde_path_to_error::deserialize(document)
        .map_err(|error| Problem::at(error.path().to_string(), error.inner()))?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        // A forgotten hook is a compile error, not silence.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(::tokenward_http::Session))
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("tokenward-http", CrateVers::Any, None);
    quietly(|| Generator::new(&settings).generate_tokens(&document))
        .map_err(|panic| Problem::new(format!("progenitor gave up: {panic}")))?
        .map_err(|error| Problem::new(format!("progenitor: {error}")))
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic, and gives the panic's text instead of printing it. Panics of other threads are printed.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();

    HOOK.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                hook(info);
            }
        }));
    });
    IS_QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    IS_QUIET.set(false);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason given").to_owned()
    })
}
