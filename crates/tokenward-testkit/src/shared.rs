//! What the simulators share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Response;

/// An answer that refuses; boxed, as it is long and rare.
pub(crate) type Refusal = Box<Response>;

/// A test that failed while it held a lock is no reason for the others to fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
