//! What leaves the program without being asked for: logs and panics.

use std::{
    cell::RefCell,
    io,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan, util::SubscriberInitExt};

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// What a panic says that is waited for.
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // One event is written at once.
        LOGGED.with_borrow_mut(|logged| logged.push(String::from_utf8_lossy(bytes).into_owned()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens to all crates of the process at the finest level, to those that speak `log` too.
pub(crate) fn start() {
    static START: Once = Once::new();

    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .with_writer(|| Log)
            .finish()
            .init();
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICKED.with_borrow_mut(|panicked| match panicked {
                Some(said) => *said = info.to_string(),
                None => others(info),
            });
        }));
    });
}

/// The events that this thread has logged since it was asked last.
pub(crate) fn logged() -> Vec<String> {
    LOGGED.take()
}

/// What is printed where the program panics here.
pub(crate) fn panicking(panics: impl FnOnce()) -> String {
    PANICKED.set(Some(String::new()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(panics));
    let said = PANICKED.take().unwrap_or_default();
    assert!(outcome.is_err() && !said.is_empty(), "no panic");
    said
}

/// What is printed where the program is sure that there is no error.
pub(crate) fn unwrapping<E: std::fmt::Debug>(result: Result<(), E>) -> String {
    panicking(|| result.unwrap())
}
