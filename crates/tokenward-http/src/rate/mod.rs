//! Rate limits: a call waits until each limit has room for it, and every call waits after a 429.
//! Which limits a vendor has is declared by its client, and the caller may add one. Retries are in `transport`.
//! May depend on `headers`.

mod counted;
pub(crate) mod limit;
pub(crate) mod limiter;
pub(crate) mod options;
mod state;
#[cfg(test)]
mod tests;
mod told;
mod window_clock;
