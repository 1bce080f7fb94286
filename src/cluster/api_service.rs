//! The Service `kubernetes` and its endpoints, which the API server makes itself and brings back.

use super::Cluster;
use super::queue::Due;
use crate::api::{Instant, Kind, Value, json};
use crate::apiserver::Change;
use std::net::Ipv4Addr;
use std::time::Duration;

/// How often the server looks whether they are there.
const INTERVAL: Duration = Duration::from_secs(10);
const NAME: &str = "kubernetes";

impl Cluster {
    /// Makes what is missing of them.
    pub(super) fn keep_api_service(&mut self) {
        let Some(address) = self.profile.nodes.first().map(|node| node.ip.clone()) else { return };
        let network = u32::from(self.profile.network.proxy.service_cidr.address());
        let first = Ipv4Addr::from(network.saturating_add(1)).to_string();
        self.make_missing(
            Kind::Service,
            json!({
                "metadata": {"labels": {"component": "apiserver", "provider": "kubernetes"}},
                "spec": {"clusterIP": first, "clusterIPs": [first],
                    "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]},
            }),
        );
        let ports = json!([{"name": "https", "port": 6443, "protocol": "TCP"}]);
        self.make_missing(
            Kind::Endpoints,
            json!({
                "metadata": {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
                "subsets": [{"addresses": [{"ip": address}], "ports": ports}],
            }),
        );
        self.make_missing(
            Kind::EndpointSlice,
            json!({
                "metadata": {"labels": {"kubernetes.io/service-name": NAME}},
                "addressType": "IPv4",
                "endpoints": [{"addresses": [address], "conditions": {"ready": true}}],
                "ports": ports,
            }),
        );
    }

    fn make_missing(&mut self, kind: Kind, mut doc: Value) {
        if self.store().find(kind, "default", NAME).is_none() {
            doc["metadata"]["name"] = NAME.into();
            doc["metadata"]["namespace"] = "default".into();
            self.make(kind, doc);
        }
    }

    /// Has the server look again at its next round, if one of them went.
    pub(super) fn follow_api_service(&mut self, change: &Change) {
        let gone = change.object();
        let own = matches!(gone.kind, Kind::Service | Kind::Endpoints | Kind::EndpointSlice);
        if own && change.new.is_none() && gone.meta.namespace == "default" && gone.meta.name == NAME {
            let round = INTERVAL.as_millis() as u64;
            let into = self.now.since(Instant::default()).as_millis() as u64 % round;
            self.queue.put(self.now + Duration::from_millis(round - into), Due::ApiService);
        }
    }
}
