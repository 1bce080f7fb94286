//! Ingresses, quotas, budgets, priorities.

use crate::api::{Kind, Map, RequirementOperator, Value, json};
use crate::apiserver::quantity::Quantity;
use crate::shell::kubectl::call::{Call, Outcome};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::selector::parse_labels;
use crate::shell::kubectl::verbs::create::{generate, one_name};

/// `kubectl create ingress`
pub fn ingress(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let (rules, default) = (call.flags.list("rule"), call.flags.text("default-backend").to_owned());
    if rules.is_empty() && default.is_empty() {
        return Err("not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)".into());
    }
    let mut spec = json!({});
    let class = call.flags.text("class").to_owned();
    if !class.is_empty() {
        put(&mut spec, &["ingressClassName"], class);
    }
    if !default.is_empty() {
        let backend =
            backend(&default).ok_or("default-backend should be in format servicename:serviceport")?;
        put(&mut spec, &["defaultBackend"], backend);
    }
    let mut hosts: Vec<(String, Vec<Value>)> = Vec::new();
    let mut tls: Vec<Value> = Vec::new();
    for rule in &rules {
        let bad = || {
            format!("rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]")
        };
        let (route, options) = rule.split_once(',').unwrap_or((rule, ""));
        let (target, service) = route.split_once('=').ok_or_else(bad)?;
        let (host, path) = target.split_once('/').ok_or_else(bad)?;
        let backend = backend(service).ok_or_else(bad)?;
        let path = format!("/{path}");
        let (path, kind) = match path.strip_suffix('*') {
            Some(prefix) => (prefix.to_owned(), "Prefix"),
            None => (path, "Exact"),
        };
        let entry = json!({"backend": backend, "path": path, "pathType": kind});
        match hosts.iter_mut().find(|(known, _)| known == host) {
            Some((_, paths)) => paths.push(entry),
            None => hosts.push((host.to_owned(), vec![entry])),
        }
        if let Some(secret) = options.strip_prefix("tls") {
            let mut entry = json!({});
            if !host.is_empty() {
                put(&mut entry, &["hosts"], json!([host]));
            }
            if let Some(secret) = secret.strip_prefix('=') {
                put(&mut entry, &["secretName"], secret);
            }
            tls.push(entry);
        }
    }
    let rules: Vec<Value> = hosts
        .into_iter()
        .map(|(host, paths)| {
            let mut rule = json!({"http": {"paths": paths}});
            if !host.is_empty() {
                put(&mut rule, &["host"], host);
            }
            rule
        })
        .collect();
    if !rules.is_empty() {
        put(&mut spec, &["rules"], rules);
    }
    if !tls.is_empty() {
        put(&mut spec, &["tls"], tls);
    }
    let mut doc = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name}, "spec": spec,
        "status": {"loadBalancer": {}},
    });
    let mut annotations = Map::new();
    for annotation in call.flags.list("annotation") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(
                format!("annotation {annotation} is invalid and should be in format key=[value]").into()
            );
        };
        annotations.insert(key.to_owned(), value.into());
    }
    if !annotations.is_empty() {
        put(&mut doc, &["metadata", "annotations"], Value::Object(annotations));
    }
    generate(call, Kind::Ingress, doc, "ingress")
}

/// `service:port`
fn backend(text: &str) -> Option<Value> {
    let (name, port) = text.split_once(':').filter(|(name, port)| !name.is_empty() && !port.is_empty())?;
    let port = match port.parse::<i64>() {
        Ok(number) => json!({"number": number}),
        Err(_) => json!({"name": port}),
    };
    Some(json!({"service": {"name": name, "port": port}}))
}

/// `kubectl create quota`
pub fn quota(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let mut spec = json!({});
    let hard = call.flags.text("hard").to_owned();
    let limits = quantities(&hard)?;
    if !limits.is_empty() {
        put(&mut spec, &["hard"], Value::Object(limits));
    }
    let scopes: Vec<String> =
        call.flags.text("scopes").split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    if !scopes.is_empty() {
        put(&mut spec, &["scopes"], scopes);
    }
    let doc = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec, "status": {}});
    generate(call, Kind::ResourceQuota, doc, "quota")
}

/// The amounts of `cpu=1,memory=64Mi`, as the server writes them.
///
/// # Errors
/// When a part is none.
pub fn quantities(text: &str) -> Result<Map<String, Value>, Failure> {
    let mut amounts = Map::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let [name, amount] = part.split('=').collect::<Vec<_>>()[..] else {
            return Err(format!("Invalid argument syntax {part}, expected <resource>=<value>").into());
        };
        let Some(amount) = Quantity::parse(amount) else {
            return Err(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                    .into(),
            );
        };
        amounts.insert(name.to_owned(), amount.to_string().into());
    }
    Ok(amounts)
}

/// `kubectl create poddisruptionbudget`
pub fn disruption_budget(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let flag = |name: &str| call.flags.text(name).to_owned();
    let (selector, least, most) = (flag("selector"), flag("min-available"), flag("max-unavailable"));
    if selector.is_empty() {
        return Err("a selector must be specified".into());
    }
    if least.is_empty() && most.is_empty() {
        return Err("one of min-available or max-unavailable must be specified".into());
    }
    if !least.is_empty() && !most.is_empty() {
        return Err("min-available and max-unavailable cannot be both specified".into());
    }
    for (flag, value) in [("min-available", &least), ("max-unavailable", &most)] {
        let digits = value.strip_suffix('%').unwrap_or(value);
        if !value.is_empty() && (digits.is_empty() || digits.contains(|c: char| !c.is_ascii_digit())) {
            return Err(format!("invalid format specified for {flag}").into());
        }
    }
    let number = |text: String| text.parse::<i64>().map_or(Value::from(text), Value::from);
    let mut spec = json!({"selector": label_selector(&selector)?});
    if least.is_empty() {
        put(&mut spec, &["maxUnavailable"], number(most));
    } else {
        put(&mut spec, &["minAvailable"], number(least));
    }
    let doc = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec,
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    });
    generate(call, Kind::PodDisruptionBudget, doc, "poddisruptionbudgets")
}

/// The selector of an object for a selector of the command line.
fn label_selector(text: &str) -> Result<Value, Failure> {
    let problem = |why: String| format!("couldn't parse the selector string {}: {why}", go::quote(text));
    let mut selector = json!({});
    let mut expressions = Vec::new();
    for requirement in parse_labels(text).map_err(problem)? {
        let (key, values) = (requirement.key, requirement.values);
        let operator = match (requirement.operator, &values[..]) {
            (RequirementOperator::In, [value]) => {
                put(&mut selector, &["matchLabels", &key], value.as_str());
                continue;
            }
            (RequirementOperator::In, _) => "In",
            (RequirementOperator::NotIn, _) => "NotIn",
            (RequirementOperator::Exists, _) => "Exists",
            (RequirementOperator::DoesNotExist, _) => "DoesNotExist",
            (RequirementOperator::Gt | RequirementOperator::Lt, _) => {
                return Err(Failure::from(problem("it compares numbers".into())));
            }
        };
        let mut expression = json!({"key": key, "operator": operator});
        if !values.is_empty() {
            put(&mut expression, &["values"], values);
        }
        expressions.push(expression);
    }
    if !expressions.is_empty() {
        put(&mut selector, &["matchExpressions"], expressions);
    }
    Ok(selector)
}

/// `kubectl create priorityclass`
pub fn priority_class(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let mut doc = json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
        "preemptionPolicy": call.flags.text("preemption-policy"), "value": call.flags.int("value"),
    });
    if call.flags.on("global-default") {
        put(&mut doc, &["globalDefault"], true);
    }
    let description = call.flags.text("description").to_owned();
    if !description.is_empty() {
        put(&mut doc, &["description"], description);
    }
    generate(call, Kind::PriorityClass, doc, "priorityclass")
}
