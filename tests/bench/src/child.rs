//! Processes of this same program, which end with this one.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{Result, server::Served};

/// This program, to be started once more.
pub(crate) fn this_program() -> Result<Command> {
    Ok(Command::new(env::current_exe()?))
}

/// A server in a process of its own: it ends when this is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    /// The address that it serves on.
    pub(crate) url: String,
    /// What it says after that.
    pub(crate) said: Option<BufReader<ChildStdout>>,
}

impl ServerProcess {
    /// Starts one whose answers are ready.
    pub(crate) fn start(served: Served) -> Result<Self> {
        let (count, delay) = (served.count.to_string(), served.delay_millis.to_string());
        Self::of(["serve", "--list", served.list.flag(), "--count", &count, "--delay-millis", &delay])
    }

    /// Starts this program with these arguments, and waits for its address.
    pub(crate) fn of(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Self> {
        let mut child =
            this_program()?.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("the server says nothing")?);
        let mut address = String::new();
        said.read_line(&mut address)?;
        Ok(Self { child, url: format!("http://{}", address.trim_end()), said: Some(said) })
    }

    /// Tells it to go on.
    pub(crate) fn signal(&mut self) -> Result<()> {
        let stdin = self.child.stdin.as_mut().ok_or("the server listens no more")?;
        stdin.write_all(b"\n")?;
        Ok(stdin.flush()?)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
