//! The program that serves all four.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it and reads what it prints of the four vendors.
fn start() -> (Running, Vec<String>) {
    let child = Command::new(env!("CARGO_BIN_EXE_tokenward-testkit")).stdout(Stdio::piped()).spawn();
    let mut running = Running(child.unwrap());
    let output = BufReader::new(running.0.stdout.take().unwrap());
    let lines = output.lines().map(Result::unwrap).take(20).collect();
    (running, lines)
}

/// Runs it as a shell does; the answer has to be a success and JSON.
fn run(call: &str) {
    let shell = Command::new("sh").arg("-c").arg(format!("{call} -sf --noproxy '*'")).output().unwrap();
    assert!(shell.status.success(), "{call}");
    let answer: serde_json::Value = serde_json::from_slice(&shell.stdout).unwrap();
    assert!(answer.is_object() || answer.is_array());
}

#[test]
fn it_prints_each_vendor_with_a_call_that_runs() {
    let (_running, lines) = start();
    for vendor in ["atlassian", "mist", "sailpoint", "launchdarkly"] {
        assert!(lines.iter().any(|line| line == vendor), "{vendor}");
    }
    let calls: Vec<&str> =
        lines.iter().map(|line| line.trim()).filter(|line| line.starts_with("curl")).collect();
    assert_eq!(calls.len(), 4);
    calls.into_iter().for_each(run);
}

#[test]
fn the_calls_in_the_readme_run() {
    let (_running, lines) = start();
    let urls = lines.iter().filter_map(|line| line.trim().strip_prefix("url"));
    let ports: Vec<&str> = urls.map(|url| url.rsplit(':').next().unwrap()).collect();
    let readme = include_str!("../../README.md");
    let mut calls = readme.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().replace("\\\n", "");
    for (written, port) in ["4300", "4301", "4302", "4303"].into_iter().zip(ports) {
        calls = calls.replace(written, port);
    }
    assert_eq!(calls.lines().count(), 4);
    calls.lines().for_each(run);
}

#[test]
fn it_says_how_it_is_used() {
    let called = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_tokenward-testkit")).args(arguments).output().unwrap()
    };
    let help = called(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().starts_with("usage: "));
    for wrong in [&["--port"][..], &["--port", "x"], &["--port", "65534"], &["other"]] {
        let refused = called(wrong);
        assert!(!refused.status.success(), "{wrong:?}");
        assert!(String::from_utf8(refused.stderr).unwrap().contains("usage: "), "{wrong:?}");
    }
}
