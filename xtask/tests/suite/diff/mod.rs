//! What another version of a document means.

mod command;
mod corrected;
mod table;
