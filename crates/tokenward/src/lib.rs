#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use tokenward_core::*;

/// How every vendor's client is built, and why one could not be.
#[cfg(any(feature = "atlassian", feature = "launchdarkly", feature = "mist", feature = "sailpoint"))]
pub use tokenward_http::{BuildError, Environment, HttpOptions, RateOptions, RetryOptions};

#[cfg(feature = "atlassian")]
#[cfg_attr(docsrs, doc(cfg(feature = "atlassian")))]
pub use tokenward_atlassian as atlassian;
#[cfg(feature = "launchdarkly")]
#[cfg_attr(docsrs, doc(cfg(feature = "launchdarkly")))]
pub use tokenward_launchdarkly as launchdarkly;
#[cfg(feature = "mist")]
#[cfg_attr(docsrs, doc(cfg(feature = "mist")))]
pub use tokenward_mist as mist;
#[cfg(feature = "sailpoint")]
#[cfg_attr(docsrs, doc(cfg(feature = "sailpoint")))]
pub use tokenward_sailpoint as sailpoint;
