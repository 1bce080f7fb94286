//! `kubectl create KIND`: objects made from flags.

mod access;
mod config;
mod job;
mod policy;
mod service;
mod workload;

pub use access::{cluster_role, cluster_role_binding, namespace, role, role_binding, service_account, token};
pub use config::{config_map, docker_registry, generic, tls};
pub use job::{cron_job, job};
pub use policy::{disruption_budget, ingress, priority_class, quantities, quota};
pub use service::{cluster_ip, external_name, load_balancer, node_port};
pub use workload::{deployment, letters};
