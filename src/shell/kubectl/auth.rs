//! Who may do what: `--as` and role-based access control.

use super::call::Call;
use super::doc::{items, text};
use super::output::go;
use crate::api::{Kind, Status, StatusReason, Value};
use crate::apiserver::Store;

/// A question to the authorizer.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// `get`, `list` …
    pub verb: &'a str,
    /// The API group.
    pub group: &'a str,
    /// `pods`, `pods/log` …
    pub resource: &'a str,
    /// Empty for cluster-scoped resources and for all namespaces.
    pub namespace: &'a str,
    /// Empty for all.
    pub name: &'a str,
}

/// Whether who calls may do this to a kind.
///
/// # Errors
/// `Forbidden`, in the server's words.
pub fn allow(
    call: &mut Call<'_, '_>,
    verb: &str,
    kind: Kind,
    namespace: &str,
    name: &str,
) -> Result<(), Status> {
    let user = call.flags.text("as").to_owned();
    if user.is_empty() {
        return Ok(());
    }
    let resource = kind.resource();
    let question = Question { verb, group: resource.group, resource: resource.plural, namespace, name };
    if may(call.ctx.cluster.store(), &user, &call.flags.list("as-group"), question) {
        return Ok(());
    }
    let place = match namespace {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {}", go::quote(namespace)),
    };
    let what = match name {
        "" => resource.plural_qualified(),
        name => format!("{} {}", resource.plural_qualified(), go::quote(name)),
    };
    let message = format!(
        "{what} is forbidden: User {} cannot {verb} resource {} in API group {} {place}",
        go::quote(&user),
        go::quote(resource.plural),
        go::quote(resource.group)
    );
    Err(Status::new(StatusReason::Forbidden, message))
}

/// Whether a user may do it; the administrator (an empty name) may do all.
pub fn may(store: &Store, user: &str, groups: &[String], question: Question<'_>) -> bool {
    if user.is_empty() || groups.iter().any(|group| group == "system:masters") {
        return true;
    }
    let bound = |binding: &Value| {
        items(&binding["subjects"]).iter().any(|subject| {
            let name = text(&subject["name"]);
            match text(&subject["kind"]) {
                "User" => name == user,
                "Group" => groups.iter().any(|group| group == name) || name == "system:authenticated",
                "ServiceAccount" => {
                    user == format!("system:serviceaccount:{}:{name}", text(&subject["namespace"]))
                }
                _ => false,
            }
        })
    };
    let grants = |binding: &Value, namespace: &str| {
        let role = &binding["roleRef"];
        let name = text(&role["name"]);
        let role = match text(&role["kind"]) {
            "Role" => store.find(Kind::Role, namespace, name),
            _ => store.find(Kind::ClusterRole, "", name),
        };
        name == "cluster-admin"
            || role.is_some_and(|role| items(&role.doc()["rules"]).iter().any(|rule| permits(rule, question)))
    };
    let in_namespace = store
        .list(Kind::RoleBinding, question.namespace)
        .any(|binding| bound(binding.doc()) && grants(binding.doc(), question.namespace));
    in_namespace
        || store
            .list_all(Kind::ClusterRoleBinding)
            .any(|binding| bound(binding.doc()) && grants(binding.doc(), ""))
}

fn permits(rule: &Value, question: Question<'_>) -> bool {
    let has =
        |key: &str, wanted: &str| items(&rule[key]).iter().any(|value| *value == wanted || *value == "*");
    let named = items(&rule["resourceNames"]);
    has("verbs", question.verb)
        && has("apiGroups", question.group)
        && has("resources", question.resource)
        && (named.is_empty() || named.iter().any(|name| *name == question.name))
}
