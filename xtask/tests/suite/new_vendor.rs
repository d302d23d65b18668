//! A vendor begins with its document, and with nothing half done.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use xtask::{
    generate,
    new_vendor::{Options, run},
    vendor::Vendor,
    verify::{Published, Verdict, verify},
};

use crate::support::{copy, put, root};

pub(crate) fn published(name: &str) -> PathBuf {
    root().join("xtask/tests/suite/published").join(name)
}

pub(crate) fn options(name: &str, from: PathBuf) -> Options {
    Options { name: name.to_owned(), from, select: None, today: "2026-11-22".to_owned() }
}

fn workspace() -> tempfile::TempDir {
    let folder = copy();
    for name in ["rustfmt.toml", "LICENSE-MIT"] {
        put(folder.path(), Path::new(name), &std::fs::read(root().join(name)).unwrap());
    }
    folder
}

/// Begins a vendor; what was reported, or why nothing was made.
fn begin(root: &Path, options: &Options) -> Result<String, String> {
    let mut output = String::new();
    let result = run(root, options, &mut |line| output += &format!("{line}\n"));
    // The time that it took.
    let without_time = |line: &str| match line.rsplit_once(" lines, ") {
        Some((start, _)) => format!("{start} lines"),
        None => line.to_owned(),
    };
    match result {
        Ok(()) => Ok(output.lines().map(without_time).collect::<Vec<_>>().join("\n")),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Every file with its content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

fn text(root: &Path, path: &str) -> String {
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn a_vendor_begins_with_structure_and_without_a_word_of_the_vendors() {
    let folder = workspace();
    let root = folder.path();
    let options = Options { select: Some("tokens$".to_owned()), ..options("acme", published("acme.yaml")) };
    insta::assert_snapshot!("report", begin(root, &options).unwrap());
    for (name, path) in [
        ("openapi", "specs/acme/openapi.yaml"),
        ("overlay", "specs/acme/overlay.yaml"),
        ("vendor", "specs/acme/vendor.toml"),
        ("manifest", "crates/tokenward-acme/Cargo.toml"),
        ("readme", "crates/tokenward-acme/README.md"),
        ("root", "crates/tokenward-acme/src/lib.rs"),
        ("client_bearer", "crates/tokenward-acme/src/client.rs"),
        ("example", "crates/tokenward-acme/examples/list.rs"),
    ] {
        insta::assert_snapshot!(name, text(root, path));
    }
    for (path, content) in
        tree(&root.join("specs/acme")).into_iter().chain(tree(&root.join("crates/tokenward-acme")))
    {
        let content = String::from_utf8(content).unwrap();
        for word in ["heir words", "endor's words", "long story", "Everybody", "More of them", "x-internal"] {
            assert!(!content.contains(word), "{word} in {}", path.display());
        }
    }
}

#[test]
fn the_client_is_built_as_the_documents_security_and_servers_say() {
    for name in ["key", "oauth", "open", "several"] {
        let folder = workspace();
        begin(folder.path(), &options("acme", published(&format!("{name}.yaml")))).unwrap();
        insta::assert_snapshot!(
            format!("client_{name}"),
            text(folder.path(), "crates/tokenward-acme/src/client.rs")
        );
    }
}

#[test]
fn credentials_that_a_document_names_and_nothing_asks_for_are_asked_for_by_the_overlay() {
    let folder = workspace();
    let report = begin(folder.path(), &options("acme", published("several.yaml"))).unwrap();
    assert!(report.contains("specs/acme/overlay.yaml: the document asks for no credential"), "{report}");
    assert!(report.contains("`digest`: no client speaks http digest"), "{report}");
    insta::assert_snapshot!("overlay_unsaid", text(folder.path(), "specs/acme/overlay.yaml"));
    let source = text(folder.path(), "crates/tokenward-acme/src/generated.rs");
    assert!(source.contains("authorized: true") && !source.contains("authorized: false"));
}

#[test]
fn what_is_begun_is_fresh_and_is_what_the_vendor_publishes() {
    for name in ["acme", "key", "oauth", "open", "several"] {
        let folder = workspace();
        let document = published(&format!("{name}.yaml"));
        begin(folder.path(), &options("acme", document.clone())).unwrap();
        let mut output = String::new();
        let check = generate::Options { check: true, ..Default::default() };
        let fresh = generate::run(folder.path(), &check, &mut |line| output += line).unwrap();
        assert!(fresh, "{name}: {output}");
        let vendor = Vendor::load(&folder.path().join("specs"), "acme").unwrap();
        for (_, verdict) in verify(&vendor, &Published::File(document)).unwrap() {
            match verdict {
                Verdict::Compared { nodes, differences } => {
                    assert!(nodes > 10 && differences.is_empty(), "{name}: {differences:?}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_structure_that_no_client_takes_is_lowered_and_what_is_lost_is_said() {
    let folder = workspace();
    let acme = std::fs::read_to_string(published("acme.yaml")).unwrap();
    let choice = "{oneOf: [{type: string, enum: [a]}, {type: string, enum: [b]}, {type: integer}]}";
    let acme = acme.replace("{type: string, enum: ['on', 'off']}", choice);
    assert!(acme.contains(choice));
    let document = folder.path().join("acme.yaml");
    std::fs::write(&document, acme).unwrap();
    let report = begin(folder.path(), &options("acme", document)).unwrap();
    assert!(report.contains("credential: a bearer token"), "{report}");
    assert!(report.contains("address: https://api.acme.example/v1"), "{report}");
    let lost: Vec<&str> = report.lines().skip_while(|line| !line.contains("What it lost")).take(3).collect();
    insta::assert_snapshot!(lost.join("\n"));
    let mut output = String::new();
    let check = generate::Options { check: true, ..Default::default() };
    assert!(generate::run(folder.path(), &check, &mut |line| output += line).unwrap(), "{output}");
}

/// A document whose descriptions tell of the word before the key, and of a secret.
const TOLD: &str = r#"
openapi: 3.0.3
info: {title: Told, version: '1'}
servers: [{url: 'https://api.told.example'}]
security: [{key: []}]
paths:
  /robots:
    get:
      operationId: list_robots
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Robot'}}}}}}
    post:
      operationId: create_robot
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/NewRobot'}}}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: Authorization, description: 'Send `Authorization: XYZ {key}`, or `Token {key}`.'}
  schemas:
    Robot: {type: object, required: [id], properties: {id: {type: string}, name: {type: string}}}
    NewRobot:
      type: object
      required: [id, blob]
      properties:
        id: {type: string}
        blob: {type: string, description: The robot's token. It is only shown once.}
        pin: {type: integer, format: password}
"#;

#[test]
fn what_only_descriptions_tell_is_read_before_they_are_left_out() {
    let folder = workspace();
    let root = folder.path();
    put(root, Path::new("told.yaml"), TOLD.as_bytes());
    let report = begin(root, &options("told", root.join("told.yaml"))).unwrap();
    assert!(text(root, "specs/told/vendor.toml").contains("secrets = [\"NewRobot.blob\"]"));
    assert!(text(root, "crates/tokenward-told/src/client.rs").contains("HeaderCredential::new(\"XYZ \", "));
    let source = text(root, "crates/tokenward-told/src/generated.rs");
    assert!(source.contains("Issued<types::NewRobot>") && source.contains("&[\"blob\"]"));
    for line in [
        "credential: a key in `Authorization`, after the word `XYZ`",
        "field NewRobot.pin: may be a secret: look at it",
        "`key`: its description names `Token` as well",
    ] {
        assert!(report.contains(line), "{line}: {report}");
    }
}

#[test]
fn the_same_document_gives_the_same_files() {
    let made = || {
        let folder = workspace();
        begin(folder.path(), &options("acme", published("acme.yaml"))).unwrap();
        let files = tree(folder.path()).into_iter();
        files
            .map(|(path, text)| (path.strip_prefix(folder.path()).unwrap().to_owned(), text))
            .collect::<Vec<_>>()
    };
    assert_eq!(made(), made());
}

#[test]
fn what_cannot_be_begun_is_refused_and_nothing_is_written() {
    let folder = workspace();
    let root = folder.path();
    let file = |name: &str, content: &str| {
        let path = root.join("input").join(name);
        put(root, &path, content.as_bytes());
        path
    };
    let with =
        |select: &str| Options { select: Some(select.to_owned()), ..options("acme", published("acme.yaml")) };
    let cases = [
        options("../acme", published("acme.yaml")),
        options("match", published("acme.yaml")),
        options("testkit", published("acme.yaml")),
        options("mist", published("acme.yaml")),
        options("acme", root.join("gone.yaml")),
        options("acme", file("other.yaml", "name: x\n")),
        options("acme", file("swagger.yaml", "swagger: '2.0'\n")),
        options("acme", file("empty.yaml", "openapi: 3.0.3\ninfo: {}\npaths: {}\n")),
        with("("),
        with("nothing like this"),
    ];
    put(root, Path::new("crates/tokenward-taken/README.md"), b"");
    let before = tree(root);
    let mut refusals = String::new();
    for options in cases.iter().chain([&options("taken", published("acme.yaml"))]) {
        let refusal = begin(root, options).unwrap_err();
        let refusal = refusal
            .replace(&root.display().to_string(), "")
            .replace(&crate::support::root().display().to_string(), "");
        refusals += &format!("{}: {refusal}\n", options.name);
        assert!(tree(root) == before, "{}: something is left", options.name);
    }
    insta::assert_snapshot!(refusals);
}

#[test]
fn where_generating_fails_at_last_everything_is_as_it_was_before() {
    let folder = workspace();
    let root = folder.path();
    std::fs::remove_file(root.join("Cargo.lock")).unwrap();
    let before = tree(root);
    let refusal = begin(root, &options("acme", published("acme.yaml"))).unwrap_err();
    assert!(refusal.contains("Cargo.lock"), "{refusal}");
    assert!(tree(root) == before);
    assert!(!root.join("specs/acme").exists() && !root.join("crates/tokenward-acme").exists());
}
