//! `kubectl cordon` and `uncordon`.

use crate::api::{Value, json};
use crate::apiserver::patch::Patch;
use crate::shell::kubectl::call::{Call, DryRun, OK, Outcome};
use crate::shell::kubectl::doc::flag;
use crate::shell::kubectl::failure::Failure;
use crate::shell::kubectl::resources::{self, Found};

/// `cordon NODE`
pub fn cordon(call: &mut Call<'_, '_>) -> Outcome {
    schedulable(call, "cordon", true)
}

/// `uncordon NODE`
pub fn uncordon(call: &mut Call<'_, '_>) -> Outcome {
    schedulable(call, "uncordon", false)
}

/// The nodes that the arguments or `-l` mean.
///
/// # Errors
/// When the command line is wrong or a node is not there.
pub fn chosen(call: &mut Call<'_, '_>, verb: &str) -> Result<Vec<Found>, Failure> {
    let args = call.args();
    if args.is_empty() && !call.flags.given("selector") {
        return Err(Failure::Usage(format!("USAGE: {verb} NODE [flags]")));
    }
    if !args.is_empty() && !call.flags.text("selector").is_empty() {
        return Err(Failure::Usage("cannot specify both a node name and a --selector option".into()));
    }
    let words: Vec<String> = match args.iter().any(|arg| arg.contains('/')) {
        true => args,
        false => std::iter::once("nodes".to_owned()).chain(args).collect(),
    };
    let query = resources::query(call, words);
    let mut selection = resources::resolve(call, &query)?;
    Failure::all(std::mem::take(&mut selection.failures))?;
    Ok(selection.found)
}

fn schedulable(call: &mut Call<'_, '_>, verb: &str, cordon: bool) -> Outcome {
    let dry = call.dry_run()?;
    for node in chosen(call, verb)? {
        set(call, &node, cordon, dry)?;
    }
    OK
}

/// Cordons or uncordons a node, and says so.
///
/// # Errors
/// What the server answers.
pub fn set(call: &mut Call<'_, '_>, node: &Found, cordon: bool, dry: DryRun) -> Result<(), Failure> {
    let word = if cordon { "cordoned" } else { "uncordoned" };
    let already = flag(&node.doc["spec"]["unschedulable"]) == cordon;
    if !already && dry != DryRun::Client {
        let value = if cordon { Value::Bool(true) } else { Value::Null };
        call.patch(&node.key(), &Patch::Merge(json!({"spec": {"unschedulable": value}})), &dry.options())?;
    }
    let word = if already { format!("already {word}") } else { word.to_owned() };
    call.say(format!("{} {word}{}", node.qualified(), dry.suffix()));
    Ok(())
}
