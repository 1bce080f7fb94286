//! The YAML editor: a plain text area until the CodeMirror file has arrived, then that.

use super::host;
use crate::api::{Value, json};
use crate::app::problems::{self, Diagnostic, Preview, Severity};
use gloo::utils::document;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

/// What the editor shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The file's path: another one is another document.
    pub path: AttrValue,
    /// Its text.
    pub text: Rc<str>,
    /// Whether it can only be read.
    #[prop_or_default]
    pub readonly: bool,
    /// What is wrong with it.
    pub preview: Rc<Preview>,
    /// A line to mark.
    pub highlight: Option<usize>,
    /// A line to go to, with a number that grows.
    pub goto: (u32, usize),
    /// Called after each change.
    pub onedit: Callback<String>,
    /// Called with the cursor's line when it is another one.
    pub oncursor: Callback<usize>,
    /// Called for Ctrl/Cmd-Enter.
    pub onapply: Callback<()>,
}

/// A question of the editor: the line, the column and the text.
type Question = dyn FnMut(usize, usize, String) -> JsValue;

/// What a handle keeps alive while its editor lives.
struct Live {
    handle: JsValue,
    _callbacks: Vec<Closure<dyn FnMut(JsValue)>>,
    _questions: Vec<Closure<Question>>,
}

impl Live {
    fn call(&self, method: &str, arguments: &[JsValue]) {
        let function =
            Reflect::get(&self.handle, &method.into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
        if let Some(function) = function {
            // An editor that throws is a defect of the editor; the page goes on without its answer.
            let _ = function.apply(&self.handle, &arguments.iter().cloned().collect::<Array>());
        }
    }
}

/// The editor.
pub struct Editor {
    holder: NodeRef,
    live: Option<Live>,
}

/// What happens to the editor.
pub enum Msg {
    /// The file has arrived, or could not be had.
    Arrived(Option<JsValue>),
}

impl Component for Editor {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        ctx.link().send_future(async { Msg::Arrived(fetch().await.ok()) });
        Self { holder: NodeRef::default(), live: None }
    }

    fn update(&mut self, ctx: &Context<Self>, Msg::Arrived(module): Msg) -> bool {
        let Some(parent) = self.holder.cast::<Element>() else { return false };
        self.live = module.and_then(|module| start(&module, &parent, ctx.props()).ok());
        self.show(ctx.props());
        self.go(ctx.props(), 0);
        self.live.is_some()
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let new = ctx.props();
        if let Some(live) = &self.live {
            if old.path != new.path {
                live.call("setDoc", &[JsValue::from_str(&new.text), JsValue::TRUE]);
            } else if old.text != new.text {
                live.call("setDoc", &[JsValue::from_str(&new.text)]);
            }
            if old.preview != new.preview || old.path != new.path || old.highlight != new.highlight {
                self.show(new);
            }
            self.go(new, old.goto.0);
        }
        self.live.is_none()
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let oninput = {
            let onedit = props.onedit.clone();
            Callback::from(move |event: InputEvent| {
                onedit.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value());
            })
        };
        let onkeydown = {
            let onapply = props.onapply.clone();
            Callback::from(move |event: KeyboardEvent| {
                if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                    event.prevent_default();
                    onapply.emit(());
                }
            })
        };
        html! {
            <div class="holder" key="holder">
                <div ref={self.holder.clone()} style={self.live.is_none().then_some("display:none")} />
                if self.live.is_none() {
                    <textarea aria-label={props.path.clone()} spellcheck="false" readonly={props.readonly}
                        value={props.text.to_string()} {oninput} {onkeydown} />
                }
            </div>
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(live) = &self.live {
            live.call("destroy", &[]);
        }
    }
}

impl Editor {
    fn show(&self, props: &Props) {
        let Some(live) = &self.live else { return };
        let found: Vec<Value> = props.preview.diagnostics.iter().map(marker).collect();
        live.call("setDiagnostics", &[host::value(&Value::Array(found))]);
        live.call("clearHighlights", &[]);
        if let Some(line) = props.highlight {
            live.call("highlightLine", &[line.into()]);
        }
    }

    /// Goes where it was asked to go since `turn`.
    fn go(&self, props: &Props, turn: u32) {
        let (now, line) = props.goto;
        if let Some(live) = self.live.as_ref().filter(|_| now != turn) {
            live.call("select", &[line.into()]);
            live.call("revealLine", &[line.into()]);
            live.call("focus", &[]);
        }
    }
}

async fn fetch() -> Result<JsValue, JsValue> {
    let meta = document().query_selector("meta[name=editor]")?.ok_or("no editor in this page")?;
    let base = document().base_uri()?.ok_or("no base address")?;
    let url = web_sys::Url::new_with_base(&meta.get_attribute("content").unwrap_or_default(), &base)?;
    // `import()` is syntax, not a function: boot.js lends it.
    let import: Function = Reflect::get(&js_sys::global(), &"playgroundImport".into())?.dyn_into()?;
    let promise: Promise = import.call1(&JsValue::NULL, &url.href().into())?.dyn_into()?;
    JsFuture::from(promise).await
}

fn start(module: &JsValue, parent: &Element, props: &Props) -> Result<Live, JsValue> {
    let create: Function = Reflect::get(module, &"create".into())?.dyn_into()?;
    let options = Object::new();
    let set = |key: &str, value: &JsValue| Reflect::set(&options, &key.into(), value);
    let onedit = props.onedit.clone();
    let edited = Closure::<dyn FnMut(JsValue)>::new(move |text: JsValue| {
        onedit.emit(text.as_string().unwrap_or_default());
    });
    let onapply = props.onapply.clone();
    let applied = Closure::<dyn FnMut(JsValue)>::new(move |_| onapply.emit(()));
    let oncursor = props.oncursor.clone();
    let moved = Closure::<dyn FnMut(JsValue)>::new(move |line: JsValue| {
        oncursor.emit(line.as_f64().unwrap_or(1.0) as usize);
    });
    let complete = Closure::<dyn FnMut(usize, usize, String) -> JsValue>::new(completions);
    let hover = Closure::<dyn FnMut(usize, usize, String) -> JsValue>::new(words);
    set("doc", &JsValue::from_str(&props.text))?;
    set("label", &JsValue::from_str(&props.path))?;
    set("readonly", &props.readonly.into())?;
    set("onChange", edited.as_ref())?;
    set("onApply", applied.as_ref())?;
    set("onCursor", moved.as_ref())?;
    set("complete", complete.as_ref())?;
    set("hover", hover.as_ref())?;
    if let Some(describe) = host::function(host::HOST, "describe") {
        set("describe", &describe)?;
    }
    let handle = create.call2(&JsValue::NULL, parent, &options)?;
    Ok(Live { handle, _callbacks: vec![edited, applied, moved], _questions: vec![complete, hover] })
}

/// What can be typed at a place, as the editor takes it.
fn completions(line: usize, column: usize, text: String) -> JsValue {
    let found = problems::complete(&text, line, column);
    let items: Vec<Value> = found
        .items
        .into_iter()
        .map(|item| {
            json!({
                "label": item.label, "insert": item.insert, "detail": item.detail, "about": item.about,
                "kind": item.sort, "boost": if item.required { 10 } else { 0 },
            })
        })
        .collect();
    host::value(&json!({ "from": found.from, "items": items }))
}

/// What a word means, as the editor takes it.
fn words(line: usize, column: usize, text: String) -> JsValue {
    match problems::hover(&text, line, column) {
        Some(hover) => host::value(&json!({ "text": hover.words, "about": hover.about })),
        None => JsValue::NULL,
    }
}

fn marker(found: &Diagnostic) -> Value {
    let span = found.span;
    let severity = if found.severity == Severity::Error { "error" } else { "warning" };
    let fix = found.fix.as_ref().map(|fix| {
        json!({
            "label": fix.label, "insert": fix.insert,
            "fromLine": fix.span.line, "fromCol": fix.span.column, "toLine": fix.span.end_line, "toCol": fix.span.end_column,
        })
    });
    let mut marker = json!({
        "fromLine": span.line, "fromCol": span.column,
        "severity": severity, "message": problems::told(found), "fixes": fix.into_iter().collect::<Vec<_>>(),
    });
    // What has no extent reaches to the end of its line, so that it can be seen.
    if span.column < span.end_column {
        marker["toLine"] = span.end_line.into();
        marker["toCol"] = span.end_column.into();
    }
    marker
}
