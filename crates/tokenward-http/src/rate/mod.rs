//! Rate limits: a call waits until each limit has room for it, and after a 429 every call waits.
//! The vendor's client declares the limits, and the caller may add one. Retries are in `transport`.
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
