//! What the page opens with: a cluster, files, and the first commands to try.

use super::permalink::Permalink;
use crate::api::Ordered;
use crate::cluster::Profile;
use crate::shell::Session;
use crate::shell::chapter::CHAPTER;
use crate::shell::session::{Beginning, HOME};

/// The session a link opens.
pub fn opening(link: &Permalink) -> Session {
    let profile = link.scenario.strip_prefix("sandbox-").and_then(Profile::named).unwrap_or_default();
    let base = format!("{HOME}/kiamol");
    let files = CHAPTER.iter().map(|(path, text)| (format!("{base}/{path}"), (*text).to_owned())).collect();
    let cwd = if link.scenario == "tour" { HOME.to_owned() } else { format!("{base}/ch03") };
    Session::new(Beginning { profile, seed: link.seed.unwrap_or(1), files, cwd })
}

/// The scenario that a link names and that must be fetched: its slug, or the address of its bundle. The sandboxes and the
/// chapter's folder need nothing but what is here.
pub fn wanted(link: &Permalink) -> Option<String> {
    let here =
        link.scenario.is_empty() || ["sandbox", "ch03"].iter().any(|own| link.scenario.starts_with(own));
    (!here).then(|| link.scenario.clone())
}

/// The files in the order their tabs stand: as the scenario has them, then by path.
pub fn files(session: &Session) -> Vec<&str> {
    let given: Vec<&str> = session.beginning().files.iter().map(|(path, _)| path.as_str()).collect();
    let place = |path: &str| given.iter().position(|known| *known == path).unwrap_or(given.len());
    let mut files: Vec<&str> = session.files().iter().map(|(path, _)| path.as_str()).collect();
    files.order_by_key(|path| place(path));
    files
}

/// A file's path as its tab shows it: from the last folder on.
pub fn short(path: &str) -> &str {
    path.strip_prefix(HOME).unwrap_or(path).rsplit('/').next().unwrap_or(path)
}

/// The first commands, offered for a click.
pub fn suggestions(link: &Permalink) -> Vec<String> {
    if wanted(link).is_some() {
        // A lesson says itself what to type.
        return Vec::new();
    }
    [
        "kubectl apply -f sleep/sleep1.yaml -f sleep/sleep2.yaml",
        "kubectl get pods -o wide",
        "kubectl exec deploy/sleep-1 -- ping -c 1 sleep-2",
    ]
    .map(str::to_owned)
    .to_vec()
}
