//! The bytes of a body as they arrive, without a copy of those that are read at once.

use bytes::Bytes;
use zeroize::Zeroizing;

/// What has arrived and was not read yet.
///
/// What lies within one chunk is read where it stands. What goes on in the next one is carried over, in memory that is
/// wiped, since it may hold a secret.
#[derive(Default)]
pub(crate) struct Feed {
    chunk: Bytes,
    /// How much of the chunk was read, or carried over.
    at: usize,
    carried: Zeroizing<Vec<u8>>,
    /// How much of what is carried was read.
    carried_at: usize,
    /// How much of what is carried came with earlier chunks.
    earlier: usize,
}

impl Feed {
    /// The next chunk. What there was before has to be asked for [more](Self::more) first.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        (self.chunk, self.at) = (chunk, 0);
    }

    /// What can be read now.
    pub(crate) fn rest(&self) -> &[u8] {
        if self.carried.is_empty() { &self.chunk[self.at..] } else { &self.carried[self.carried_at..] }
    }

    /// Goes on behind so many bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        if self.carried.is_empty() {
            self.at += length;
            return;
        }
        self.carried_at += length;
        if self.carried_at >= self.earlier {
            // The rest is read in the chunk.
            self.at -= self.carried.len() - self.carried_at;
            self.carried.clear();
            self.carried_at = 0;
        }
    }

    /// Whether there is more to be read now, where what there was does not suffice. If not, a chunk is wanted.
    pub(crate) fn more(&mut self) -> bool {
        /// Enough for the rest of nearly every item.
        const PIECE: usize = 4 << 10;

        if self.carried.is_empty() {
            let chunk = std::mem::take(&mut self.chunk);
            extend(&mut self.carried, &chunk[self.at..]);
            (self.at, self.earlier) = (0, self.carried.len());
            return false;
        }
        let end = self.chunk.len().min(self.at + PIECE);
        extend(&mut self.carried, &self.chunk[self.at..end]);
        let is_more = end > self.at;
        self.at = end;
        if !is_more {
            (self.chunk, self.at) = (Bytes::new(), 0);
            self.carried.drain(..self.carried_at);
            (self.carried_at, self.earlier) = (0, self.carried.len());
        }
        is_more
    }
}

/// Grows into other memory and wipes what it leaves, which a vector by itself would not.
fn extend(carried: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let needed = carried.len() + bytes.len();
    if needed > carried.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
        larger.extend_from_slice(carried);
        *carried = larger;
    }
    carried.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads words that end at a space, from chunks.
    fn words(chunks: &[&str]) -> Vec<String> {
        let (mut feed, mut words) = (Feed::default(), Vec::new());
        for chunk in chunks {
            feed.push(Bytes::copy_from_slice(chunk.as_bytes()));
            loop {
                let rest = feed.rest();
                if let Some(end) = rest.iter().position(|byte| *byte == b' ') {
                    words.push(String::from_utf8(rest[..end].to_vec()).unwrap());
                    feed.consume(end + 1);
                } else if !feed.more() {
                    break;
                }
            }
        }
        words.push(String::from_utf8(feed.rest().to_vec()).unwrap());
        words
    }

    #[test]
    fn every_byte_is_read_once_and_in_order_wherever_chunks_end() {
        let long = "x".repeat(10_000);
        let text = format!("one two {long} three {long}{long} four end");
        let expected: Vec<&str> = text.split(' ').collect();
        for size in [1, 2, 3, 7, 1000, 4096, 4097, 9999, 100_000] {
            let chunks: Vec<&str> =
                text.as_bytes().chunks(size).map(|chunk| std::str::from_utf8(chunk).unwrap()).collect();
            assert_eq!(words(&chunks), expected, "{size}");
        }
    }

    #[test]
    fn what_lies_within_a_chunk_is_not_carried() {
        let mut feed = Feed::default();
        feed.push(Bytes::from_static(b"one two"));
        feed.consume(4);
        assert_eq!((feed.rest(), feed.carried.capacity()), (&b"two"[..], 0));
    }
}
