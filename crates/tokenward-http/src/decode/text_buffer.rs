//! The text of a body as it arrives.

use bytes::Bytes;
use zeroize::Zeroizing;

/// What has arrived and was not read yet, as text.
///
/// It is taken over in pieces that are small enough to stay near the processor, into memory that is wiped, since it may
/// hold a secret. Bytes that are no text are mended as in any other answer.
#[derive(Default)]
pub(crate) struct TextBuffer {
    chunk: Bytes,
    /// How much of the chunk was taken over.
    taken: usize,
    text: Zeroizing<String>,
    /// How much of the text was read.
    read: usize,
    /// The beginning of a character whose end has not arrived.
    begun: Vec<u8>,
}

impl TextBuffer {
    /// The same memory with nothing in it.
    pub(crate) fn emptied(mut self) -> Self {
        self.text.clear();
        self.read = 0;
        (self.chunk, self.taken) = (Bytes::new(), 0);
        self.begun.clear();
        self
    }

    /// The next chunk. What there was before has to be asked for [more](Self::more) first.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        (self.chunk, self.taken) = (chunk, 0);
        if !self.begun.is_empty() {
            let mut whole = std::mem::take(&mut self.begun);
            whole.extend_from_slice(&self.chunk);
            self.chunk = whole.into();
        }
    }

    /// What can be read now.
    pub(crate) fn rest(&self) -> &str {
        &self.text[self.read..]
    }

    /// Goes on behind so many bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        self.read += length;
    }

    /// Whether there is more to be read now, where what there was does not suffice. If not, a chunk is wanted.
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
        // A character that goes on behind the piece.
        if end < self.chunk.len() {
            self.taken -= left.len();
        } else {
            self.begun = left.to_vec();
        }
        left.len() < piece.len()
    }

    /// Takes these bytes over, but for the beginning of a character at their end.
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
        // What is in use is wiped byte by byte, and what is not at once.
        self.text.clear();
    }
}

/// Grows into other memory and wipes what it leaves, which a string by itself would not.
fn extend(text: &mut Zeroizing<String>, more: &str) {
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

    /// Reads words that end at a space, from chunks.
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
