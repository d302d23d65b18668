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

#[test]
fn it_prints_each_vendor_with_a_call_that_runs() {
    let (_running, lines) = start();
    for vendor in ["atlassian", "mist", "sailpoint", "launchdarkly"] {
        assert!(lines.iter().any(|line| line == vendor), "{vendor}");
    }
    let calls: Vec<&str> =
        lines.iter().map(|line| line.trim()).filter(|line| line.starts_with("curl")).collect();
    assert_eq!(calls.len(), 4);
    for call in calls {
        let shell = Command::new("sh").arg("-c").arg(format!("{call} -sf --noproxy '*'")).output().unwrap();
        assert!(shell.status.success(), "{call}");
        let answer: serde_json::Value = serde_json::from_slice(&shell.stdout).unwrap();
        assert!(answer.is_object() || answer.is_array());
    }
}

#[test]
fn it_says_how_it_is_used() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_tokenward-testkit")).args(arguments).output().unwrap()
    };
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().starts_with("usage: "));
    for wrong in [&["--port"][..], &["--port", "x"], &["--port", "65534"], &["other"]] {
        let refused = run(wrong);
        assert!(!refused.status.success(), "{wrong:?}");
        assert!(String::from_utf8(refused.stderr).unwrap().contains("usage: "), "{wrong:?}");
    }
}
