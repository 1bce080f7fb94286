//! Commands that look into pods.

use super::{Command, command, parent};
use crate::shell::kubectl::verbs;

pub(super) static TABLE: &[Command] = &[
    command(
        "exec",
        &[],
        "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
        "Execute a command in a container",
        "container,c:text filename,f:list pod-running-timeout:duration=1m quiet,q:bool stdin,i:bool tty,t:bool",
        verbs::exec::run,
    ),
    command(
        "port-forward",
        &[],
        "port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
        "Forward one or more local ports to a pod",
        "address:list pod-running-timeout:duration=1m0s",
        verbs::port_forward::run,
    ),
    command(
        "logs",
        &[],
        "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
        "Print the logs for a container in a pod",
        "all-containers:bool all-pods:bool container,c:text follow,f:bool ignore-errors:bool \
         insecure-skip-tls-verify-backend:bool limit-bytes:int max-log-requests:int=5 \
         pod-running-timeout:duration=20s prefix:bool previous,p:bool selector,l:text since:duration since-time:text \
         tail:int=-1 timestamps:bool",
        verbs::logs::run,
    ),
    command(
        "attach",
        &[],
        "attach (POD | TYPE/NAME) -c CONTAINER [options]",
        "Attach to a running container",
        "container,c:text pod-running-timeout:duration=1m quiet,q:bool stdin,i:bool tty,t:bool",
        verbs::run::attach,
    ),
    command(
        "events",
        &[],
        "events [(-o|--output=)json|yaml|name] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]",
        "List events",
        concat!(
            printing!(),
            "all-namespaces,A:bool chunk-size:int=500 for:text no-headers:bool types:list watch,w:bool"
        ),
        verbs::events::run,
    ),
    command(
        "cp",
        &[],
        "cp <file-spec-src> <file-spec-dest> [options]",
        "Copy files and directories to and from containers",
        "container,c:text no-preserve:bool retries:int",
        verbs::honest::copy,
    ),
    command(
        "proxy",
        &[],
        "proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]",
        "Run a proxy to the Kubernetes API server",
        "accept-hosts:text accept-paths:text address:text=127.0.0.1 api-prefix:text append-server-path:bool disable-filter:bool keepalive:duration port,p:int=8001 reject-methods:text reject-paths:text unix-socket,u:text www,w:text www-prefix,P:text",
        verbs::proxy::run,
    ),
    command(
        "debug",
        &[],
        "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
        "Create debugging sessions for troubleshooting workloads and nodes",
        "arguments-only:bool attach:bool container,c:text copy-to:text custom:text env:array filename,f:list image:text image-pull-policy:text keep-annotations:bool keep-init-containers:bool=true keep-labels:bool keep-liveness:bool keep-readiness:bool keep-startup:bool profile:text=general quiet,q:bool replace:bool same-node:bool set-image:text share-processes:bool=true stdin,i:bool target:text tty,t:bool",
        verbs::debug::run,
    ),
    parent("top", &[], "top [flags] [options]", "Display resource (CPU/memory) usage"),
    command(
        "top node",
        &["nodes", "no"],
        "top node [NAME | -l label] [options]",
        "Display resource (CPU/memory) usage of nodes",
        "no-headers:bool selector,l:text show-capacity:bool sort-by:text use-protocol-buffers:bool=true",
        verbs::access::top,
    ),
    command(
        "top pod",
        &["pods", "po"],
        "top pod [NAME | -l label] [options]",
        "Display resource (CPU/memory) usage of pods",
        "all-namespaces,A:bool containers:bool field-selector:text no-headers:bool selector,l:text sort-by:text sum:bool use-protocol-buffers:bool=true",
        verbs::access::top,
    ),
];
