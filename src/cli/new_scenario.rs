//! `playground new-scenario NAME`: a folder to begin a scenario from, which `playground check` accepts as it is.

use super::Failure;
use std::path::Path;
use std::process::ExitCode;

/// The files of the template, by their paths in the folder.
const TEMPLATE: [(&str, &str); 5] = [
    ("scenario.yaml", include_str!("template/scenario.yaml")),
    ("lesson.md", include_str!("template/lesson.md")),
    ("solution.sh", include_str!("template/solution.sh")),
    ("wrong/nothing-done.sh", include_str!("template/wrong/nothing-done.sh")),
    ("wrong/other-selector.sh", include_str!("template/wrong/other-selector.sh")),
];

/// Runs it.
///
/// # Errors
/// What is wrong with the name, or with the place it is to be written to.
pub fn run(mut parser: lexopt::Parser) -> Result<ExitCode, Failure> {
    let mut name = None;
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Value(value) if name.is_none() => name = Some(value),
            _ => return Err(arg.unexpected().into()),
        }
    }
    let name = name.ok_or_else(|| Failure::Usage("new-scenario: which name?".into()))?;
    let folder = Path::new(&name);
    if folder.exists() {
        return Err(Failure::Data(format!("{} is there already", folder.display())));
    }
    for (path, text) in TEMPLATE {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| Failure::Data(format!("{}: {error}", path.display())))?;
    }
    println!("{} is written; playground check {} proves it", folder.display(), folder.display());
    Ok(ExitCode::SUCCESS)
}
