//! A server that sends what it is told to, byte by byte.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokenward::{HttpOptions, RetryOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A server on loopback, which ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request, with its number, and closes the connection behind it.
    pub(crate) async fn start(answer: impl Fn(usize, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                while !is_whole(&request) {
                    match stream.read(&mut buffer).await {
                        Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                        _ => break,
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let bytes = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(request.clone());
                    answer(kept.len() - 1, &request)
                };
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, requests }
    }

    /// Answers every request alike.
    pub(crate) async fn always(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, _| answer.clone()).await
    }

    /// The requests as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}

/// An answer with these headers, each with its line break, and this body.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: \
         close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// An answer that announces more than comes.
pub(crate) fn cut(body: &str) -> Vec<u8> {
    let announced = body.len() + 1000;
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {announced}\r\n\r\n{body}")
        .into_bytes()
}

/// Up to four sendings, without waits that count.
pub(crate) fn http() -> HttpOptions {
    let moment = Duration::from_millis(1);
    HttpOptions::default().with_retry(RetryOptions::default().with_delays(moment, moment))
}
