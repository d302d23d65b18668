//! Time, and what many measurements of one thing say together.

use std::{
    error::Error,
    fmt,
    str::FromStr,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::Result;

/// What a piece of work took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// The processor's time of this process, of the program and of the system.
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
}

/// Nanoseconds of both, for the process that waits for them.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cpu.as_nanos(), self.wall.as_nanos())
    }
}

impl FromStr for Cost {
    type Err = Box<dyn Error + Send + Sync>;

    fn from_str(said: &str) -> Result<Self> {
        let (cpu, wall) = said.trim().split_once(' ').ok_or("no cost was told")?;
        Ok(Self { cpu: Duration::from_nanos(cpu.parse()?), wall: Duration::from_nanos(wall.parse()?) })
    }
}

/// A point in time from which on a cost is counted.
pub(crate) struct Stopwatch {
    cpu: Duration,
    wall: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu(), wall: Instant::now() }
    }

    pub(crate) fn read(&self) -> Cost {
        Cost { wall: self.wall.elapsed(), cpu: cpu().saturating_sub(self.cpu) }
    }
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The processor's time of all programs that this one has started and that have ended.
pub(crate) fn ticks() -> Result<Duration> {
    // The program's own and the system's, for children; the name before them may hold anything.
    const CHILDREN: [usize; 2] = [13, 14];

    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = CHILDREN
        .iter()
        .map(|index| fields.get(*index).ok_or("no such field")?.parse::<f64>().map_err(Into::into));
    let ticks: f64 = ticks.sum::<Result<f64>>()?;
    Ok(Duration::from_secs_f64(ticks / rustix::param::clock_ticks_per_second() as f64))
}

/// The middle of many values, and between which the middle half of them lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Spread {
    /// Of these values; of none it is no number.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Self {
            median: quantile(&sorted, 0.5),
            lower: quantile(&sorted, 0.25),
            upper: quantile(&sorted, 0.75),
        }
    }
}

/// Between two values, in proportion.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = part * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_lies_between_the_quartiles() {
        let spread = Spread::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(spread, Spread { median: 3.0, lower: 2.0, upper: 4.0 });
        assert_eq!(Spread::of([1.0, 2.0]).median, 1.5);
        assert_eq!(Spread::of([7.0]), Spread { median: 7.0, lower: 7.0, upper: 7.0 });
        assert!(Spread::of([]).median.is_nan());
    }

    #[test]
    fn a_cost_is_told_and_read_as_it_is() {
        let told = Cost { cpu: Duration::from_micros(7), wall: Duration::from_secs(2) }.to_string();
        let read: Cost = format!("{told}\n").parse().unwrap();
        assert_eq!((read.cpu, read.wall), (Duration::from_micros(7), Duration::from_secs(2)));
        assert!("7".parse::<Cost>().is_err());
    }

    #[test]
    fn one_outlier_moves_no_median() {
        assert_eq!(Spread::of([1.0, 1.0, 1.0, 1.0, 1000.0]).upper, 1.0);
    }

    #[test]
    fn work_costs_time_of_the_processor_and_waiting_does_not() {
        let watch = Stopwatch::start();
        while watch.read().wall < Duration::from_millis(20) {
            std::hint::black_box(0);
        }
        assert!(watch.read().cpu > Duration::from_millis(2));
        assert!(watch.read().cpu < Duration::from_secs(5));
    }
}
