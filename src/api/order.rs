//! Sorting that is compiled once. The standard library's sort is a copy of some kilobytes for every type and every
//! comparison; a page that is downloaded has no use for seventy of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Stable sorting of slices, as [`slice::sort_by`] and its kin do it. Comparisons are called through a pointer.
pub trait Ordered<T> {
    /// Sorts by a comparison.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key, which is made for each comparison.
    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    /// Sorts by a key that is dear to make: once for each item.
    fn order_by_cached_key<K: Ord>(&mut self, key: impl Fn(&T) -> K);

    /// Sorts by the items' own order.
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }
}

impl<T> Ordered<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = order(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        permute(self, places);
    }

    fn order_by_cached_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        permute(self, order(keys.len(), &mut |a, b| keys[a].cmp(&keys[b])));
    }
}

/// Collecting into maps and sets, item by item: `collect` sorts what it is given first, with a sort of its own for
/// every type.
pub trait Gathered: Iterator + Sized {
    /// A map; of equal keys the last counts.
    fn into_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        self.for_each(|(key, value)| drop(map.insert(key, value)));
        map
    }

    /// A set.
    fn into_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        self.for_each(|item| {
            set.insert(item);
        });
        set
    }
}

impl<I: Iterator> Gathered for I {}

/// Where each place's item comes from.
fn order(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Brings every item to its place: each cycle of the permutation, one swap an item.
fn permute<T>(items: &mut [T], mut places: Vec<usize>) {
    for start in 0..places.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut places[at], at);
            if from == start {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ordered;

    #[test]
    fn as_the_standard_library_sorts() {
        let mut dice = fastrand::Rng::with_seed(1);
        for length in 0..200 {
            let mut ours: Vec<(u8, usize)> = (0..length).map(|at| (dice.u8(..20), at)).collect();
            let mut theirs = ours.clone();
            ours.order_by_key(|item| item.0);
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
        }
    }
}
