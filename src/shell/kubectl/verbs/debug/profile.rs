//! Profiles of `kubectl debug`: what a debugging container may do.

use crate::api::{Value, json};
use crate::shell::kubectl::doc::{items, put};

/// Where the container goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Beside the containers of a pod.
    Ephemeral,
    /// Into a copy of a pod.
    Copy,
    /// Onto a node.
    Node,
}

/// A profile, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Legacy,
    General,
    Baseline,
    Restricted,
    Netadmin,
    Sysadmin,
}

impl Profile {
    /// The profile of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "legacy" => Self::Legacy,
            "general" => Self::General,
            "baseline" => Self::Baseline,
            "restricted" => Self::Restricted,
            "netadmin" => Self::Netadmin,
            "sysadmin" => Self::Sysadmin,
            other => return Err(format!("unknown profile: {other}")),
        })
    }

    /// What the container may do.
    pub fn dress(self, container: &mut Value, style: Style) {
        const SECURITY: &str = "securityContext";
        let cleared = matches!(self, Self::Baseline | Self::Restricted)
            || (self == Self::General && style == Style::Node);
        if let Some(fields) = container.as_object_mut().filter(|_| cleared) {
            fields.remove(SECURITY);
        }
        let added: &[&str] = match self {
            Self::General if style != Style::Node => &["SYS_PTRACE"],
            Self::Netadmin => &["NET_ADMIN", "NET_RAW"],
            _ => &[],
        };
        if !added.is_empty() {
            let mut all = items(&container[SECURITY]["capabilities"]["add"]).to_vec();
            all.extend(added.iter().map(|capability| json!(capability)));
            put(container, &[SECURITY, "capabilities", "add"], all);
        }
        match self {
            Self::Sysadmin => put(container, &[SECURITY, "privileged"], true),
            Self::Restricted => {
                let strict = json!({
                    "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
                    "seccompProfile": {"type": "RuntimeDefault"},
                });
                put(container, &[SECURITY], strict);
            }
            _ => {}
        }
    }

    /// What a pod on a node sees of it; says whether it mounts the node's files.
    pub fn open_node(self, pod: &mut Value) -> bool {
        if matches!(self, Self::Baseline | Self::Restricted) {
            return false;
        }
        for space in ["hostIPC", "hostNetwork", "hostPID"] {
            put(pod, &["spec", space], true);
        }
        if self == Self::Netadmin {
            return false;
        }
        put(
            &mut pod["spec"]["containers"][0],
            &["volumeMounts"],
            json!([{"mountPath": "/host", "name": "host-root"}]),
        );
        put(pod, &["spec", "volumes"], json!([{"name": "host-root", "hostPath": {"path": "/"}}]));
        true
    }
}
