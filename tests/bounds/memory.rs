//! How much memory this process has and had, as the system counts it.

use std::fs;

/// Resident memory in KiB, now and at its peak since [`forget_peak`]; none where the system does not tell.
pub(crate) fn resident() -> Option<(u64, u64)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
    };
    Some((field("VmRSS")?, field("VmHWM")?))
}

/// Lets the peak begin anew with what is resident now.
pub(crate) fn forget_peak() -> bool {
    fs::write("/proc/self/clear_refs", "5").is_ok()
}
