//! Writing what is stale, and nothing else.

use std::{io::Write, path::Path};

use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// What became of a file, or what would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is right as it is.
    Fresh,
    /// It is not what would be generated.
    Stale,
    /// It was not right, and is now.
    Written,
}

/// Brings a file to this content, or says whether it has it.
pub fn bring(path: &Path, content: &str, check: bool) -> Result<Status, Problem> {
    let in_file = |error: std::io::Error| Problem::from(error).in_file(path);
    match std::fs::read(path) {
        Ok(found) if found == content.as_bytes() => return Ok(Status::Fresh),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(in_file(error)),
    }
    if check {
        return Ok(Status::Stale);
    }
    // Beside the target, so that the last step is a rename and nobody sees half a file.
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(in_file)?;
    temporary.write_all(content.as_bytes()).map_err(in_file)?;
    set_readable(temporary.as_file()).map_err(in_file)?;
    temporary.persist(path).map_err(|error| in_file(error.error))?;
    Ok(Status::Written)
}

/// A temporary file is its owner's alone; a source file is everybody's to read.
#[cfg(unix)]
fn set_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// The hash of a content, as `lock.toml` has it.
pub fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_is_written_and_a_check_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("generated.rs");
        assert_eq!(bring(&path, "a", true).unwrap(), Status::Stale);
        assert!(!path.exists());
        assert_eq!(bring(&path, "a", false).unwrap(), Status::Written);
        assert_eq!(bring(&path, "a", false).unwrap(), Status::Fresh);
        assert_eq!(bring(&path, "b", true).unwrap(), Status::Stale);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
    }

    #[test]
    fn a_hash_is_sha256() {
        assert_eq!(hash(b"abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
