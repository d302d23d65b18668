//! What the targets share: their inputs change in their bytes, as libFuzzer does it, and in their structure.

pub use libfuzzer_sys;

/// A target that runs this function.
#[macro_export]
macro_rules! target {
    ($entry:path) => {
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $entry(data));
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutated(data, size, max_size, seed)
        });
    };
}

/// Changes the input in place; its new size.
pub fn mutated(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut rng = fastrand::Rng::with_seed(seed.into());
    if rng.bool() {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let changed = tokenward_fuzz::mutate::mutate(&data[..size], &mut rng);
    let size = changed.len().min(max_size);
    data[..size].copy_from_slice(&changed[..size]);
    size
}
