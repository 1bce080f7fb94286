//! The YAML editor: a plain text area until the CodeMirror file has arrived, then that.

use gloo::utils::document;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

/// Something to say about a place in the text; lines and UTF-16 columns from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Where it begins.
    pub from: (u32, u32),
    /// Where it ends; the end of the line if `None`.
    pub to: Option<(u32, u32)>,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// What is said.
    pub message: String,
}

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
    pub markers: Rc<Vec<Marker>>,
    /// A line to point at.
    pub highlight: Option<u32>,
    /// Called after each change.
    pub onedit: Callback<String>,
    /// Called for Ctrl/Cmd-Enter.
    pub onapply: Callback<()>,
}

/// What a handle keeps alive while its editor lives.
struct Live {
    handle: JsValue,
    _callbacks: Vec<Closure<dyn FnMut(JsValue)>>,
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
            self.show(new);
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
        live.call("setDiagnostics", &[props.markers.iter().map(marker).collect::<Array>().into()]);
        live.call("clearHighlights", &[]);
        if let Some(line) = props.highlight {
            live.call("highlightLine", &[line.into()]);
            live.call("revealLine", &[line.into()]);
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
    set("doc", &JsValue::from_str(&props.text))?;
    set("label", &JsValue::from_str(&props.path))?;
    set("readonly", &props.readonly.into())?;
    set("onChange", edited.as_ref())?;
    set("onApply", applied.as_ref())?;
    let handle = create.call2(&JsValue::NULL, parent, &options)?;
    Ok(Live { handle, _callbacks: vec![edited, applied] })
}

fn marker(marker: &Marker) -> JsValue {
    let object = Object::new();
    let set = |key: &str, value: JsValue| {
        // Setting a field of an object just made cannot fail.
        let _ = Reflect::set(&object, &key.into(), &value);
    };
    set("fromLine", marker.from.0.into());
    set("fromCol", marker.from.1.into());
    if let Some((line, col)) = marker.to {
        set("toLine", line.into());
        set("toCol", col.into());
    }
    set("severity", marker.severity.into());
    set("message", marker.message.as_str().into());
    object.into()
}
