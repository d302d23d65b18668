//! What other programs cost: cargo with all that it starts, and `cargo xtask`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Instant,
};

use crate::{
    Result,
    measure::{Cost, ticks},
};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let bench = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&bench).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}

/// Cargo in this folder, as if nobody had set anything for it.
pub(crate) fn cargo(folder: &Path) -> Command {
    const SET_BY_OTHERS: [&str; 5] =
        ["CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTFLAGS"];

    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    for name in SET_BY_OTHERS {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end; what it said, and what it cost with all that it started.
pub(crate) fn run(command: &mut Command) -> Result<(Output, Cost)> {
    let (start, before) = (Instant::now(), ticks()?);
    let output = command.stdin(Stdio::null()).output()?;
    let (wall, after) = (start.elapsed(), ticks()?);
    Ok((output, Cost { cpu: after.saturating_sub(before), wall }))
}

/// The same, of what has to succeed; what it printed.
pub(crate) fn succeed(command: &mut Command) -> Result<String> {
    let (output, _) = run(command)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} fails: {}", command.get_program().display(), said.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// How many lines a file has, or all files of Rust in a folder and below it.
pub(crate) fn lines(path: &Path) -> Result<usize> {
    if !path.is_dir() {
        return Ok(fs::read_to_string(path)?.lines().count());
    }
    let mut count = 0;
    for entry in fs::read_dir(path)? {
        let inner = entry?.path();
        if inner.is_dir() || inner.extension().is_some_and(|extension| extension == "rs") {
            count += lines(&inner)?;
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_work_of_what_a_program_starts_is_counted() {
        let script = "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; true";
        let (output, cost) = run(Command::new("sh").args(["-c", script])).unwrap();
        assert!(output.status.success());
        assert!(cost.cpu >= Duration::from_millis(20), "{cost:?}");
    }
}
