//! A server whose answers are ready before they are asked for, in a process of its own.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    ops::Range,
    pin::Pin,
    process,
    sync::Arc,
    task::{Context, Poll},
    thread,
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    Request, Response,
    body::{Body, Frame, SizeHint},
    header::HeaderValue,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokenward_bench::items::List;
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// More are made page by page when they are asked for, since they would not fit into memory beside a client.
const MOST_READY: usize = 200_000;

/// What is served: one list of so many tokens.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Served {
    /// Whose list it is.
    #[arg(long)]
    pub(crate) list: List,
    /// How many tokens it has.
    #[arg(long)]
    pub(crate) count: usize,
    /// How long each answer takes.
    #[arg(long, default_value_t = 0)]
    pub(crate) delay_millis: u64,
}

/// Serves on a port of this machine that is told on stdout, until stdin ends.
pub(crate) fn run(served: Served) -> Result<()> {
    let site = Arc::new(Site::new(served));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        tell(listener.local_addr()?)?;
        thread::spawn(|| {
            let _ = io::stdin().read_to_end(&mut Vec::new());
            process::exit(0);
        });
        accept(&listener, &site).await
    })
}

/// The address, for the process that waits for it.
pub(crate) fn tell(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{address}")?;
    out.flush()
}

async fn accept(listener: &TcpListener, site: &Arc<Site>) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(stream, site.clone()));
    }
}

async fn connection(stream: TcpStream, site: Arc<Site>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(site.answer(&request).await) }
    });
    // An error is a client that went away.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// A list, and how its vendor puts it into pages.
pub(crate) struct Site {
    served: Served,
    /// The items with commas between them, and where each begins; nothing where they are made when asked for.
    ready: Option<(Bytes, Vec<usize>)>,
}

impl Site {
    pub(crate) fn new(served: Served) -> Self {
        let ready = (served.count <= MOST_READY).then(|| {
            let (mut text, mut starts) = (String::new(), Vec::with_capacity(served.count + 1));
            for number in 0..served.count {
                starts.push(text.len());
                text.push_str(&served.list.item(number));
                text.push(',');
            }
            starts.push(text.len());
            (Bytes::from(text), starts)
        });
        Self { served, ready }
    }

    async fn answer<B>(&self, request: &Request<B>) -> Response<Parts> {
        if self.served.delay_millis > 0 {
            tokio::time::sleep(Duration::from_millis(self.served.delay_millis)).await;
        }
        let mut response =
            Response::new(self.body(request.uri().path(), request.uri().query().unwrap_or_default()));
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        // Else a list of whole pages may be one that was cut.
        headers.insert("x-total-count", self.served.count.into());
        response
    }

    pub(crate) fn body(&self, path: &str, query: &str) -> Parts {
        if path == "/oauth/token" {
            return Parts([Bytes::from_static(br#"{"access_token":"bearer","expires_in":43199}"#)].into());
        }
        let Served { list, count, .. } = self.served;
        let value = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find_map(|(key, value)| (key == name).then_some(value))
        };
        let number = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok());
        match list {
            List::Mist | List::Sailpoint => self.around("[", 0..count, "]".to_owned()),
            List::LaunchdarklyRelay => self.around(r#"{"items":["#, 0..count, "]}".to_owned()),
            List::Launchdarkly => {
                let start = number("offset").unwrap_or_default().min(count);
                let end = count.min(start.saturating_add(number("limit").unwrap_or(25)));
                let links = r#""_links":{"self":{"href":"/api/v2/tokens","type":"application/json"}}"#;
                self.around(r#"{"items":["#, start..end, format!(r#"],"totalCount":{count},{links}}}"#))
            }
            List::Atlassian => {
                let cursor = value("cursor");
                let start = cursor.as_deref().and_then(read_cursor).unwrap_or_default().min(count);
                let end = count.min(start + number("pageSize").unwrap_or(list.page()));
                let links = format!(r#""self":"{}""#, cursor_to(start));
                let next =
                    if end < count { format!(r#","next":"{}""#, cursor_to(end)) } else { String::new() };
                self.around(r#"{"data":["#, start..end, format!(r#"],"links":{{{links}{next}}}}}"#))
            }
        }
    }

    fn around(&self, before: &'static str, numbers: Range<usize>, behind: String) -> Parts {
        Parts([Bytes::from_static(before.as_bytes()), self.items(numbers), Bytes::from(behind)].into())
    }

    fn items(&self, numbers: Range<usize>) -> Bytes {
        if numbers.is_empty() {
            return Bytes::new();
        }
        match &self.ready {
            // Without the comma behind the last one.
            Some((text, starts)) => text.slice(starts[numbers.start]..starts[numbers.end] - 1),
            None => Bytes::from(self.served.list.items(numbers)),
        }
    }
}

/// The cursor to the page that begins with this item.
pub(crate) fn cursor_to(start: usize) -> String {
    format!("cur-{start:012x}")
}

fn read_cursor(cursor: &str) -> Option<usize> {
    usize::from_str_radix(cursor.strip_prefix("cur-")?, 16).ok()
}

/// A body in parts that are not copied.
pub(crate) struct Parts(VecDeque<Bytes>);

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|part| part.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(list: List, count: usize) -> Site {
        Site::new(Served { list, count, delay_millis: 0 })
    }

    fn json(site: &Site, query: &str) -> serde_json::Value {
        let text: Vec<u8> = site.body("/", query).0.into_iter().flatten().collect();
        serde_json::from_slice(&text).unwrap()
    }

    fn ids(items: &serde_json::Value) -> Vec<String> {
        let id =
            |item: &serde_json::Value| item.get("_id").or_else(|| item.get("id")).map(ToString::to_string);
        items.as_array().unwrap().iter().map(|item| id(item).unwrap()).collect()
    }

    fn all(list: List, count: usize) -> Vec<String> {
        let text = format!("[{}]", list.items(0..count));
        ids(&serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn pages_by_offset_hold_every_token_once_and_in_order() {
        let site = site(List::Launchdarkly, 250);
        let mut read = Vec::new();
        for query in ["limit=100", "limit=100&offset=100", "offset=200&limit=100"] {
            let page = json(&site, query);
            assert_eq!(page["totalCount"], 250);
            read.extend(ids(&page["items"]));
        }
        assert_eq!(read, all(List::Launchdarkly, 250));
        assert!(ids(&json(&site, "offset=999")["items"]).is_empty());
    }

    #[test]
    fn pages_by_cursor_hold_every_token_once_and_in_order() {
        let site = site(List::Atlassian, 120);
        let (mut read, mut query) = (Vec::new(), String::new());
        loop {
            let page = json(&site, &query);
            read.extend(ids(&page["data"]));
            let Some(next) = page["links"]["next"].as_str() else { break };
            query = format!("cursor={next}");
        }
        assert_eq!(read, all(List::Atlassian, 120));
    }

    #[test]
    fn one_array_holds_every_token_once_and_in_order() {
        for list in [List::Mist, List::Sailpoint] {
            assert_eq!(ids(&json(&site(list, 300), "")), all(list, 300));
        }
    }

    #[test]
    fn pages_that_are_made_when_asked_for_are_those_that_were_ready() {
        let (ready, made) = (site(List::Atlassian, 120), Site { ready: None, ..site(List::Atlassian, 120) });
        let query = format!("cursor={}", cursor_to(50));
        assert_eq!(json(&ready, &query), json(&made, &query));
    }
}
