//! Nodes.

use super::Value;
use super::pod::Condition;
use super::value::views;
use std::collections::BTreeMap;

views! {
    /// A Node (`v1`).
    pub struct Node {
        /// Desired state.
        spec: NodeSpec = "spec",
        /// Observed state.
        status: NodeStatus = "status",
    }

    /// `Node.spec`.
    pub struct NodeSpec {
        /// The range its pods' addresses come from.
        pod_cidr: String = "podCIDR",
        /// Whether it is cordoned.
        unschedulable: bool = "unschedulable",
        /// What keeps pods away.
        taints: Vec<Taint> = "taints",
    }

    /// A taint.
    pub struct Taint {
        /// Its key.
        key: String = "key",
        /// Its value.
        value: String = "value",
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        effect: String = "effect",
    }

    /// `Node.status`.
    pub struct NodeStatus {
        /// Its addresses.
        addresses: Vec<NodeAddress> = "addresses",
        /// The conditions.
        conditions: Vec<Condition> = "conditions",
        /// What it has, quantities as written.
        allocatable: BTreeMap<String, Value> = "allocatable",
    }

    /// One address of a node.
    pub struct NodeAddress {
        /// `InternalIP`, `ExternalIP` or `Hostname`.
        kind: String = "type",
        /// The address.
        address: String = "address",
    }
}

impl Node {
    /// Its internal IP; empty if it has none.
    pub fn internal_ip(&self) -> &str {
        self.status
            .addresses
            .iter()
            .find(|address| address.kind == "InternalIP")
            .map_or("", |address| address.address.as_str())
    }

    /// Whether its `Ready` condition is `True`.
    pub fn is_ready(&self) -> bool {
        self.status.conditions.iter().any(|condition| condition.kind == "Ready" && condition.status == "True")
    }
}
