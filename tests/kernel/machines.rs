//! The machines that made-up clusters run on.

/// A machine of the lab.
#[derive(Clone, Debug)]
pub struct Machine {
    pub name: &'static str,
    pub ip: &'static str,
    /// The node it runs on; empty for nodes and the host outside.
    pub node: &'static str,
    pub tcp: &'static str,
    pub udp: &'static str,
}

/// The machines. Pods listen on 80, 8080 and 53; each node has a program on its own network at 8081.
pub const MACHINES: [Machine; 9] = [
    Machine { name: "node1", ip: "192.168.65.3", node: "", tcp: "8081", udp: "" },
    Machine { name: "node2", ip: "192.168.65.4", node: "", tcp: "8081", udp: "" },
    Machine { name: "outside", ip: "192.168.65.100", node: "", tcp: "80", udp: "" },
    Machine { name: "a1", ip: "10.244.0.11", node: "node1", tcp: "80,8080", udp: "53" },
    Machine { name: "a2", ip: "10.244.0.12", node: "node1", tcp: "80,8080", udp: "53" },
    Machine { name: "a3", ip: "10.244.0.13", node: "node1", tcp: "80,8080", udp: "53" },
    Machine { name: "b1", ip: "10.244.1.11", node: "node2", tcp: "80,8080", udp: "53" },
    Machine { name: "b2", ip: "10.244.1.12", node: "node2", tcp: "80,8080", udp: "53" },
    Machine { name: "b3", ip: "10.244.1.13", node: "node2", tcp: "80,8080", udp: "53" },
];
