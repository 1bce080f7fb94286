//! `playground reach`: who can reach what.

use super::Failure;
use super::given::Given;
use super::rules::mode_named;
use cluster_playground::net::Source;
use cluster_playground::net::reach::Matrix;
use cluster_playground::proxy::Mode;
use lexopt::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

pub fn run(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let (mut path, mut mode, mut as_json) = (None, Mode::Iptables, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('f') | Long("filename") => path = Some(PathBuf::from(arguments.value()?)),
            Long("mode") => mode = mode_named(&arguments.value()?.string()?)?,
            Long("json") => as_json = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let path = path.ok_or_else(|| Failure::Usage("-f DIR|FILE is missing".into()))?;
    let mut given = Given::read(&path, mode)?;
    given.add_dns();
    let mut matrix = Matrix::default();
    given.with_network(|network| matrix.update(network));
    if as_json {
        println!("{}", matrix.json());
    } else {
        print(&matrix);
    }
    Ok(ExitCode::SUCCESS)
}

/// A row a source, a column a Service port, each as wide as its widest word.
fn print(matrix: &Matrix) {
    let mut table = vec![vec!["FROM".to_owned()]];
    table[0].extend(matrix.targets().iter().map(ToString::to_string));
    for source in matrix.sources() {
        let name = match source {
            Source::Pod(key) => format!("{}/{}", key.namespace, key.name),
            source => source.words(),
        };
        let words =
            matrix.targets().iter().map(|target| matrix.cell(source, target).map_or("", |cell| cell.word()));
        table.push([name].into_iter().chain(words.map(str::to_owned)).collect());
    }
    let columns = table[0].len();
    let widths: Vec<usize> =
        (0..columns).map(|column| table.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    for row in table {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
