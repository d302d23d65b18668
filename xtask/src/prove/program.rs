//! Lets clients read answers over a connection to itself, and says which they cannot read.
//!
//! This is the main file of a program that `cargo xtask spec prove` makes; the clients are modules beside it, and `read`
//! in `clients.rs` calls them.

use std::{
    fmt::Debug,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokenward_http::{
    BaseUrl, HeaderCredential, HttpOptions, SecretString, Session,
    runtime::{Error, ResponseValue},
};

mod clients;

/// Answers to one method of one client.
#[derive(Deserialize)]
pub struct Case {
    pub client: String,
    pub method: String,
    /// What may be sent as a body.
    pub sent: Vec<Value>,
    answers: Vec<Answer>,
}

#[derive(Clone, Default, Deserialize)]
struct Answer {
    status: u16,
    media_type: Option<String>,
    body: String,
}

/// An argument of any type, from what its document says or from a scalar.
pub fn argument<T: DeserializeOwned>(sent: &[Value]) -> T {
    let scalars = [Value::from("x"), Value::from(1), Value::from(true)];
    let read = |value: &Value| serde_json::from_value(value.clone()).ok();
    sent.iter().chain(&scalars).find_map(read).expect("no value is of this type")
}

/// What is wrong with what was read: one bad item of a list counts, too.
pub fn said<T: Debug>(answer: Result<ResponseValue<T>, Error>) -> Result<(), String> {
    let text = format!("{:?}", answer.map_err(|error| format!("{error:?}"))?.into_inner());
    if text.contains("Err(") { Err(text) } else { Ok(()) }
}

fn main() {
    let cases: Vec<Case> = serde_json::from_reader(std::io::stdin()).expect("cases");
    let (address, next) = serve();
    let credential = HeaderCredential::new("Bearer ", &SecretString::from("a-credential")).expect("a header");
    let session = Session::new(BaseUrl::parse(&address).expect("an address"), &HttpOptions::default(), "prove/0")
        .expect("a session")
        .with_authorization(Arc::new(credential));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for case in &cases {
        let mut problems = Vec::new();
        for answer in &case.answers {
            *next.lock().expect("a lock") = answer.clone();
            if let Err(problem) = runtime.block_on(clients::read(session.clone(), case)) {
                problems.push(format!("{} {}: {problem}", answer.status, answer.body));
            }
        }
        println!("{}", Value::from(problems));
    }
}

/// Answers every request with what is next.
fn serve() -> (String, Arc<Mutex<Answer>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let next: Arc<Mutex<Answer>> = Arc::default();
    let answers = next.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = BufReader::new(stream.try_clone().expect("a connection"));
            let (mut line, mut length) = (String::new(), 0);
            while request.read_line(&mut line).expect("a request") > 2 {
                let value = line.to_lowercase().strip_prefix("content-length:").map(|value| value.trim().to_owned());
                length = value.map_or(length, |value| value.parse().expect("a length"));
                line.clear();
            }
            request.read_exact(&mut vec![0; length]).expect("a body");
            let Answer { status, media_type, body } = answers.lock().expect("a lock").clone();
            let media_type = media_type.map(|name| format!("content-type: {name}\r\n")).unwrap_or_default();
            let length = body.len();
            let head = format!("HTTP/1.1 {status} Sent\r\n{media_type}content-length: {length}\r\nconnection: close");
            write!(stream, "{head}\r\n\r\n{body}").expect("an answer");
        }
    });
    (address, next)
}
