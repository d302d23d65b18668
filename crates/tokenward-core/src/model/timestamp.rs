//! An instant in time, and its conversions.

use std::{
    fmt::{self, Write},
    ops::{Add, Sub},
    str::FromStr,
    time::{Duration, SystemTime},
};

/// An instant between 1970 and the end of the year 9999, with nanosecond precision.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tokenward_core::Timestamp;
///
/// let time: Timestamp = "2026-08-01T02:00:00.500+02:00".parse()?;
/// assert_eq!(time.to_string(), "2026-08-01T00:00:00.5Z");
/// assert_eq!(format!("{time:.3}"), "2026-08-01T00:00:00.500Z");
///
/// let in_a_month = Timestamp::now() + Duration::from_secs(30 * 24 * 60 * 60);
/// assert!(SystemTime::from(in_a_month) > SystemTime::now());
/// # Ok::<(), tokenward_core::InvalidTimestamp>(())
/// ```
///
/// It parses and formats RFC 3339. Like the types of `chrono`, `jiff` and `time`, it converts from and to
/// [`SystemTime`]. On Windows, `SystemTime` has a resolution of 100 nanoseconds.
///
/// Parsing, conversion, `+` and `-` saturate at [`UNIX_EPOCH`](Self::UNIX_EPOCH) and [`MAX`](Self::MAX) instead of
/// failing. No date of a token is before 1970, and a date after the year 9999 means "for ever".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(Duration);

const LAST_SECOND: u64 = 253_402_300_799;
const NANOS: u32 = 1_000_000_000;
const A_DAY: i64 = 24 * 60 * 60;

impl Timestamp {
    /// The start of 1970, which is the earliest timestamp.
    pub const UNIX_EPOCH: Self = Self(Duration::ZERO);
    /// The last nanosecond of the year 9999, which is the latest timestamp.
    pub const MAX: Self = Self(Duration::new(LAST_SECOND, NANOS - 1));

    /// Returns the time of the machine's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Creates a timestamp from seconds since 1970.
    pub fn from_second(seconds: i64) -> Self {
        Self::within(Duration::from_secs(since_1970(seconds)))
    }

    /// Creates a timestamp from milliseconds since 1970.
    pub fn from_millisecond(millis: i64) -> Self {
        Self::within(Duration::from_millis(since_1970(millis)))
    }

    /// Creates a timestamp from microseconds since 1970.
    pub fn from_microsecond(micros: i64) -> Self {
        Self::within(Duration::from_micros(since_1970(micros)))
    }

    /// Returns the whole seconds since 1970.
    pub fn as_second(self) -> i64 {
        self.0.as_secs().cast_signed()
    }

    /// Returns the whole milliseconds since 1970.
    pub fn as_millisecond(self) -> i64 {
        self.0.as_millis() as i64
    }

    /// Returns the whole microseconds since 1970.
    pub fn as_microsecond(self) -> i64 {
        self.0.as_micros() as i64
    }

    /// Returns the nanoseconds of the fractional second.
    pub fn subsec_nanosecond(self) -> u32 {
        self.0.subsec_nanos()
    }

    /// Returns the time since an earlier timestamp, or zero if the other timestamp is later.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the time between two timestamps in either order.
    pub fn abs_diff(self, other: Self) -> Duration {
        self.0.abs_diff(other.0)
    }

    fn within(since_1970: Duration) -> Self {
        Self(since_1970).min(Self::MAX)
    }
}

fn since_1970(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Adds a duration, up to [`MAX`](Timestamp::MAX).
    fn add(self, by: Duration) -> Self {
        Self::within(self.0.saturating_add(by))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// Subtracts a duration, down to [`UNIX_EPOCH`](Timestamp::UNIX_EPOCH).
    fn sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self::within(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        Self::UNIX_EPOCH + time.0
    }
}

/// Formats RFC 3339 in UTC.
///
/// The precision sets the number of fractional digits. Without a precision, trailing zeros are omitted.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = Self::from_second(self.as_second());
        let text = humantime::format_rfc3339_seconds(seconds.into()).to_string();
        let nanos = format!("{:09}", self.subsec_nanosecond());
        let digits = match f.precision() {
            Some(most) => &nanos[..most.min(nanos.len())],
            None => nanos.trim_end_matches('0'),
        };
        let point = if digits.is_empty() { "" } else { "." };
        pad(f, &format!("{}{point}{digits}Z", text.trim_end_matches('Z')))
    }
}

/// Pads a text to the width of a formatter, and ignores the precision.
///
/// `Formatter::pad` would truncate the text to the precision.
pub(crate) fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let missing = f.width().unwrap_or_default().saturating_sub(text.len());
    let before = match f.align() {
        Some(fmt::Alignment::Right) => missing,
        Some(fmt::Alignment::Center) => missing / 2,
        Some(fmt::Alignment::Left) | None => 0,
    };
    let fill = f.fill();
    (0..before).try_for_each(|_| f.write_char(fill))?;
    f.write_str(text)?;
    (before..missing).try_for_each(|_| f.write_char(fill))
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error of a text that is not a valid [`Timestamp`].
///
/// It does not quote the text.
///
/// ```
/// use tokenward_core::Timestamp;
///
/// let error = "2026-08-01T00:00:00".parse::<Timestamp>().unwrap_err();
/// assert_eq!(error.to_string(), "a time without an offset: `Z`, or one such as `+02:00`, has to follow it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Form,
    NoSuchTime,
    NoOffset,
    Offset,
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Fault::Form => "a time is written as in `2026-08-01T00:00:00Z`",
            Fault::NoSuchTime => "there is no such day, or no such time of day",
            Fault::NoOffset => "a time without an offset: `Z`, or one such as `+02:00`, has to follow it",
            Fault::Offset => "the offset behind a time is `Z`, or from `-23:59` to `+23:59`",
        })
    }
}

impl std::error::Error for InvalidTimestamp {}

/// Parses RFC 3339: a date, `T` or a space, a time, and an offset.
///
/// The fraction of the time is optional, and so are the colon and the minutes of the offset.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let (local, rest) = text.as_bytes().split_first_chunk().ok_or(InvalidTimestamp(Fault::Form))?;
        let (nanos, rest) = fraction(rest)?;
        let seconds = seconds(local)? - offset(rest)?;
        Ok(u64::try_from(seconds)
            .map_or(Self::UNIX_EPOCH, |seconds| Self::within(Duration::new(seconds, nanos))))
    }
}

/// Parses the optional fraction of a second into nanoseconds, and returns the rest of the text.
///
/// Digits after the ninth are dropped.
fn fraction(text: &[u8]) -> Result<(u32, &[u8]), InvalidTimestamp> {
    let Some(text) = text.strip_prefix(b".") else { return Ok((0, text)) };
    let (digits, rest) = text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count());
    if digits.is_empty() {
        return Err(InvalidTimestamp(Fault::Form));
    }
    let (mut nanos, mut unit) = (0, NANOS / 10);
    for digit in digits {
        nanos += unit * u32::from(digit - b'0');
        unit /= 10;
    }
    Ok((nanos, rest))
}

/// Parses the offset: the seconds by which a local time is ahead of UTC.
fn offset(text: &[u8]) -> Result<i64, InvalidTimestamp> {
    let (sign, digits) = match text {
        [b'Z' | b'z'] => return Ok(0),
        [] => return Err(InvalidTimestamp(Fault::NoOffset)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return Err(InvalidTimestamp(Fault::Offset)),
    };
    let digits = match *digits {
        [a, b] => [a, b, b'0', b'0'],
        [a, b, c, d] | [a, b, b':', c, d] => [a, b, c, d],
        _ => return Err(InvalidTimestamp(Fault::Offset)),
    };
    let (hours, minutes) = (number(&digits[..2]), number(&digits[2..]));
    if !digits.iter().all(u8::is_ascii_digit) || hours > 23 || minutes > 59 {
        return Err(InvalidTimestamp(Fault::Offset));
    }
    Ok(sign * (hours * 60 + minutes) * 60)
}

/// Parses a date and time into seconds since 1970, as if it were in UTC.
///
/// The parser of `humantime` takes twice as long. It does not support years before 1970 and, on some 32-bit machines,
/// years after 2038.
fn seconds(local: &[u8; 19]) -> Result<i64, InvalidTimestamp> {
    const FORM: &[u8; 19] = b"0000-00-00T00:00:00";

    let fits = local.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        _ => byte == form,
    });
    if !fits {
        return Err(InvalidTimestamp(Fault::Form));
    }
    let day = day(number(&local[..4]), number(&local[5..7]), number(&local[8..10]));
    let (hours, minutes, seconds) = (number(&local[11..13]), number(&local[14..16]), number(&local[17..]));
    match day {
        // A leap second counts as the second before it.
        Some(day) if hours <= 23 && minutes <= 59 && seconds <= 60 => {
            Ok(day * A_DAY + (hours * 60 + minutes) * 60 + seconds.min(59))
        }
        _ => Err(InvalidTimestamp(Fault::NoSuchTime)),
    }
}

/// Returns the days from 1970 to a date, or `None` if the date does not exist. Earlier dates are negative.
fn day(year: i64, month: i64, day: i64) -> Option<i64> {
    /// The days of a year that have passed at the end of each month.
    const PASSED: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let passed = |month| Some(PASSED.get(usize::try_from(month).ok()?)? + i64::from(is_leap && month >= 2));
    let (first, last) = (passed(month - 1)? + 1, passed(month)?);
    let leap_days = |years: i64| years / 4 - years / 100 + years / 400;
    let years = 365 * (year - 1970) + leap_days(year - 1) - leap_days(1969);
    let day = first + day - 1;
    (first..=last).contains(&day).then_some(years + day - 1)
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit & 0xF))
}

#[cfg(test)]
mod tests {
    use jiff::{
        SignedDuration,
        tz::{Offset, TimeZone},
    };

    use super::*;
    use crate::When;

    #[test]
    fn a_width_pads_and_a_precision_says_how_many_digits_there_are() {
        let time = time("2026-08-01T00:00:00.25Z");
        assert_eq!(format!("{time:>24}|"), " 2026-08-01T00:00:00.25Z|");
        assert_eq!(format!("{time:_<25.1}|"), "2026-08-01T00:00:00.2Z___|");
        assert_eq!(format!("{time:^25.0}|"), "  2026-08-01T00:00:00Z   |");
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Random timestamps with fractions of different lengths, and the same instants in the type of another library.
    fn moments() -> impl Iterator<Item = (Timestamp, jiff::Timestamp)> {
        let mut random = fastrand::Rng::with_seed(17);
        (0..20_000).map(move |_| {
            let seconds = random.u64(..=LAST_SECOND - A_DAY.cast_unsigned());
            let unit = 10_u32.pow(random.u32(..=9));
            let nanos = random.u32(..NANOS) / unit * unit;
            let same = jiff::Timestamp::new(seconds.cast_signed(), nanos.cast_signed()).unwrap();
            (Timestamp(Duration::new(seconds, nanos)), same)
        })
    }

    #[test]
    fn a_moment_prints_and_reads_as_another_library_has_it() {
        for (moment, same) in moments() {
            assert_eq!(moment.to_string(), same.to_string());
            assert_eq!(format!("{moment:?} {moment:.3}"), format!("{same:?} {same:.3}"));
            assert_eq!(time(&same.to_string()), moment);
            let numbers = (moment.as_second(), moment.as_millisecond(), moment.as_microsecond());
            assert_eq!(numbers, (same.as_second(), same.as_millisecond(), same.as_microsecond()));
            assert_eq!(Timestamp::from(SystemTime::from(same)), moment);
            assert_eq!(jiff::Timestamp::try_from(SystemTime::from(moment)).ok(), Some(same));
        }
    }

    #[test]
    fn a_local_time_is_read_with_its_offset_in_each_form() {
        let mut random = fastrand::Rng::with_seed(4);
        for (moment, same) in moments().filter(|(_, same)| same.as_second() > A_DAY) {
            let minutes = random.i32(-23 * 60 - 59..24 * 60);
            let offset = Offset::from_seconds(minutes * 60).unwrap();
            let local = same.to_zoned(TimeZone::fixed(offset)).datetime();
            let (sign, hour, minute) =
                (if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
            assert_eq!(time(&format!("{local}{sign}{hour:02}:{minute:02}")), moment);
            assert_eq!(time(&format!("{local}{sign}{hour:02}{minute:02}")), moment);
            let whole = time(&format!("{local}{sign}{hour:02}"));
            let minute = Duration::from_secs(minute.unsigned_abs().into()) * 60;
            assert_eq!(whole, if sign == '+' { moment + minute } else { moment - minute });
        }
    }

    #[test]
    fn every_month_of_any_year_begins_and_ends_on_its_day() {
        let epoch = jiff::civil::date(1970, 1, 1);
        let mut month = jiff::civil::date(1, 1, 1);
        while let Ok(next) = month.checked_add(SignedDuration::from_hours(31 * 24)) {
            for date in [month, month.last_of_month()] {
                let [year, month, number] = [date.year().into(), date.month().into(), date.day().into()];
                assert_eq!(
                    day(year, month, number),
                    Some(epoch.duration_until(date).as_hours() / 24),
                    "{date}"
                );
                let is_last = date != date.first_of_month();
                assert_eq!(day(year, month, number + 1).is_none(), is_last, "{date}");
            }
            month = next.first_of_month();
        }
        assert_eq!(month, jiff::civil::date(9999, 12, 1));
    }

    #[test]
    fn what_lies_outside_becomes_the_first_or_the_last_moment() {
        for text in [
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T01:59:59+02:00",
            "0001-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "0000-02-29T00:00:00-23:59",
        ] {
            assert_eq!(time(text), Timestamp::UNIX_EPOCH, "{text}");
        }
        assert_eq!(time("1969-12-31T23:00:00.5-02:00"), time("1970-01-01T01:00:00.5Z"));
        assert_eq!(time("9999-12-31T23:59:59.999999999Z"), Timestamp::MAX);
        assert_eq!(time("9999-12-31T23:59:59-00:01"), Timestamp::MAX);
        assert_eq!(time("9999-12-31T23:59:59.5+00:01").to_string(), "9999-12-31T23:58:59.5Z");
        for number in [i64::MIN, -1, 0] {
            assert_eq!(Timestamp::from_second(number), Timestamp::UNIX_EPOCH);
            assert_eq!(Timestamp::from_millisecond(number), Timestamp::UNIX_EPOCH);
            assert_eq!(Timestamp::from_microsecond(number), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(Timestamp::from_second(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_millisecond(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_microsecond(i64::MAX), Timestamp::MAX);
        let long_ago = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Timestamp::from(long_ago), Timestamp::UNIX_EPOCH);
        assert_eq!(
            Timestamp::from(SystemTime::from(Timestamp::MAX) + Duration::from_secs(1)),
            Timestamp::MAX
        );
    }

    #[test]
    fn arithmetic_ends_at_the_ends_and_panics_nowhere() {
        let (first, last) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        for by in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(86_400), Duration::MAX] {
            assert_eq!((last + by, first - by), (last, first));
            let middle = time("2026-08-01T00:00:00.5Z");
            assert_eq!(
                (middle + by == last, middle - by == first),
                (by == Duration::MAX, by == Duration::MAX)
            );
            if by < Duration::MAX {
                assert_eq!((middle + by) - by, middle);
                assert_eq!((middle + by).saturating_duration_since(middle), by);
                assert_eq!(middle.saturating_duration_since(middle + by), Duration::ZERO);
                assert_eq!((middle.abs_diff(middle + by), (middle + by).abs_diff(middle)), (by, by));
            }
        }
    }

    #[test]
    fn order_is_that_of_time_and_of_the_text() {
        let moments: Vec<_> = moments().collect();
        for pair in moments.windows(2) {
            let ((a, same_a), (b, same_b)) = (pair[0], pair[1]);
            assert_eq!(a.cmp(&b), same_a.cmp(&same_b));
            assert_eq!(a.cmp(&b), format!("{a:.9}").cmp(&format!("{b:.9}")));
            let apart = SignedDuration::try_from(a.abs_diff(b)).unwrap();
            assert_eq!(apart, same_a.duration_since(same_b).abs());
        }
    }

    #[test]
    fn what_is_within_the_standard_is_read() {
        let want = time("2026-08-01T00:00:00Z");
        for text in [
            "2026-08-01t00:00:00z",
            "2026-08-01 00:00:00Z",
            "2026-08-01T00:00:00.000Z",
            "2026-08-01T00:00:00.0000000009999999999Z",
            "2026-08-01T00:00:00-00:00",
            "2026-07-31T23:59:60.000Z",
        ] {
            let second = if text.contains(":60") { Duration::from_secs(1) } else { Duration::ZERO };
            assert_eq!(time(text) + second, want, "{text}");
        }
        assert_eq!(time("1969-12-31t19:00:01-05:00"), Timestamp::from_second(1));
    }

    #[test]
    fn what_is_wrong_is_said_and_not_quoted() {
        let mut said = Vec::new();
        for text in [
            "",
            "Z",
            "soon",
            "2026-08-01",
            "2026-08-01T00:00Z",
            "2026-08-01T00:00:00.Z",
            "+026-08-01T00:00:00Z",
            "2026-08-01T00:00:0\u{e9}Z",
            "2026\u{2010}08-01T00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-08-00T00:00:00Z",
            "2026-08-01T24:00:00Z",
            "2026-08-01T00:60:00Z",
            "2026-08-01T00:00:61Z",
            "2026-08-01T00:00:00",
            "2026-08-01T00:00:00.5",
            "2026-08-01T00:00:00,5Z",
            "2026-08-01T00:00:00ZZ",
            "2026-08-01T00:00:00 Z",
            "2026-08-01T00:00:00+2",
            "2026-08-01T00:00:00+24:00",
            "2026-08-01T00:00:00+00:60",
            "2026-08-01T00:00:00+0x:00",
            "2026-08-01T00:00:00+:0:00",
            "2026-08-01T00:00:00\u{2212}02:00",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            said.push(format!("{text:?}: {error}"));
        }
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn no_text_makes_it_panic_and_what_it_reads_it_writes() {
        /// Variants of each part of a timestamp, in order.
        const PARTS: [&[&str]; 6] = [
            &["2026", "0000", "1969", "9999"],
            &["-08-01", "-02-29", "-13-32"],
            &["T", "t", " "],
            &["00:00:00", "23:59:60", "24:00"],
            &["", ".5", ".9999999999"],
            &["Z", "+02:00", "-2359", "\u{e9}", "\u{1f512}"],
        ];
        let mut random = fastrand::Rng::with_seed(23);
        let mut read = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            for part in PARTS {
                // Sometimes a part is missing, or an extra part precedes it.
                let more = PARTS[random.usize(..PARTS.len())];
                let parts: &[&[&str]] = match random.u8(..16) {
                    0 => &[],
                    1 => &[more, part],
                    _ => &[part],
                };
                text.extend(parts.iter().map(|part| part[random.usize(..part.len())]));
            }
            if let Ok(moment) = text.parse::<Timestamp>() {
                assert_eq!(time(&moment.to_string()), moment, "{text}");
                read += 1;
            }
        }
        assert!(read > 1000, "{read} were read");
    }

    #[test]
    fn an_absent_one_takes_no_more_room() {
        assert_eq!([size_of::<Timestamp>(), size_of::<Option<Timestamp>>(), size_of::<When>()], [16; 3]);
    }
}
