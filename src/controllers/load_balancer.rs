//! Load balancers: what a cloud, or a desktop, gives a Service of type LoadBalancer.

use super::Setting;
use super::write::{Write, status};
use crate::api::service::ServiceType;
use crate::api::{Gathered, Key, Kind, Object, Value, json};
use crate::apiserver::Store;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Who answers for LoadBalancer Services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LoadBalancers {
    /// Nobody: they stay `<pending>`.
    #[default]
    None,
    /// The desktop: each of the learner's own ports goes to the Service that asks first.
    Localhost,
    /// A cloud: an address of its own each, the first of them this one.
    Addresses(Ipv4Addr),
    /// A stand-in that follows annotations: one that withholds, one that gives an address, else `localhost`.
    Annotated {
        /// The annotation that withholds.
        withheld: String,
        /// The annotation that gives an address.
        address: String,
    },
}

pub(super) fn reconcile(store: &Store, key: &Key, setting: &Setting) -> Vec<Write> {
    let Some(object) = store.get(key) else {
        // What it held may now go to one that waits.
        return store
            .list_all(Kind::Service)
            .filter(|service| is_load_balancer(service) && ingress(service).is_empty())
            .filter_map(|service| assign(store, service, setting))
            .collect();
    };
    if !is_load_balancer(object) {
        let had = !ingress(object).is_empty();
        return had.then(|| status(object, json!({"loadBalancer": {}}))).flatten().into_iter().collect();
    }
    assign(store, object, setting).into_iter().collect()
}

fn is_load_balancer(object: &Object) -> bool {
    object.service().is_some_and(|service| {
        service.spec.kind == ServiceType::LoadBalancer && service.spec.load_balancer_class.is_none()
    })
}

fn ingress(object: &Object) -> &[crate::api::service::LoadBalancerIngress] {
    object.service().map_or(&[], |service| service.status.load_balancer.ingress.as_slice())
}

fn assign(store: &Store, object: &Object, setting: &Setting) -> Option<Write> {
    let address = match &setting.load_balancers {
        LoadBalancers::None => return None,
        LoadBalancers::Localhost => {
            let ports = ports(object);
            let taken = others(store, object).any(|other| !ports.is_disjoint(&self::ports(other)));
            if taken {
                return None;
            }
            json!({"hostname": "localhost"})
        }
        LoadBalancers::Addresses(first) => {
            if !ingress(object).is_empty() {
                return None;
            }
            let taken: BTreeSet<&str> =
                others(store, object).flat_map(ingress).map(|entry| entry.ip.as_str()).into_set();
            let mut address = *first;
            while taken.contains(address.to_string().as_str()) {
                address = Ipv4Addr::from(u32::from(address).wrapping_add(1));
            }
            json!({"ip": address.to_string(), "ipMode": "VIP"})
        }
        LoadBalancers::Annotated { withheld, address } => {
            let annotations = &object.meta.annotations;
            match annotations.get(address) {
                _ if annotations.get(withheld).is_some_and(|value| value == "true") => return None,
                Some(ip) => json!({"ip": ip, "ipMode": "VIP"}),
                None => json!({"hostname": "localhost"}),
            }
        }
    };
    let status: Value = json!({"loadBalancer": {"ingress": [address]}});
    super::write::status(object, status)
}

/// The Services that already have an address.
fn others<'a>(store: &'a Store, object: &'a Object) -> impl Iterator<Item = &'a Object> {
    store
        .list_all(Kind::Service)
        .map(|other| other.as_ref())
        .filter(|other| other.meta.uid != object.meta.uid && !ingress(other).is_empty())
}

fn ports(object: &Object) -> BTreeSet<(u16, &'static str)> {
    let ports = object.service().map_or(&[][..], |service| service.spec.ports.as_slice());
    ports.iter().map(|port| (port.port, port.protocol.as_str())).into_set()
}
