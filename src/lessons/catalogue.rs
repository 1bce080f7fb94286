//! The scenarios that come with the playground, in teaching order.

use super::Scenario;

/// A scenario's folder, as it stands in `static/scenarios`.
#[derive(Clone, Copy, Debug)]
pub struct Folder {
    /// Its name.
    pub slug: &'static str,
    /// `scenario.yaml`.
    pub scenario: &'static str,
    /// `lesson.md`.
    pub lesson: &'static str,
    /// `solution.sh`.
    pub solution: &'static str,
    /// `files/`, by their names.
    pub files: &'static [(&'static str, &'static str)],
}

macro_rules! folders {
    ($($slug:literal [$($file:literal),*])*) => {
        /// The folders. A test compares them with what is on disk.
        pub static FOLDERS: &[Folder] = &[$(Folder {
            slug: $slug,
            scenario: include_str!(concat!("../../static/scenarios/", $slug, "/scenario.yaml")),
            lesson: include_str!(concat!("../../static/scenarios/", $slug, "/lesson.md")),
            solution: include_str!(concat!("../../static/scenarios/", $slug, "/solution.sh")),
            files: &[$((
                $file,
                include_str!(concat!("../../static/scenarios/", $slug, "/files/", $file)),
            )),*],
        },)*];
    };
}

folders! {
    "ping-a-pod" []
    "replaced-pod" []
    "service-name" []
    "ping-a-service" []
    "web-finds-api" []
    "selector-typo" ["api-service.yaml"]
    "wrong-target-port" ["web-service.yaml"]
    "pod-not-ready" ["api.yaml"]
    "scale-to-three" ["web.yaml"]
    "load-balancer" []
    "node-port" []
    "another-namespace" ["shop.yaml", "web.yaml"]
    "external-name" []
    "headless" ["service.yaml"]
    "dns-without-endpoints" ["dns-service.yaml"]
    "network-policy" ["policy.yaml"]
    "the-lab" ["api.yaml", "web-v1.yaml", "web-v2.yaml"]
    "no-number-wrong-name" ["web.yaml"]
    "no-number-wrong-port" ["api-service.yaml"]
    "no-number-named-port" ["api-service.yaml"]
    "no-number-unhealthy" ["api.yaml"]
    "no-number-crash" ["api.yaml"]
}

impl Folder {
    /// The scenario in it; a test reads every one.
    pub fn read(&self) -> Option<Scenario> {
        let files: Vec<(String, String)> =
            self.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Scenario::read(self.slug, self.scenario, self.lesson, self.solution, &files).ok()
    }
}

/// The scenarios, in teaching order.
pub fn catalogue() -> Vec<Scenario> {
    FOLDERS.iter().filter_map(Folder::read).collect()
}
