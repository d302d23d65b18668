//! A compact set of the ids in a list, for up to a million tokens.

use std::hash::{BuildHasher, Hash, RandomState};

/// A set of hashes of everything that has appeared. The values themselves may be many and long.
///
/// Sorted hashes in shards take slightly more than ten bytes each. A hash table would take up to three times as much
/// while it grows.
pub(crate) struct SeenIds {
    shards: Vec<Vec<Entry>>,
    hasher: RandomState,
    count: u64,
}

/// A hash in four parts, and the checksum of its record. In parts, it takes ten bytes instead of sixteen.
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

/// The result of adding an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    New,
    /// The item appeared before with the same checksum.
    Again,
    /// The id appeared before with a different checksum.
    Other,
}

impl Default for SeenIds {
    fn default() -> Self {
        Self { shards: vec![Vec::new()], hasher: RandomState::new(), count: 0 }
    }
}

impl SeenIds {
    /// Adds a value. Returns `true` if it is new.
    pub(crate) fn insert(&mut self, one: &(impl Hash + ?Sized)) -> bool {
        self.arrive(one, 0) == Arrival::New
    }

    /// Adds an id with a checksum. Returns whether it is new, and if not, whether the checksum is the same.
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
            // Doubling would leave a large part of the memory unused.
            shard.reserve_exact(shard.len() / 4 + 4);
        }
        shard.insert(at, Entry::new(hash, sum));
        self.count += 1;
        self.split();
        Arrival::New
    }

    /// Returns the number of entries.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Keeps the shards short, so that an insertion is cheap.
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

/// Returns the shard of a hash. It depends on the high bits, so the order across shards is preserved.
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
