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
        let mut places: Vec<usize> = (0..self.len()).collect();
        arrange(&mut places, &mut |a, b| compare(&self[a], &self[b]));
        // Each cycle of the permutation, one swap an item.
        for start in 0..places.len() {
            let mut at = start;
            loop {
                let from = std::mem::replace(&mut places[at], at);
                if from == start {
                    break;
                }
                self.swap(at, from);
                at = from;
            }
        }
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

fn arrange(places: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    places.sort_by(|a, b| compare(*a, *b));
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
