//! Empty directories that the containers of a pod share: what one writes there the others find.

use super::{PodRuntime, spec_of};
use crate::api::{Key, Object};
use crate::cluster::Cluster;
use std::collections::BTreeMap;

/// Files by their path in a volume.
type Volume = BTreeMap<String, String>;

/// The shared volumes of a pod, by name.
pub(super) type Volumes = BTreeMap<String, Volume>;

/// Where a container has the pod's empty directories: volume and path.
fn mounts(pod: &Object, runtime: &PodRuntime, index: usize) -> Vec<(String, String)> {
    let Some((view, spec)) = pod.pod().zip(spec_of(pod, runtime, index)) else { return Vec::new() };
    let is_empty = |name: &str| view.spec.volumes.iter().any(|it| it.name == name && it.empty_dir.is_some());
    let mounts = spec.volume_mounts.iter().filter(|mount| is_empty(&mount.name) && mount.sub_path.is_empty());
    mounts.map(|it| (it.name.clone(), it.mount_path.trim_end_matches('/').to_owned())).collect()
}

/// The files that a container finds in them.
pub(super) fn found(pod: &Object, runtime: &PodRuntime, index: usize) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (volume, path) in mounts(pod, runtime, index) {
        let inside = runtime.shared.get(&volume).into_iter().flatten();
        files.extend(inside.map(|(name, text)| (format!("{path}/{name}"), text.clone())));
    }
    files
}

impl Cluster {
    /// Takes up what a container has written into shared directories, and gives it to the others.
    pub(in crate::cluster) fn share(&mut self, key: &Key, index: usize) {
        let Some(pod) = self.store().get(key).cloned() else { return };
        let Some(runtime) = self.kubelets.get_mut(key) else { return };
        for (volume, path) in mounts(&pod, runtime, index) {
            let Some(process) = runtime.containers.get(index).and_then(|it| it.process.as_ref()) else {
                return;
            };
            let inside = |file: &String| file.strip_prefix(&path)?.strip_prefix('/').map(str::to_owned);
            let written: Volume =
                process.files.iter().filter_map(|(file, text)| Some((inside(file)?, text.clone()))).collect();
            if runtime.shared.get(&volume).unwrap_or(&Volume::new()) == &written {
                continue;
            }
            for other in (0..runtime.containers.len()).filter(|other| *other != index) {
                for (_, path) in mounts(&pod, runtime, other).into_iter().filter(|(name, _)| *name == volume)
                {
                    let Some(process) = runtime.containers[other].process.as_mut() else { continue };
                    process.files.retain(|file, _| !file.starts_with(&format!("{path}/")));
                    let new = written.iter().map(|(name, text)| (format!("{path}/{name}"), text.clone()));
                    process.files.extend(new);
                }
            }
            runtime.shared.insert(volume, written);
        }
    }
}
