//! Writing all of it, or nothing.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{files, lock::Lock, problem::Problem};

/// What is taken back unless it is kept.
struct Undo<'a> {
    places: &'a [PathBuf],
    lock: (PathBuf, Option<Vec<u8>>),
    is_kept: bool,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        for place in self.places {
            drop(std::fs::remove_dir_all(place));
        }
        let (path, content) = &self.lock;
        drop(match content {
            Some(content) => std::fs::write(path, content),
            None => std::fs::remove_file(path),
        });
    }
}

/// Writes the files into folders that were not there, and does the rest; where anything fails, it is as it was before.
pub(super) fn all(
    root: &Path,
    places: &[PathBuf],
    contents: &[(PathBuf, String)],
    rest: impl FnOnce() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let lock = Lock::path(root);
    let before = std::fs::read(&lock).ok();
    let mut undo = Undo { places, lock: (lock, before), is_kept: false };
    for (path, content) in contents {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder).map_err(|error| Problem::from(error).in_file(folder))?;
        files::bring(&path, content, false)?;
    }
    rest()?;
    undo.is_kept = true;
    Ok(())
}

/// The source as `cargo fmt` has it; as it is where there is no formatter.
pub(super) fn formatted(root: &Path, source: &str) -> Result<String, Problem> {
    syn::parse_file(source).map_err(|error| Problem::new(format!("what was made is no Rust: {error}")))?;
    Ok(format(root, source).unwrap_or_else(|| source.to_owned()))
}

fn format(root: &Path, source: &str) -> Option<String> {
    let mut formatter = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    formatter.stdin.take()?.write_all(source.as_bytes()).ok()?;
    let output = formatter.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

/// Whether cargo has brought `Cargo.lock` to what the members are now, with what is on this machine.
pub(super) fn lock(root: &Path) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
