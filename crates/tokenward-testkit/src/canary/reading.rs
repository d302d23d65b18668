//! What a text may be an encoding of.

use std::ops::Range;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::needles::WINDOW;

/// A text, or a part of it, with an encoding undone.
pub(super) struct Reading {
    pub(super) form: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Where each byte comes from.
    pub(super) at: Vec<usize>,
}

/// Gives every reading of the text that could hold something, the plainest word for it first.
pub(super) fn readings(text: &[u8], mut give: impl FnMut(Reading)) {
    for run in runs(text, 2 * WINDOW, HEXADECIMAL) {
        hexadecimal(text, run, &mut give);
    }
    // Eight bytes are eleven signs at least.
    for run in runs(text, 11, BASE64) {
        base64(text, run, &mut give);
    }
    lists(text, &mut give);
    escapes(text).into_iter().for_each(&mut give);
    without_signs(text).into_iter().for_each(&mut give);
}

const HEXADECIMAL: u8 = 1;
const BASE64: u8 = 2;
const WORD: u8 = 4;
const ALPHANUMERIC: u8 = 8;

/// Which of these a byte is. A table, because every byte of megabytes is asked.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        if byte.is_ascii_hexdigit() {
            kinds[index] |= HEXADECIMAL;
        }
        if byte.is_ascii_alphanumeric() {
            kinds[index] |= ALPHANUMERIC;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_') {
            kinds[index] |= BASE64;
        }
        let is_between = matches!(byte, b',' | b':' | b';' | b'-' | b'[' | b']' | b'(' | b')');
        if !is_between && !byte.is_ascii_whitespace() {
            kinds[index] |= WORD;
        }
        index += 1;
    }
    kinds
};

/// Parts of the text that are all of this kind, and not too short.
fn runs(text: &[u8], least: usize, kind: u8) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (end, byte) in text.iter().enumerate() {
        if KINDS[*byte as usize] & kind == 0 {
            if end - start >= least {
                runs.push(start..end);
            }
            start = end + 1;
        }
    }
    if text.len() >= start + least {
        runs.push(start..text.len());
    }
    runs
}

/// With `%43`, `\x43`, `\u0043`, `\u{43}`, `&#67;`, `&#x43;` and `\"` undone; nothing where there is none of them.
fn escapes(text: &[u8]) -> Option<Reading> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&')) {
        return None;
    }
    let mut reading = Reading { form: "percent-encoded or escaped", bytes: Vec::new(), at: Vec::new() };
    let (mut position, mut undone) = (0, 0);
    while position < text.len() {
        let (byte, length) = escape(&text[position..]).unwrap_or((text[position], 1));
        undone += usize::from(length > 1);
        reading.bytes.push(byte);
        reading.at.push(position);
        position += length;
    }
    (undone > 0).then_some(reading)
}

/// The byte of the escape that the text begins with, and how long that is.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let digits = |start: usize, base: u32, most: usize| {
        let digits = text.get(start..)?;
        let length = digits.iter().take(most).take_while(|byte| char::from(**byte).is_digit(base)).count();
        let number = std::str::from_utf8(&digits[..length]).ok()?;
        Some((u8::from_str_radix(number, base).ok()?, start + length))
    };
    match text {
        [b'%', ..] => digits(1, 16, 2).filter(|(_, end)| *end == 3),
        [b'\\', b'x', ..] => digits(2, 16, 2),
        [b'\\', b'u', b'{', ..] => digits(3, 16, 6).map(|(byte, end)| (byte, end + 1)),
        [b'\\', b'u', ..] => digits(2, 16, 4),
        [b'&', b'#', b'x' | b'X', ..] => digits(3, 16, 6).map(|(byte, end)| (byte, end + 1)),
        [b'&', b'#', ..] => digits(2, 10, 6).map(|(byte, end)| (byte, end + 1)),
        [b'\\', byte @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((*byte, 2)),
        _ => None,
    }
    .filter(|(_, end)| *end <= text.len())
}

/// Letters and digits alone; nothing where there is nothing else.
fn without_signs(text: &[u8]) -> Option<Reading> {
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (position, byte) in text.iter().enumerate() {
        if KINDS[*byte as usize] & ALPHANUMERIC != 0 {
            bytes.push(*byte);
            at.push(position);
        }
    }
    (at.len() < text.len()).then_some(Reading { form: "signs between", bytes, at })
}

/// Pairs of digits, from the first on and from the second.
fn hexadecimal(text: &[u8], run: Range<usize>, give: &mut impl FnMut(Reading)) {
    for start in run.start..run.start + 2 {
        let digit = |position: usize| char::from(text[position]).to_digit(16).unwrap_or_default() as u8;
        let at: Vec<usize> = (start..run.end - 1).step_by(2).collect();
        let bytes = at.iter().map(|at| 16 * digit(*at) + digit(at + 1)).collect();
        give(Reading { form: "hexadecimal", bytes, at });
    }
}

/// From each of the first four signs on: what was encoded may have begun anywhere before.
fn base64(text: &[u8], run: Range<usize>, give: &mut impl FnMut(Reading)) {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );

    let signs: Vec<u8> = text[run.clone()].iter().map(|byte| standard(*byte)).collect();
    for skip in 0..4 {
        let signs = &signs[skip..];
        // One sign alone behind the last four is less than a byte.
        let whole = signs.len() - usize::from(signs.len() % 4 == 1);
        let Ok(bytes) = LENIENT.decode(&signs[..whole]) else { continue };
        let at = (0..bytes.len()).map(|position| run.start + skip + position * 4 / 3).collect();
        give(Reading { form: "base64", bytes, at });
    }
}

fn standard(sign: u8) -> u8 {
    match sign {
        b'-' => b'+',
        b'_' => b'/',
        sign => sign,
    }
}

/// Numbers up to 255 that follow one another: decimal as `Debug` shows bytes, or two hexadecimal digits each.
fn lists(text: &[u8], give: &mut impl FnMut(Reading)) {
    let list = || Reading { form: "a list of bytes", bytes: Vec::new(), at: Vec::new() };
    let mut lists = [(10, list()), (16, list())];
    for run in runs(text, 1, WORD) {
        // The longest is `0xff`.
        if run.len() > 4 {
            lists.iter_mut().for_each(|(_, reading)| finish(std::mem::replace(reading, list()), give));
            continue;
        }
        let word = std::str::from_utf8(&text[run.clone()]).unwrap_or_default();
        let word = word.strip_prefix("0x").unwrap_or(word);
        for (base, reading) in &mut lists {
            match u8::from_str_radix(word, *base) {
                Ok(byte) if word.len() <= 3 => {
                    reading.bytes.push(byte);
                    reading.at.push(run.start);
                }
                _ => finish(std::mem::replace(reading, list()), give),
            }
        }
    }
    lists.into_iter().for_each(|(_, reading)| finish(reading, give));
}

fn finish(reading: Reading, give: &mut impl FnMut(Reading)) {
    if reading.bytes.len() >= WINDOW {
        give(reading);
    }
}
