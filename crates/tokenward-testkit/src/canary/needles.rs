//! Looking for many secrets at once, in every reading of a text.

use std::{collections::HashMap, fmt};

use super::reading::readings;

/// The length of the shortest part of a secret that is a find.
pub(super) const WINDOW: usize = 8;

/// How deep encodings are undone within one another.
const DEPTH: usize = 2;

/// Where a secret stands.
#[derive(Clone, Debug)]
pub(super) struct Match {
    /// Which one.
    pub(super) index: usize,
    pub(super) form: String,
    /// How many of its characters.
    pub(super) length: usize,
    /// The place in the text that was searched.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Secrets by every part of theirs that is one window long.
#[derive(Clone)]
pub(super) struct Needles {
    secrets: Vec<Secret>,
    /// A window of small letters, and where it is from.
    windows: HashMap<u64, Vec<Window>>,
    /// Whether there may be a window of this hash. Nearly every place of a text is done with here.
    may_be: Box<[bool]>,
}

#[derive(Clone)]
struct Secret {
    forward: Vec<u8>,
    backward: Vec<u8>,
    least: usize,
}

#[derive(Clone, Copy)]
struct Window {
    index: usize,
    offset: usize,
    reversed: bool,
}

impl Needles {
    pub(super) fn new<'a>(secrets: impl Iterator<Item = (&'a [u8], usize)>) -> Self {
        let secrets: Vec<Secret> = secrets
            .map(|(text, least)| Secret {
                forward: text.to_vec(),
                backward: text.iter().rev().copied().collect(),
                least,
            })
            .collect();
        let mut windows: HashMap<u64, Vec<Window>> = HashMap::new();
        let mut may_be = vec![false; 1 << 16].into_boxed_slice();
        for (index, secret) in secrets.iter().enumerate() {
            for reversed in [false, true] {
                for (offset, window) in secret.text(reversed).windows(WINDOW).enumerate() {
                    let window = window.iter().fold(0, |window, byte| shift(window, *byte));
                    may_be[hash(window)] = true;
                    windows.entry(window).or_default().push(Window { index, offset, reversed });
                }
            }
        }
        Self { secrets, windows, may_be }
    }

    /// Every place where one stands. The same part in two readings is one.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let add = |new: Match| {
            let is_known = |old: &Match| old.index == new.index && old.start < new.end && new.start < old.end;
            if !found.iter().any(is_known) {
                found.push(new);
            }
        };
        self.search(text, "", DEPTH, &|position| position, &mut { add });
        found
    }

    /// Searches the bytes as they are, and then all that they may be an encoding of.
    fn search(
        &self,
        bytes: &[u8],
        form: &str,
        depth: usize,
        origin: &dyn Fn(usize) -> usize,
        add: &mut dyn FnMut(Match),
    ) {
        self.scan(bytes, |index, window, length| {
            let secret = &self.secrets[window.index];
            let is_exact =
                secret.text(window.reversed)[window.offset..].starts_with(&bytes[index..index + length]);
            let parts = [
                if window.reversed { "reversed" } else { "" },
                if is_exact { "" } else { "in another case" },
                form,
            ];
            let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let form = if said.is_empty() { "plain".to_owned() } else { said.join(", ") };
            let (start, end) = (origin(index), origin(index + length - 1) + 1);
            add(Match { index: window.index, form, length, start, end });
        });
        if depth == 0 {
            return;
        }
        readings(bytes, |reading| {
            let inner = |position: usize| origin(reading.at[position]);
            let form =
                if form.is_empty() { reading.form.to_owned() } else { format!("{} in {form}", reading.form) };
            self.search(&reading.bytes, &form, depth - 1, &inner, add);
        });
    }

    /// The longest match at every place where there is one that is long enough.
    fn scan(&self, bytes: &[u8], mut found: impl FnMut(usize, Window, usize)) {
        let (mut window, mut skip_until) = (0, 0);
        for (position, byte) in bytes.iter().enumerate() {
            window = shift(window, *byte);
            if !self.may_be[hash(window)] || position + 1 < WINDOW {
                continue;
            }
            let start = position + 1 - WINDOW;
            let Some(candidates) = self.windows.get(&window).filter(|_| start >= skip_until) else {
                continue;
            };
            let longest = candidates
                .iter()
                .map(|candidate| (*candidate, self.length(*candidate, &bytes[start..])))
                .filter(|(candidate, length)| *length >= self.secrets[candidate.index].least)
                .max_by_key(|(_, length)| *length);
            if let Some((candidate, length)) = longest {
                found(start, candidate, length);
                skip_until = start + length;
            }
        }
    }

    /// How far the bytes and the secret go together.
    fn length(&self, window: Window, bytes: &[u8]) -> usize {
        let secret = &self.secrets[window.index].text(window.reversed)[window.offset..];
        secret.iter().zip(bytes).take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
    }
}

impl Secret {
    fn text(&self, reversed: bool) -> &[u8] {
        if reversed { &self.backward } else { &self.forward }
    }
}

/// The window one byte on.
fn shift(window: u64, byte: u8) -> u64 {
    (window << 8) | u64::from(byte.to_ascii_lowercase())
}

fn hash(window: u64) -> usize {
    (window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Needles").field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}
