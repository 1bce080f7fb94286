//! The arithmetic of rolling updates: pure numbers, as in the deployment controller.

use crate::api::workload::WorkloadSpec;
use crate::api::{IntOrString, Ordered};

/// How far a rolling update may leave the wanted number of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub max_surge: i32,
    pub max_unavailable: i32,
}

/// A number or a percentage of `total`.
pub(super) fn scaled(value: Option<&IntOrString>, total: i32, round_up: bool) -> i32 {
    match value {
        Some(IntOrString::Int(number)) => i32::try_from(*number).unwrap_or(0),
        Some(IntOrString::Name(text)) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            let product = percent * i64::from(total);
            (if round_up { (product + 99) / 100 } else { product / 100 }) as i32
        }
        None => 0,
    }
}

impl Limits {
    pub(super) fn of(spec: &WorkloadSpec, replicas: i32) -> Self {
        if spec.strategy.kind == "Recreate" {
            return Self { max_surge: 0, max_unavailable: 0 };
        }
        let rolling = &spec.strategy.rolling_update;
        let max_surge = scaled(rolling.max_surge.as_ref(), replicas, true);
        let mut max_unavailable = scaled(rolling.max_unavailable.as_ref(), replicas, false);
        if max_surge == 0 && max_unavailable == 0 {
            // Both round to nothing: one pod may be missing, or nothing would ever move.
            max_unavailable = 1;
        }
        Self { max_surge, max_unavailable: max_unavailable.min(replicas.max(1)) }
    }

    pub(super) fn max_replicas(&self, replicas: i32) -> i32 {
        if replicas == 0 { 0 } else { replicas + self.max_surge }
    }

    /// How many pods the new ReplicaSet may have now (`NewRSNewReplicas`, `reconcileNewReplicaSet`).
    pub(super) fn new_replicas(&self, wanted: i32, total: i32, current: i32) -> i32 {
        if current >= wanted {
            return wanted;
        }
        let room = wanted + self.max_surge - total;
        if room <= 0 { current } else { current + room.min(wanted - current) }
    }

    /// The sizes each old ReplicaSet (`(spec, available)`, oldest first) is taken through: broken pods
    /// go first, then as many good ones as the new ReplicaSet's available pods allow.
    pub(super) fn old_replicas(
        &self,
        wanted: i32,
        total: i32,
        new_unavailable: i32,
        available: i32,
        olds: &[(i32, i32)],
    ) -> Vec<Vec<i32>> {
        let mut steps: Vec<Vec<i32>> = vec![Vec::new(); olds.len()];
        let mut sizes: Vec<i32> = olds.iter().map(|(spec, _)| *spec).collect();
        let least = wanted - self.max_unavailable;
        let allowance = total - least - new_unavailable;
        if allowance <= 0 {
            return steps;
        }
        let mut cleaned = 0;
        for (index, (spec, good)) in olds.iter().enumerate() {
            let broken = (spec - good).max(0).min(allowance - cleaned);
            if *spec > 0 && broken > 0 {
                sizes[index] -= broken;
                cleaned += broken;
                steps[index].push(sizes[index]);
            }
        }
        let mut room = available - least;
        for (index, size) in sizes.iter_mut().enumerate() {
            let gone = (*size).min(room);
            if gone > 0 {
                *size -= gone;
                room -= gone;
                steps[index].push(*size);
            }
        }
        steps
    }
}

/// New sizes for several active ReplicaSets `(size, max-replicas when last scaled)`, oldest first, in
/// proportion to what they have.
pub(super) fn proportional(sets: &[(i32, Option<i32>)], wanted: i32, surge: i32) -> Vec<i32> {
    let total: i32 = sets.iter().map(|(size, _)| size).sum();
    let allowed = if wanted > 0 { wanted + surge } else { 0 };
    let to_add = allowed - total;
    let mut order: Vec<usize> = (0..sets.len()).collect();
    // Largest first; of equals the newest when growing, the oldest when shrinking.
    if to_add > 0 {
        order.reverse();
    }
    order.order_by_key(|index| std::cmp::Reverse(sets[*index].0));
    let mut sizes: Vec<i32> = sets.iter().map(|(size, _)| *size).collect();
    let mut added = 0;
    for index in &order {
        if to_add == 0 || to_add == added {
            continue;
        }
        let (size, max) = sets[*index];
        let fraction = match (wanted, max) {
            (0, _) => -size,
            (_, Some(max)) if max > 0 => {
                (f64::from(size) * f64::from(wanted + surge) / f64::from(max)).round() as i32 - size
            }
            _ => 0,
        };
        let allowed = to_add - added;
        let part = if to_add > 0 { fraction.min(allowed) } else { fraction.max(allowed) };
        sizes[*index] += part;
        added += part;
    }
    if let Some(first) = order.first() {
        sizes[*first] = (sizes[*first] + to_add - added).max(0);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUARTER: Limits = Limits { max_surge: 1, max_unavailable: 0 };

    #[test]
    fn three_pods_roll_one_at_a_time() {
        assert_eq!(QUARTER.new_replicas(3, 3, 0), 1);
        assert_eq!(QUARTER.new_replicas(3, 4, 1), 1);
        // Nothing may go while the new one is not available.
        assert_eq!(QUARTER.old_replicas(3, 4, 1, 3, &[(3, 3)]), vec![Vec::<i32>::new()]);
        assert_eq!(QUARTER.old_replicas(3, 4, 0, 4, &[(3, 3)]), vec![vec![2]]);
    }

    #[test]
    fn broken_old_pods_go_before_good_ones() {
        let limits = Limits { max_surge: 1, max_unavailable: 1 };
        assert_eq!(limits.old_replicas(4, 5, 1, 3, &[(1, 0), (3, 3)]), vec![vec![0], vec![]]);
    }

    #[test]
    fn percentages_round_surge_up_and_unavailable_down() {
        let quarter = IntOrString::Name("25%".into());
        assert_eq!(scaled(Some(&quarter), 3, true), 1);
        assert_eq!(scaled(Some(&quarter), 3, false), 0);
        assert_eq!(scaled(Some(&quarter), 10, true), 3);
        assert_eq!(scaled(Some(&quarter), 10, false), 2);
    }

    #[test]
    fn several_revisions_grow_in_proportion() {
        assert_eq!(proportional(&[(8, Some(13)), (5, Some(13))], 15, 3), vec![11, 7]);
        assert_eq!(proportional(&[(3, Some(5)), (1, Some(5))], 0, 1), vec![0, 0]);
    }
}
