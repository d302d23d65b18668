//! A server that sends a list part by part, each when it is told to.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use tokenward_bench::items::List;

use crate::{Result, server};

/// How many bytes are sent at once.
pub(crate) const PART: usize = 64 << 10;

/// What it says when a part is sent.
pub(crate) const SENT: &str = "sent";

/// Serves on a port that is told on stdout. Each byte on stdin lets a part go, which is told on stdout, too; at the end of
/// stdin the process ends.
pub(crate) fn run(list: List, count: usize) -> Result<()> {
    let body: Arc<str> = body(list, count).into();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    server::tell(listener.local_addr()?)?;
    let (release, released) = mpsc::channel();
    thread::spawn(move || {
        for _ in io::stdin().bytes().map_while(io::Result::ok) {
            let _ = release.send(());
        }
        process::exit(0);
    });
    let released = Arc::new(Mutex::new(released));
    for stream in listener.incoming() {
        let (stream, body, released) = (stream?, body.clone(), released.clone());
        thread::spawn(move || drop(serve(stream, &body, count, &released)));
    }
    Ok(())
}

/// The whole list, as its vendor sends it.
pub(crate) fn body(list: List, count: usize) -> String {
    let items = list.items(0..count);
    match list {
        List::LaunchdarklyRelay => format!(r#"{{"items":[{items}]}}"#),
        _ => format!("[{items}]"),
    }
}

fn serve(
    mut stream: TcpStream,
    body: &str,
    count: usize,
    released: &Mutex<mpsc::Receiver<()>>,
) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(line) = request(&mut reader)? {
        if line.contains("/oauth/token") {
            send_head(&mut stream, BEARER.len(), 0)?;
            stream.write_all(BEARER.as_bytes())?;
            continue;
        }
        send_head(&mut stream, body.len(), count)?;
        for part in body.as_bytes().chunks(PART) {
            let released = released.lock().map_err(|_| "another connection failed")?;
            released.recv()?;
            stream.write_all(part)?;
            println!("{SENT}");
        }
    }
    Ok(())
}

const BEARER: &str = r#"{"access_token":"bearer","expires_in":43199}"#;

fn send_head(stream: &mut TcpStream, length: usize, count: usize) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nx-total-count: {count}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())
}

/// The first line of the next request, which is read to its end.
fn request(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut first, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        first.get_or_insert(line);
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(first)
}
