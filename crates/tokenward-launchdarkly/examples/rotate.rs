//! Replaces an access token: makes a second one, keeps its secret, tries it, and only then revokes the first.
//!
//! ```text
//! cargo run --example launchdarkly-rotate -- <id of the token> <file for the new secret>
//! ```
//!
//! The second token has the first one's name and rights, and ends in 90 days. It belongs to the caller, unless it is a
//! service token. Custom roles cannot be repeated: the vendor reads them as ids and wants keys at creation, and the
//! refusal says so. Against the simulator that `cargo run -p tokenward-testkit -- --port 4300` serves:
//!
//! ```text
//! export LAUNCHDARKLY_API_HOST=http://127.0.0.1:4303
//! export LAUNCHDARKLY_ACCESS_TOKEN=api-simulated-launchdarkly-admin-0001
//! cargo run --example launchdarkly-rotate -- 5f0000000000000000000003 new-secret
//! ```

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "an example's output is its purpose")]

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use tokenward_launchdarkly::{
    Access, BuildError, CreateToken, Current, Environment, Expiry, ExposeSecret, LaunchDarkly,
    LaunchDarklyAccessTokens, Lineage, ListOptions, Reconciled, RevokeOptions, SecretString, Timestamp,
    Token, TokenId, TokenManager, TokenManagerExt,
};

#[tokio::main]
async fn main() -> ExitCode {
    match rotate().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn rotate() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id, path] = arguments.as_slice() else {
        return Err("usage: launchdarkly-rotate <id of the token> <file for the new secret>".into());
    };
    let id: TokenId = id.parse()?;
    let tokens = LaunchDarkly::from_env()?.build()?.access_tokens();

    // What can fail without harm comes first: there is a place for the secret before there is a secret.
    if tokens.current().await?.may_be(&id) {
        return Err("this is the token that the calls are made with: use another one".into());
    }
    let request = twin(tokens.get(&id).await?)?;
    let file = private_file(path)?;
    // The mark finds the new token if the answer is lost.
    let (new_id, secret) = match tokens.create(request.with_lineage(Lineage::random())).await {
        Ok(issued) => (issued.token.id, issued.secret),
        Err(error) => {
            let said = error.to_string();
            revoke_what_was_lost(&tokens, &error).await?;
            // A token may have been made otherwise than it was asked for, with its secret in the error.
            match error.into_secret() {
                Some(secret) => {
                    keep(file, &secret)?;
                    println!("{path} has the secret of the new token; {id} was not revoked");
                }
                None => std::fs::remove_file(path)?,
            }
            return Err(said.into());
        }
    };
    keep(file, &secret)
        .map_err(|error| format!("{new_id} was made and its secret not kept, revoke it: {error}"))?;
    println!("{path} has the secret of {new_id}");

    if client_with(secret)?.access_tokens().current().await? != Current::Token(new_id) {
        return Err(format!("the new secret does not work; {id} was not revoked").into());
    }
    tokens.revoke(&id, RevokeOptions::default()).await?;
    println!("{id} is revoked");
    Ok(())
}

/// Revokes a token that was made although its secret did not arrive: nobody could use it, and it would live for ever.
async fn revoke_what_was_lost(
    tokens: &LaunchDarklyAccessTokens,
    error: &tokenward_launchdarkly::Error,
) -> Result<(), Box<dyn Error>> {
    let Some(attempt) = error.attempt().filter(|_| error.token_id().is_none()) else { return Ok(()) };
    match tokens.reconcile(attempt, ListOptions::default()).await? {
        Reconciled::Minted(lost) => {
            tokens.revoke(&lost.id, RevokeOptions::default()).await?;
            println!("{} was made without its secret, and is revoked", lost.id);
            Ok(())
        }
        Reconciled::NotMinted => Ok(()),
        Reconciled::Unknown { why, .. } => {
            Err(format!("{error}; whether a token was made is not known: {why}").into())
        }
        _ => Ok(()),
    }
}

/// A client for the same instance with another token.
fn client_with(secret: SecretString) -> Result<LaunchDarkly, BuildError> {
    const HOST: &str = "LAUNCHDARKLY_API_HOST";

    let host = Environment::process().get(HOST).unwrap_or_default();
    let environment = Environment::of([("LAUNCHDARKLY_ACCESS_TOKEN", secret), (HOST, host.into())]);
    LaunchDarkly::from_environment(&environment)?.build()
}

/// A token with the same name and rights.
fn twin(old: Token) -> Result<CreateToken, Box<dyn Error>> {
    let ends = Expiry::At(Timestamp::now() + Duration::from_secs(90 * 24 * 60 * 60));
    let scopes = old.scopes.ok_or("the vendor does not say what the token may do")?;
    let request = CreateToken::new(old.name.unwrap_or_default(), ends, Access::Scopes(scopes));
    // The model has no field for it; the vendor's own record has.
    let is_for_service = old.record.is_some_and(|record| record.to_value()["serviceToken"] == true);
    Ok(if is_for_service { request.for_service() } else { request })
}

/// A new file that nobody else reads.
fn private_file(path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn keep(mut file: File, secret: &SecretString) -> io::Result<()> {
    file.write_all(secret.expose_secret().as_bytes())?;
    file.sync_all()
}
