//! Workspaces to try things in.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::vendor::Vendor;

/// The workspace that these tests are part of.
pub(crate) fn root() -> PathBuf {
    // Cargo sets it at run time too, where another checkout may have built this test.
    let xtask = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&xtask).parent().unwrap().to_owned()
}

pub(crate) fn vendors() -> Vec<Vendor> {
    Vendor::all(&root().join("specs")).unwrap()
}

/// A copy of what the pipeline reads and writes.
pub(crate) fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for vendor in vendors() {
        for name in ["openapi.yaml", "overlay.yaml", "vendor.toml", "api.txt"] {
            let path = Path::new("specs").join(&vendor.name).join(name);
            put(folder.path(), &path, &std::fs::read(root().join(&path)).unwrap());
        }
        for name in ["Cargo.toml", "src/generated.rs"] {
            let path = Path::new("crates").join(&vendor.config.crate_name).join(name);
            put(folder.path(), &path, &std::fs::read(root().join(&path)).unwrap());
        }
    }
    for name in ["Cargo.toml", "Cargo.lock", "specs/lock.toml"] {
        put(folder.path(), Path::new(name), &std::fs::read(root().join(name)).unwrap());
    }
    folder
}

pub(crate) fn put(folder: &Path, path: &Path, content: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// A vendor that is made of a document and further lines of configuration.
pub(crate) fn made_up(document: &str, extra: &str) -> (TempDir, Vendor) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        put(folder.path(), &Path::new("specs/made-up").join(name), content.as_bytes())
    };
    file("openapi.yaml", document);
    file("overlay.yaml", "overlay: 1.0.0\ninfo: {title: none, version: '1'}\nactions: []\n");
    file(
        "vendor.toml",
        &format!(
            "title = 'Made up'\ncrate = 'tokenward-made-up'\nfamilies = []\nids = ['id']\n{extra}\n[[upstream]]\n\
             name = 'main'\npublished = ''\nversion = ''\ncompared = ''\nlicence = ''\nfile = 'made-up.yaml'\n\
             [upstream.operations]\ncreate_thing = 'POST /things'\n"
        ),
    );
    let vendor = Vendor::load(&folder.path().join("specs"), "made-up").unwrap();
    (folder, vendor)
}

/// A thread with the room that the command has: progenitor and typify follow a document on the stack.
pub(crate) fn with_room<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap()
    })
}
