#![doc = include_str!("../README.md")]

mod atlassian;
mod canary;
mod clock;
mod fault;
mod form;
mod in_process;
mod launchdarkly;
mod message;
mod mint;
mod mist;
mod patch;
mod reading;
mod sailpoint;
mod server;
mod shared;
mod simulated;
mod window;

pub use atlassian::Atlassian;
pub use canary::{Canaries, Canary, Hit, Search};
pub use clock::Clock;
pub use fault::Fault;
pub use in_process::{Cut, InProcess};
pub use launchdarkly::LaunchDarkly;
pub use message::{Request, Response};
pub use mint::SECRET_MARK;
pub use mist::Mist;
pub use sailpoint::{SailPoint, SailPointPaging};
pub use server::Server;
pub use simulated::Simulated;

pub use http::{HeaderMap, Method};
pub use jiff::{SignedDuration, Timestamp};
