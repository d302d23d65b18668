//! A proxy with a password, which the environment names: neither a client nor a log shows it.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
    time::Duration,
};

use tokenward_http::{HttpOptions, RetryOptions};
use tokenward_mist::Mist;
use tokenward_testkit::{Canaries, Canary, Search};

use crate::{
    plants::{plant, secret},
    shown::ShowAnswer,
    watch,
};

const PASSWORD: &str = "the password of a proxy";
/// By its name, the test below runs the other one in a process of its own: the environment of this one is everybody's.
const IN_ITS_OWN_PROCESS: &str = "proxy::what_a_client_behind_a_proxy_prints";

/// Refuses the first client, and gives what that said.
fn proxy() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let password = plant(PASSWORD);
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 4096];
        let length = stream.read(&mut asked).unwrap();
        let answer =
            format!("HTTP/1.1 407 No\r\nproxy-authenticate: Basic realm=\"{password}\"\r\n\r\n{password}");
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    (address, heard)
}

#[test]
fn no_client_prints_the_password_of_its_proxy() {
    let (address, heard) = proxy();
    let url = format!("http://user:{}@{address}", plant(PASSWORD));
    let output = Command::new(std::env::current_exe().unwrap())
        .args([IN_ITS_OWN_PROCESS, "--exact", "--ignored", "--nocapture"])
        .envs([
            ("HTTPS_PROXY", url.as_str()),
            ("https_proxy", url.as_str()),
            ("NO_PROXY", ""),
            ("no_proxy", ""),
        ])
        .output()
        .unwrap();
    let canaries = Canaries::new([secret::CREDENTIAL, PASSWORD].map(Canary::new));
    let heard = heard.join().unwrap();
    assert_eq!(canaries.find_in(&heard).len(), 1, "the proxy got the password, and nothing else: {heard}");
    let mut search = Search::new(canaries);
    for printed in [&output.stdout, &output.stderr] {
        search.text("the output of the process", &String::from_utf8_lossy(printed));
    }
    assert!(output.status.success(), "{output:?}");
    assert!(search.texts() == 2 && String::from_utf8_lossy(&output.stdout).contains("reqwest::connect"));
    search.assert_clean();
}

#[tokio::test]
#[ignore = "no test by itself: another one runs it behind a proxy"]
async fn what_a_client_behind_a_proxy_prints() {
    watch::start();
    let http = HttpOptions::default().with_retry(RetryOptions::none()).with_timeout(Duration::from_secs(10));
    let mist =
        Mist::builder(plant(secret::CREDENTIAL)).base_url("https://mist.invalid").http(http).build().unwrap();
    let shown = mist.raw().get_self().await.show();
    assert!(!shown.is_ok);
    println!("{mist:?} {mist:#?} {:?} {}", shown.errors, watch::logged().concat());
}
