//! Commands for objects of any kind.

use super::{Command, command};
use crate::shell::kubectl::verbs;

pub(super) static TABLE: &[Command] = &[
    command(
        "get",
        &[],
        "get [(-o|--output=)json|yaml|name|jsonpath|custom-columns|go-template|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]",
        "Display one or many resources",
        concat!(
            printing!(),
            files!(),
            "all-namespaces,A:bool chunk-size:int=500 field-selector:text ignore-not-found:bool label-columns,L:list \
             no-headers:bool output-watch-events:bool raw:text selector,l:text server-print:bool=true show-kind:bool \
             show-labels:bool sort-by:text subresource:text watch,w:bool watch-only:bool"
        ),
        verbs::get::run,
    ),
    command(
        "apply",
        &[],
        "apply (-f FILENAME | -k DIRECTORY) [options]",
        "Apply a configuration to a resource by file name or stdin",
        concat!(
            printing!(),
            files!(),
            dry!(),
            deleting!(),
            "all:bool field-manager:text=kubectl-client-side-apply force-conflicts:bool openapi-patch:bool=true \
             overwrite:bool=true prune:bool record:bool prune-allowlist:array prune-whitelist:array selector,l:text \
             server-side:bool subresource:text validate:text=strict?strict"
        ),
        verbs::apply::run,
    ),
    command(
        "apply view-last-applied",
        &[],
        "apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
        "View the latest last-applied-configuration annotations of a resource/object",
        concat!(files!(), "all:bool output,o:text=yaml selector,l:text"),
        verbs::apply::view_last_applied,
    ),
    command(
        "create",
        &[],
        "create -f FILENAME [options]",
        "Create a resource from a file or from stdin",
        concat!(
            creating!(),
            files!(),
            "edit:bool raw:text record:bool selector,l:text windows-line-endings:bool"
        ),
        verbs::create::run,
    ),
    command(
        "delete",
        &[],
        "delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
        "Delete resources by file names, stdin, resources and names, or by resources and label selector",
        concat!(
            files!(),
            dry!(),
            deleting!(),
            "all:bool all-namespaces,A:bool field-selector:text ignore-not-found:bool interactive,i:bool output,o:text \
             raw:text selector,l:text"
        ),
        verbs::delete::run,
    ),
    command(
        "wait",
        &[],
        "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
        "Wait for a specific condition on one or many resources",
        concat!(
            printing!(),
            files!(),
            "all:bool all-namespaces,A:bool field-selector:text for:array local:bool selector,l:text timeout:duration=30s"
        ),
        verbs::wait::run,
    ),
    command(
        "describe",
        &[],
        "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
        "Show details of a specific resource or group of resources",
        concat!(files!(), "selector,l:text all-namespaces,A:bool show-events:bool=true chunk-size:int=500"),
        verbs::describe::run,
    ),
    command(
        "label",
        &[],
        "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
        "Update the labels on a resource",
        concat!(printing!(), files!(), dry!(), labelling!()),
        verbs::labels::label,
    ),
    command(
        "annotate",
        &[],
        "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
        "Update the annotations on a resource",
        concat!(printing!(), files!(), dry!(), labelling!()),
        verbs::labels::annotate,
    ),
    command(
        "patch",
        &[],
        "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
        "Update fields of a resource",
        concat!(
            printing!(),
            files!(),
            dry!(),
            "field-manager:text local:bool patch,p:text patch-file:text record:bool subresource:text type:text=strategic"
        ),
        verbs::patch::run,
    ),
    command(
        "replace",
        &[],
        "replace -f FILENAME [options]",
        "Replace a resource by file name or stdin",
        concat!(
            printing!(),
            files!(),
            dry!(),
            deleting!(),
            "field-manager:text raw:text record:bool save-config:bool subresource:text validate:text=strict?strict"
        ),
        verbs::replace::run,
    ),
    command(
        "edit",
        &[],
        "edit (RESOURCE/NAME | -f FILENAME) [options]",
        "Edit a resource on the server",
        concat!(
            printing!(),
            files!(),
            "field-manager:text output-patch:bool save-config:bool subresource:text validate:text=strict?strict windows-line-endings:bool"
        ),
        verbs::edit::run,
    ),
    command(
        "apply edit-last-applied",
        &[],
        "apply edit-last-applied (RESOURCE/NAME | -f FILENAME) [options]",
        "Edit latest last-applied-configuration annotations of a resource/object",
        concat!(printing!(), files!(), "field-manager:text"),
        verbs::edit::last_applied,
    ),
    command(
        "apply set-last-applied",
        &[],
        "apply set-last-applied -f FILENAME [options]",
        "Set the last-applied-configuration annotation on a live object to match the contents of a file",
        concat!(printing!(), files!(), dry!(), "create-annotation:bool"),
        verbs::apply::set_last_applied,
    ),
    command(
        "diff",
        &[],
        "diff -f FILENAME [options]",
        "Diff the live version against a would-be applied version",
        concat!(
            files!(),
            "concurrency:int=1 field-manager:text force-conflicts:bool prune:bool prune-allowlist:array selector,l:text server-side:bool show-managed-fields:bool"
        ),
        verbs::replace::difference,
    ),
    command(
        "explain",
        &[],
        "explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]",
        "Get documentation for a resource",
        "api-version:text output,o:text=plaintext recursive:bool",
        verbs::explain::run,
    ),
    command(
        "kustomize",
        &[],
        "kustomize DIR [flags] [options]",
        "Build a kustomization target from a directory or URL",
        "output,o:text enable-helm:bool",
        verbs::honest::kustomize,
    ),
];
