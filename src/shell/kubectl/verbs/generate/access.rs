//! Namespaces, accounts, roles and their bindings.

use crate::api::{Kind, Ordered, Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome, kind_named, not_found};
use crate::shell::kubectl::doc::put;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
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
    let (negative, span) = call.flags.duration("duration");
    let span = match span.as_secs() {
        0 => 3_600,
        _ if negative => return Err("--duration must be greater than or equal to 0".into()),
        short if short < 600 => {
            return Err(format!("failed to create token: TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: {short}: may not specify a duration less than 10 minutes").into());
        }
        span => span,
    };
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
    let verbs = verbs(call)?;
    call_out_odd(call, &verbs);
    let resources = resources(call, &verbs)?;
    if resources.is_empty() {
        return Err("at least one resource must be specified".into());
    }
    let rules = rules(call, &verbs, resources);
    let doc = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules,
    });
    generate(call, Kind::Role, doc, "")
}

/// `kubectl create clusterrole`
pub fn cluster_role(call: &mut Call<'_, '_>) -> Outcome {
    let name = one_name(call)?;
    let mut doc = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
    });
    let aggregated = call.flags.text("aggregation-rule").to_owned();
    if aggregated.is_empty() {
        let rules = cluster_rules(call)?;
        put(&mut doc, &["rules"], rules);
    } else {
        if ["non-resource-url", "verb", "resource", "resource-name"].iter().any(|flag| call.flags.given(flag))
        {
            return Err("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames".into());
        }
        let mut labels = json!({});
        for part in aggregated.split(',') {
            let (key, value) = part.split_once('=').ok_or_else(|| malformed(&aggregated, part))?;
            put(&mut labels, &[key.trim()], value.trim());
        }
        put(&mut doc, &["aggregationRule", "clusterRoleSelectors"], json!([{"matchLabels": labels}]));
        put(&mut doc, &["rules"], Value::Null);
    }
    generate(call, Kind::ClusterRole, doc, "")
}

fn malformed(flag: &str, part: &str) -> Failure {
    Failure::Message(format!(
        "invalid argument {} for \"--aggregation-rule\" flag: malformed pair, expect string=string, got {part}\nSee 'kubectl create clusterrole --help' for usage.",
        go::quote(flag)
    ))
}

fn cluster_rules(call: &mut Call<'_, '_>) -> Result<Value, Failure> {
    let verbs = verbs(call)?;
    let mut urls = call.flags.list("non-resource-url");
    without_repetition(&mut urls);
    let named = !call.flags.list("resource").is_empty();
    if !named && urls.is_empty() {
        return Err("one of resource or nonResourceURL must be specified".into());
    }
    if named {
        call_out_odd(call, &verbs);
    }
    let resources = resources(call, &verbs)?;
    if !urls.is_empty() {
        const KNOWN: [&str; 8] = ["*", "get", "post", "put", "delete", "patch", "head", "options"];
        if let Some(verb) = verbs.iter().find(|verb| !KNOWN.contains(&verb.as_str())) {
            return Err(format!("invalid verb: '{verb}' for nonResourceURL").into());
        }
        for url in urls.iter().filter(|url| *url != "*") {
            if !url.starts_with('/') {
                return Err("nonResourceURL should start with /".into());
            }
            if url.find('*').is_some_and(|at| at + 1 < url.len()) {
                return Err("nonResourceURL only supports wildcard matches when '*' is at the end".into());
            }
        }
    }
    let mut rules = rules(call, &verbs, resources);
    if !urls.is_empty() {
        rules.push(json!({"nonResourceURLs": urls, "verbs": verbs}));
    }
    Ok(rules.into())
}

/// `--verb`, each once.
fn verbs(call: &Call<'_, '_>) -> Result<Vec<String>, Failure> {
    let mut verbs = call.flags.list("verb");
    without_repetition(&mut verbs);
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    if verbs.iter().any(|verb| verb == "*") {
        verbs = vec!["*".into()];
    }
    Ok(verbs)
}

fn without_repetition(list: &mut Vec<String>) {
    let mut seen: Vec<String> = Vec::new();
    list.retain(|word| {
        let new = !seen.contains(word);
        seen.push(word.clone());
        new
    });
}

/// Verbs that only some resources know, and those resources.
const SPECIAL: [(&str, &[(&str, &str)]); 6] = [
    ("use", &[("policy", "podsecuritypolicies"), ("extensions", "podsecuritypolicies")]),
    ("bind", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    ("escalate", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    (
        "impersonate",
        &[("", "users"), ("", "serviceaccounts"), ("", "groups"), ("authentication.k8s.io", "userextras")],
    ),
    ("approve", &[("certificates.k8s.io", "signers")]),
    ("sign", &[("certificates.k8s.io", "signers")]),
];

fn call_out_odd(call: &mut Call<'_, '_>, verbs: &[String]) {
    const VERBS: &str = "get delete list create update patch watch proxy deletecollection use bind escalate \
        impersonate approve sign attest *";
    for verb in verbs.iter().filter(|verb| !VERBS.split(' ').any(|known| known == *verb)) {
        call.warn(&format!("'{verb}' is not a standard resource verb"));
    }
}

/// The API groups of `--resource`, in the order of their names, and the resources of each.
fn resources(call: &Call<'_, '_>, verbs: &[String]) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |group: &str, resource: String| match groups.iter_mut().find(|(name, _)| name == group) {
        Some((_, resources)) if resources.contains(&resource) => {}
        Some((_, resources)) => resources.push(resource),
        None => groups.push((group.to_owned(), vec![resource])),
    };
    let words = call.flags.list("resource");
    if words.iter().any(|word| word == "*") {
        return Ok(vec![(String::new(), vec!["*".into()])]);
    }
    for word in words {
        let (name, sub) = word.split_once('/').map_or((word.as_str(), ""), |(name, sub)| (name, sub));
        let found = kind_named(name).map(Kind::resource);
        let (short, given) = name.split_once('.').unwrap_or((name, ""));
        if short.is_empty() {
            return Err("resource must be specified if apiGroup/subresource specified".into());
        }
        let (group, plural) = found.map_or((given, short), |found| (found.group, found.plural));
        let mut special = false;
        for (verb, of) in SPECIAL.iter().filter(|(verb, _)| verbs.iter().any(|given| given == verb)) {
            special = of.contains(&(group, plural));
            if !special {
                return Err(format!("can not perform '{verb}' on '{plural}' in group '{group}'").into());
            }
        }
        if found.is_none() && !special && short != "*" {
            let of = if given.is_empty() { String::new() } else { format!(" in group {}", go::quote(given)) };
            return Err(Failure::Raw(format!(
                "the server doesn't have a resource type {}{of}",
                go::quote(short)
            )));
        }
        add(group, if sub.is_empty() { plural.to_owned() } else { format!("{plural}/{sub}") });
    }
    groups.order_by_key(|(group, _)| group.clone());
    Ok(groups)
}

/// A rule for each API group.
fn rules(call: &Call<'_, '_>, verbs: &[String], groups: Vec<(String, Vec<String>)>) -> Vec<Value> {
    let mut names = call.flags.list("resource-name");
    without_repetition(&mut names);
    let rules = groups.into_iter().map(|(group, plurals)| {
        let mut rule = json!({"apiGroups": [group], "resources": plurals, "verbs": verbs});
        if !names.is_empty() {
            put(&mut rule, &["resourceNames"], names.clone());
        }
        rule
    });
    rules.collect()
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
