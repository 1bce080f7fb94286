//! `kubectl auth`, `kubectl certificate`, `kubectl top`.

use crate::api::{Kind, Value, json};
use crate::manifest::yaml;
use crate::shell::kubectl::auth::{Question, may};
use crate::shell::kubectl::call::{Call, Next, OK, Outcome};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::printer;
use crate::shell::kubectl::output::tabwriter::TabWriter;

/// `kubectl auth can-i`
pub fn can_i(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    let quiet = call.flags.on("quiet");
    if call.flags.on("list") {
        call.say("Resources                                       Non-Resource URLs   Resource Names   Verbs\n*.*                                             []                  []               [*]\n                                                [*]                 []               [*]");
        return OK;
    }
    let (verb, what) = match &args[..] {
        [verb, what] | [verb, what, _] => (verb.clone(), what.clone()),
        _ => {
            return Err("you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples".into());
        }
    };
    let mut name = args.get(2).cloned().unwrap_or_default();
    let (group, resource) = if what.starts_with('/') {
        (String::new(), what.clone())
    } else {
        let (resource, sub) =
            what.split_once('/').map_or((what.as_str(), ""), |(resource, sub)| (resource, sub));
        let known_sub = ["log", "status", "exec", "scale", "portforward", "proxy", "eviction"].contains(&sub);
        if !sub.is_empty() && !known_sub {
            name = sub.to_owned();
        }
        match crate::shell::kubectl::call::kind_named(resource) {
            Some(kind) => {
                let resource = kind.resource();
                let suffix = if known_sub { format!("/{sub}") } else { String::new() };
                if !resource.namespaced && !quiet && call.namespace_given() {
                    call.ctx.complain(format!(
                        "Warning: resource '{}' is not namespace scoped\n",
                        resource.plural
                    ));
                }
                (resource.group.to_owned(), format!("{}{suffix}", resource.plural))
            }
            None => {
                if !quiet && resource != "*" {
                    call.ctx
                        .complain(format!("Warning: the server doesn't have a resource type '{resource}'\n"));
                }
                (String::new(), resource.to_owned())
            }
        }
    };
    const VERBS: [&str; 16] = [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
        "use",
        "bind",
        "impersonate",
        "*",
        "approve",
        "sign",
        "escalate",
        "attest",
    ];
    if !quiet && !VERBS.contains(&verb.as_str()) {
        call.ctx.complain(format!("Warning: verb '{verb}' is not a known verb\n"));
    }
    let namespace = if call.flags.on("all-namespaces") { String::new() } else { call.namespace() };
    let question =
        Question { verb: &verb, group: &group, resource: &resource, namespace: &namespace, name: &name };
    let user = call.flags.text("as").to_owned();
    let allowed = may(call.ctx.cluster.store(), &user, &call.flags.list("as-group"), question);
    if !quiet {
        call.say(if allowed { "yes" } else { "no" });
    }
    if allowed { OK } else { Ok(Next::Done(1)) }
}

/// `kubectl auth whoami`
pub fn who_am_i(call: &mut Call<'_, '_>) -> Outcome {
    let user = call.flags.text("as").to_owned();
    let fingerprint = "X509SHA256=38f6e8d90df45de930a23a3fda16dab21a1f5b0305624ae0b035accf5a7c835a";
    let info = if user.is_empty() {
        json!({
            "extra": {"authentication.kubernetes.io/credential-id": [fingerprint]},
            "groups": ["system:masters", "system:authenticated"], "username": "kubernetes-admin",
        })
    } else {
        let mut groups = call.flags.list("as-group");
        groups.push("system:authenticated".into());
        json!({"groups": groups, "username": user})
    };
    let doc = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
        "metadata": {"creationTimestamp": call.now().rfc3339()}, "status": {"userInfo": info},
    });
    if let Some(printer) = printer::chosen(call)? {
        let shown = match &printer {
            printer::Printer::Yaml => yaml::write(&doc),
            printer => printer.print(&doc)?,
        };
        call.print(&shown);
        return OK;
    }
    let info = &doc["status"]["userInfo"];
    let mut writer = TabWriter::table();
    writer.row(["ATTRIBUTE", "VALUE"]);
    writer.row(["Username", info["username"].as_str().unwrap_or_default()]);
    writer.row(["Groups", &go::plain(&info["groups"])]);
    for (key, value) in crate::shell::kubectl::doc::entries(&info["extra"]) {
        writer.row([format!("Extra: {key}").as_str(), &go::plain(value)]);
    }
    let table = writer.finish();
    call.print(&table);
    OK
}

/// `kubectl certificate approve` and `deny`
pub fn certificate(call: &mut Call<'_, '_>) -> Outcome {
    let deny = call.command.word() == "deny";
    let names = call.args();
    if names.is_empty() && !call.names_files() {
        return Err("one or more CSRs must be specified as <name> or -f <filename>".into());
    }
    let mut failures = Vec::new();
    for name in names {
        let object = match call.find(Kind::CertificateSigningRequest, "", &name) {
            Ok(object) => object,
            Err(status) => {
                failures.push(Failure::from(status));
                continue;
            }
        };
        let (kind, reason) = if deny { ("Denied", "KubectlDeny") } else { ("Approved", "KubectlApprove") };
        let mut status: Value = object.doc()["status"].clone();
        let condition = json!({
            "lastUpdateTime": call.now().rfc3339(), "message": format!("This CSR was {} by kubectl certificate {}.", kind.to_lowercase(), call.command.word()),
            "reason": reason, "status": "True", "type": kind,
        });
        let mut conditions = crate::shell::kubectl::doc::items(&status["conditions"]).to_vec();
        conditions.push(condition);
        crate::shell::kubectl::doc::put(&mut status, &["conditions"], conditions);
        call.ctx.cluster.update_status(&object.key(), status)?;
        let word = if deny { "denied" } else { "approved" };
        call.say(format!("certificatesigningrequest.certificates.k8s.io/{name} {word}"));
    }
    Failure::all(failures)?;
    OK
}

/// `kubectl top`: as a cluster without a metrics server answers.
pub fn top(_: &mut Call<'_, '_>) -> Outcome {
    Err("Metrics API not available".into())
}
