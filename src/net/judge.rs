//! What the rules of one node alone do to a request: the verdict, and every endpoint it could get.

use super::locate::{self, Owner};
use super::network::Network;
use super::{Request, Source};
use crate::api::service::Protocol;
use crate::proxy::{Everything, Flow, Translation};
use std::net::{IpAddr, Ipv4Addr};

/// The rules' verdict on the first packet of a request.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The node whose rules they are.
    pub node: String,
    /// What they do. Every branch of a choice was followed: `all` holds every endpoint.
    pub translation: Translation,
    /// Whether the packet is addressed to the node itself.
    pub to_node: bool,
}

impl Network<'_> {
    /// What the rules of the node where a request meets kube-proxy first do to it, once its name
    /// led to `address`. `None` if it meets no node: a workstation without a way in.
    pub fn judge(&self, request: &Request, address: IpAddr) -> Option<Judged> {
        let destination = super::locate::v4(address);
        let (source, node, from_here) = self.entry(&request.from, destination)?;
        let proxy = self.proxies.get(&node)?;
        let protocol: Option<Protocol> = request.payload.protocol();
        let flow = Flow {
            source: if destination.is_loopback() { Ipv4Addr::LOCALHOST } else { source },
            destination,
            protocol,
            port: request.to.port.unwrap_or(0),
            from_here,
            local: locate::node_addresses(self.store, &node),
        };
        let translation = proxy.evaluate(&flow, &mut Everything);
        Some(Judged { to_node: flow.to_here(), node, translation })
    }

    /// The source address, the first node, and whether that node itself is the sender.
    fn entry(&self, from: &Source, destination: Ipv4Addr) -> Option<(Ipv4Addr, String, bool)> {
        match from {
            Source::Pod(key) => {
                let pod = self.store.get(key)?.pod()?;
                let address = pod.status.pod_ip.parse().ok()?;
                Some((address, pod.node.to_string(), pod.spec.host_network))
            }
            Source::Node(name) => Some((locate::node_ip(self.store, name)?, name.clone(), true)),
            Source::Address { ip, node } => {
                let address = super::locate::v4(*ip);
                let own = locate::node_addresses(self.store, node).contains(&address);
                Some((address, node.clone(), own))
            }
            Source::Workstation => {
                let node = match locate::owner(self.store, self.setting, destination) {
                    Owner::Node(node) => node,
                    _ => self.proxies.iter().next()?.node().name.clone(),
                };
                Some((self.setting.workstation.address, node, false))
            }
        }
    }
}
