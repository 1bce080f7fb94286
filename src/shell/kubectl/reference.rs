//! Image names: which texts are references to an image.

/// Whether a text can name an image: `[registry[:port]/]path[:tag][@digest]`.
pub fn is_reference(image: &str) -> bool {
    let (image, digest) =
        image.split_once('@').map_or((image, None), |(image, digest)| (image, Some(digest)));
    let start = image.rfind('/').map_or(0, |at| at + 1);
    // Only what follows the last slash can be a tag: a registry has a port.
    let (name, tag) = match image[start..].find(':') {
        Some(at) => (&image[..start + at], Some(&image[start + at + 1..])),
        None => (image, None),
    };
    let path = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => name,
    };
    path.split('/').all(is_component) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_registry(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let good = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    host.split('.').all(good)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
fn is_component(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(good)
        && text.ends_with(good)
        && text.split(good).all(|between| {
            matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        let good = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        algorithm.split(['-', '_', '+', '.']).all(good)
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn references_are_told_from_other_texts() {
        let digest = format!("nginx@sha256:{}", "0a".repeat(32));
        for good in
            ["nginx", "nginx:1.27", "ghcr.io/a/b_c:v1.0-x", "localhost:5000/x", "LOCAL/x", &digest, "a--b"]
        {
            assert!(is_reference(good), "{good}");
        }
        for bad in [
            "",
            "NGINX",
            "nginx:",
            "nginx::",
            "nginx:a b",
            "-a",
            "a..b",
            "a/",
            "http://x/y",
            "nginx@sha256:x",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
