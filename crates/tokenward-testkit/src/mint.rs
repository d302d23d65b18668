//! Ids and secrets that come from a counter.

/// Every secret that a simulator issues contains this, so one search finds a leak.
///
/// ```
/// use tokenward_testkit::{Mist, SECRET_MARK};
///
/// assert!(Mist::ORG_KEY.contains(SECRET_MARK));
/// ```
pub const SECRET_MARK: &str = "simulated-";

/// Makes ids and secrets: the same ones in the same order on every run.
#[derive(Debug)]
pub(crate) struct Mint {
    seed: u64,
    count: u64,
}

impl Mint {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// This many hexadecimal digits, which no other call returns.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        self.count += 1;
        let mut state = self.seed.rotate_left(32) ^ self.count;
        let mut hex = String::new();
        while hex.len() < digits {
            hex.push_str(&format!("{:016x}", split_mix(&mut state)));
        }
        hex.truncate(digits);
        hex
    }

    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex(30);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
    }

    pub(crate) fn secret(&mut self, prefix: &str) -> String {
        format!("{prefix}{SECRET_MARK}{}", self.hex(32))
    }
}

/// The next number of a sequence without a pattern.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn two_mints_of_one_seed_agree_and_those_of_two_seeds_do_not() {
        let of = |seed| {
            let mut mint = Mint::new(seed);
            [mint.hex(24), mint.uuid(), mint.secret("api-")]
        };
        assert_eq!(of(1), of(1));
        let (one, two) = (of(1), of(2));
        assert!(one.iter().all(|minted| !two.contains(minted)));
    }

    #[test]
    fn nothing_is_minted_twice() {
        let mut mint = Mint::new(7);
        let minted: HashSet<_> = (0..10_000).map(|_| mint.hex(24)).collect();
        assert_eq!(minted.len(), 10_000);
    }

    #[test]
    fn a_uuid_has_the_form_of_one() {
        let uuid = Mint::new(3).uuid();
        let parts: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}
