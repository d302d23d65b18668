//! TLS of the feature `rustls`.

use std::sync::Arc;

use reqwest::ClientBuilder;
use rustls::{
    ClientConfig,
    crypto::{CryptoProvider, ring},
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::BuildError;

/// TLS 1.3 or 1.2 with the platform's certificates, by the provider that the program installed or else by ring.
///
/// Of this client alone: a provider of the whole process is the program's to install, which fails where one is there.
pub(crate) fn with_rustls(builder: ClientBuilder) -> Result<ClientBuilder, BuildError> {
    let provider =
        CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| BuildError::Tls(error.into()))?
        .with_no_client_auth();
    // What reqwest offers without its feature `http2`.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(builder.tls_backend_preconfigured(config))
}
