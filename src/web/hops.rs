//! The hop table: a verdict, who answered, the rows of a trace, what to do next. Decides nothing.

use super::diagram::Shared;
use crate::app::hops::{Row, rows, verdict};
use crate::app::scenario::short;
use crate::app::update::Message;
use crate::net::Trace;
use yew::prelude::*;

/// What the table shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The request; `None` before any.
    pub trace: Option<Shared<Trace>>,
    /// The hop the playback is at.
    pub now: Option<usize>,
    /// Who answered how many of those that were sent together.
    pub tally: Vec<(String, usize)>,
    /// Whether it would end otherwise now.
    pub outdated: bool,
    /// The file and line that say why.
    pub place: Option<(String, u32)>,
    /// Called for what is to be done.
    pub on: Callback<Message>,
}

/// The terms of the diagram, for whoever has not sent anything yet.
const TERMS: [(&str, &str); 6] = [
    ("Pod", "One or more containers with an address of their own. A replaced pod has another address."),
    ("Service", "A name and an address that stay, in front of the pods its selector matches."),
    ("EndpointSlice", "The list of ready addresses behind a Service, kept by a controller."),
    ("kube-proxy", "Turns Services into rules on every node: this address and port, to one of those pods."),
    ("DNS", "Answers a Service's name with the Service's address."),
    ("Deployment", "Keeps a number of equal pods running, through a ReplicaSet."),
];

/// The hop table.
#[component]
pub fn Hops(props: &Props) -> Html {
    let Some(Shared(trace)) = &props.trace else {
        return html! {
            <div class="empty hoplist" tabindex="0" role="region" aria-label="What the things of the diagram are">
                <p>{ "Send a request, and each hop of its way is explained here." }</p>
                <dl>{ for TERMS.iter().map(|(term, words)| html! {
                    <div><dt>{ *term }</dt><dd>{ *words }</dd></div>
                }) }</dl>
            </div>
        };
    };
    let verdict = verdict(trace);
    let act = |message: Message| {
        let on = props.on.clone();
        Callback::from(move |_: MouseEvent| on.emit(message.clone()))
    };
    let row = |(index, row): (usize, Row)| {
        let now = props.now == Some(row.hop);
        let class = classes!(row.failed.then_some("bad"), now.then_some("now"));
        let number = if row.failed { "✗".to_owned() } else { (index + 1).to_string() };
        html! {
            <li {class} aria-current={now.then_some("step")} data-depth={row.depth.to_string()}>
                <button onclick={act(Message::Seek(row.hop))}>
                    <span class="n">{ number }</span>
                    <span class="w">{ &row.title }</span>
                    <span class="t">{ &row.took }</span>
                    if !row.change.is_empty() { <code class="d">{ &row.change }</code> }
                    if !row.cause.is_empty() { <span class="d">{ &row.cause }</span> }
                </button>
                if !row.rules.is_empty() {
                    <details><summary>{ "The rule, as the node prints it" }</summary><pre tabindex="0">{ row.rules.join("\n") }</pre></details>
                }
            </li>
        }
    };
    let place = props.place.as_ref().map(|(path, line)| html! {
        <p><button class="link" onclick={act(Message::Open(path.clone()))}>{ format!("{}, line {line}", short(path)) }</button></p>
    });
    html! {
        <>
            <div class={classes!("verdict", if verdict.good { "good" } else { "bad" })}>
                <b>{ if verdict.good { "✓ " } else { "✗ " } }{ &verdict.happened }</b>
                if !verdict.good { <p>{ &verdict.why }</p> }
                if let Some(hint) = &verdict.hint { <p>{ hint }</p> }
                { place }
                if props.outdated {
                    <p class="since">{ format!("The cluster has changed since: now it would {}. ", if verdict.good { "fail" } else { "be answered" }) }
                        <button class="link" onclick={act(Message::Again)}>{ "Send it again" }</button></p>
                }
            </div>
            <div class="hoplist">
                { tally(&props.tally) }
                <ol>{ for rows(trace).into_iter().enumerate().map(row) }</ol>
                if let Some(command) = &verdict.evidence {
                    <div class="next">
                        <span>{ "See for yourself" }</span>
                        <button onclick={act(Message::Run(command.clone()))}>{ command }</button>
                    </div>
                }
            </div>
        </>
    }
}

/// Who answered how many, as bars.
fn tally(tally: &[(String, usize)]) -> Html {
    let Some(most) = tally.iter().map(|(_, count)| *count).max() else { return Html::default() };
    let all: usize = tally.iter().map(|(_, count)| count).sum();
    html! {
        <table class="tally">
            <caption>{ format!("Who answered these {all} requests") }</caption>
            <tbody>
                { for tally.iter().map(|(who, count)| html! {
                    <tr>
                        <th scope="row">{ who }</th>
                        <td><span class="bar" style={format!("width:{:.0}%", *count as f64 / most as f64 * 100.0)} />{ count }</td>
                    </tr>
                }) }
            </tbody>
        </table>
    }
}
