//! The engine for other programs: what they ask and what they are answered is JSON.
//!
//! Knows sessions. Knows nothing of the page, and nothing of JavaScript: `js` hands its texts on. Nothing of the world outside
//! gets in here, so that the same options and calls give the same answers everywhere.

use crate::api::service::Protocol;
use crate::api::{Key, Kind, Value, json};
use crate::cluster::{Cluster, Profile};
use crate::net::{HttpRequest, Payload, Request, Source, Trace};
use crate::shell::batch::{Answer, commands, is_interrupt};
use crate::shell::chapter::CHAPTER;
use crate::shell::session::{Act, Beginning, HOME, Session};
use crate::shell::visit::Url;
use std::time::Duration;

/// The longest a command may take, in virtual time, before it is interrupted: a watch has no end.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long a command takes at least: as long as it takes to start kubectl, so that a Deployment has its pods when the next asks.
const BEAT: Duration = Duration::from_millis(200);
/// Where a manifest that is applied is saved.
const APPLIED: &str = "/tmp/applied.yaml";
/// The most that time goes on in one call: a year.
const LONGEST: u64 = 31_536_000_000;

/// A cluster with a workstation beside it.
#[derive(Debug)]
pub struct Library {
    session: Session,
}

impl Library {
    /// A new one; `options` is a JSON object of `profile`, `seed` and `files`, all of which may be left out.
    ///
    /// # Errors
    /// What is wrong with the options, in a sentence.
    pub fn new(options: &str) -> Result<Self, String> {
        let options = object(options, &["profile", "seed", "files"])?;
        let profile = match &options["profile"] {
            Value::Null => Profile::default(),
            Value::String(name) => profile(name)?,
            _ => return Err("profile: must be a name or the YAML of a profile".into()),
        };
        let seed = match &options["seed"] {
            Value::Null => 1,
            seed => seed.as_u64().ok_or("seed: must be a whole number, 0 or more")?,
        };
        let (cwd, files) = match &options["files"] {
            Value::Null => {
                let file = |(path, text): &(&str, &str)| (format!("{HOME}/kiamol/{path}"), (*text).into());
                (HOME.to_owned(), CHAPTER.iter().map(file).collect())
            }
            Value::Object(files) => {
                let cwd = format!("{HOME}/work");
                let file = |(path, text): (&String, &Value)| match text.as_str() {
                    Some(text) => Ok((format!("{cwd}/{path}"), text.to_owned())),
                    None => Err(format!("files: the text of {path} must be a string")),
                };
                let files = files.iter().map(file).collect::<Result<_, _>>()?;
                (cwd, files)
            }
            _ => return Err("files: must be an object of paths and texts".into()),
        };
        Ok(Self { session: Session::new(Beginning { profile, seed, files, cwd }) })
    }

    /// Runs command lines at the workstation, one after another; time passes as they run. A command without an end is interrupted;
    /// with `hold` the last one goes on, until `ctrl-c`.
    pub fn run(&mut self, text: &str, hold: bool) -> Value {
        let mut all = Answer { stdout: String::new(), stderr: String::new(), exit: 0, traces: Vec::new() };
        let commands = commands(text);
        for (index, command) in commands.iter().enumerate() {
            let held = match commands.get(index + 1) {
                Some(next) => is_interrupt(next),
                None => hold,
            };
            let answer = self.session.run(command, PATIENCE, held);
            self.session.advance(self.session.now() + BEAT);
            all.stdout += &answer.stdout;
            all.stderr += &answer.stderr;
            all.exit = answer.exit;
            all.traces.extend(answer.traces);
        }
        json!({
            "exit": all.exit,
            "stdout": all.stdout,
            "stderr": all.stderr,
            "traces": all.traces.iter().map(|trace| answered(trace)).collect::<Vec<_>>(),
        })
    }

    /// `kubectl apply` of a manifest.
    pub fn apply(&mut self, yaml: &str) -> Value {
        self.session.act(Act::Save { path: APPLIED.to_owned(), text: yaml.to_owned() });
        self.run(&format!("kubectl apply -f {APPLIED}"), false)
    }

    /// Sends one request and says which way it went. Time stands: `took_us` says how long its client would have waited.
    ///
    /// # Errors
    /// What is wrong with the request, or that there is nobody to send it from.
    pub fn request(&mut self, request: &str) -> Result<Value, String> {
        let known = ["from", "namespace", "to", "protocol", "method", "headers", "body", "timeoutMs"];
        let request = read(&object(request, &known)?, self.session.cluster())?;
        self.session.act(Act::Send(request));
        self.session.traces().last().map(|trace| answered(trace)).ok_or_else(|| "nothing was sent".into())
    }

    /// Lets virtual time pass.
    pub fn advance(&mut self, milliseconds: f64) {
        // Saturates: what is negative or no number is no time at all.
        let milliseconds = (milliseconds as u64).min(LONGEST);
        self.session.advance(self.session.now() + Duration::from_millis(milliseconds));
    }

    /// The virtual time, as Kubernetes writes it.
    pub fn now(&self) -> String {
        self.session.now().rfc3339().to_string()
    }

    /// The whole cluster as data: its setting, its time and its objects.
    pub fn snapshot(&self) -> Value {
        let cluster = self.session.cluster();
        json!({
            "profile": cluster.profile().name,
            "seed": self.session.beginning().seed,
            "time": self.now(),
            "objects": cluster.store().iter().map(|object| object.doc().clone()).collect::<Vec<_>>(),
        })
    }
}

/// The trace as JSON, with what an HTTP server said.
fn answered(trace: &Trace) -> Value {
    let mut json = trace.json();
    if let Some(http) = trace.reply().and_then(|reply| reply.http.as_ref()) {
        json["reply"]["body"] = Value::from(http.body.clone());
    }
    json
}

/// A JSON object with none but the known keys.
fn object(text: &str, known: &[&str]) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let map = value.as_object().ok_or("must be an object")?;
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key:?}; known are {}", known.join(", "))),
        None => Ok(value),
    }
}

fn profile(name: &str) -> Result<Profile, String> {
    if name.contains('\n') {
        return Profile::parse(name);
    }
    let known = || Profile::names().collect::<Vec<_>>().join(", ");
    Profile::named(name).ok_or_else(|| format!("there is no profile {name:?}; there are {}", known()))
}

fn read(given: &Value, cluster: &Cluster) -> Result<Request, String> {
    let word = |name: &str| match &given[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.as_str())),
        _ => Err(format!("{name}: must be a string")),
    };
    let namespace = word("namespace")?.unwrap_or("default");
    let from = source(cluster, word("from")?.unwrap_or("workstation"), namespace)?;
    let to = word("to")?.ok_or("to: is missing: a host, a host with a port, or a URL")?;
    let url = Url::parse(to).ok_or_else(|| format!("to: {to:?} is no address"))?;
    let (port, payload) = match word("protocol")?.unwrap_or("http") {
        "http" => {
            let mut headers = vec![("Host".to_owned(), url.authority())];
            for (name, value) in given["headers"].as_object().into_iter().flatten() {
                let value = value.as_str().ok_or_else(|| format!("headers: {name} must be a string"))?;
                headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
                headers.push((name.clone(), value.to_owned()));
            }
            let method = word("method")?.unwrap_or("GET").to_owned();
            let body = word("body")?.unwrap_or_default().to_owned();
            (Some(url.port), Payload::Http(HttpRequest { method, path: url.path, headers, body }))
        }
        "icmp" => (None, Payload::Ping),
        "tcp" => (Some(url.port), Payload::Connect(Protocol::Tcp)),
        "udp" => (Some(url.port), Payload::Connect(Protocol::Udp)),
        "sctp" => (Some(url.port), Payload::Connect(Protocol::Sctp)),
        other => return Err(format!("protocol: {other:?} must be http, icmp, tcp, udp or sctp")),
    };
    let request = Request::new(from, url.host, port, payload);
    match &given["timeoutMs"] {
        Value::Null => Ok(request),
        wait => {
            let wait = wait.as_u64().ok_or("timeoutMs: must be a whole number, 0 or more")?;
            Ok(request.within(Duration::from_millis(wait.min(LONGEST))))
        }
    }
}

/// `workstation`, `node/NAME`, `pod/NAME`, `pod/NAMESPACE/NAME`, or labels of a pod: `app=web,version=v2`.
fn source(cluster: &Cluster, text: &str, namespace: &str) -> Result<Source, String> {
    let store = cluster.store();
    if text == "workstation" {
        return Ok(Source::Workstation);
    }
    if let Some(name) = text.strip_prefix("node/") {
        let node = store.find(Kind::Node, "", name).map(|node| Source::Node(node.meta.name.to_string()));
        return node.ok_or_else(|| format!("from: there is no node {name}"));
    }
    if let Some(name) = text.strip_prefix("pod/") {
        let (namespace, name) = name.split_once('/').unwrap_or((namespace, name));
        let key = Key::new(Kind::Pod, namespace, name);
        return match store.get(&key) {
            Some(_) => Ok(Source::Pod(key)),
            None => Err(format!("from: there is no pod {name} in namespace {namespace}")),
        };
    }
    let labels: Vec<(&str, &str)> = text.split(',').filter_map(|pair| pair.split_once('=')).collect();
    if labels.is_empty() {
        return Err(format!(
            "from: {text:?} must be workstation, node/NAME, pod/NAME or labels like app=web"
        ));
    }
    let pod = store.list(Kind::Pod, namespace).find(|object| {
        let runs = object.pod().is_some_and(|pod| !pod.status.pod_ip.is_empty());
        let has = |(key, value): &(&str, &str)| object.meta.labels.get(*key).is_some_and(|it| it == value);
        runs && object.meta.deleted.is_none() && labels.iter().all(has)
    });
    pod.map(|pod| Source::Pod(pod.key()))
        .ok_or_else(|| format!("from: no pod with {text} runs in namespace {namespace}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
";

    fn library() -> Library {
        Library::new("{}").expect("no options are right")
    }

    #[test]
    fn options_are_read_strictly() {
        for (options, wrong) in [
            ("[]", "must be an object"),
            ("{\"sed\": 1}", "unknown key \"sed\""),
            ("{\"seed\": -1}", "seed: must"),
            ("{\"profile\": \"minikube\"}", "there is no profile \"minikube\""),
            ("{\"profile\": 3}", "profile: must"),
            ("{\"profile\": \"nodes: []\\n\"}", "at least one node"),
            ("{\"files\": {\"a\": 1}}", "files: the text of a"),
            ("{", "EOF"),
        ] {
            let error = Library::new(options).expect_err(options);
            assert!(error.contains(wrong), "{options}: {error}");
        }
        let mut library =
            Library::new(r#"{"profile": "kind", "files": {"a/b.txt": "hello\n"}}"#).expect("they are right");
        assert_eq!(library.run("cat a/b.txt", false)["stdout"], "hello\n");
        assert_eq!(library.snapshot()["profile"], "kind");
    }

    #[test]
    fn commands_run_in_order_and_time_passes_with_them() {
        let mut library = library();
        let before = library.now();
        let answer = library.run("cd kiamol/ch03\nkubectl apply -f sleep/sleep1.yaml\nsleep 5; false", false);
        assert_eq!(answer["stdout"], "deployment.apps/sleep-1 created\n");
        assert_eq!(answer["exit"], 1);
        assert_ne!(library.now(), before);
    }

    #[test]
    fn a_request_says_which_way_it_went() {
        let mut library = library();
        let applied = library.apply(WEB);
        assert_eq!(applied["exit"], 0, "{applied}");
        library.advance(10_000.0);
        let trace = library.request(r#"{"from": "app=web", "to": "http://web/"}"#).expect("it is sent");
        assert_eq!(trace["outcome"], "answered", "{trace}");
        assert_eq!(trace["reply"]["status"], 200);
        assert!(trace["reply"]["body"].is_string());
        let trace = library.request(r#"{"from": "app=web", "to": "web", "protocol": "icmp"}"#).expect("sent");
        assert_eq!(trace["outcome"], "timeout");
        for (request, wrong) in [
            (r#"{"from": "app=none", "to": "web"}"#, "no pod with app=none"),
            (r#"{"from": "pod/none", "to": "web"}"#, "no pod none"),
            (r#"{"from": "node/none", "to": "web"}"#, "no node none"),
            (r#"{"from": "somewhere", "to": "web"}"#, "must be workstation"),
            (r#"{"to": "http://web:many"}"#, "is no address"),
            (r#"{}"#, "to: is missing"),
            (r#"{"to": "web", "protocol": "gopher"}"#, "gopher"),
        ] {
            let error = library.request(request).expect_err(request);
            assert!(error.contains(wrong), "{request}: {error}");
        }
    }

    #[test]
    fn a_held_command_goes_on_until_ctrl_c() {
        let mut library = library();
        let script = "kubectl apply -f kiamol/ch03/numbers/web.yaml\n\
                      kubectl wait --for=condition=Ready pod -l app=numbers-web";
        library.run(script, false);
        let held = library.run("kubectl port-forward deploy/numbers-web 8080:80", true);
        assert!(held["stdout"].as_str().is_some_and(|text| text.contains("8080")), "{held}");
        let trace = library.request(r#"{"to": "http://localhost:8080/"}"#).expect("it is sent");
        assert_eq!(trace["outcome"], "answered", "{trace}");
        library.run("ctrl-c", false);
        let trace = library.request(r#"{"to": "http://localhost:8080/"}"#).expect("it is sent");
        assert_eq!(trace["outcome"], "refused", "{trace}");
    }

    #[test]
    fn time_does_not_go_back_nor_without_end() {
        let mut library = library();
        let before = library.now();
        for wrong in [-5.0, f64::NAN, f64::NEG_INFINITY] {
            library.advance(wrong);
        }
        assert_eq!(library.now(), before);
    }
}
