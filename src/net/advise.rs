//! What to do about a reason: the field that decided it, a command that shows it, what might help.

use super::explain::{list, name, policy_field};
use super::{Direction, DnsFailure, Field, Lacking, Reason};
use crate::api::{Key, Kind};

impl Lacking {
    fn field(&self, service: &Key) -> Field {
        match self {
            Self::Matches { .. } | Self::Selector => Field::new(service, "spec.selector"),
            Self::Unmade { workload, .. } => Field::new(workload, "spec.replicas"),
            Self::Ready { pod, .. } => Field::new(pod, "status.conditions"),
            Self::NamedPort { index, .. } => Field::new(service, format!("spec.ports[{index}].targetPort")),
            Self::Spread => Field::new(service, "spec"),
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Matches { nearest: Some(near), .. } => match &near.found {
                Some(found) => format!(
                    "Make them equal: the selector asks for {}={}, the pod carries {}={found}.",
                    near.label, near.wanted, near.label
                ),
                None => format!("Give the pods the label {}={}.", near.label, near.wanted),
            },
            Self::Matches { .. } => "Create the pods, or select labels that pods carry.".into(),
            Self::Unmade { workload, replicas: Some(0) } => {
                format!("kubectl scale {workload} --replicas=1{} brings one.", in_namespace(workload))
            }
            Self::Unmade { .. } => "See its events for what keeps it from making pods.".into(),
            Self::Ready { why, .. } if why.contains("probe") => {
                "See what the probe asks for, and what the program answers.".into()
            }
            Self::Ready { .. } => "Look at the pod's events and its log.".into(),
            Self::NamedPort { known, .. } if known.is_empty() => {
                "Name the container's port, or write its number in targetPort.".into()
            }
            Self::NamedPort { known, .. } => format!("Use {} in targetPort.", list(known)),
            Self::Selector => "Add a selector, or write an EndpointSlice.".into(),
            Self::Spread => "Wait a moment and try again.".into(),
        }
    }
}

impl Reason {
    /// The field that decided it.
    pub fn field(&self) -> Option<Field> {
        Some(match self {
            Self::NoSuchName { nearest: Some(key), .. } => Field::new(key, "metadata.name"),
            Self::NoAddress { service: Some(service), lacking: Some(lacking), .. } => lacking.field(service),
            Self::DnsFailed { because, .. } => return because.as_ref().and_then(|because| because.field()),
            Self::NotRunning { pod } => Field::new(pod, "status.phase"),
            Self::NoRuleForIcmp { service, .. } | Self::PortNotListed { service, .. } => {
                Field::new(service, "spec.ports")
            }
            Self::NoEndpoints { service, lacking } => lacking.field(service),
            Self::NoLocalEndpoints { service, external, .. } => {
                Field::new(service, format!("spec.{}", policy_field(*external)))
            }
            Self::SourceRange { service, .. } => Field::new(service, "spec.loadBalancerSourceRanges"),
            Self::ReplyBypasses { service: Some(service), .. } => {
                Field::new(service, "spec.externalTrafficPolicy")
            }
            Self::HostPort { pod, .. } | Self::LoopbackOnly { pod, .. } => Field::new(pod, "spec.containers"),
            Self::PolicyDenies { nearest: Some(field), .. } => field.clone(),
            Self::PolicyDenies { policies, direction, .. } => {
                let list = match direction {
                    Direction::Ingress => "spec.ingress",
                    Direction::Egress => "spec.egress",
                };
                Field::new(policies.first()?, list)
            }
            Self::NothingListens { service: Some((service, index)), .. } => {
                Field::new(service, format!("spec.ports[{index}].targetPort"))
            }
            Self::NothingListens { pod, .. } => Field::new(pod, "spec.containers"),
            Self::MachineRefuses { nearest: Some((service, _)), .. } => Field::new(service, "spec.ports"),
            Self::NotPublished { nearest: Some(service), .. } => Field::new(service, "spec.ports"),
            Self::WrongHost { service: Some(service), .. } => Field::new(service, "spec.externalName"),
            Self::Chosen { service, .. } => Field::new(service, "spec.selector"),
            _ => return None,
        })
    }

    /// A command whose output shows it.
    pub fn evidence(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchName { nearest: Some(key), .. } if key.namespace != "default" => {
                "kubectl get services --all-namespaces".into()
            }
            Self::NoSuchName { .. } => "kubectl get services".into(),
            Self::NoAddress { service: Some(service), .. } => slices(service),
            Self::DnsFailed { because, .. } => {
                return because
                    .as_ref()
                    .and_then(|because| because.evidence())
                    .or_else(|| Some("kubectl get pods -n kube-system -l k8s-app=kube-dns".into()));
            }
            Self::NotRunning { pod } | Self::Frozen { pod } | Self::LoopbackOnly { pod, .. } => {
                get("describe pod", pod)
            }
            Self::NoRuleForIcmp { service, .. } | Self::PortNotListed { service, .. } => {
                get("get service", service)
            }
            Self::NotProgrammed { .. } => {
                "kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide".into()
            }
            Self::Unallocated { .. } => "kubectl get services --all-namespaces".into(),
            Self::NoEndpoints { service, lacking } => match lacking {
                Lacking::Matches { .. } => format!("kubectl get pods{} --show-labels", in_namespace(service)),
                Lacking::Unmade { workload, replicas: Some(0) } => {
                    format!("kubectl get {workload}{}", in_namespace(workload))
                }
                Lacking::Unmade { workload, .. } => {
                    format!("kubectl describe {workload}{}", in_namespace(workload))
                }
                Lacking::Ready { pod, .. } => get("describe pod", pod),
                Lacking::NamedPort { pod, .. } => get("describe pod", pod),
                Lacking::Selector | Lacking::Spread => slices(service),
            },
            Self::NoLocalEndpoints { service, .. } | Self::ReplyBypasses { service: Some(service), .. } => {
                slices(service)
            }
            Self::SourceRange { service, .. } => format!("{} -o yaml", get("get service", service)),
            Self::NobodyThere { .. } | Self::LinkLoss { .. } => {
                "kubectl get pods --all-namespaces -o wide".into()
            }
            Self::NotRoutable { owner: Some(key), .. } if key.kind == Kind::Service => {
                get("get service", key)
            }
            Self::NotRoutable { .. } => "kubectl get nodes -o wide".into(),
            Self::NotPublished { .. } | Self::MachineRefuses { .. } => {
                "kubectl get services --all-namespaces".into()
            }
            Self::PolicyDenies { policies, .. } => get("describe networkpolicy", policies.first()?),
            Self::NothingListens { service: Some((service, _)), .. } => get("describe service", service),
            Self::NothingListens { pod, .. } => get("describe pod", pod),
            Self::WrongHost { service: Some(service), .. } => get("get service", service),
            Self::NoAnswer | Self::TooDeep => "kubectl get pods -o wide".into(),
            _ => return None,
        })
    }

    /// What might help.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchName { nearest: Some(key), host, .. } => {
                let label = host.split('.').next().unwrap_or(host);
                if key.name == label {
                    format!(
                        "Use {}.{}: a short name is looked up in the client's own namespace.",
                        key.name, key.namespace
                    )
                } else {
                    format!("Did you mean {}?", key.name)
                }
            }
            Self::NoSuchName { could_serve: Some(pod), host, .. } => {
                format!("Pod {} could serve it: create a Service called {host}.", name(pod))
            }
            Self::NoSuchName { host, .. } => format!("Create a Service called {host}, or correct the name."),
            Self::NoAddress { lacking: Some(lacking), .. } | Self::NoEndpoints { lacking, .. } => {
                lacking.hint()
            }
            Self::DnsFailed { because: Some(because), .. } => return because.hint(),
            Self::DnsFailed { .. } => {
                "See whether the pods of CoreDNS run, and whether a policy cuts them off.".into()
            }
            Self::NotRunning { .. } => "Wait until it runs, or see what keeps it.".into(),
            Self::NoRuleForIcmp { .. } => {
                "A virtual IP lives in rules only. Try its port with curl, or ping a pod.".into()
            }
            Self::PortNotListed { protocol, listed, .. } => {
                match listed.iter().find(|(_, listed)| listed == protocol) {
                    Some((port, _)) => format!("Use port {port}, or list the port in spec.ports."),
                    None => "List the port in spec.ports.".into(),
                }
            }
            Self::NotProgrammed { .. } => {
                "Try again: rules follow the Service after a moment. If it lasts, see whether kube-proxy runs on that node.".into()
            }
            Self::Unallocated { .. } => {
                "Use the Service's name: its address changes when it is created anew.".into()
            }
            Self::NoLocalEndpoints { external, elsewhere, .. } => match elsewhere.first() {
                Some(node) if *external => format!("Address node {node}, or set the policy to Cluster."),
                _ => "Run a pod on this node, or set the policy to Cluster.".into(),
            },
            Self::ReplyBypasses { .. } => {
                "Use the Service's name inside of the cluster, or set the policy to Cluster, which masquerades.".into()
            }
            Self::SourceRange { source, .. } => format!("Add a range that holds {source}."),
            Self::NobodyThere { former: Some(_), .. } => {
                "Pods come and go with their addresses; a Service's name stays.".into()
            }
            Self::NobodyThere { .. } => "Check the address.".into(),
            Self::LinkLoss { .. } => "Try again: what is lost is left to chance.".into(),
            Self::NotRoutable { .. } => {
                "Use kubectl port-forward, or publish it as a NodePort or LoadBalancer.".into()
            }
            Self::NotPublished { .. } => {
                "Start kubectl port-forward, or publish the port by a LoadBalancer.".into()
            }
            Self::PolicyDenies { port: Some(53), direction: Direction::Egress, .. } => {
                "Allow port 53 to the cluster's DNS, over UDP and TCP.".into()
            }
            Self::PolicyDenies { direction: Direction::Egress, .. } => {
                "Add an egress rule that allows it.".into()
            }
            Self::PolicyDenies { .. } => "Add an ingress rule that allows it.".into(),
            Self::NothingListens { open, service: Some(_), .. } => match open.first() {
                Some(port) => format!("Set targetPort to {port}."),
                None => "See which port the program opens.".into(),
            },
            Self::NothingListens { open, .. } => match open.first() {
                Some(port) => format!("Use port {port}."),
                None => "See which port the program opens.".into(),
            },
            Self::LoopbackOnly { .. } => {
                "Let the program listen on 0.0.0.0. A port-forward reaches it even so, which hides the fault."
                    .into()
            }
            Self::MachineRefuses { nearest: Some((_, port)), .. } => format!("Use port {port}."),
            Self::WrongHost { server, .. } => format!("Send the header Host: {server}."),
            _ => return None,
        })
    }

    /// The Service that this is about.
    pub fn service(&self) -> Option<&Key> {
        match self {
            Self::NoRuleForIcmp { service, .. }
            | Self::PortNotListed { service, .. }
            | Self::NotProgrammed { service, .. }
            | Self::NoEndpoints { service, .. }
            | Self::NoLocalEndpoints { service, .. }
            | Self::SourceRange { service, .. }
            | Self::Chosen { service, .. }
            | Self::Balanced { service, .. } => Some(service),
            Self::Established { service }
            | Self::Masqueraded { service, .. }
            | Self::WrongHost { service, .. }
            | Self::ReplyBypasses { service, .. }
            | Self::NoAddress { service, .. } => service.as_ref(),
            Self::NothingListens { service, .. } => service.as_ref().map(|(service, _)| service),
            Self::Resolved { object, .. } => object.as_ref().filter(|key| key.kind == Kind::Service),
            _ => None,
        }
    }

    /// The question and the answer of a name's lookup.
    pub fn resolved(&self) -> Option<(String, String)> {
        Some(match self {
            Self::Resolved { host, address, .. } => (host.clone(), address.to_string()),
            Self::NoSuchName { host, .. } => (host.clone(), "NXDOMAIN".into()),
            Self::NoAddress { host, .. } => (host.clone(), "no address".into()),
            Self::DnsFailed { host, how, .. } => {
                let how = match how {
                    DnsFailure::Refused => "refused",
                    DnsFailure::Silent => "no answer",
                    DnsFailure::ServerFailure => "SERVFAIL",
                };
                (host.clone(), how.into())
            }
            _ => return None,
        })
    }
}

fn in_namespace(key: &Key) -> String {
    if key.namespace.is_empty() || key.namespace == "default" {
        String::new()
    } else {
        format!(" -n {}", key.namespace)
    }
}

fn get(verb: &str, key: &Key) -> String {
    format!("kubectl {verb} {}{}", key.name, in_namespace(key))
}

fn slices(service: &Key) -> String {
    format!(
        "kubectl get endpointslices -l kubernetes.io/service-name={}{}",
        service.name,
        in_namespace(service)
    )
}
