//! `kubectl events`.

use crate::api::{Kind, Ordered, Value, json};
use crate::shell::kubectl::call::{Call, OK, Outcome};
use crate::shell::kubectl::doc::{int, text};
use crate::shell::kubectl::output::tabwriter::TabWriter;
use crate::shell::kubectl::output::{age, printer};
use crate::shell::kubectl::selector::Filter;

/// Carries the command out.
pub fn run(call: &mut Call<'_, '_>) -> Outcome {
    let about = call.flags.text("for").to_owned();
    let about = match about.as_str() {
        "" => None,
        about => {
            let Some((kind, name)) = about.split_once('/').filter(|(_, name)| !name.contains('/')) else {
                return Err("--for must be in resource/name form".into());
            };
            Some((call.kind(kind)?, name.to_owned()))
        }
    };
    let everywhere = call.flags.on("all-namespaces");
    let namespace = call.namespace();
    let wanted: Vec<String> = call.flags.list("types");
    if wanted.iter().any(|kind| !["normal", "warning"].contains(&kind.to_lowercase().as_str())) {
        return Err("valid --types are Normal or Warning".into());
    }
    let printer = printer::chosen(call)?;
    let events = call.list(Kind::Event, (!everywhere).then_some(namespace.as_str()), &Filter::default())?;
    let mut docs: Vec<Value> = events
        .iter()
        .map(|event| event.doc().clone())
        .filter(|event| {
            let object = &event["involvedObject"];
            about
                .as_ref()
                .is_none_or(|(kind, name)| object["kind"] == kind.resource().name && object["name"] == *name)
        })
        .filter(|event| {
            wanted.is_empty() || wanted.iter().any(|kind| kind.eq_ignore_ascii_case(text(&event["type"])))
        })
        .collect();
    let last = |event: &Value| -> String {
        ["lastTimestamp", "eventTime", "firstTimestamp"]
            .iter()
            .map(|key| text(&event[key]))
            .find(|t| !t.is_empty())
            .unwrap_or("")
            .to_owned()
    };
    docs.order_by_key(last);
    if docs.is_empty() {
        call.ctx.complain(match everywhere {
            true => "No events found.".to_owned(),
            false => format!("No events found in {namespace} namespace."),
        });
        return OK;
    }
    if let Some(printer) = printer {
        let mut list = printer::list(docs);
        list["kind"] = json!("EventList");
        let shown = printer.print(&list)?;
        call.print(&shown);
        return OK;
    }
    let mut writer = TabWriter::table();
    if !call.flags.on("no-headers") {
        if everywhere {
            writer.write("NAMESPACE\t");
        }
        writer.row(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
    }
    let now = call.now();
    for event in &docs {
        if everywhere {
            writer.write(&format!("{}\t", text(&event["metadata"]["namespace"])));
        }
        let seen = age::since(now, &json!(last(event)));
        let seen = match int(&event["count"]) {
            count if count > 1 => {
                format!("{seen} (x{count} over {})", age::since(now, &event["firstTimestamp"]))
            }
            _ => seen,
        };
        let object = &event["involvedObject"];
        let object = format!("{}/{}", text(&object["kind"]), text(&object["name"]));
        writer.row([
            seen.as_str(),
            text(&event["type"]),
            text(&event["reason"]),
            &object,
            text(&event["message"]).trim(),
        ]);
    }
    let table = writer.finish();
    call.print(&table);
    OK
}
