//! How kubectl writes: tables, fields, YAML, JSON, templates, ages.

pub mod age;
pub mod base64;
pub mod columns;
pub mod go;
pub mod kyaml;
pub mod printer;
pub mod tabwriter;
pub mod template;
pub mod wire;
