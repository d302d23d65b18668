//! A vendor that was just begun compiles without a warning, and its raw list call reaches a server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
};

use xtask::new_vendor::{lock, run};

use crate::{
    new_vendor::{options, published},
    support::root,
};

/// A vendor, the variables that its client is built from, and lines that the server is to be sent.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const VENDORS: [Case; 5] = [
    ("acme", &[("ACME_TOKEN", "CANARY")], &["GET /things", "authorization: Bearer CANARY"]),
    (
        "key",
        &[("KEY_X_API_KEY", "CANARY"), ("KEY_X_APP_KEY", "CANARY-2")],
        &["GET /things", "x-api-key: CANARY", "x-app-key: CANARY-2"],
    ),
    (
        "oauth",
        &[("OAUTH_CLIENT_ID", "an-id"), ("OAUTH_CLIENT_SECRET", "CANARY")],
        &[
            "POST /oauth/token",
            "grant_type=client_credentials&client_id=an-id&client_secret=CANARY",
            "GET /things",
            "authorization: Bearer CANARY-3",
        ],
    ),
    ("open", &[], &["GET /things"]),
    ("several", &[("SEVERAL_QUERY_KEY_API_KEY", "CANARY")], &["GET /things?key=CANARY"]),
];

#[test]
#[ignore = "compiles five clients; .ci/run runs it"]
fn five_new_vendors_compile_and_list_what_a_server_has() {
    let workspace = Workspace::copied();
    for (vendor, ..) in VENDORS {
        let options = options(vendor, published(&format!("{vendor}.yaml")));
        run(&workspace.root, &options, &mut |_| {}).unwrap();
    }
    lock(&workspace.root, &mut |problem| panic!("{problem}"));
    let examples = VENDORS.map(|(vendor, ..)| format!("--example={vendor}-list"));
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    // The features of the whole workspace, with which everything else is compiled already.
    workspace.cargo(&[&["build", "--workspace"], &examples[..]].concat());
    let packages = VENDORS.map(|(vendor, ..)| format!("--package=tokenward-{vendor}"));
    workspace
        .cargo(&[&["fmt", "--check"], &packages.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    for (vendor, variables, expected) in VENDORS {
        let (output, received) =
            list(&workspace.target.join(format!("debug/examples/{vendor}-list")), vendor, variables);
        assert!(
            output.contains("id: \"thing-1\"") && output.contains("id: \"thing-2\""),
            "{vendor}: {output}"
        );
        assert!(!output.contains("CANARY"), "{vendor}: {output}");
        for line in expected {
            assert!(
                received.lines().any(|sent| sent.starts_with(line)),
                "{vendor}: {line} is not in {received}"
            );
        }
    }
}

/// A copy of the workspace in the build directory, which is gone at the end.
struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    fn copied() -> Self {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        // Always the same folder, so that what is compiled of it replaces what was.
        let workspace = Self { root: target.join("new-vendor"), target };
        drop(std::fs::remove_dir_all(&workspace.root));
        copy(&root(), &workspace.root);
        workspace
    }

    /// Runs cargo without the network, and with warnings that are errors.
    fn cargo(&self, arguments: &[&str]) {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("CARGO_MANIFEST_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {}: {said}", arguments.join(" "));
        assert!(!said.contains("warning"), "cargo {}: {said}", arguments.join(" "));
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.root));
    }
}

/// Copies sources: no build directory, and no history.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Runs an example against a server; what it printed, and what the server received.
fn list(example: &Path, vendor: &str, variables: &[(&str, &str)]) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (send, received) = mpsc::channel();
    let calls = if vendor == "oauth" { 2 } else { 1 };
    let server = thread::spawn(move || {
        listener.incoming().take(calls).for_each(|stream| send.send(answer(&stream.unwrap())).unwrap());
    });
    let output = Command::new(example)
        .env_clear()
        .envs(variables.iter().copied())
        .env(format!("{}_BASE_URL", vendor.to_uppercase()), address)
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{vendor}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    server.join().unwrap();
    (printed, received.try_iter().collect::<Vec<_>>().join("\n"))
}

/// Answers one request; what it was.
fn answer(mut stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|n| n.parse().unwrap());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let things = r#"[{"id": "thing-1", "name": "one"}, {"id": "thing-2"}]"#;
    let (path, answer) = match head.split(' ').nth(1).unwrap() {
        "/oauth/token" => ("", r#"{"access_token": "CANARY-3", "expires_in": 3600}"#.to_owned()),
        path => (
            path,
            if head.contains("CANARY-3") { format!(r#"{{"data": {things}}}"#) } else { things.to_owned() },
        ),
    };
    assert!(path.is_empty() || path.starts_with("/things"), "{head}");
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    )
    .unwrap();
    format!("{head}{}", String::from_utf8(body).unwrap())
}
