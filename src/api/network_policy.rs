//! NetworkPolicies.

use super::service::Protocol;
use super::value::views;
use super::{IntOrString, Selector};

views! {
    /// A NetworkPolicy (`networking.k8s.io/v1`).
    pub struct NetworkPolicy {
        /// What it says.
        spec: NetworkPolicySpec = "spec",
    }

    /// `NetworkPolicy.spec`.
    pub struct NetworkPolicySpec {
        /// Which pods it isolates.
        pod_selector: Selector = "podSelector",
        /// What may come in.
        ingress: Vec<IngressRule> = "ingress",
        /// What may go out.
        egress: Vec<EgressRule> = "egress",
        /// `Ingress`, `Egress`: the directions it isolates.
        policy_types: Vec<String> = "policyTypes",
    }

    /// From any of these, to any of these ports; an empty list means all.
    pub struct IngressRule {
        /// Sources.
        from: Vec<Peer> = "from",
        /// Ports.
        ports: Vec<PolicyPort> = "ports",
    }

    /// To any of these, at any of these ports; an empty list means all.
    pub struct EgressRule {
        /// Destinations.
        to: Vec<Peer> = "to",
        /// Ports.
        ports: Vec<PolicyPort> = "ports",
    }

    /// Who: pods by labels, or addresses.
    pub struct Peer {
        /// Pods with these labels.
        pod_selector: Option<Selector> = "podSelector",
        /// In namespaces with these labels; the policy's own if absent.
        namespace_selector: Option<Selector> = "namespaceSelector",
        /// Addresses.
        ip_block: Option<IpBlock> = "ipBlock",
    }

    /// A range of addresses and the holes in it.
    pub struct IpBlock {
        /// The range.
        cidr: String = "cidr",
        /// The holes.
        except: Vec<String> = "except",
    }

    /// A port or a range of ports.
    pub struct PolicyPort {
        /// Its protocol.
        protocol: Protocol = "protocol",
        /// A number or a container port's name; all if absent.
        port: Option<IntOrString> = "port",
        /// The last port of a range that begins at `port`.
        end_port: Option<u16> = "endPort",
    }
}
