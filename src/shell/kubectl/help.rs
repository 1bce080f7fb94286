//! Help: what a command does, its flags, its subcommands. The words are our own; names and usage are facts.

use super::commands::{Command, ROOT};
use super::flags::{Flag, GLOBAL, Takes};
use crate::api::Ordered;

/// The commands of `kubectl help`, by group.
const GROUPS: [(&str, &str); 8] = [
    ("Basic Commands (Beginner):", "create expose run set"),
    ("Basic Commands (Intermediate):", "explain get edit delete"),
    ("Deploy Commands:", "rollout scale autoscale"),
    ("Cluster Management Commands:", "certificate cluster-info top cordon uncordon drain taint"),
    (
        "Troubleshooting and Debugging Commands:",
        "describe logs attach exec port-forward proxy cp auth debug events",
    ),
    ("Advanced Commands:", "diff apply patch replace wait kustomize"),
    ("Settings Commands:", "label annotate completion"),
    ("Other Commands:", "api-resources api-versions config kuberc plugin version"),
];

const OPTIONS: &str =
    "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n";

/// The help of a command.
pub fn of(command: &Command) -> String {
    if command.path.is_empty() {
        return format!(
            "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n{}",
            overview()
        );
    }
    let mut out = match command.long() {
        "" => format!("{}.\n", command.short.trim_end_matches('.')),
        long => format!("{long}\n"),
    };
    out.push('\n');
    if !command.aliases.is_empty() {
        out.push_str(&format!("Aliases:\n{}, {}\n\n", command.word(), command.aliases.join(", ")));
    }
    let mut children: Vec<&Command> = command.children().collect();
    children.order_by_key(|child| child.word());
    if !children.is_empty() {
        out.push_str("Available Commands:\n");
        // A subcommand's column is as wide as the longest name, and never narrower than cobra's.
        let width = children.iter().map(|child| child.word().len()).max().unwrap_or(0).max(11) + 3;
        for child in children {
            out.push_str(&format!("  {:width$}{}\n", child.word(), child.short));
        }
        out.push('\n');
    }
    let flags: Vec<Flag> = Flag::read(command.flags).collect();
    if !flags.is_empty() {
        out.push_str("Options:\n");
        out.push_str(&options_of(command.path, flags));
    }
    out.push_str(&format!("Usage:\n  kubectl {}\n\n", command.usage));
    if command.children().next().is_some() {
        out.push_str(&format!(
            "Use \"{} <command> --help\" for more information about a given command.\n",
            command.name()
        ));
    }
    out.push_str(OPTIONS);
    out
}

/// The overview of all commands, with its usage lines.
pub fn overview() -> String {
    let mut out = String::new();
    for (heading, names) in GROUPS {
        out.push_str(heading);
        out.push('\n');
        for name in names.split(' ') {
            if let Some(command) = ROOT.child(name) {
                out.push_str(&format!("  {name:<16}{}\n", command.short));
            }
        }
        out.push('\n');
    }
    out.push_str("Usage:\n  kubectl [flags] [options]\n\nUse \"kubectl <command> --help\" for more information about a given command.\n");
    out.push_str(OPTIONS);
    out
}

/// The flags of every command.
pub fn options() -> String {
    format!(
        "The following options can be passed to any command:\n\n{}",
        options_of("", Flag::read(GLOBAL).filter(|flag| flag.name != "help").collect())
    )
}

fn options_of(command: &str, mut flags: Vec<Flag>) -> String {
    flags.order_by_key(|flag| flag.name);
    let mut out = String::new();
    for flag in flags {
        let default = match (flag.takes, flag.default) {
            (Takes::Bool, "") => "false".to_owned(),
            (Takes::Text, text) => format!("'{text}'"),
            (Takes::List | Takes::Array, text) => format!("[{text}]"),
            (Takes::Int | Takes::Small, "") => "0".to_owned(),
            (Takes::Duration, "") => "0s".to_owned(),
            (_, text) => text.to_owned(),
        };
        let short = flag.short.map(|short| format!("-{short}, ")).unwrap_or_default();
        out.push_str(&format!(
            "    {short}--{}={default}:\n\t{}\n\n",
            flag.name,
            meaning(command, flag.name)
        ));
    }
    out
}

/// What flags mean, in a few words.
static MEANINGS: &[(&str, &str)] = &[
    ("config set-context cluster", "cluster for the context entry in kubeconfig"),
    ("config set-context current", "Modify the current context"),
    ("config set-context namespace", "namespace for the context entry in kubeconfig"),
    ("config set-context user", "user for the context entry in kubeconfig"),
    (
        "config set set-raw-bytes",
        "When writing a []byte PROPERTY_VALUE, write the given string directly without base64 decoding.",
    ),
    (
        "config set-cluster certificate-authority",
        "Path to certificate-authority file for the cluster entry in kubeconfig",
    ),
    ("config set-cluster embed-certs", "embed-certs for the cluster entry in kubeconfig"),
    (
        "config set-cluster insecure-skip-tls-verify",
        "insecure-skip-tls-verify for the cluster entry in kubeconfig",
    ),
    ("config set-cluster proxy-url", "proxy-url for the cluster entry in kubeconfig"),
    ("config set-cluster server", "server for the cluster entry in kubeconfig"),
    ("config set-cluster tls-server-name", "tls-server-name for the cluster entry in kubeconfig"),
    ("all", "Select all resources of the given types in the namespace."),
    ("all-containers", "Show the logs of all containers of the pod."),
    ("all-namespaces", "Look in all namespaces, whatever --namespace says."),
    (
        "as",
        "Username to impersonate for the operation. User could be a regular user or a service account in a namespace.",
    ),
    ("as-group", "Group to impersonate for the operation; may be repeated."),
    ("cascade", "What happens to dependents: background, orphan or foreground."),
    ("container", "The container's name; the first one if it is not given."),
    ("context", "The name of the kubeconfig context to use."),
    ("dry-run", "none, server or client: with client nothing is sent, with server nothing is stored."),
    ("field-selector", "Only objects whose fields match, as in metadata.name=web."),
    ("filename", "Files, directories or - that contain the resources."),
    ("follow", "Go on printing as more comes."),
    ("force", "Delete at once and without waiting; with apply or replace, delete and create anew."),
    ("grace-period", "Seconds that are given to end gracefully; negative for the object's own."),
    ("ignore-not-found", "A resource that is not there is no failure."),
    ("image", "The container's image."),
    ("kubeconfig", "Path to the kubeconfig file to use."),
    ("label-columns", "Labels that are shown as columns of their own."),
    ("namespace", "The namespace scope of this request."),
    ("no-headers", "Leave out the headings of a table."),
    ("output", "Output format: json, yaml, name, wide, jsonpath=…, go-template=…, custom-columns=…"),
    ("overwrite", "Allow existing values to be replaced."),
    ("port", "The port."),
    ("recursive", "Also take the files of directories below the one given."),
    ("replicas", "How many replicas there should be."),
    ("selector", "Only objects whose labels match, as in app=web,tier!=back."),
    ("server", "The address and port of the Kubernetes API server."),
    ("show-labels", "Show all labels as the last column."),
    ("sort-by", "Sort by the field that this JSONPath names."),
    ("stdin", "Pass standard input on to the container."),
    ("tail", "How many of the last lines to show; -1 for all."),
    ("timeout", "How long to wait before giving up."),
    ("tty", "Standard input is a terminal."),
    ("wait", "Wait until it is done."),
    ("watch", "After the list, go on showing changes."),
];

fn meaning(command: &str, name: &str) -> String {
    let own = format!("{command} {name}");
    let known = MEANINGS.iter().find(|(flag, _)| *flag == own);
    match known.or_else(|| MEANINGS.iter().find(|(flag, _)| *flag == name)) {
        Some((_, meaning)) => (*meaning).to_owned(),
        None => {
            let words = name.replace('-', " ");
            let mut chars = words.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase()).unwrap_or('-');
            format!("{first}{}.", chars.as_str())
        }
    }
}
