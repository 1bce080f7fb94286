//! What a reviewer would say of the objects, before any packet flies. Decides nothing.

use crate::net::lint::Finding;
use std::rc::Rc;
use yew::prelude::*;

/// What the review shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The findings.
    pub findings: Rc<Vec<Finding>>,
    /// Called with a command that shows the object.
    pub onrun: Callback<String>,
}

/// The review.
#[component]
pub fn Review(props: &Props) -> Html {
    if props.findings.is_empty() {
        return html! { <p class="empty">{ "Nothing to remark: every selector, port and name fits." }</p> };
    }
    let finding = |finding: &Finding| {
        let object = &finding.field.object;
        let command = format!("kubectl get {object} -n {} -o yaml", object.namespace);
        let onrun = props.onrun.clone();
        html! {
            <li>
                <p><b>{ object.to_string() }</b>{ " " }<code>{ &finding.field.path }</code></p>
                <p>{ &finding.message }</p>
                if let Some(hint) = &finding.hint { <p class="hint">{ hint }</p> }
                <button onclick={Callback::from(move |_: MouseEvent| onrun.emit(command.clone()))}>{ "Show it" }</button>
            </li>
        }
    };
    html! { <ul class="review hoplist">{ for props.findings.iter().map(finding) }</ul> }
}
