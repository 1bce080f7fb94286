//! What the server is and serves: `api-resources`, `api-versions`, `version`, `cluster-info`.

use super::raw::VERSION;
use crate::api::{Ordered, RESOURCES, Resource, json};
use crate::manifest::yaml;
use crate::shell::kubectl::call::{ALL, Call, OK, Outcome};
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::tabwriter::TabWriter;

/// The version of this client.
const CLIENT: &str = "v1.36.3";
/// The version of the kustomize that the client carries.
const KUSTOMIZE: &str = "v5.8.1";

/// `kubectl api-resources`
pub fn resources(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        let message = format!("unexpected arguments: [{}]", call.args().join(" "));
        return Err(call.usage(message));
    }
    let sort = call.flags.text("sort-by").to_owned();
    if !["", "name", "kind"].contains(&sort.as_str()) {
        return Err("--sort-by accepts only name or kind".into());
    }
    let output = call.flags.text("output").to_owned();
    if !["", "wide", "name", "json", "yaml"].contains(&output.as_str()) {
        return Err(format!("--output {output} is not available").into());
    }
    let (group, wants_group) = (call.flags.text("api-group").to_owned(), call.flags.given("api-group"));
    let (namespaced, wants_scope) = (call.flags.on("namespaced"), call.flags.given("namespaced"));
    let verbs = call.flags.list("verbs");
    let mut rows: Vec<&Resource> = RESOURCES
        .iter()
        .filter(|resource| !wants_group || resource.group == group)
        .filter(|resource| !wants_scope || resource.namespaced == namespaced)
        .filter(|resource| verbs.iter().all(|verb| verbs_of(resource).contains(&verb.as_str())))
        .filter(|resource| {
            let wanted = call.flags.list("categories");
            wanted.is_empty()
                || wanted.iter().all(|category| {
                    category == "all" && ALL.split(',').any(|plural| plural == resource.plural)
                })
        })
        .collect();
    match sort.as_str() {
        "kind" => rows.order_by_key(|resource| resource.name),
        "name" => rows.order_by_key(|resource| resource.plural),
        _ => {}
    }
    let mut writer = TabWriter::table();
    if !call.flags.on("no-headers") && output != "name" {
        let mut headings = vec!["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"];
        if output == "wide" {
            headings.extend(["VERBS", "CATEGORIES"]);
        }
        writer.row(headings);
    }
    for resource in rows {
        if output == "name" {
            call.say(resource.plural_qualified());
            continue;
        }
        let (short, version) = (resource.short.join(","), resource.api_version());
        let scope = if resource.namespaced { "true" } else { "false" };
        let verbs = verbs_of(resource).join(",");
        let category = if ALL.split(',').any(|plural| plural == resource.plural) { "all" } else { "" };
        let mut cells = vec![resource.plural, &short, &version, scope, resource.name];
        if output == "wide" {
            cells.extend([verbs.as_str(), category]);
        }
        writer.row(cells);
    }
    let table = writer.finish();
    call.print(&table);
    OK
}

fn verbs_of(resource: &Resource) -> &'static [&'static str] {
    match resource.plural {
        "bindings"
        | "tokenreviews"
        | "localsubjectaccessreviews"
        | "selfsubjectaccessreviews"
        | "selfsubjectrulesreviews"
        | "subjectaccessreviews"
        | "selfsubjectreviews" => &["create"],
        "componentstatuses" => &["get", "list"],
        "namespaces" => &["create", "delete", "get", "list", "patch", "update", "watch"],
        _ => &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    }
}

/// `kubectl api-versions`
pub fn versions(call: &mut Call<'_, '_>) -> Outcome {
    let mut versions: Vec<String> = RESOURCES.iter().map(Resource::api_version).collect();
    versions.push("autoscaling/v1".into());
    versions.push("events.k8s.io/v1".into());
    versions.order();
    versions.dedup();
    for version in versions {
        call.say(version);
    }
    OK
}

/// `kubectl version`
pub fn version(call: &mut Call<'_, '_>) -> Outcome {
    if !call.args().is_empty() {
        return Err(format!("extra arguments: [{}]", call.args().join(" ")).into());
    }
    let server = match call.ctx.cluster.profile().version.as_str() {
        "" => VERSION.to_owned(),
        version => version.to_owned(),
    };
    let client_only = call.flags.on("client");
    let info = |version: &str| {
        json!({
            "buildDate": "2026-06-01T00:00:00Z", "compiler": "gc", "gitTreeState": "clean", "gitVersion": version,
            "goVersion": "go1.26.0", "major": "1", "minor": "36", "platform": "linux/amd64",
        })
    };
    let mut doc = json!({"clientVersion": info(CLIENT), "kustomizeVersion": KUSTOMIZE});
    if !client_only {
        doc["serverVersion"] = info(&server);
    }
    let shown = match call.flags.text("output") {
        "json" => go::json_indented(&doc, "  ") + "\n",
        "yaml" => yaml::write(&doc),
        "" => {
            let mut text = format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n");
            if !client_only {
                text.push_str(&format!("Server Version: {server}\n"));
            }
            text
        }
        _ => return Err("--output must be 'yaml' or 'json'".into()),
    };
    call.print(&shown);
    OK
}

/// `kubectl cluster-info`
pub fn cluster_info(call: &mut Call<'_, '_>) -> Outcome {
    let server = call.config.server();
    call.say(format!("Kubernetes control plane is running at {server}"));
    let dns = call.ctx.cluster.store().find(crate::api::Kind::Service, "kube-system", "kube-dns").is_some();
    if dns {
        call.say(format!(
            "CoreDNS is running at {server}/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy"
        ));
    }
    call.say("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    OK
}
