//! Where a JSON value ends in a text that is still arriving.

/// Looks for the end of one value, and goes on where it stopped when there is more of it: each byte is looked at once.
///
/// Brackets and texts are all that it knows. What is between them is for a parser to judge.
#[derive(Debug, Default)]
pub(crate) struct Boundary {
    seen: usize,
    depth: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    Nothing,
    Text {
        is_escaped: bool,
    },
    Brackets,
    Scalar,
}

impl Boundary {
    /// Whether nothing was looked at yet.
    pub(crate) fn is_new(&self) -> bool {
        self.kind == Kind::Nothing
    }

    /// Goes on behind what was looked at, which is there no more.
    pub(crate) fn forget(&mut self) {
        self.seen = 0;
    }

    /// The length of the value that these bytes begin with, or `None` where it goes on behind them. They are as many as
    /// the last time, or more.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(&byte) = bytes.get(self.seen) {
            match self.kind {
                Kind::Text { is_escaped } => {
                    self.kind = Kind::Text { is_escaped: false };
                    if is_escaped {
                        self.seen += 1;
                        continue;
                    }
                    let rest = &bytes[self.seen..];
                    let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
                        self.seen = bytes.len();
                        return None;
                    };
                    self.seen += at + 1;
                    if rest[at] == b'\\' {
                        self.kind = Kind::Text { is_escaped: true };
                    } else if self.depth == 0 {
                        return Some(self.seen);
                    } else {
                        self.kind = Kind::Brackets;
                    }
                }
                Kind::Scalar if matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') => {
                    return Some(self.seen);
                }
                Kind::Scalar => self.seen += 1,
                Kind::Nothing | Kind::Brackets => {
                    self.seen += 1;
                    match byte {
                        b'"' => self.kind = Kind::Text { is_escaped: false },
                        b'[' | b'{' => {
                            self.kind = Kind::Brackets;
                            self.depth += 1;
                        }
                        b']' | b'}' if self.depth == 1 => return Some(self.seen),
                        b']' | b'}' if self.depth > 1 => self.depth -= 1,
                        _ if self.kind == Kind::Nothing => self.kind = Kind::Scalar,
                        _ => {}
                    }
                }
            }
        }
        None
    }
}
