//! Commands about nodes, the API and the cluster.

use super::{Command, command, parent};
use crate::shell::kubectl::verbs;

pub(super) static TABLE: &[Command] = &[
    command(
        "cordon",
        &[],
        "cordon NODE [options]",
        "Mark node as unschedulable",
        concat!(dry!(), "selector,l:text"),
        verbs::nodes::cordon,
    ),
    command(
        "uncordon",
        &[],
        "uncordon NODE [options]",
        "Mark node as schedulable",
        concat!(dry!(), "selector,l:text"),
        verbs::nodes::uncordon,
    ),
    command(
        "taint",
        &[],
        "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
        "Update the taints on one or more nodes",
        concat!(
            printing!(),
            dry!(),
            "all:bool overwrite:bool selector,l:text validate:text=strict?strict field-manager:text"
        ),
        verbs::taint::run,
    ),
    command(
        "api-resources",
        &[],
        "api-resources [flags] [options]",
        "Print the supported API resources on the server",
        "api-group:text cached:bool categories:list namespaced:bool=true no-headers:bool output,o:text show-managed-fields:bool sort-by:text verbs:list",
        verbs::api::resources,
    ),
    command(
        "api-versions",
        &[],
        "api-versions",
        "Print the supported API versions on the server, in the form of \"group/version\"",
        "",
        verbs::api::versions,
    ),
    command(
        "version",
        &[],
        "version [flags] [options]",
        "Print the client and server version information",
        "client:bool output,o:text",
        verbs::api::version,
    ),
    command(
        "cluster-info",
        &[],
        "cluster-info [flags] [options]",
        "Display cluster information",
        "",
        verbs::api::cluster_info,
    ),
    command(
        "cluster-info dump",
        &[],
        "cluster-info dump [flags] [options]",
        "Dump relevant information for debugging and diagnosis",
        "all-namespaces,A:bool allow-missing-template-keys:bool=true namespaces:list output,o:text=json output-directory:text pod-running-timeout:duration=20s show-managed-fields:bool template:text",
        verbs::dump::run,
    ),
    command(
        "drain",
        &[],
        "drain NODE [options]",
        "Drain node in preparation for maintenance",
        concat!(
            dry!(),
            "chunk-size:int=500 delete-emptydir-data:bool disable-eviction:bool force:bool grace-period:int=-1 ignore-daemonsets:bool pod-selector:text selector,l:text skip-wait-for-delete-timeout:int timeout:duration"
        ),
        verbs::drain::run,
    ),
    parent("certificate", &[], "certificate SUBCOMMAND [options]", "Modify certificate resources"),
    command(
        "certificate approve",
        &[],
        "certificate approve (-f FILENAME | NAME) [options]",
        "Approve a certificate signing request",
        concat!(printing!(), files!(), "force:bool"),
        verbs::access::certificate,
    ),
    command(
        "certificate deny",
        &[],
        "certificate deny (-f FILENAME | NAME) [options]",
        "Deny a certificate signing request",
        concat!(printing!(), files!(), "force:bool"),
        verbs::access::certificate,
    ),
    parent("auth", &[], "auth [flags] [options]", "Inspect authorization"),
    command(
        "auth can-i",
        &[],
        "auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
        "Check whether an action is allowed",
        "all-namespaces,A:bool list:bool no-headers:bool quiet,q:bool subresource:text",
        verbs::access::can_i,
    ),
    command(
        "auth whoami",
        &[],
        "auth whoami [options]",
        "Experimental: Check self subject attributes",
        printing!(),
        verbs::access::who_am_i,
    ),
];
