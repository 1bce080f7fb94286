//! `ls`, `mkdir`, `rmdir`, `rm`, `cp`, `mv`, `touch`, `find`: what is done to files. GNU's words on the
//! workstation and on nodes, BusyBox's where an image is built on it.

use super::text::{Options, Usage};
use crate::api::Ordered;
use crate::shell::files::{FileError, absolute, name, parent};
use crate::shell::program::{Ctx, Exit};
use crate::shell::programs::is_busybox;

/// The width of a terminal.
const WIDTH: usize = 80;

/// Reads options, or says what is wrong with them.
fn options(
    args: &[String],
    letters: &str,
    long: &[(&str, char)],
    ctx: &mut Ctx<'_>,
) -> Result<Options, Exit> {
    Options::read(&args[0], &args[1..], letters, long).map_err(|Usage(message, status)| {
        ctx.stderr.push_str(&message);
        status
    })
}

/// Says that an operand is missing.
fn missing(tool: &str, ctx: &mut Ctx<'_>) -> Exit {
    ctx.complain(format!("{tool}: missing operand"));
    ctx.complain(format!("Try '{tool} --help' for more information."));
    1
}

/// `ls`
pub fn ls(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let long =
        [("all", 'a'), ("almost-all", 'A'), ("human-readable", 'h'), ("directory", 'd'), ("recursive", 'R')];
    let mut options = match options(args, "laA1hdRFtrSpnGk", &long, ctx) {
        Ok(options) => options,
        Err(_) => return 2,
    };
    let busybox = is_busybox(ctx.cluster, ctx.place);
    if options.operands.is_empty() {
        options.operands.push(".".to_owned());
    }
    options.operands.order();
    let (mut plain, mut directories) = (Vec::new(), Vec::new());
    let mut status = 0;
    for operand in &options.operands {
        let path = absolute(ctx.cwd, operand);
        if ctx.files().is_directory(&path) && !options.has('d') {
            directories.push((operand.clone(), path));
        } else if ctx.files().exists(&path) {
            let directory = ctx.files().is_directory(&path);
            plain.push((operand.clone(), path, directory));
        } else if busybox {
            ctx.complain(format!("ls: {operand}: No such file or directory"));
            status = 1;
        } else {
            ctx.complain(format!("ls: cannot access '{operand}': No such file or directory"));
            status = 2;
        }
    }
    let titled = options.operands.len() > 1 || options.has('R');
    let mut first = plain.is_empty();
    if !plain.is_empty() {
        show(&plain, &options, ctx);
    }
    while !directories.is_empty() {
        let (shown, path) = directories.remove(0);
        if titled {
            if !std::mem::replace(&mut first, false) {
                ctx.say("");
            }
            ctx.say(format!("{shown}:"));
        }
        let hidden = options.has('a') || options.has('A');
        let mut entries: Vec<(String, String, bool)> = ctx
            .files()
            .list(&path)
            .into_iter()
            .filter(|(name, _)| hidden || !name.starts_with('.'))
            .map(|(name, directory)| (name.clone(), absolute(&path, &name), directory))
            .collect();
        if options.has('r') {
            entries.reverse();
        }
        if options.has('R') {
            let inside = entries
                .iter()
                .filter(|entry| entry.2)
                .map(|(name, path, _)| (format!("{shown}/{name}"), path.clone()));
            directories.splice(0..0, inside.collect::<Vec<_>>());
        }
        if options.has('l') {
            let blocks: usize = entries.iter().map(|_| 4).sum();
            ctx.say(format!("total {blocks}"));
        }
        if options.has('a') {
            entries.insert(0, ("..".to_owned(), parent(&path).to_owned(), true));
            entries.insert(0, (".".to_owned(), path, true));
        }
        show(&entries, &options, ctx);
    }
    status
}

/// Prints entries: long, one a line, or in columns where a person looks.
fn show(entries: &[(String, String, bool)], options: &Options, ctx: &mut Ctx<'_>) {
    let mark = |directory: bool| if directory && (options.has('F') || options.has('p')) { "/" } else { "" };
    if options.has('l') {
        let owner = if *ctx.place == crate::shell::Place::Workstation { "you" } else { "root" };
        let when = ctx.cluster.profile().start;
        let (_, month, day, hour, minute, _) = when.civil();
        let when = format!("{} {day:2} {hour:02}:{minute:02}", crate::api::MONTHS[month as usize - 1]);
        let sizes: Vec<usize> = entries
            .iter()
            .map(|(_, path, dir)| if *dir { 4096 } else { ctx.files().read(path).map_or(0, str::len) })
            .collect();
        let width = sizes.iter().map(|size| size.to_string().len()).max().unwrap_or(1);
        for ((name, _, directory), size) in entries.iter().zip(sizes) {
            let (mode, links) = if *directory { ("drwxr-xr-x", 2) } else { ("-rw-r--r--", 1) };
            ctx.say(format!(
                "{mode} {links} {owner} {owner} {size:width$} {when} {name}{}",
                mark(*directory)
            ));
        }
        return;
    }
    let names: Vec<String> =
        entries.iter().map(|(name, _, directory)| format!("{name}{}", mark(*directory))).collect();
    if options.has('1') || !ctx.tty {
        names.iter().for_each(|name| ctx.say(name));
    } else if !names.is_empty() {
        let text = columns(&names);
        ctx.stdout.push_str(&text);
    }
}

/// Names in columns, filled downwards, as many as fit.
fn columns(names: &[String]) -> String {
    let length = |name: &String| name.chars().count();
    for rows in 1..=names.len() {
        let widths: Vec<usize> =
            names.chunks(rows).map(|column| column.iter().map(length).max().unwrap_or(0) + 2).collect();
        if widths.iter().sum::<usize>().saturating_sub(2) > WIDTH && rows < names.len() {
            continue;
        }
        let mut text = String::new();
        for row in 0..rows {
            let cells: Vec<&String> =
                (0..widths.len()).filter_map(|column| names.get(column * rows + row)).collect();
            for (column, cell) in cells.iter().enumerate() {
                text += cell;
                if column + 1 < cells.len() {
                    text += &" ".repeat(widths[column] - length(cell));
                }
            }
            text.push('\n');
        }
        return text;
    }
    String::new()
}

/// `mkdir`
pub fn mkdir(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let options = match options(args, "pvm:", &[("parents", 'p'), ("verbose", 'v')], ctx) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        return missing("mkdir", ctx);
    }
    let mut status = 0;
    for operand in &options.operands {
        let path = absolute(ctx.cwd, operand);
        let made = match options.has('p') {
            true if ctx.files().is_directory(&path) => Ok(()),
            true if ctx.files().exists(&path) => Err(FileError::Exists),
            true => {
                ctx.files().make_all(&path);
                Ok(())
            }
            false => ctx.files().make(&path),
        };
        if let Err(error) = made {
            status = 1;
            ctx.complain(if is_busybox(ctx.cluster, ctx.place) {
                format!("mkdir: can't create directory '{operand}': {error}")
            } else {
                format!("mkdir: cannot create directory ‘{operand}’: {error}")
            });
        }
    }
    status
}

/// `rmdir`
pub fn rmdir(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let options = match options(args, "pv", &[], ctx) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        return missing("rmdir", ctx);
    }
    let mut status = 0;
    for operand in &options.operands {
        let path = absolute(ctx.cwd, operand);
        if let Err(error) = ctx.files().remove_directory(&path) {
            status = 1;
            ctx.complain(format!("rmdir: failed to remove '{operand}': {error}"));
        }
    }
    status
}

/// `rm`
pub fn rm(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let long = [("recursive", 'r'), ("force", 'f'), ("verbose", 'v')];
    let options = match options(args, "rRfiv", &long, ctx) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let force = options.has('f');
    if options.operands.is_empty() && !force {
        return missing("rm", ctx);
    }
    let all = options.has('r') || options.has('R');
    let mut status = 0;
    for operand in &options.operands {
        let path = absolute(ctx.cwd, operand);
        match ctx.files().remove(&path, all) {
            Ok(()) if options.has('v') => ctx.say(format!("removed '{operand}'")),
            Ok(()) => {}
            Err(FileError::NotFound) if force => {}
            Err(error) => {
                status = 1;
                ctx.complain(if is_busybox(ctx.cluster, ctx.place) {
                    format!("rm: can't remove '{operand}': {error}")
                } else {
                    format!("rm: cannot remove '{operand}': {error}")
                });
            }
        }
    }
    status
}

/// `cp` and `mv`
pub fn copy(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let tool = args[0].clone();
    let moves = tool == "mv";
    let mut options =
        match options(args, "rRafvpin", &[("recursive", 'r'), ("force", 'f'), ("verbose", 'v')], ctx) {
            Ok(options) => options,
            Err(status) => return status,
        };
    let Some(target) = options.operands.pop() else {
        ctx.complain(format!("{tool}: missing file operand"));
        ctx.complain(format!("Try '{tool} --help' for more information."));
        return 1;
    };
    if options.operands.is_empty() {
        ctx.complain(format!("{tool}: missing destination file operand after '{target}'"));
        ctx.complain(format!("Try '{tool} --help' for more information."));
        return 1;
    }
    let to = absolute(ctx.cwd, &target);
    let into = ctx.files().is_directory(&to);
    if options.operands.len() > 1 && !into {
        ctx.complain(format!("{tool}: target '{target}': {}", FileError::NotDirectory));
        return 1;
    }
    let all = moves || options.has('r') || options.has('R') || options.has('a');
    let mut status = 0;
    for operand in &options.operands {
        let from = absolute(ctx.cwd, operand);
        let to = if into { absolute(&to, name(&from)) } else { to.clone() };
        let done = if ctx.files().is_directory(&from) {
            if !all {
                ctx.complain(format!("cp: -r not specified; omitting directory '{operand}'"));
                status = 1;
                continue;
            }
            if to == from || to.starts_with(&format!("{from}/")) {
                ctx.complain(format!(
                    "{tool}: cannot {} '{operand}' into itself, '{target}'",
                    if moves { "move" } else { "copy" }
                ));
                status = 1;
                continue;
            }
            copy_tree(&from, &to, ctx);
            Ok(())
        } else {
            let text = ctx.files().read(&from).map(str::to_owned);
            match text {
                Ok(_) if to == from => {
                    ctx.complain(format!("{tool}: '{operand}' and '{target}' are the same file"));
                    status = 1;
                    continue;
                }
                Ok(text) => ctx.files().write(&to, text).map_err(|error| (target.clone(), error)),
                Err(error) => Err((operand.clone(), error)),
            }
        };
        match done {
            Ok(()) if moves => {
                // It was there a moment ago.
                let _ = ctx.files().remove(&from, true);
            }
            Ok(()) => {}
            Err((path, error)) => {
                status = 1;
                let what = match (is_busybox(ctx.cluster, ctx.place), path == *operand) {
                    (true, true) => format!("{tool}: can't stat '{path}': {error}"),
                    (true, false) => format!("{tool}: can't create '{path}': {error}"),
                    (false, true) => format!("{tool}: cannot stat '{path}': {error}"),
                    (false, false) => format!("{tool}: cannot create regular file '{path}': {error}"),
                };
                ctx.complain(what);
            }
        }
    }
    status
}

fn copy_tree(from: &str, to: &str, ctx: &mut Ctx<'_>) {
    let files = ctx.files();
    files.make_all(to);
    let inside = format!("{from}/");
    let texts: Vec<(String, String)> = files
        .iter()
        .filter_map(|(path, text)| Some((format!("{to}/{}", path.strip_prefix(&inside)?), text.clone())))
        .collect();
    for (path, text) in texts {
        files.place(&path, text);
    }
}

/// `touch`
pub fn touch(args: &[String], ctx: &mut Ctx<'_>) -> Exit {
    let mut status = 0;
    for operand in args[1..].iter().filter(|arg| !arg.starts_with('-')) {
        let path = absolute(ctx.cwd, operand);
        if !ctx.files().exists(&path)
            && let Err(error) = ctx.files().write(&path, "")
        {
            status = 1;
            ctx.complain(format!("touch: cannot touch '{operand}': {error}"));
        }
    }
    if args.len() == 1 { missing("touch", ctx) } else { status }
}
