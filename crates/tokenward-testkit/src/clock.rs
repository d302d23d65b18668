//! The time a simulator goes by.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::shared::lock;

/// A clock that tests move.
///
/// ```
/// use tokenward_testkit::{Clock, SignedDuration};
///
/// let clock = Clock::starting_at("2026-11-01T00:00:00Z".parse()?);
/// let same = clock.clone();
/// clock.advance(SignedDuration::from_hours(2));
/// assert_eq!(same.now().to_string(), "2026-11-01T02:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Clones share the time. Simulators that are given one clock grow old together.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Start,
    offset: Arc<Mutex<SignedDuration>>,
}

#[derive(Clone, Copy, Debug)]
enum Start {
    At(Timestamp),
    Machine,
    Tokio(Timestamp, Instant),
}

impl Clock {
    /// Stands still at this time until it is moved.
    pub fn starting_at(time: Timestamp) -> Self {
        Self { start: Start::At(time), offset: Arc::default() }
    }

    /// Runs with the machine's time; [`advance`](Self::advance) puts it ahead.
    pub fn system() -> Self {
        Self { start: Start::Machine, offset: Arc::default() }
    }

    /// Is at this time now and runs with tokio's clock, which a test can pause; [`advance`](Self::advance) puts it ahead.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tokenward_testkit::{Clock, Timestamp};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let clock = Clock::tokio_starting_at(Timestamp::UNIX_EPOCH);
    /// tokio::time::sleep(Duration::from_secs(3600)).await; // takes no time where tokio's clock is paused
    /// assert_eq!(clock.now().as_second(), 3600);
    /// # }
    /// ```
    pub fn tokio_starting_at(time: Timestamp) -> Self {
        Self { start: Start::Tokio(time, Instant::now()), offset: Arc::default() }
    }

    /// The time, in whole milliseconds as all four vendors tell it.
    pub fn now(&self) -> Timestamp {
        let start = match self.start {
            Start::At(time) => time,
            Start::Machine => Timestamp::now(),
            Start::Tokio(time, start) => {
                later(time, SignedDuration::try_from(start.elapsed()).unwrap_or(SignedDuration::MAX))
            }
        };
        let now = later(start, *lock(&self.offset));
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Moves the time, for every clone. A negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let mut offset = lock(&self.offset);
        *offset = offset.saturating_add(by);
    }
}

/// A time moved by a duration, within what a timestamp can say.
pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    time.checked_add(by).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_time_and_it_stands_still_by_itself() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        assert_eq!(clone.now(), Timestamp::UNIX_EPOCH);
        clock.advance(SignedDuration::from_secs(7));
        assert_eq!(clone.now().as_second(), 7);
        clone.advance(SignedDuration::from_secs(-2));
        assert_eq!(clock.now().as_second(), 5);
    }

    #[test]
    fn the_machines_time_can_be_put_ahead() {
        let clock = Clock::system();
        clock.advance(SignedDuration::from_hours(24));
        assert!(clock.now().as_second() - Timestamp::now().as_second() > 23 * 3600);
    }

    #[tokio::test(start_paused = true)]
    async fn tokios_time_is_followed_and_can_be_put_ahead() {
        let clock = Clock::tokio_starting_at(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        clone.advance(SignedDuration::from_secs(2));
        assert_eq!(clock.now().as_millisecond(), 3500);
    }

    #[test]
    fn no_move_is_too_far() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        clock.advance(SignedDuration::MAX);
        clock.advance(SignedDuration::MAX);
        assert!(clock.now() > Timestamp::UNIX_EPOCH);
        clock.advance(SignedDuration::MIN);
        clock.advance(SignedDuration::MIN);
        assert!(clock.now() < Timestamp::UNIX_EPOCH);
    }
}
