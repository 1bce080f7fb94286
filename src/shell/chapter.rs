//! The repository that `git clone` fetches: the chapter's files, in our own words.

/// Its files, by their paths below the repository's folder.
pub const CHAPTER: &[(&str, &str)] = &[
    ("ch03/sleep/sleep1.yaml", include_str!("../../static/scenarios/ch03/files/sleep/sleep1.yaml")),
    ("ch03/sleep/sleep2.yaml", include_str!("../../static/scenarios/ch03/files/sleep/sleep2.yaml")),
    (
        "ch03/sleep/sleep2-service.yaml",
        include_str!("../../static/scenarios/ch03/files/sleep/sleep2-service.yaml"),
    ),
    ("ch03/numbers/api.yaml", include_str!("../../static/scenarios/ch03/files/numbers/api.yaml")),
    ("ch03/numbers/web.yaml", include_str!("../../static/scenarios/ch03/files/numbers/web.yaml")),
    (
        "ch03/numbers/api-service.yaml",
        include_str!("../../static/scenarios/ch03/files/numbers/api-service.yaml"),
    ),
    (
        "ch03/numbers/web-service.yaml",
        include_str!("../../static/scenarios/ch03/files/numbers/web-service.yaml"),
    ),
    (
        "ch03/numbers/web-service-nodePort.yaml",
        include_str!("../../static/scenarios/ch03/files/numbers/web-service-nodePort.yaml"),
    ),
    (
        "ch03/numbers-services/api-service-externalName.yaml",
        include_str!("../../static/scenarios/ch03/files/numbers-services/api-service-externalName.yaml"),
    ),
    (
        "ch03/numbers-services/api-service-headless.yaml",
        include_str!("../../static/scenarios/ch03/files/numbers-services/api-service-headless.yaml"),
    ),
];
