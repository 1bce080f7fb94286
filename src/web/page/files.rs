//! The files pane: tabs, names, the editor, what is wrong and what would change. Decides nothing.

use super::{Msg, Page};
use crate::app::problems::{self, Severity};
use crate::app::scenario;
use crate::app::update::{FileAct, Message};
use crate::web::editor::Editor;
use crate::web::glyph::Glyph;
use crate::web::menu::Menu;
use crate::web::naming::{NameForm, Naming};
use crate::web::shelf::Ask;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

impl Page {
    pub(super) fn files(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let link = ctx.link();
        let tabs = scenario::files(&model.session).into_iter().map(|path| {
            let name = scenario::short(path).to_owned();
            let dot = model
                .drafts
                .contains_key(path)
                .then(|| html! { <span class="dot" aria-label="not saved">{ "●" }</span> });
            html! {
                <button key={path} role="tab" aria-selected={(path == model.open).to_string()} title={path.to_owned()}
                    onclick={self.send(ctx, Message::Open(path.to_owned()))}>{ name }{ dot }</button>
            }
        });
        let shelf = |words: &'static str, ask: Ask| {
            html! { <button onclick={link.callback(move |_: MouseEvent| Msg::Shelf(ask.clone()))}>{ words }</button> }
        };
        let name = |words: &'static str, naming: Naming| {
            html! { <button onclick={link.callback(move |_: MouseEvent| Msg::Name(Some(naming)))}>{ words }</button> }
        };
        let menu = html! {
            <>
                if !self.link.readonly {
                    { name("New file…", Naming::New) }
                    { name("Rename…", Naming::Rename) }
                    <button onclick={self.send(ctx, Message::File(FileAct::Delete))}>{ "Delete this file" }</button>
                    <hr />
                    { name("Paste a manifest…", Naming::Paste) }
                    { shelf("Upload files…", Ask::Pick(false)) }
                    { shelf("Upload a folder…", Ask::Pick(true)) }
                    <hr />
                }
                { shelf("Download this file", Ask::Download) }
                { shelf("Download all manifests", Ask::Export) }
                { shelf("Download a script for a real cluster", Ask::Script) }
                { shelf("Print", Ask::Print) }
            </>
        };
        html! {
            <div class="editor">
                <div class="tabs">
                    <div class="tabs inner" role="tablist" aria-label="Files">{ for tabs }</div>
                    <span class="gap" />
                    <Menu label="File actions" face={Glyph::More.draw()}>{ menu }</Menu>
                </div>
                { self.naming(ctx) }
                <Editor path={model.open.clone()} text={Rc::<str>::from(model.text())} readonly={self.link.readonly}
                    preview={model.preview.clone()} highlight={model.blamed} goto={model.goto}
                    onedit={link.callback(|text| Msg::Model(Message::Edit(text)))}
                    oncursor={link.callback(|line| Msg::Model(Message::Cursor(line)))}
                    onapply={link.callback(|()| Msg::Model(Message::Apply))} />
                { self.outcome(ctx) }
                <div class="bar">
                    <button class="primary" onclick={self.send(ctx, Message::Apply)}>{ "Apply" }</button>
                    <label class="check" title="Apply what is typed by itself, when it is valid; delete what this file no longer names">
                        <input type="checkbox" checked={model.live} onchange={link.callback(|event: Event| {
                            Msg::Model(Message::Live(event.target_unchecked_into::<HtmlInputElement>().checked()))
                        })} />{ "Live" }
                    </label>
                    <span class="note">{ if model.drafts.contains_key(&model.open) { "changed, not applied" } else { "" } }</span>
                    if let Some(entity) = &model.under_cursor {
                        <button onclick={self.send(ctx, Message::Reveal(entity.clone()))}>{ "In the diagram" }</button>
                    }
                </div>
            </div>
        }
    }

    /// Asks for a name, or for a manifest.
    fn naming(&self, ctx: &Context<Self>) -> Html {
        let Some(naming) = self.naming else { return Html::default() };
        let ondone = ctx.link().batch_callback(|act: Option<FileAct>| {
            let act = act.map(|act| Msg::Model(Message::File(act)));
            act.into_iter().chain([Msg::Name(None)]).collect::<Vec<_>>()
        });
        let model = &self.model;
        let cwd = model.session.terminals()[model.terminal].cwd().to_owned();
        html! { <NameForm {naming} name={scenario::short(&model.open).to_owned()} {cwd} {ondone} /> }
    }

    /// What is wrong with the open file, and what an apply would change.
    fn outcome(&self, ctx: &Context<Self>) -> Html {
        let model = &self.model;
        let preview = &model.preview;
        let words = problems::words(preview);
        if words.is_empty() {
            return Html::default();
        }
        let problem = |it: &problems::Diagnostic| {
            let (class, sign) = if it.severity == Severity::Error { ("e", "✗") } else { ("w", "△") };
            let words = format!("{sign} Line {}: {}", it.span.line, problems::told(it));
            html! {
                <li {class}><button onclick={self.send(ctx, Message::Goto(it.span.line))}>{ words }</button></li>
            }
        };
        let change = |it: &problems::Change| {
            let fields =
                it.fields.iter().map(|edit| html! { <li><code>{ problems::edit(edit) }</code></li> });
            let what = if it.created { "would be created" } else { "would change" };
            html! { <li>{ format!("{} {what}", it.object) }<ul>{ for fields }</ul></li> }
        };
        let changes = preview.changes.iter().filter(|it| it.created || !it.fields.is_empty());
        html! {
            <details class="outcome" open={self.outcome_open} ontoggle={ctx.link().callback(|event: Event| {
                Msg::Outcome(event.target_unchecked_into::<web_sys::Element>().has_attribute("open"))
            })}>
                <summary class={classes!(problems::is_refused(preview).then_some("bad"))}>
                    { words }
                    if let Some(first) = problems::first(preview).filter(|_| !self.outcome_open) { { " · " }{ first } }
                </summary>
                <ul>{ for preview.diagnostics.iter().map(problem) }{ for changes.map(change) }</ul>
            </details>
        }
    }
}
