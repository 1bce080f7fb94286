//! Namespaces, accounts, roles and their bindings.

use crate::api::{Kind, Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome, not_found};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::verbs::create::{generate, one_name};

/// `kubectl create namespace`
pub fn namespace(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let doc = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {}, "status": {}});
    generate(call, Kind::Namespace, doc, "")
}

/// `kubectl create serviceaccount`
pub fn service_account(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let doc = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
    generate(call, Kind::ServiceAccount, doc, "serviceaccount")
}

/// `kubectl create token`: a token as a cluster makes them, its signature aside, which nothing here checks.
pub fn token(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let namespace = call.namespace();
    if call.ctx.cluster.store().find(Kind::ServiceAccount, &namespace, &name).is_none() {
        let status = not_found(Kind::ServiceAccount, &name);
        return Err(format!("failed to create token: {}", status.message).into());
    }
    let account = call.ctx.cluster.store().find(Kind::ServiceAccount, &namespace, &name).cloned();
    let uid = account.map(|account| account.meta.uid.clone()).unwrap_or_default();
    let now = call.now().unix();
    let (_, span) = call.flags.duration("duration");
    let span = if span.is_zero() { 3_600 } else { span.as_secs().max(600) };
    let issuer = "https://kubernetes.default.svc.cluster.local";
    let audience = match call.flags.list("audience") {
        given if given.is_empty() => vec![issuer.to_owned()],
        given => given,
    };
    let claims = json!({
        "aud": audience, "exp": now + span, "iat": now, "iss": issuer, "jti": uid, "nbf": now,
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": uid}},
        "sub": format!("system:serviceaccount:{namespace}:{name}"),
    });
    let part = |text: &str| {
        let encoded = crate::shell::tools::text::encode(text.as_bytes());
        encoded.trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let head = part(r#"{"alg":"RS256","kid":"playground"}"#);
    let token =
        format!("{head}.{}.{}", part(&claims.to_string()), part("not signed: nothing here checks it"));
    call.print(&token);
    OK
}

/// `kubectl create role`
pub fn role(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let rules = rules(call)?;
    let doc = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules,
    });
    generate(call, Kind::Role, doc, "role")
}

/// `kubectl create clusterrole`
pub fn cluster_role(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let urls = call.flags.list("non-resource-url");
    let rules = if urls.is_empty() {
        rules(call)?
    } else {
        json!([{"nonResourceURLs": urls, "verbs": call.flags.list("verb")}])
    };
    let doc = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules,
    });
    generate(call, Kind::ClusterRole, doc, "clusterrole")
}

/// The rules of `--verb`, `--resource` and `--resource-name`, one for each API group.
fn rules(call: &mut Call<'_, '_>) -> Result<Value, Failure> {
    const VERBS: [&str; 11] = [
        "get",
        "delete",
        "list",
        "create",
        "update",
        "patch",
        "watch",
        "proxy",
        "deletecollection",
        "use",
        "*",
    ];
    let mut verbs: Vec<String> = Vec::new();
    for verb in call.flags.list("verb") {
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    if verbs.iter().any(|verb| verb == "*") {
        verbs = vec!["*".into()];
    }
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    let resources = call.flags.list("resource");
    if resources.is_empty() {
        return Err("at least one resource must be specified".into());
    }
    for verb in verbs.iter().filter(|verb| !VERBS.contains(&verb.as_str())) {
        let known = ["bind", "escalate", "impersonate", "approve", "sign", "attest"].contains(&verb.as_str());
        if !known {
            call.warn(&format!("'{verb}' is not a standard resource verb"));
        }
    }
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for resource in &resources {
        if resource == "*" {
            groups.push(("*", vec!["*".into()]));
            continue;
        }
        let (name, sub) = match resource.split_once('/') {
            Some((name, sub)) => (name, format!("/{sub}")),
            None => (resource.as_str(), String::new()),
        };
        let kind = call.kind(name).map_err(|failure| Failure::Raw(failure.message()))?.resource();
        let plural = format!("{}{sub}", kind.plural);
        match groups.iter_mut().find(|(group, _)| *group == kind.group) {
            Some((_, plurals)) => plurals.push(plural),
            None => groups.push((kind.group, vec![plural])),
        }
    }
    let names = call.flags.list("resource-name");
    let rules = groups.into_iter().map(|(group, plurals)| {
        let mut rule = json!({"apiGroups": [group], "resources": plurals, "verbs": verbs});
        if !names.is_empty() {
            put(&mut rule, &["resourceNames"], names.clone());
        }
        rule
    });
    Ok(Value::Array(rules.collect()))
}

/// `kubectl create rolebinding`
pub fn role_binding(call: &mut Call<'_, '_>) -> Outcome {
    binding(call, Kind::RoleBinding, "rolebinding")
}

/// `kubectl create clusterrolebinding`
pub fn cluster_role_binding(call: &mut Call<'_, '_>) -> Outcome {
    binding(call, Kind::ClusterRoleBinding, "clusterrolebinding")
}

fn binding(call: &mut Call<'_, '_>, kind: Kind, what: &str) -> Outcome {
    let name = one_name(call)?;
    let (cluster_role, role) =
        (call.flags.text("clusterrole").to_owned(), call.flags.text("role").to_owned());
    if kind == Kind::RoleBinding && cluster_role.is_empty() == role.is_empty() {
        return Err("exactly one of clusterrole or role must be specified".into());
    }
    let (of, role) = if cluster_role.is_empty() { ("Role", role) } else { ("ClusterRole", cluster_role) };
    let group = "rbac.authorization.k8s.io";
    let mut subjects = Vec::new();
    for user in call.flags.list("user") {
        subjects.push(json!({"apiGroup": group, "kind": "User", "name": user}));
    }
    for name in call.flags.list("group") {
        subjects.push(json!({"apiGroup": group, "kind": "Group", "name": name}));
    }
    for account in call.flags.list("serviceaccount") {
        let parts: Vec<&str> = account.split(':').collect();
        let [namespace, name] = parts[..] else {
            return Err("serviceaccount must be <namespace>:<name>".into());
        };
        subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    let mut doc = json!({
        "apiVersion": format!("{group}/v1"), "kind": kind.resource().name, "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": of, "name": role},
    });
    if !subjects.is_empty() {
        put(&mut doc, &["subjects"], subjects);
    }
    generate(call, kind, doc, what)
}
