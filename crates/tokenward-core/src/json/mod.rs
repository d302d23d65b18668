//! The JSON scanner of the workspace: where the parts of a text begin and end, even while the text is still arriving.
//! It only divides text. Whether the parts form valid JSON is for a parser to decide.
//! Depends on nothing. It is hidden from the documentation, because only the crates of this workspace use it.

mod lexer;
mod values;

pub use lexer::{Lexeme, Lexemes};
pub use values::{Elements, ValueEnd};
