//! What came before in a list, in as little memory as a million tokens allow.

use std::hash::{BuildHasher, Hash, RandomState};

/// What came before, by its hash: there may be many, and they may be long.
///
/// Sorted hashes in shards take eight bytes each and a little; a hash table would take up to three times as much while
/// it grows.
pub(crate) struct Seen {
    shards: Vec<Vec<u64>>,
    hasher: RandomState,
    count: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { shards: vec![Vec::new()], hasher: RandomState::new(), count: 0 }
    }
}

impl Seen {
    /// Whether it is new.
    pub(crate) fn insert(&mut self, one: &(impl Hash + ?Sized)) -> bool {
        let hash = self.hasher.hash_one(one);
        let shard = shard_of(hash, self.shards.len());
        let Err(at) = self.shards[shard].binary_search(&hash) else { return false };
        let shard = &mut self.shards[shard];
        if shard.len() == shard.capacity() {
            // Not doubled: most of a million would then be room that nothing is in.
            shard.reserve_exact(shard.len() / 4 + 4);
        }
        shard.insert(at, hash);
        self.count += 1;
        self.split();
        true
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Keeps shards so short that making room in one costs little.
    fn split(&mut self) {
        const LONGEST: u64 = 128;
        const FACTOR: usize = 4;

        if self.count <= LONGEST * self.shards.len() as u64 {
            return;
        }
        let count = self.shards.len() * FACTOR;
        let mut shards = vec![Vec::new(); count];
        for hash in std::mem::take(&mut self.shards).into_iter().flatten() {
            shards[shard_of(hash, count)].push(hash);
        }
        self.shards = shards;
    }
}

/// By the high bits, so that what is sorted stays so.
fn shard_of(hash: u64, shards: usize) -> usize {
    ((u128::from(hash) * shards as u128) >> u64::BITS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once() {
        let mut seen = Seen::default();
        for round in 0..2 {
            for number in 0..100_000 {
                assert_eq!(seen.insert(&number), round == 0, "{number}");
            }
        }
        assert_eq!(seen.count(), 100_000);
        assert!(seen.shards.iter().all(|shard| shard.is_sorted()));
    }
}
