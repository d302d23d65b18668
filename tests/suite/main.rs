//! What the generated clients promise, tested as their users would call them.

mod answers;
mod auth;
mod dates;
mod errors;
mod guards;
mod requests;
mod secrets;
mod support;
mod wire;
