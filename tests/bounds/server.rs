//! A server of bombs: it makes its bytes while it sends them, and lives in another process than the client.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// No connection lives longer without a byte.
const PATIENCE: Duration = Duration::from_secs(20);

/// What begins the bomb: until it is asked for, every answer is an ordinary one.
pub(crate) const ARM: &str = "/arm";

/// An answer that is made while it is sent.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Box<dyn Iterator<Item = String> + Send>,
    pub(crate) body: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    /// How many bytes are announced; where none are, the body comes in chunks.
    pub(crate) length: Option<u64>,
    /// How long to wait before each byte.
    pub(crate) drip: Option<Drip>,
}

/// What comes a byte at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drip {
    Head,
    Body,
}

impl Answer {
    pub(crate) fn chunked(body: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Self {
        Self {
            status: 200,
            headers: Box::new(std::iter::empty()),
            body: Box::new(body),
            length: None,
            drip: None,
        }
    }

    pub(crate) fn whole(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { length: Some(body.len() as u64), ..Self::chunked(std::iter::once(body)) }
    }
}

/// Answers the first line of a request, and how many came before since the bomb was armed.
type Respond = dyn Fn(&str, Option<usize>) -> Answer + Send + Sync;

/// It serves on 127.0.0.1 until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

struct State {
    respond: Box<Respond>,
    armed: AtomicBool,
    count: AtomicUsize,
    stopped: AtomicBool,
}

impl Server {
    pub(crate) fn start(
        respond: impl Fn(&str, Option<usize>) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            respond: Box::new(respond),
            armed: AtomicBool::new(false),
            count: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let of_thread = state.clone();
        let accepting = Some(thread::spawn(move || accept(&listener, &of_thread)));
        Ok(Self { address, state, accepting })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many requests came since the bomb was armed.
    pub(crate) fn requests(&self) -> usize {
        self.state.count.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // The thread that waits for a connection gets one, and ends.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        if state.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let state = state.clone();
        // It ends with the client, which goes away in the middle of most answers.
        thread::spawn(move || drop(serve(&stream, &state)));
    }
}

fn serve(stream: &TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    while let Some(line) = request(&mut reader)? {
        let path = line.split(' ').nth(1).unwrap_or_default();
        if path == ARM {
            state.armed.store(true, Ordering::SeqCst);
            send(stream, Answer::whole(""))?;
            continue;
        }
        let before = state.armed.load(Ordering::SeqCst).then(|| state.count.fetch_add(1, Ordering::SeqCst));
        send(stream, (state.respond)(&line, before))?;
    }
    Ok(())
}

/// The first line of the next request, which is read to its end.
fn request(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if first.is_empty() {
            line.clone_into(&mut first);
        } else if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(Some(first))
}

fn send(stream: &TcpStream, answer: Answer) -> io::Result<()> {
    let mut writer = Writer { stream, drips: answer.drip == Some(Drip::Head) };
    writer.write(format!("HTTP/1.1 {} Said\r\n", answer.status).as_bytes())?;
    for header in answer.headers {
        writer.write(format!("{header}\r\n").as_bytes())?;
    }
    let framing = match answer.length {
        Some(length) => format!("content-length: {length}\r\n"),
        None => "transfer-encoding: chunked\r\n".to_owned(),
    };
    writer.write(format!("content-type: application/json\r\n{framing}\r\n").as_bytes())?;
    writer.drips = answer.drip == Some(Drip::Body);
    for part in answer.body {
        if answer.length.is_some() {
            writer.write(&part)?;
        } else if !part.is_empty() {
            let part = [format!("{:x}\r\n", part.len()).as_bytes(), &part, b"\r\n"].concat();
            writer.write(&part)?;
        }
    }
    if answer.length.is_none() {
        writer.write(b"0\r\n\r\n")?;
    }
    Ok(())
}

struct Writer<'a> {
    stream: &'a TcpStream,
    drips: bool,
}

impl Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        const PAUSE: Duration = Duration::from_millis(50);

        if !self.drips {
            return self.stream.write_all(bytes);
        }
        self.stream.set_read_timeout(Some(PAUSE))?;
        for byte in bytes {
            self.stream.write_all(&[*byte])?;
            // The client says nothing meanwhile; when it goes away, this is where it is noticed.
            match self.stream.read(&mut [0]) {
                Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
                Err(error) if !is_pause(&error) => return Err(error),
                _ => {}
            }
        }
        self.stream.set_read_timeout(Some(PATIENCE))
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
