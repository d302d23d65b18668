//! A bare hyper client that throws every byte away: what no client can do without.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokenward_bench::items::List;
use tokio::net::TcpStream;

use crate::{Result, server::cursor_to};

/// One connection, which stays open.
pub(crate) struct Bare {
    send: http1::SendRequest<Empty<Bytes>>,
    host: String,
}

impl Bare {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let host = url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (send, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { send, host })
    }

    /// Asks for all pages of a list, which it cannot read, and so knows beforehand.
    pub(crate) async fn list(&mut self, list: List, count: usize) -> Result<()> {
        for start in (0..count.max(1)).step_by(list.page()) {
            let path = match list {
                List::Launchdarkly => format!("/api/v2/tokens?limit=100&offset={start}&showAll=true"),
                List::Atlassian => format!("/api-tokens?cursor={}", cursor_to(start)),
                List::Mist | List::Sailpoint | List::LaunchdarklyRelay => "/".to_owned(),
            };
            let request = Request::get(path).header("host", &self.host).body(Empty::new())?;
            self.send.ready().await?;
            let mut response = self.send.send_request(request).await?;
            if !response.status().is_success() {
                return Err(format!("the server answers {}", response.status()).into());
            }
            while let Some(frame) = response.frame().await {
                drop(frame?);
            }
        }
        Ok(())
    }
}
