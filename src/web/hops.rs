//! The hop table: a verdict, the rows of a trace, what to do next. Decides nothing.

use crate::app::hops::{Row, Verdict};
use yew::prelude::*;

/// What the table shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How it ended; `None` before any request.
    pub verdict: Option<Verdict>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The row the playback is at.
    pub now: Option<usize>,
    /// Called when a row is chosen.
    pub onseek: Callback<usize>,
    /// Called to run a command in the terminal.
    pub onrun: Callback<String>,
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
    let Some(verdict) = &props.verdict else {
        return html! {
            <div class="empty hoplist">
                <p>{ "Send a request, and each hop of its way is explained here." }</p>
                <dl>{ for TERMS.iter().map(|(term, words)| html! {
                    <div><dt>{ *term }</dt><dd>{ *words }</dd></div>
                }) }</dl>
            </div>
        };
    };
    let row = |(index, row): (usize, &Row)| {
        let onclick = {
            let onseek = props.onseek.clone();
            let hop = row.hop;
            Callback::from(move |_: MouseEvent| onseek.emit(hop))
        };
        let now = props.now == Some(row.hop);
        let class = classes!(row.failed.then_some("bad"), now.then_some("now"));
        let number = if row.failed { "✗".to_owned() } else { (index + 1).to_string() };
        html! {
            <li {class} aria-current={now.then_some("step")} data-depth={row.depth.to_string()}>
                <button {onclick}>
                    <span class="n">{ number }</span>
                    <span class="w">{ &row.title }</span>
                    <span class="t">{ &row.took }</span>
                    if !row.change.is_empty() { <code class="d">{ &row.change }</code> }
                    if !row.cause.is_empty() { <span class="d">{ &row.cause }</span> }
                </button>
            </li>
        }
    };
    html! {
        <>
            <div class={classes!("verdict", if verdict.good { "good" } else { "bad" })}>
                <b>{ if verdict.good { "✓ " } else { "✗ " } }{ &verdict.happened }</b>
                if !verdict.good { <p>{ &verdict.why }</p> }
                if let Some(hint) = &verdict.hint { <p>{ hint }</p> }
            </div>
            <div class="hoplist">
                <ol>{ for props.rows.iter().enumerate().map(row) }</ol>
                if let Some(command) = &verdict.evidence {
                    <div class="next">
                        <span>{ "See for yourself" }</span>
                        <button onclick={
                            let (onrun, command) = (props.onrun.clone(), command.clone());
                            Callback::from(move |_: MouseEvent| onrun.emit(command.clone()))
                        }>{ command }</button>
                    </div>
                }
            </div>
        </>
    }
}
