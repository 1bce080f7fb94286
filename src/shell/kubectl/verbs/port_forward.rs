//! `kubectl port-forward`: ports of the workstation that lead into a pod, past any Service.

use crate::api::service::ServicePort;
use crate::api::{IntOrString, Key, Kind, Object, Ordered};
use crate::shell::kubectl::call::{Call, Next, Outcome};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::flags::number_error;
use crate::shell::kubectl::resources;
use crate::shell::kubectl::verbs::exec::{go_type, selector_of};
use crate::shell::program::{Ctx, Forward, Poll, Program, Wake};
use std::sync::Arc;
use std::time::Duration;

/// The first port a system gives where none is asked for.
const EPHEMERAL: u16 = 40_000;
const REQUIRED: &str = "TYPE/NAME and list of ports are required for port-forward";

/// `port-forward TYPE/NAME [LOCAL_PORT:]REMOTE_PORT ...`
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let [target, ports @ ..] = args.as_slice() else { return Err(Failure::Usage(REQUIRED.to_owned())) };
    if ports.is_empty() {
        return Err(Failure::Usage(REQUIRED.to_owned()));
    }
    let (kind, name) = match target.contains('/') {
        true => {
            let (kind, name) = resources::tuple(target)?;
            (call.kind(&kind)?, name)
        }
        false => (Kind::Pod, target.clone()),
    };
    let namespace = call.namespace();
    let object = call.find(kind, &namespace, &name)?;
    let pod = pod_of(call, &object)?;
    let service = object.service();
    let mut pairs = Vec::new();
    for port in ports {
        pairs.push(pair(port, &pod, service.map(|view| (view.spec.ports.as_slice(), name.as_str())))?);
    }
    let addresses = addresses(call)?;
    let phase = pod.pod().map(|view| view.status.phase.clone()).unwrap_or_default();
    if phase != "Running" {
        return Err(Failure::Message(format!(
            "unable to forward port because pod is not running. Current status={phase}"
        )));
    }
    let mut opened = Vec::new();
    for (local, remote) in pairs {
        let local = match local {
            0 => (EPHEMERAL..).find(|port| !call.ctx.world.forwards.contains_key(port)).unwrap_or(EPHEMERAL),
            local => local,
        };
        if call.ctx.world.forwards.contains_key(&local) {
            for (local, _) in &opened {
                call.ctx.world.forwards.remove(local);
            }
            let listen = addresses.iter().map(|address| {
                let host = if address.contains(':') { format!("[{address}]") } else { address.clone() };
                let version = if address.contains(':') { "tcp6" } else { "tcp4" };
                format!("unable to create listener: Error listen {version} {host}:{local}: bind: address already in use")
            });
            let message = format!(
                "Unable to listen on port {local}: Listeners failed to create with the following errors: [{}]",
                listen.collect::<Vec<_>>().join(" ")
            );
            call.ctx.complain(message);
            return Err(Failure::Message(format!(
                "unable to listen on any of the requested ports: [{{{local} {remote}}}]"
            )));
        }
        let forward = Forward {
            pod: pod.key(),
            uid: pod.meta.uid.to_string(),
            port: remote,
            connections: 0,
            lost: false,
        };
        call.ctx.world.forwards.insert(local, forward);
        opened.push((local, remote));
        for address in &addresses {
            let host = if address.contains(':') { format!("[{address}]") } else { address.clone() };
            call.say(format!("Forwarding from {host}:{local} -> {remote}"));
        }
    }
    Ok(Next::Run(Box::new(Forwarding { ports: opened.into_iter().map(|(local, _)| local).collect() })))
}

/// The pod a forward leads into: the object itself, or the first running one it selects.
fn pod_of(call: &mut Call<'_, '_>, object: &Object) -> Result<Arc<Object>, Failure> {
    let namespace = &object.meta.namespace;
    if object.kind == Kind::Pod {
        return Ok(call.find(Kind::Pod, namespace, &object.meta.name)?);
    }
    let selector =
        selector_of(object).map_err(|why| format!("cannot attach to *{}: {why}", go_type(object.kind)))?;
    let pods = call.ctx.cluster.store().select(Kind::Pod, namespace, &selector);
    let mut pods: Vec<Arc<Object>> = pods.into_iter().cloned().collect();
    pods.order_by_key(|pod| {
        pod.pod().is_none_or(|view| view.status.phase != "Running" || !view.status.condition("Ready"))
    });
    pods.into_iter().next().ok_or_else(|| "timed out waiting for the condition".into())
}

fn addresses(call: &Call<'_, '_>) -> Result<Vec<String>, Failure> {
    let mut addresses = Vec::new();
    let given = call.flags.list("address");
    let given = if given.is_empty() { vec!["localhost".to_owned()] } else { given };
    for address in given {
        match address.as_str() {
            "localhost" => addresses.extend(["127.0.0.1".to_owned(), "::1".to_owned()]),
            other if other.parse::<std::net::IpAddr>().is_ok() => addresses.push(address),
            other => return Err(Failure::Message(format!("{other} is not a valid IP"))),
        }
    }
    Ok(addresses)
}

/// `LOCAL:REMOTE`, `PORT` or `:REMOTE`, names looked up in the pod or the Service.
fn pair(text: &str, pod: &Object, service: Option<(&[ServicePort], &str)>) -> Result<(u16, u16), Failure> {
    let (local, remote) = text.split_once(':').unwrap_or((text, text));
    let number = |word: &str| word.parse::<u16>().ok();
    let target = match service {
        Some((ports, name)) => through_service(remote, pod, ports, name)?,
        None => match number(remote) {
            Some(0) => return Err("remote port must be > 0".into()),
            Some(port) => port,
            // A number that is no port stays one; the local side is looked at first.
            None if remote.parse::<i64>().is_ok() && local == remote => return Err(no_port("local", local)),
            None if remote.parse::<i64>().is_ok() => return Err(no_port("remote", remote)),
            None => pod_port(pod, remote)?,
        },
    };
    let local = match local {
        "" => 0,
        word if word == remote && !text.contains(':') => number(word).unwrap_or(target),
        word => number(word).ok_or_else(|| no_port("local", word))?,
    };
    Ok((local, target))
}

fn no_port(side: &str, word: &str) -> Failure {
    let numeric = word.bytes().all(|b| b.is_ascii_digit());
    let why = number_error("ParseUint", word, if numeric { "value out of range" } else { "invalid syntax" });
    format!("error parsing {side} port '{word}': {why}").into()
}

fn pod_port(pod: &Object, name: &str) -> Result<u16, Failure> {
    let ports =
        pod.pod().into_iter().flat_map(|view| &view.spec.containers).flat_map(|container| &container.ports);
    let found = ports.into_iter().find(|port| !name.is_empty() && port.name == name);
    let missing = || Failure::Message(format!("Pod '{}' does not have a named port '{name}'", pod.meta.name));
    found.map(|port| port.container_port).ok_or_else(missing)
}

fn through_service(remote: &str, pod: &Object, ports: &[ServicePort], name: &str) -> Result<u16, Failure> {
    let found = match remote.parse::<u16>() {
        Ok(number) => ports.iter().find(|port| port.port == number).ok_or_else(|| {
            Failure::Message(format!("Service {name} does not have a service port {number}"))
        })?,
        Err(_) => ports.iter().find(|port| port.name == remote).ok_or_else(|| {
            Failure::Message(format!("Service '{name}' does not have a named port '{remote}'"))
        })?,
    };
    match &found.target_port {
        IntOrString::Int(0) => Ok(found.port),
        IntOrString::Int(number) => Ok(u16::try_from(*number).unwrap_or(found.port)),
        IntOrString::Name(target) => pod_port(pod, target),
    }
}

/// Holds the ports until Ctrl-C, or until the pod is gone.
#[derive(Clone, Debug)]
struct Forwarding {
    ports: Vec<u16>,
}

impl Forwarding {
    fn close(&self, ctx: &mut Ctx<'_>) {
        for port in &self.ports {
            ctx.world.forwards.remove(port);
        }
    }
}

impl Program for Forwarding {
    fn poll(&mut self, ctx: &mut Ctx<'_>) -> Poll {
        if ctx.interrupted {
            self.close(ctx);
            return Poll::Done(130);
        }
        let mut lost: Option<(Key, u16)> = None;
        for port in &self.ports {
            let Some(forward) = ctx.world.forwards.get_mut(port) else { continue };
            for _ in 0..std::mem::take(&mut forward.connections) {
                ctx.stdout.push_str(&format!("Handling connection for {port}\n"));
            }
            if forward.lost {
                lost = Some((forward.pod.clone(), forward.port));
            }
        }
        if let Some((pod, port)) = lost {
            // kubectl notices a pod that is gone by the next connection, and gives up.
            ctx.complain(format!(
                "error: error creating error stream for port {port}: pod \"{}\" is no longer there",
                pod.name
            ));
            ctx.complain("error: lost connection to pod");
            self.close(ctx);
            return Poll::Done(1);
        }
        // Connections are made by others in the same session; a look now and then is enough.
        Poll::Wait(Wake::ChangeOr(ctx.cluster.now() + Duration::from_millis(200)))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
