//! What a programmer writes who needs one list of one vendor: `reqwest`, and records with all documented fields.

#![allow(missing_docs, reason = "the fields are the vendors', and documented by them")]

pub mod atlassian;
pub mod launchdarkly;
pub mod mist;
pub mod sailpoint;
