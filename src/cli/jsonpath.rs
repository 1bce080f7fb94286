//! `playground jsonpath`: kubectl's JSONPath on a document of one's own, with its messages and exit codes.

use super::Failure;
use cluster_playground::manifest::yaml;
use cluster_playground::shell::kubectl::jsonpath;
use std::io::Read;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// When the command line is wrong or the document cannot be read.
pub fn run(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let mut words = Vec::new();
    let mut allow_missing = true;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("allow-missing-template-keys") => {
                let value = arguments.optional_value().unwrap_or_else(|| "true".into());
                allow_missing = match value.to_string_lossy().as_ref() {
                    "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
                    "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
                    other => {
                        return Err(Failure::Usage(format!(
                            "--allow-missing-template-keys takes true or false, not {other:?}"
                        )));
                    }
                };
            }
            lexopt::Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let [template, file] = &words[..] else {
        return Err(Failure::Usage("jsonpath takes a template and a file".into()));
    };
    let text = read(file)?;
    let document = match serde_json::from_str(&text) {
        Ok(document) => document,
        Err(_) => yaml::read(&text).map_err(|error| Failure::Data(format!("{file}: {}", error.message)))?,
    };
    match jsonpath::command(template, &document, allow_missing) {
        Ok(printed) => {
            print!("{printed}");
            Ok(ExitCode::SUCCESS)
        }
        Err(message) => {
            eprint!("{message}");
            if !message.ends_with('\n') {
                eprintln!();
            }
            Ok(ExitCode::from(1))
        }
    }
}

fn read(file: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Data(format!("{file}: {error}"));
    if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).map_err(failed)
}
