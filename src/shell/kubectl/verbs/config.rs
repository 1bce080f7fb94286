//! `kubectl config`: contexts, clusters and users of the kubeconfig.

use crate::api::{Ordered, Value, json};
use crate::manifest::yaml;
use crate::shell::files::absolute;
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{child, items, put, text};
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::help;
use crate::shell::kubectl::output::go;
use crate::shell::kubectl::output::printer::{self, Printer};
use crate::shell::kubectl::output::tabwriter::TabWriter;

/// What each of the three kinds of entries is called.
const LISTS: [(&str, &str); 3] = [("clusters", "cluster"), ("contexts", "context"), ("users", "user")];

/// A line that has the wrong arguments: the command's help on standard output, the complaint below.
fn wrong_arguments(call: &mut Call<'_, '_>) -> Failure {
    let text = help::of(call.command);
    call.print(&text);
    format!("Unexpected args: [{}]", call.args().join(" ")).into()
}

fn save(call: &mut Call<'_, '_>) {
    call.config.clone().save(call.ctx);
}

/// `kubectl config current-context`
pub fn current_context(call: &mut Call<'_, '_>) -> Outcome {
    match text(&call.config.doc["current-context"]).to_owned() {
        name if name.is_empty() => Err("current-context is not set".into()),
        name => {
            call.say(name);
            OK
        }
    }
}

/// `kubectl config view`
pub fn view(call: &mut Call<'_, '_>) -> Outcome {
    let mut doc = call.config.doc.clone();
    if call.flags.on("minify") {
        let context = call.config.context.clone();
        let Some(entry) = call.config.entry("contexts", &context).cloned() else {
            return Err(Failure::Message(match context.as_str() {
                "" => "current-context must exist in order to minify".into(),
                context => format!("cannot locate context {context}"),
            }));
        };
        for (list, name) in [
            ("contexts", context.as_str()),
            ("clusters", text(&entry["cluster"])),
            ("users", text(&entry["user"])),
        ] {
            let kept: Vec<Value> =
                items(&doc[list]).iter().filter(|entry| entry["name"] == name).cloned().collect();
            put(&mut doc, &[list], kept);
        }
        put(&mut doc, &["current-context"], context);
    }
    if !call.flags.on("raw") {
        for list in ["clusters", "users"] {
            let inner = list.trim_end_matches('s');
            for entry in child(&mut doc, list).as_array_mut().into_iter().flatten() {
                for (key, value) in entry[inner].as_object_mut().into_iter().flatten() {
                    if key.ends_with("-data") {
                        *value = "DATA+OMITTED".into();
                    } else if ["token", "password"].contains(&key.as_str()) {
                        *value = "REDACTED".into();
                    }
                }
            }
        }
    }
    for (list, _) in LISTS {
        if items(&doc[list]).is_empty() {
            put(&mut doc, &[list], Value::Null);
        }
    }
    if let Some(map) = doc.as_object_mut() {
        map.remove("preferences");
    }
    let printer = printer::chosen(call)?.unwrap_or(Printer::Yaml);
    let shown = match printer {
        Printer::Yaml => yaml::write(&doc),
        printer => printer.print(&doc)?,
    };
    call.print(&shown);
    OK
}

/// `kubectl config get-contexts`
pub fn get_contexts(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.args();
    let format = call.flags.text("output").to_owned();
    let names = format == "name";
    if !["", "name"].contains(&format.as_str()) {
        let known = "json yaml wide custom-columns custom-columns-file go-template go-template-file jsonpath jsonpath-file";
        if !known.split(' ').any(|known| known == format) {
            return Err(format!("output must be one of '' or 'name': {format}").into());
        }
        call.say(format!(
            "--output {format} is not available in kubectl config get-contexts; resetting to default output format"
        ));
    }
    let current = text(&call.config.doc["current-context"]).to_owned();
    let mut contexts: Vec<Value> = items(&call.config.doc["contexts"]).to_vec();
    contexts.order_by_key(|context| text(&context["name"]).to_owned());
    let mut failures = Vec::new();
    for name in &wanted {
        if !contexts.iter().any(|context| context["name"] == *name) {
            failures.push(Failure::Message(format!("context {name} not found")));
        }
    }
    contexts.retain(|context| wanted.is_empty() || wanted.iter().any(|name| context["name"] == *name));
    let mut writer = TabWriter::table();
    if !names && !call.flags.on("no-headers") {
        writer.row(["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]);
    }
    for context in &contexts {
        let (name, inner) = (text(&context["name"]), &context["context"]);
        if names {
            call.say(name);
            continue;
        }
        let mark = if name == current { "*" } else { "" };
        writer.row([mark, name, text(&inner["cluster"]), text(&inner["user"]), text(&inner["namespace"])]);
    }
    let table = writer.finish();
    call.print(&table);
    Failure::all(failures)?;
    OK
}

/// `kubectl config get-clusters`
pub fn get_clusters(call: &mut Call<'_, '_>) -> Outcome {
    names(call, "clusters")
}

/// `kubectl config get-users`
pub fn get_users(call: &mut Call<'_, '_>) -> Outcome {
    names(call, "users")
}

fn names(call: &mut Call<'_, '_>, list: &str) -> Outcome {
    call.say("NAME");
    let mut names: Vec<String> =
        items(&call.config.doc[list]).iter().map(|entry| text(&entry["name"]).to_owned()).collect();
    names.order();
    for name in names {
        call.say(name);
    }
    OK
}

/// `kubectl config use-context`
pub fn use_context(call: &mut Call<'_, '_>) -> Outcome {
    let [name] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    if call.config.entry("contexts", name).is_none() {
        return Err(format!("no context exists with the name: {}", go::quote(name)).into());
    }
    put(&mut call.config.doc, &["current-context"], name.clone());
    save(call);
    call.say(format!("Switched to context {}.", go::quote(name)));
    OK
}

/// `kubectl config set-context`
pub fn set_context(call: &mut Call<'_, '_>) -> Outcome {
    let args = call.args();
    if args.len() > 1 {
        return Err(wrong_arguments(call));
    }
    let name = match (args.first(), call.flags.on("current")) {
        (Some(name), false) => name.clone(),
        (None, true) => match text(&call.config.doc["current-context"]) {
            "" => return Err("no current context is set".into()),
            name => name.to_owned(),
        },
        (Some(_), true) => return Err("you cannot specify both a context name and --current".into()),
        (None, false) => return Err("you must specify a non-empty context name or --current".into()),
    };
    set_entry(
        call,
        "contexts",
        &name,
        &[("cluster", "cluster"), ("user", "user"), ("namespace", "namespace")],
        "Context",
    )
}

fn set_entry(call: &mut Call<'_, '_>, list: &str, name: &str, flags: &[(&str, &str)], what: &str) -> Outcome {
    let cwd = call.ctx.cwd.to_owned();
    let value = |flag: &str, given: &str| match flag {
        "insecure-skip-tls-verify" => Value::Bool(given == "true"),
        "certificate-authority" | "client-certificate" | "client-key" if !given.is_empty() => {
            absolute(&cwd, given).into()
        }
        _ => given.into(),
    };
    let fields: Vec<(&str, Value)> = flags
        .iter()
        .filter(|(flag, _)| call.flags.given(flag))
        .map(|(flag, field)| (*field, value(flag, call.flags.text(flag))))
        .collect();
    let there = call.config.set_entry(list, name, &fields);
    // What the new fields take the place of.
    for (field, gone) in INSTEAD {
        let set = fields.iter().any(|(given, value)| *given == field && *value != "" && *value != false);
        for entry in child(&mut call.config.doc, list).as_array_mut().into_iter().flatten() {
            if set && entry["name"] == name {
                let Some(fields) = entry[list.trim_end_matches('s')].as_object_mut() else { continue };
                fields.retain(|field, _| !gone.contains(&field.as_str()));
            }
        }
    }
    save(call);
    let name = go::quote(name);
    call.say(match (what, there) {
        ("Context", true) => format!("Context {name} modified."),
        ("Context", false) => format!("Context {name} created."),
        (what, _) => format!("{what} {name} set."),
    });
    OK
}

/// Fields that make others void.
const INSTEAD: [(&str, &[&str]); 7] = [
    ("certificate-authority", &["certificate-authority-data", "insecure-skip-tls-verify"]),
    ("insecure-skip-tls-verify", &["certificate-authority", "certificate-authority-data"]),
    ("client-certificate", &["client-certificate-data"]),
    ("client-key", &["client-key-data"]),
    ("token", &["username", "password"]),
    ("username", &["token"]),
    ("password", &["token"]),
];

/// `kubectl config set-cluster`
pub fn set_cluster(call: &mut Call<'_, '_>) -> Outcome {
    let [name] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    if call.flags.on("insecure-skip-tls-verify") && !call.flags.text("certificate-authority").is_empty() {
        return Err("you cannot specify a certificate authority and insecure mode at the same time".into());
    }
    let flags =
        ["server", "certificate-authority", "insecure-skip-tls-verify", "tls-server-name", "proxy-url"];
    set_entry(call, "clusters", name, &flags.map(|flag| (flag, flag)), "Cluster")
}

/// `kubectl config set-credentials`
pub fn set_credentials(call: &mut Call<'_, '_>) -> Outcome {
    let [name] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    let given = |flag: &str| !call.flags.text(flag).is_empty();
    if given("token") && (given("username") || given("password")) {
        return Err("you cannot specify more than one authentication method at the same time: --token, --username/--password".into());
    }
    let flags = ["token", "username", "password", "client-certificate", "client-key"];
    set_entry(call, "users", name, &flags.map(|flag| (flag, flag)), "User")
}

fn remove(call: &mut Call<'_, '_>, list: &str, name: &str) -> bool {
    let entries = child(&mut call.config.doc, list);
    let before = items(entries).len();
    if let Some(entries) = entries.as_array_mut() {
        entries.retain(|entry| entry["name"] != *name);
    }
    items(&call.config.doc[list]).len() < before
}

/// `kubectl config delete-context`
pub fn delete_context(call: &mut Call<'_, '_>) -> Outcome {
    delete(call, "contexts", "context")
}

/// `kubectl config delete-cluster`
pub fn delete_cluster(call: &mut Call<'_, '_>) -> Outcome {
    delete(call, "clusters", "cluster")
}

/// `kubectl config delete-user`
pub fn delete_user(call: &mut Call<'_, '_>) -> Outcome {
    delete(call, "users", "user")
}

fn delete(call: &mut Call<'_, '_>, list: &str, what: &str) -> Outcome {
    let [name] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    let current = text(&call.config.doc["current-context"]) == name;
    if what == "context" && current {
        call.ctx.complain("warning: this removed your active context, use \"kubectl config use-context\" to select a different one");
    }
    if !remove(call, list, name) {
        return Err(format!("cannot delete {what} {name}, not in {}", call.config.path).into());
    }
    save(call);
    let path = call.config.path.clone();
    call.say(format!("deleted {what} {name} from {path}"));
    OK
}

/// `kubectl config rename-context`
pub fn rename_context(call: &mut Call<'_, '_>) -> Outcome {
    let [from, to] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    let Some(context) = call.config.entry("contexts", from).cloned() else {
        return Err(format!(
            "cannot rename the context {}, it's not in {}",
            go::quote(from),
            call.config.path
        )
        .into());
    };
    if call.config.entry("contexts", to).is_some() {
        return Err(format!(
            "cannot rename the context {}, the context {} already exists in {}",
            go::quote(from),
            go::quote(to),
            call.config.path
        )
        .into());
    }
    remove(call, "contexts", from);
    let contexts = child(&mut call.config.doc, "contexts");
    if let Some(contexts) = contexts.as_array_mut() {
        contexts.push(json!({"name": to, "context": context}));
    }
    if text(&call.config.doc["current-context"]) == from {
        put(&mut call.config.doc, &["current-context"], to.clone());
    }
    save(call);
    call.say(format!("Context {} renamed to {}.", go::quote(from), go::quote(to)));
    OK
}

/// `kubectl config set`
pub fn set(call: &mut Call<'_, '_>) -> Outcome {
    let [property, value] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    let path: Vec<&str> = property.split('.').collect();
    match (&path[..], LISTS.iter().find(|(list, _)| *list == path[0])) {
        (["current-context"], _) => put(&mut call.config.doc, &["current-context"], value.clone()),
        ([list, name, field], Some(_)) => {
            let value = match *field {
                "insecure-skip-tls-verify" => Value::Bool(value == "true"),
                _ => value.as_str().into(),
            };
            call.config.set_entry(list, name, &[(field, value)]);
        }
        (_, None) => return Err(unknown_property(property)),
        _ => return Err(format!("unable to parse one or more field values of {property}").into()),
    }
    save(call);
    call.say(format!("Property {} set.", go::quote(property)));
    OK
}

/// `kubectl config unset`
pub fn unset(call: &mut Call<'_, '_>) -> Outcome {
    let [property] = &call.args()[..] else { return Err(wrong_arguments(call)) };
    let path: Vec<&str> = property.split('.').collect();
    match &path[..] {
        ["current-context"] => put(&mut call.config.doc, &["current-context"], ""),
        [list] if LISTS.iter().any(|(known, _)| known == list) => {
            put(&mut call.config.doc, &[list], json!([]))
        }
        [list, ..] if !LISTS.iter().any(|(known, _)| known == list) => {
            return Err(unknown_property(property));
        }
        [list, name] => {
            remove(call, list, name);
        }
        [list, name, _] if call.config.entry(list, name).is_none() => {
            return Err(format!("current map key `{name}` is invalid").into());
        }
        [list, name, field] => {
            let inner = list.trim_end_matches('s').to_owned();
            for entry in child(&mut call.config.doc, list).as_array_mut().into_iter().flatten() {
                if entry["name"] == *name {
                    entry[inner.as_str()].as_object_mut().map(|fields| fields.remove(*field));
                }
            }
        }
        _ => {}
    }
    save(call);
    call.say(format!("Property {} unset.", go::quote(property)));
    OK
}

fn unknown_property(property: &str) -> Failure {
    format!("unable to parse {property} after [] at api.Config").into()
}
