//! What came before in a list, in as little memory as a million tokens allow.

use std::hash::{BuildHasher, Hash, RandomState};

/// What came before, by its hash: there may be many, and they may be long.
///
/// Sorted hashes in shards take ten bytes each and a little; a hash table would take up to three times as much while
/// it grows.
pub(crate) struct SeenIds {
    shards: Vec<Vec<Entry>>,
    hasher: RandomState,
    count: u64,
}

/// A hash in four parts, and the checksum of what came under it: in parts, it takes ten bytes and not sixteen.
#[derive(Clone, Copy)]
struct Entry([u16; 5]);

impl Entry {
    fn new(hash: u64, sum: u16) -> Self {
        let part = |shift: u32| (hash >> shift) as u16;
        Self([part(48), part(32), part(16), part(0), sum])
    }

    fn hash(self) -> u64 {
        self.0[..4].iter().fold(0, |hash, part| hash << 16 | u64::from(*part))
    }

    fn sum(self) -> u16 {
        self.0[4]
    }
}

/// Whether something came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    /// It came before, and is the same.
    Again,
    /// Something else came under the same name.
    Other,
}

impl Default for SeenIds {
    fn default() -> Self {
        Self { shards: vec![Vec::new()], hasher: RandomState::new(), count: 0 }
    }
}

impl SeenIds {
    /// Whether it is new.
    pub(crate) fn insert(&mut self, one: &(impl Hash + ?Sized)) -> bool {
        self.arrive(one, 0) == Arrival::New
    }

    /// Whether it is new, and if not, whether it came with the same checksum.
    pub(crate) fn arrive(&mut self, one: &(impl Hash + ?Sized), sum: u16) -> Arrival {
        let hash = self.hasher.hash_one(one);
        let shard = shard_of(hash, self.shards.len());
        let shard = &mut self.shards[shard];
        let at = match shard.binary_search_by_key(&hash, |entry| entry.hash()) {
            Ok(at) if shard[at].sum() == sum => return Arrival::Again,
            Ok(_) => return Arrival::Other,
            Err(at) => at,
        };
        if shard.len() == shard.capacity() {
            // Not doubled: most of a million would then be room that nothing is in.
            shard.reserve_exact(shard.len() / 4 + 4);
        }
        shard.insert(at, Entry::new(hash, sum));
        self.count += 1;
        self.split();
        Arrival::New
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
        for entry in std::mem::take(&mut self.shards).into_iter().flatten() {
            shards[shard_of(entry.hash(), count)].push(entry);
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
        let mut seen = SeenIds::default();
        for round in 0..2 {
            for number in 0..100_000 {
                assert_eq!(seen.insert(&number), round == 0, "{number}");
            }
        }
        assert_eq!(seen.count(), 100_000);
        assert!(seen.shards.iter().all(|shard| shard.is_sorted_by_key(|entry| entry.hash())));
        assert_eq!(size_of::<Entry>(), 10);
    }

    #[test]
    fn what_comes_again_is_told_from_something_else_under_the_same_name() {
        let mut seen = SeenIds::default();
        for (sum, arrival) in
            [(7, Arrival::New), (7, Arrival::Again), (8, Arrival::Other), (7, Arrival::Again)]
        {
            assert_eq!(seen.arrive("id", sum), arrival);
        }
    }

    #[test]
    fn a_shard_has_little_room_that_nothing_is_in() {
        let mut seen = SeenIds::default();
        for number in 0..100 {
            seen.insert(&number);
            let shard = &seen.shards[0];
            assert!(shard.capacity() <= shard.len() * 5 / 4 + 4, "{} of {}", shard.len(), shard.capacity());
        }
        assert_eq!(seen.shards.len(), 1);
    }

    #[test]
    fn shards_are_split_before_they_grow_long() {
        let mut seen = SeenIds::default();
        for (count, shards) in [(128, 1), (129, 4), (512, 4), (513, 16), (100_000, 1024)] {
            while seen.count() < count {
                seen.insert(&seen.count());
            }
            assert_eq!(seen.shards.len(), shards, "{count}");
        }
        let longest = seen.shards.iter().map(Vec::len).max();
        assert!(longest < Some(256), "{longest:?}");
    }
}
