//! What the pipeline promises, on the vendors' folders and on documents made up to hurt it.

mod bad_input;
mod fresh;
mod needed;
mod support;
mod verify;
