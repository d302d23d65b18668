//! Bodies, made a piece at a time.

use std::iter;

const PIECE: usize = 64 << 10;

pub(crate) type Pieces = Box<dyn Iterator<Item = Vec<u8>> + Send>;

pub(crate) fn text(text: impl Into<Vec<u8>>) -> Pieces {
    Box::new(iter::once(text.into()))
}

pub(crate) fn joined(parts: impl IntoIterator<Item = Pieces, IntoIter: Send + 'static>) -> Pieces {
    Box::new(parts.into_iter().flatten())
}

/// This text again and again, as often as said.
pub(crate) fn repeated(text: &'static str, times: usize) -> Pieces {
    let of_piece = (PIECE / text.len()).max(1);
    let whole = iter::repeat_n(of_piece, times / of_piece);
    let rest = Some(times % of_piece).filter(|rest| *rest > 0);
    Box::new(whole.chain(rest).map(move |count| text.repeat(count).into_bytes()))
}

/// What this makes of each number, with commas between.
pub(crate) fn listed(count: usize, item: impl Fn(usize) -> String + Send + 'static) -> Pieces {
    const OF_PIECE: usize = 1000;

    let piece = move |first: usize| {
        let items: Vec<String> = (first..count.min(first + OF_PIECE)).map(&item).collect();
        let comma = if first == 0 { "" } else { "," };
        format!("{comma}{}", items.join(",")).into_bytes()
    };
    Box::new((0..count).step_by(OF_PIECE).map(piece))
}

/// Values in one another, closed again.
pub(crate) fn nested(open: &'static str, close: &'static str, depth: usize) -> Pieces {
    joined([repeated(open, depth), text("0"), repeated(close, depth)])
}

/// Zeros as gzip has them: a byte and then "258 times what came before", in the fixed code of deflate.
pub(crate) fn zipped_zeros(bytes: usize) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

    let mut bits = Bits { bytes: HEAD.to_vec(), free: 0 };
    // The last block, and the fixed code; the byte 0.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.push_code(0b0011_0000, 8);
    for _ in 0..bytes / 258 {
        // A length of 258, and a distance of one.
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    // The end of the block. The sum of what it is comes behind, and nobody gets that far.
    bits.push_code(0, 7);
    bits.bytes.extend([0; 8]);
    bits.bytes
}

struct Bits {
    bytes: Vec<u8>,
    free: u32,
}

impl Bits {
    /// From the lowest bit on.
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= (((value >> bit) & 1) as u8) << (8 - self.free);
            }
            self.free -= 1;
        }
    }

    /// From the highest bit on, as codes are.
    fn push_code(&mut self, code: u32, count: u32) {
        for bit in (0..count).rev() {
            self.push((code >> bit) & 1, 1);
        }
    }
}
