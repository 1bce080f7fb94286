//! Containers, volumes and tolerations, as pods and templates have them.

use super::super::doc::{entries, flag, int, items, or_none, selector, shown, text};
use super::super::output::age;
use super::{Page, bracketed, truth};
use crate::api::{Ordered, Value};
use crate::apiserver::quantity::Quantity;

/// Containers under a heading; `statuses` is the pod's list, or null for a template. `space` indents a template's.
pub fn containers(
    page: &mut Page<'_>,
    heading: &str,
    list: &Value,
    statuses: &Value,
    pod: &Value,
    space: &str,
) {
    if items(list).is_empty() {
        return;
    }
    page.line(0, format!("{space}{heading}:"));
    for container in items(list) {
        let name = text(&container["name"]);
        let status = items(statuses).iter().find(|status| text(&status["name"]) == name);
        page.line(1, format!("{}{name}:", if space.is_empty() { "" } else { " " }));
        basics(page, container, status);
        command(page, "Command", &container["command"]);
        command(page, "Args", &container["args"]);
        if let Some(status) = status {
            state(page, "State", &status["state"]);
            if !status["lastState"]["terminated"].is_null() {
                state(page, "Last State", &status["lastState"]);
            }
            page.field(2, "Ready", truth(flag(&status["ready"])));
            page.field(2, "Restart Count", int(&status["restartCount"]).to_string());
        }
        for (heading, key) in [("Limits", "limits"), ("Requests", "requests")] {
            let mut amounts = entries(&container["resources"][key]).peekable();
            if amounts.peek().is_some() {
                page.line(2, format!("{heading}:"));
                for (name, amount) in amounts {
                    page.field(3, name, shown(amount));
                }
            }
        }
        for (heading, key) in
            [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
        {
            if container[key].is_object() {
                page.field(2, heading, probe(&container[key]));
            }
        }
        environment(page, container, pod);
        mounts(page, container);
    }
}

fn basics(page: &mut Page<'_>, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", text(&status["containerID"]));
    }
    page.field(2, "Image", text(&container["image"]));
    if let Some(status) = status {
        page.field(2, "Image ID", text(&status["imageID"]));
    }
    for (heading, key) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let port = |port: &Value| {
            let number = format!("{}/{}", int(&port[key]), text(&port["protocol"]));
            match text(&port["name"]) {
                "" => number,
                name => format!("{number} ({name})"),
            }
        };
        let ports: Vec<String> = items(&container["ports"]).iter().map(port).collect();
        let heading = if ports.len() > 1 { format!("{heading}s") } else { heading.to_owned() };
        page.field(2, &heading, or_none(&ports.join(", ")));
    }
}

fn command(page: &mut Page<'_>, heading: &str, words: &Value) {
    if items(words).is_empty() {
        return;
    }
    page.line(2, format!("{heading}:"));
    for word in items(words) {
        for line in text(word).split('\n') {
            page.line(3, line);
        }
    }
}

fn state(page: &mut Page<'_>, heading: &str, state: &Value) {
    if state["running"].is_object() {
        page.field(2, heading, "Running");
        page.field(3, "Started", age::date(&state["running"]["startedAt"]));
    } else if state["terminated"].is_object() {
        let end = &state["terminated"];
        page.field(2, heading, "Terminated");
        for (name, key) in [("Reason", "reason"), ("Message", "message")] {
            if !text(&end[key]).is_empty() {
                page.field(3, name, text(&end[key]));
            }
        }
        page.field(3, "Exit Code", int(&end["exitCode"]).to_string());
        if int(&end["signal"]) > 0 {
            page.field(3, "Signal", int(&end["signal"]).to_string());
        }
        page.field(3, "Started", age::date(&end["startedAt"]));
        page.field(3, "Finished", age::date(&end["finishedAt"]));
    } else {
        page.field(2, heading, "Waiting");
        let reason = text(&state["waiting"]["reason"]);
        if !reason.is_empty() {
            page.field(3, "Reason", reason);
        }
    }
}

/// `http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`
fn probe(probe: &Value) -> String {
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        int(&probe["initialDelaySeconds"]),
        int(&probe["timeoutSeconds"]),
        int(&probe["periodSeconds"]),
        int(&probe["successThreshold"]),
        int(&probe["failureThreshold"])
    );
    let http = &probe["httpGet"];
    let tcp = &probe["tcpSocket"];
    if probe["exec"].is_object() {
        format!("exec {} {attributes}", bracketed(&probe["exec"]["command"]))
    } else if http.is_object() {
        let path = text(&http["path"]);
        let slash = if path.starts_with('/') { "" } else { "/" };
        let scheme = text(&http["scheme"]).to_lowercase();
        format!(
            "http-get {scheme}://{}:{}{slash}{path} {attributes}",
            text(&http["host"]),
            shown(&http["port"])
        )
    } else if tcp.is_object() {
        format!("tcp-socket {}:{} {attributes}", text(&tcp["host"]), shown(&tcp["port"]))
    } else if probe["grpc"].is_object() {
        let service = text(&probe["grpc"]["service"]);
        format!("grpc <pod>:{} {service} {attributes}", int(&probe["grpc"]["port"]))
    } else {
        format!("unknown {attributes}")
    }
}

fn environment(page: &mut Page<'_>, container: &Value, pod: &Value) {
    let sources = items(&container["envFrom"]);
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
        for source in sources {
            let (kind, reference) = match source["configMapRef"].is_object() {
                true => ("ConfigMap", &source["configMapRef"]),
                false => ("Secret", &source["secretRef"]),
            };
            let prefix = match text(&source["prefix"]) {
                "" => String::new(),
                prefix => format!(" with prefix '{prefix}'"),
            };
            let optional = flag(&reference["optional"]);
            page.line(3, format!("{}\t{kind}{prefix}\tOptional: {optional}", text(&reference["name"])));
        }
    }
    let variables = items(&container["env"]);
    if variables.is_empty() {
        page.field(2, "Environment", "<none>");
        return;
    }
    page.line(2, "Environment:");
    for variable in variables {
        let name = text(&variable["name"]);
        let from = &variable["valueFrom"];
        let (field, resource) = (&from["fieldRef"], &from["resourceFieldRef"]);
        let (config, secret) = (&from["configMapKeyRef"], &from["secretKeyRef"]);
        if field.is_object() {
            let path = text(&field["fieldPath"]);
            let value = path.strip_prefix("metadata.").map_or_else(String::new, |key| {
                let metadata = &pod["metadata"];
                // metadata.labels['app']
                match key.strip_suffix("']").and_then(|key| key.split_once("['")) {
                    Some((map, key)) => shown(&metadata[map][key]),
                    None => shown(&metadata[key]),
                }
            });
            page.line(3, format!("{name}:\t{value} ({}:{path})", text(&field["apiVersion"])));
        } else if resource.is_object() {
            let path = text(&resource["resource"]);
            page.line(3, format!("{name}:\t{} ({path})", share(container, path, &resource["divisor"])));
        } else if config.is_object() {
            let (key, map) = (text(&config["key"]), text(&config["name"]));
            let optional = flag(&config["optional"]);
            page.line(
                3,
                format!("{name}:\t<set to the key '{key}' of config map '{map}'>\tOptional: {optional}"),
            );
        } else if secret.is_object() {
            let (key, map) = (text(&secret["key"]), text(&secret["name"]));
            let optional = flag(&secret["optional"]);
            page.line(
                3,
                format!("{name}:\t<set to the key '{key}' in secret '{map}'>\tOptional: {optional}"),
            );
        } else {
            for (index, line) in text(&variable["value"]).split('\n').enumerate() {
                match index {
                    0 => page.line(3, format!("{name}:\t{line}")),
                    _ => page.line(3, format!("\t{line}")),
                }
            }
        }
    }
}

fn mounts(page: &mut Page<'_>, container: &Value) {
    let mut mounts: Vec<&Value> = items(&container["volumeMounts"]).iter().collect();
    if mounts.is_empty() {
        page.field(2, "Mounts", "<none>");
        return;
    }
    mounts.order_by_key(|mount| text(&mount["mountPath"]));
    page.line(2, "Mounts:");
    for mount in mounts {
        let mode = if flag(&mount["readOnly"]) { "ro" } else { "rw" };
        let flags = match text(&mount["subPath"]) {
            "" => mode.to_owned(),
            path => format!("{mode},path=\"{path}\""),
        };
        page.line(3, format!("{} from {} ({flags})", text(&mount["mountPath"]), text(&mount["name"])));
    }
}

/// Volumes, or `<none>`.
pub fn volumes(page: &mut Page<'_>, list: &Value, space: &str) {
    if items(list).is_empty() {
        page.field(0, &format!("{space}Volumes"), "<none>");
        return;
    }
    page.line(0, format!("{space}Volumes:"));
    for volume in items(list) {
        page.line(1, format!("{}{}:", if space.is_empty() { "" } else { " " }, text(&volume["name"])));
        source(page, volume);
    }
}

fn source(page: &mut Page<'_>, volume: &Value) {
    let get = |key: &str| Some(&volume[key]).filter(|value| value.is_object());
    if let Some(dir) = get("emptyDir") {
        page.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
        page.field(2, "Medium", text(&dir["medium"]));
        let limit = shown(&dir["sizeLimit"]);
        page.field(2, "SizeLimit", if limit.is_empty() { "<unset>" } else { &limit });
    } else if let Some(map) = get("configMap") {
        page.field(2, "Type", "ConfigMap (a volume populated by a ConfigMap)");
        page.field(2, "Name", text(&map["name"]));
        page.field(2, "Optional", flag(&map["optional"]).to_string());
    } else if let Some(secret) = get("secret") {
        page.field(2, "Type", "Secret (a volume populated by a Secret)");
        page.field(2, "SecretName", text(&secret["secretName"]));
        page.field(2, "Optional", flag(&secret["optional"]).to_string());
    } else if let Some(claim) = get("persistentVolumeClaim") {
        page.field(
            2,
            "Type",
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        );
        page.field(2, "ClaimName", text(&claim["claimName"]));
        page.field(2, "ReadOnly", flag(&claim["readOnly"]).to_string());
    } else if let Some(projected) = get("projected") {
        page.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        for source in items(&projected["sources"]) {
            if source["secret"].is_object() {
                page.field(2, "SecretName", text(&source["secret"]["name"]));
                page.field(2, "Optional", flag(&source["secret"]["optional"]).to_string());
            } else if source["downwardAPI"].is_object() {
                page.field(2, "DownwardAPI", "true");
            } else if source["configMap"].is_object() {
                page.field(2, "ConfigMapName", text(&source["configMap"]["name"]));
                page.field(2, "Optional", flag(&source["configMap"]["optional"]).to_string());
            } else if source["serviceAccountToken"].is_object() {
                let seconds = int(&source["serviceAccountToken"]["expirationSeconds"]);
                page.field(2, "TokenExpirationSeconds", seconds.to_string());
            }
        }
    } else if get("downwardAPI").is_some() {
        page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        page.line(2, "Items:");
        for item in items(&volume["downwardAPI"]["items"]) {
            let of = match text(&item["fieldRef"]["fieldPath"]) {
                "" => text(&item["resourceFieldRef"]["resource"]),
                field => field,
            };
            page.line(3, format!("{of} -> {}", text(&item["path"])));
        }
    } else if !plain_source(page, volume) {
        page.line(1, "<unknown>");
    }
}

/// Sources that are shown field by field, as volumes of pods and as PersistentVolumes.
type Fields = &'static [(&'static str, &'static str)];
const SOURCES: [(&str, &str, Fields); 4] = [
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path"), ("HostPathType", "type")]),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server", "server"), ("Path", "path"), ("ReadOnly", "readOnly")],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[("Reference", "reference"), ("PullPolicy", "pullPolicy")],
    ),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path")]),
];

/// Shows the source of a volume, if it is one of those.
pub fn plain_source(page: &mut Page<'_>, volume: &Value) -> bool {
    let found = SOURCES.iter().find(|(key, ..)| volume[*key].is_object());
    let Some((key, words, fields)) = found else { return false };
    page.field(2, "Type", words);
    for (name, field) in *fields {
        let value = &volume[*key][*field];
        page.field(2, name, if *field == "readOnly" { flag(value).to_string() } else { shown(value) });
    }
    true
}

/// A resource of a container, counted in what it is divided by.
fn share(container: &Value, path: &str, divisor: &Value) -> String {
    let (list, key) = path.split_once('.').unwrap_or((path, ""));
    let given = Quantity::from_value(&container["resources"][list][key]).unwrap_or(Quantity::ZERO);
    let divisor = Quantity::from_value(divisor).filter(|divisor| !divisor.is_zero()).unwrap_or(Quantity::ONE);
    // Rounded up.
    let count = -(-given.nanos()).div_euclid(divisor.nanos());
    match (count, path) {
        (0, "limits.cpu" | "limits.memory") => "node allocatable".into(),
        (count, _) => count.to_string(),
    }
}

/// How pods are to be spread, one constraint a line.
pub fn spreading(page: &mut Page<'_>, space: &str, list: &Value) {
    let mut constraints: Vec<&Value> = items(list).iter().collect();
    constraints.order_by_key(|constraint| text(&constraint["topologyKey"]).to_owned());
    let line = |constraint: &&Value| {
        let selector = match &constraint["labelSelector"] {
            Value::Null => String::new(),
            labels => format!(" for selector {}", selector(labels)),
        };
        let (key, how) = (text(&constraint["topologyKey"]), text(&constraint["whenUnsatisfiable"]));
        format!("{key}:{how} when max skew {} is exceeded{selector}", shown(&constraint["maxSkew"]))
    };
    let lines: Vec<String> = constraints.iter().map(line).collect();
    if !lines.is_empty() {
        page.list(&format!("{space}Topology Spread Constraints"), &lines);
    }
}

/// Tolerations, one a line.
pub fn tolerations(page: &mut Page<'_>, name: &str, list: &Value) {
    let line = |toleration: &Value| {
        let mut line = text(&toleration["key"]).to_owned();
        let (value, effect) = (text(&toleration["value"]), text(&toleration["effect"]));
        if !value.is_empty() {
            line += &format!("={value}");
        }
        if !effect.is_empty() {
            line += &format!(":{effect}");
        }
        if text(&toleration["operator"]) == "Exists" && value.is_empty() {
            line += if line.is_empty() { "op=Exists" } else { " op=Exists" };
        }
        if let Some(seconds) = toleration["tolerationSeconds"].as_i64() {
            line += &format!(" for {seconds}s");
        }
        line
    };
    let mut sorted: Vec<&Value> = items(list).iter().collect();
    sorted.order_by_key(|toleration| text(&toleration["key"]).to_owned());
    let lines: Vec<String> = sorted.into_iter().map(line).collect();
    page.list(name, &lines);
}
