//! Namespaces for two nodes, their pods and a host outside, wired as the recordings' cluster was:
//! pods on links of their own, nodes on one network whose gateway drops what it would forward.

use crate::agent::ROLE;
use crate::machines::{MACHINES, Machine};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

struct Agent {
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
}

/// The lab while it stands; dropping it takes it down.
pub struct Lab {
    prefix: String,
    agents: BTreeMap<&'static str, Agent>,
}

/// Runs a command line; its standard error if it fails.
pub fn sh(line: &str) -> Result<(), String> {
    feed(line, "")
}

/// Runs a command line with that standard input.
fn feed(line: &str, input: &str) -> Result<(), String> {
    let mut child = Command::new("sh")
        .args(["-c", line])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // A command that fails early closes its input; what it says then is what matters.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{line}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Lab {
    /// Builds it.
    pub fn build() -> Result<Self, String> {
        let mut lab = Self { prefix: format!("cpk{}", std::process::id()), agents: BTreeMap::new() };
        lab.wire()?;
        for machine in &MACHINES {
            let agent = lab.start(machine)?;
            lab.agents.insert(machine.name, agent);
        }
        Ok(lab)
    }

    fn inside(&self, machine: &str) -> String {
        format!("ip netns exec {}-{machine}", self.prefix)
    }

    fn wire(&mut self) -> Result<(), String> {
        let p = self.prefix.clone();
        for name in MACHINES.iter().map(|machine| machine.name).chain(["lan"]) {
            sh(&format!("ip netns add {p}-{name} && ip -n {p}-{name} link set lo up"))?;
        }
        // The gateway has an address and does not forward.
        sh(&format!(
            "ip -n {p}-lan link add br0 type bridge && ip -n {p}-lan addr add 192.168.65.1/24 dev br0 && \
             ip -n {p}-lan link set br0 up"
        ))?;
        for machine in &MACHINES {
            let Machine { name, ip, node, .. } = machine;
            if node.is_empty() {
                sh(&format!(
                    "ip -n {p}-lan link add l-{name} type veth peer name eth0 netns {p}-{name} && \
                     ip -n {p}-lan link set l-{name} master br0 up && \
                     ip -n {p}-{name} addr add {ip}/24 dev eth0 && ip -n {p}-{name} link set eth0 up && \
                     ip -n {p}-{name} route add default via 192.168.65.1"
                ))?;
            }
        }
        for (node, other, range) in
            [("node1", "192.168.65.4", "10.244.1.0/24"), ("node2", "192.168.65.3", "10.244.0.0/24")]
        {
            // As kube-proxy and a pod network set them; no limit on ICMP errors, to ask quickly; no
            // redirects, by which the host outside would learn to go past the node.
            sh(&format!(
                "{} sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1 \
                 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.icmp_ratelimit=0 \
                 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0",
                self.inside(node)
            ))?;
            sh(&format!("ip -n {p}-{node} route add {range} via {other}"))?;
        }
        for (range, node) in [
            ("10.244.0.0/24", "192.168.65.3"),
            ("10.244.1.0/24", "192.168.65.4"),
            ("10.96.0.0/12", "192.168.65.3"),
            ("203.0.113.0/24", "192.168.65.3"),
            ("198.51.100.0/24", "192.168.65.4"),
        ] {
            sh(&format!("ip -n {p}-outside route add {range} via {node}"))?;
        }
        for machine in MACHINES.iter().filter(|machine| !machine.node.is_empty()) {
            let Machine { name, ip, node, .. } = machine;
            let gateway = if *node == "node1" { "10.244.0.1" } else { "10.244.1.1" };
            sh(&format!(
                "ip -n {p}-{node} link add v-{name} type veth peer name eth0 netns {p}-{name} && \
                 ip -n {p}-{node} addr add {gateway}/32 dev v-{name} && ip -n {p}-{node} link set v-{name} up && \
                 ip -n {p}-{node} route add {ip}/32 dev v-{name} src {gateway} && \
                 ip -n {p}-{name} addr add {ip}/32 dev eth0 && ip -n {p}-{name} link set eth0 up && \
                 ip -n {p}-{name} route add {gateway} dev eth0 && ip -n {p}-{name} route add default via {gateway}"
            ))?;
        }
        Ok(())
    }

    fn start(&self, machine: &Machine) -> Result<Agent, String> {
        let test = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new("ip")
            .args(["netns", "exec", &format!("{}-{}", self.prefix, machine.name)])
            .arg(test)
            .args(["--exact", "agent_in_a_namespace", "--nocapture"])
            .env(ROLE, format!("{} {} {}", machine.name, machine.tcp, machine.udp))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (send, receive) = channel();
        std::thread::spawn(move || {
            let answers = output.lines().map_while(Result::ok).filter(|line| line.starts_with('@'));
            for line in answers {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let agent = Agent { child, input, output: receive };
        match agent.output.recv_timeout(Duration::from_secs(20)) {
            Ok(_) => Ok(agent),
            Err(_) => Err(format!("the agent in {} did not start", machine.name)),
        }
    }

    /// Replaces a node's rules by these, and forgets its connections.
    pub fn load(&self, node: &str, rules: &str) -> Result<(), String> {
        let inside = self.inside(node);
        sh(&format!("{inside} nft flush ruleset"))?;
        let tool = if rules.starts_with("table") { "nft -f -" } else { "iptables-restore" };
        feed(&format!("{inside} {tool}"), rules)
    }

    /// Asks all questions of a source at once: `tcp 10.0.0.1 80`. The answers are in their order.
    pub fn ask(&mut self, source: &str, questions: &[String], patience: u32) -> Vec<String> {
        let Some(agent) = self.agents.get_mut(source) else { return Vec::new() };
        while agent.output.try_recv().is_ok() {}
        for (id, question) in questions.iter().enumerate() {
            let _ = writeln!(agent.input, "{id} {question} {patience}");
        }
        let mut answers = vec!["no answer from the agent".to_owned(); questions.len()];
        for _ in questions {
            let Ok(line) = agent.output.recv_timeout(Duration::from_millis(u64::from(patience) * 4 + 2_000))
            else {
                break;
            };
            let (id, answer) = line[1..].split_once(' ').unwrap_or_default();
            if let Some(slot) = id.parse().ok().and_then(|id: usize| answers.get_mut(id)) {
                answer.clone_into(slot);
            }
        }
        answers
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for agent in self.agents.values_mut() {
            let _ = agent.child.kill();
            let _ = agent.child.wait();
        }
        for name in MACHINES.iter().map(|machine| machine.name).chain(["lan"]) {
            let _ = sh(&format!("ip netns del {}-{name}", self.prefix));
        }
    }
}
