//! Probes: started, ready, alive. The kubelet asks from the pod's own node, so no route lies between.

use super::{State, spec_of};
use crate::api::pod::{self, Container as Spec};
use crate::api::service::Protocol;
use crate::api::{IntOrString, Key, Object};
use crate::cluster::Cluster;
use crate::cluster::queue::{Probe, Step};
use crate::net::{Accept, Answer, Host, HttpRequest, Message, gateway};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

impl Probe {
    fn of(self, spec: &Spec) -> Option<&pod::Probe> {
        match self {
            Self::Startup => spec.startup_probe.as_ref(),
            Self::Readiness => spec.readiness_probe.as_ref(),
            Self::Liveness => spec.liveness_probe.as_ref(),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }
}

fn seconds(value: Option<u32>, usual: u32) -> Duration {
    Duration::from_secs(u64::from(value.filter(|value| *value > 0).unwrap_or(usual)))
}

impl Cluster {
    /// Queues the first probes of a container that has just started.
    pub(super) fn schedule_probes(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let (Some(spec), Some(container)) = (spec_of(pod, runtime, index), runtime.containers.get(index))
        else {
            return;
        };
        let run = container.run;
        let kinds = if spec.startup_probe.is_some() {
            vec![Probe::Startup]
        } else {
            vec![Probe::Readiness, Probe::Liveness]
        };
        for probe in kinds {
            let Some(settings) = probe.of(spec) else { continue };
            // A process needs a moment until its port is open.
            let delay = Duration::from_secs(u64::from(settings.initial_delay_seconds.unwrap_or(0)))
                + self.profile.latency.start;
            self.after(delay, key, Step::Probe { container: index, run, probe });
        }
    }

    /// Probes once; true if the pod's status may have changed by it.
    pub(super) fn probe(&mut self, key: &Key, pod: &Object, index: usize, run: u32, probe: Probe) -> bool {
        let Some(runtime) = self.kubelets.get(key) else { return false };
        let (Some(spec), Some(container)) = (spec_of(pod, runtime, index), runtime.containers.get(index))
        else {
            return false;
        };
        if container.run != run || !matches!(container.state, State::Running { .. }) || container.stopping {
            return false;
        }
        if probe == Probe::Liveness && runtime.stopping {
            return false;
        }
        let Some(settings) = probe.of(spec).cloned() else { return false };
        let spec = spec.clone();
        let result = self.ask(key, &spec, index, &settings);
        self.after(seconds(settings.period_seconds, 10), key, Step::Probe { container: index, run, probe });
        match result {
            Ok(()) => self.passed(key, pod, index, probe, &settings),
            Err(why) => {
                self.kubelet_note(
                    key,
                    Some(index),
                    true,
                    "Unhealthy",
                    format!("{} probe failed: {why}", probe.word()),
                );
                self.failed(key, pod, index, probe, &settings)
            }
        }
    }

    fn passed(&mut self, key: &Key, pod: &Object, index: usize, probe: Probe, settings: &pod::Probe) -> bool {
        let needed = settings.success_threshold.unwrap_or(1).max(1);
        let Some(container) = self.container(key, index) else { return false };
        match probe {
            Probe::Liveness => {
                container.liveness_failures = 0;
                false
            }
            Probe::Startup if container.started => false,
            Probe::Startup => {
                container.successes += 1;
                container.failures = 0;
                if container.successes < needed {
                    return false;
                }
                container.started = true;
                container.successes = 0;
                self.after_startup(key, pod, index);
                true
            }
            Probe::Readiness => {
                container.failures = 0;
                container.successes = container.successes.saturating_add(1);
                let changes = !container.ready && container.successes >= needed;
                container.ready |= changes;
                changes
            }
        }
    }

    /// The other probes begin once a container has started.
    fn after_startup(&mut self, key: &Key, pod: &Object, index: usize) {
        let Some(runtime) = self.kubelets.get(key) else { return };
        let (Some(spec), Some(container)) = (spec_of(pod, runtime, index), runtime.containers.get(index))
        else {
            return;
        };
        let (run, readiness, liveness) =
            (container.run, spec.readiness_probe.is_some(), spec.liveness_probe.is_some());
        if readiness {
            self.after(Duration::ZERO, key, Step::Probe { container: index, run, probe: Probe::Readiness });
        } else if let Some(container) = self.container(key, index) {
            container.ready = true;
        }
        if liveness {
            self.after(Duration::ZERO, key, Step::Probe { container: index, run, probe: Probe::Liveness });
        }
        self.proceed(key, pod);
    }

    fn failed(&mut self, key: &Key, pod: &Object, index: usize, probe: Probe, settings: &pod::Probe) -> bool {
        let most = settings.failure_threshold.unwrap_or(3).max(1);
        let Some(container) = self.container(key, index) else { return false };
        if probe == Probe::Readiness {
            container.successes = 0;
            container.failures += 1;
            let changes = container.ready && container.failures >= most;
            container.ready &= !changes;
            return changes;
        }
        let started = container.started;
        let failures =
            if probe == Probe::Liveness { &mut container.liveness_failures } else { &mut container.failures };
        if probe == Probe::Startup && started {
            return false;
        }
        *failures += 1;
        if *failures < most {
            return false;
        }
        *failures = 0;
        let what = if probe == Probe::Liveness { "liveness" } else { "startup" };
        let message = format!("Container {} failed {what} probe, will be restarted", container.name);
        let grace = pod.pod().and_then(|pod| pod.spec.termination_grace_period_seconds).unwrap_or(30);
        let grace = Duration::from_secs(u64::try_from(grace).unwrap_or(0));
        self.stop_container(key, pod, index, grace, Some(message));
        true
    }

    fn ask(&mut self, key: &Key, spec: &Spec, index: usize, probe: &pod::Probe) -> Result<(), String> {
        let runtime = self.kubelets.get(key).ok_or("container is not running")?;
        let own = runtime.ip.clone().unwrap_or_default();
        let number = |port: &IntOrString| match port {
            IntOrString::Int(number) => u16::try_from(*number).ok(),
            IntOrString::Name(name) => spec.ports.iter().find(|p| p.name == *name).map(|p| p.container_port),
        };
        if let Some(exec) = &probe.exec {
            let process = runtime.containers.get(index).and_then(|container| container.process.as_ref());
            let (code, said) = process.map_or((1, String::new()), |process| process.exec(&exec.command));
            return if code == 0 { Ok(()) } else { Err(said) };
        }
        if let Some(tcp) = &probe.tcp_socket {
            let port = number(&tcp.port).ok_or("couldn't find port")?;
            let host = if tcp.host.is_empty() { own } else { tcp.host.clone().into() };
            return match self.machines().accept(key, port, Protocol::Tcp) {
                Accept::Open => Ok(()),
                Accept::Silent => Err(format!("dial tcp {host}:{port}: i/o timeout")),
                _ => Err(format!("dial tcp {host}:{port}: connect: connection refused")),
            };
        }
        let Some(http) = &probe.http_get else { return Ok(()) };
        let port = number(&http.port).ok_or("couldn't find port")?;
        let host = if http.host.is_empty() { own } else { http.host.clone().into() };
        let scheme = if http.scheme == "HTTPS" { "https" } else { "http" };
        let slash = if http.path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{host}:{port}{slash}{}", http.path);
        match self.machines().accept(key, port, Protocol::Tcp) {
            Accept::Open => {}
            Accept::Silent => {
                return Err(format!(
                    "Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                ));
            }
            _ => return Err(format!("Get \"{url}\": dial tcp {host}:{port}: connect: connection refused")),
        }
        let mut headers = vec![
            ("Host".to_owned(), format!("{host}:{port}")),
            ("User-Agent".to_owned(), "kube-probe/1.36".to_owned()),
        ];
        headers.extend(http.http_headers.iter().map(|header| (header.name.clone(), header.value.clone())));
        let request = HttpRequest {
            method: "GET".into(),
            path: format!("{slash}{}", http.path),
            headers,
            body: String::new(),
        };
        // The kubelet asks from its node's side of the pods' network.
        let node = self.store().get(key).and_then(|object| Some(object.pod()?.node.clone()));
        let gateway = node.and_then(|node| gateway(self.store(), &node)).unwrap_or(Ipv4Addr::LOCALHOST);
        let from = SocketAddr::from((gateway, 32_768 + (self.now.unix() % 28_000) as u16));
        match self.machines().serve(key, port, &Message::Http(&request, from), &[]) {
            Answer::Http(response) if (200..400).contains(&response.status) => Ok(()),
            Answer::Http(response) => Err(format!("HTTP probe failed with statuscode: {}", response.status)),
            _ => Err(format!("Get \"{url}\": EOF")),
        }
    }
}
