//! An incremental UTF-8 decoder for a body.

use bytes::Bytes;
use zeroize::Zeroizing;

/// The part of a body that has arrived but was not read yet, as text.
///
/// The text is decoded in pieces that are small enough for the CPU cache. Its memory is wiped, because it may contain a
/// secret. Invalid UTF-8 is replaced as in any other response.
#[derive(Default)]
pub(crate) struct TextBuffer {
    chunk: Bytes,
    /// The number of bytes of the chunk that were decoded.
    taken: usize,
    text: Zeroizing<String>,
    /// The number of bytes of the text that were read.
    read: usize,
    /// The first bytes of a character whose end has not arrived.
    begun: Vec<u8>,
}

impl TextBuffer {
    /// Empties the buffer and keeps its memory.
    pub(crate) fn emptied(mut self) -> Self {
        self.text.clear();
        self.read = 0;
        (self.chunk, self.taken) = (Bytes::new(), 0);
        self.begun.clear();
        self
    }

    /// Adds the next chunk. [`more`](Self::more) must have returned `false` before.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        (self.chunk, self.taken) = (chunk, 0);
        if !self.begun.is_empty() {
            let mut whole = std::mem::take(&mut self.begun);
            whole.extend_from_slice(&self.chunk);
            self.chunk = whole.into();
        }
    }

    /// Returns the text that can be read now.
    pub(crate) fn rest(&self) -> &str {
        &self.text[self.read..]
    }

    /// Skips this many bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        self.read += length;
    }

    /// Decodes more of the chunk. Returns `false` if the next chunk is needed.
    pub(crate) fn more(&mut self) -> bool {
        const PIECE: usize = 64 << 10;

        self.text.drain(..self.read);
        self.read = 0;
        let end = self.chunk.len().min(self.taken + PIECE);
        let piece = self.chunk.slice(self.taken..end);
        self.taken = end;
        if piece.is_empty() {
            self.chunk = Bytes::new();
            self.taken = 0;
            return false;
        }
        let left = self.take(&piece);
        // The piece may end within a character.
        if end < self.chunk.len() {
            self.taken -= left.len();
        } else {
            self.begun = left.to_vec();
        }
        left.len() < piece.len()
    }

    /// Decodes these bytes, and returns the beginning of an incomplete character at their end.
    fn take<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        loop {
            let error = match std::str::from_utf8(bytes) {
                Ok(text) => {
                    extend(&mut self.text, text);
                    return &[];
                }
                Err(error) => error,
            };
            let (good, rest) = bytes.split_at(error.valid_up_to());
            extend(&mut self.text, std::str::from_utf8(good).unwrap_or_default());
            let Some(bad) = error.error_len() else { return rest };
            extend(&mut self.text, &"???"[..bad]);
            bytes = &rest[bad..];
        }
    }
}

impl Drop for TextBuffer {
    fn drop(&mut self) {
        // Zeroize wipes the content byte by byte, but the unused capacity as one block.
        self.text.clear();
    }
}

/// Appends text. If the buffer must grow, the old memory is wiped, which `String` does not do.
pub(super) fn extend(text: &mut Zeroizing<String>, more: &str) {
    let needed = text.len() + more.len();
    if needed > text.capacity() {
        let mut larger = Zeroizing::new(String::with_capacity(needed.next_power_of_two()));
        larger.push_str(text);
        text.clear();
        *text = larger;
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads words that end with a space from chunks.
    fn words<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let (mut buffer, mut words) = (TextBuffer::default(), Vec::new());
        for chunk in chunks {
            buffer.push(Bytes::copy_from_slice(chunk));
            loop {
                if let Some((word, _)) = buffer.rest().split_once(' ') {
                    words.push(word.to_owned());
                    buffer.consume(words[words.len() - 1].len() + 1);
                } else if !buffer.more() {
                    break;
                }
            }
        }
        words.push(buffer.rest().to_owned());
        words
    }

    #[test]
    fn every_byte_is_read_once_and_in_order_wherever_chunks_end() {
        let long = "é€😀x".repeat(4000);
        let text = format!("one two {long} three {long}{long} fünf end");
        let expected: Vec<&str> = text.split(' ').collect();
        for size in [1, 2, 3, 7, 1000, 4096, 4097, 9999, 100_000] {
            assert_eq!(words(text.as_bytes().chunks(size)), expected, "{size}");
        }
    }

    #[test]
    fn what_is_no_text_is_mended_as_in_any_other_answer() {
        for bytes in [&b"a\xffb \xc3\xbcc\xc3 x"[..], b"\xf0\x9f\x92 x", b"\xe2\x28\xa1 x", b"\xff\xfe\xfd x"]
        {
            let (mended, _) = crate::decode::limits::readable(Zeroizing::new(bytes.to_vec()));
            for size in [1, 2, 3, 100] {
                assert_eq!(words(bytes.chunks(size)).join(" "), *mended, "{size}");
            }
        }
    }
}
