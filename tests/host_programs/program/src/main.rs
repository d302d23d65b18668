//! Prints what TLS does in this process, one `key: value` a line.

use std::{
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// The longest that one request may take; all servers are on loopback.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    #[cfg(all(feature = "ring", feature = "reqwest-no-provider"))]
    {
        tell("plain client without a provider", &built(&plain_client()));
        #[cfg(feature = "tokenward")]
        tell("tokenward client without a provider", &built(&ours::client("http://127.0.0.1:1")));
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tell("ring", "cannot be installed");
        }
    }

    let plain = plain_client();
    tell("plain client", &built(&plain));
    if let Ok(client) = plain {
        let get = async |address: String| match client.get(address).send().await {
            Ok(response) => response.status().to_string(),
            Err(_) => "fails".to_owned(),
        };
        tell("plain client over http", &over_http(get).await);
        tell("plain client over https", &over_https(get).await);
    }
    #[cfg(feature = "tokenward")]
    {
        tell("tokenward client", &built(&ours::client("http://127.0.0.1:1")));
        tell("tokenward client over http", &over_http(ours::list).await);
        tell("tokenward client over https", &over_https(ours::list).await);
    }
    #[cfg(feature = "rustls")]
    {
        let installed = rustls::crypto::CryptoProvider::get_default();
        tell("installed provider", &installed.map_or_else(|| "none".to_owned(), |it| name(it)));
        // In this order: the builder installs the provider that it finds.
        let config = caught(|| Ok(rustls::ClientConfig::builder()));
        tell("rustls builder", &config.map_or_else(|why| why, |builder| name(builder.crypto_provider())));
    }
}

fn tell(key: &str, value: &str) {
    println!("{key}: {value}");
}

fn built<T>(result: &Result<T, String>) -> String {
    result.as_ref().map_or_else(Clone::clone, |_| "built".to_owned())
}

/// Returns the result, or "panics".
fn caught<T>(build: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(build)).unwrap_or_else(|_| Err("panics".to_owned()))
}

fn plain_client() -> Result<reqwest::Client, String> {
    caught(|| reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string()))
}

/// Returns the name of the type that loads private keys, such as `Ring`.
#[cfg(feature = "rustls")]
fn name(provider: &rustls::crypto::CryptoProvider) -> String {
    format!("{:?}", provider.key_provider)
}

/// Returns what `call` tells about an empty JSON array.
async fn over_http(call: impl AsyncFnOnce(String) -> String) -> String {
    let (listener, address) = listener().await;
    let serve = async {
        loop {
            let (mut connection, _) = listener.accept().await?;
            read_head(&mut connection).await?;
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
            connection.write_all(answer.as_bytes()).await?;
        }
    };
    tokio::select! {
        said = timeout(PATIENCE, call(format!("http://{address}"))) => {
            said.unwrap_or_else(|_| "no answer".to_owned())
        }
        result = serve => {
            let result: std::io::Result<()> = result;
            result.map_or_else(|error| error.to_string(), |()| String::new())
        }
    }
}

async fn read_head(connection: &mut TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut head).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// Returns what the client offers in its handshake, or that it begins none.
async fn over_https(call: impl AsyncFnOnce(String) -> String) -> String {
    let (listener, address) = listener().await;
    let hello = async {
        let (mut connection, _) = listener.accept().await?;
        let mut header = [0; 5];
        connection.read_exact(&mut header).await?;
        let mut record = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
        connection.read_exact(&mut record).await?;
        // Handshake header (4), version (2), random (32), then the session id and the cipher suites, each after its length.
        let session = usize::from(record[38]);
        let suites = u16::from_be_bytes([record[39 + session], record[40 + session]]) / 2;
        Ok(format!("handshake {:#04x} with {suites} cipher suites", header[0]))
    };
    tokio::select! {
        biased;
        hello = hello => hello.unwrap_or_else(|error: std::io::Error| error.to_string()),
        _ = timeout(PATIENCE, call(format!("https://{address}"))) => "no handshake".to_owned(),
    }
}

async fn listener() -> (TcpListener, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    (listener, address)
}

#[cfg(feature = "tokenward")]
mod ours {
    use std::error::Error;

    use tokenward::{HttpOptions, ListOptions, RetryOptions, TokenManagerExt, mist::Mist};

    pub(crate) fn client(address: &str) -> Result<Mist, String> {
        let builder = Mist::builder("a-credential-of-nobody")
            .base_url(address)
            .http(HttpOptions::default().with_retry(RetryOptions::none()));
        super::caught(|| {
            builder.build().map_err(|error| {
                let source = error.source().map(|source| format!(": {source}"));
                format!("{error}{}", source.unwrap_or_default())
            })
        })
    }

    pub(crate) async fn list(address: String) -> String {
        let client = match client(&address) {
            Ok(client) => client,
            Err(why) => return why,
        };
        match client.org_tokens("an-organization").list_all(ListOptions::default()).await {
            Ok(tokens) => format!("{} tokens", tokens.len()),
            Err(error) => error.to_string(),
        }
    }
}
