//! What the figures of this package are measured on: records as the vendors send them, and hand-written code that reads
//! them.

pub mod handwritten;
pub mod items;
