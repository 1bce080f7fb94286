//! The JavaScript that lessons need (`editor/lesson.js`): fetched once, when a lesson or the gallery is opened.

use gloo::utils::document;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;
use yew::prelude::*;

/// The module, once it is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader(JsValue);

impl Reader {
    /// Fetches it.
    pub async fn fetch() -> Option<Self> {
        let meta = document().query_selector("meta[name=lesson]").ok().flatten()?;
        let base = document().base_uri().ok().flatten()?;
        let url = web_sys::Url::new_with_base(&meta.get_attribute("content")?, &base).ok()?;
        // `import()` is syntax, not a function: boot.js lends it.
        let import = Reflect::get(&js_sys::global(), &"playgroundImport".into()).ok()?;
        let promise = import.dyn_into::<Function>().ok()?.call1(&JsValue::NULL, &url.href().into()).ok()?;
        Some(Self(JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?))
    }

    /// Calls one of its functions.
    pub fn call(&self, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
        let function: Function = Reflect::get(&self.0, &name.into())?.dyn_into()?;
        function.apply(&JsValue::NULL, &arguments.iter().cloned().collect::<Array>())
    }

    /// Calls one that promises an answer; the error is a sentence for a person.
    pub async fn ask(&self, name: &str, arguments: &[JsValue]) -> Result<JsValue, String> {
        let promise = self.call(name, arguments).map_err(words)?;
        JsFuture::from(Promise::resolve(&promise)).await.map_err(words)
    }
}

/// What an error says to a person.
pub fn words(error: JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => "It could not be fetched.".to_owned(),
    }
}

/// A text in Markdown.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Who draws it; until it is there the text is shown as it is.
    pub reader: Option<Reader>,
    /// The text.
    pub text: AttrValue,
    /// Called with what a reference of the text names.
    pub onpoint: Callback<String>,
}

/// A text in Markdown, drawn by the reader as nodes of its own.
pub struct Markdown {
    holder: NodeRef,
    follow: Closure<dyn FnMut(JsValue)>,
    drawn: Option<AttrValue>,
}

impl Component for Markdown {
    type Message = ();
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let onpoint = ctx.props().onpoint.clone();
        let follow =
            Closure::new(move |target: JsValue| onpoint.emit(target.as_string().unwrap_or_default()));
        Self { holder: NodeRef::default(), follow, drawn: None }
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &Props) -> bool {
        self.draw(ctx.props());
        false
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        self.draw(ctx.props());
    }

    fn view(&self, _: &Context<Self>) -> Html {
        html! { <div class="prose" ref={self.holder.clone()} /> }
    }
}

impl Markdown {
    fn draw(&mut self, props: &Props) {
        let Some(element) = self.holder.cast::<Element>() else { return };
        let Some(reader) = &props.reader else {
            element.set_text_content(Some(&props.text));
            return;
        };
        if self.drawn.as_ref() != Some(&props.text) {
            self.drawn = Some(props.text.clone());
            // A reader that throws leaves the text as it is.
            let _ = reader.call(
                "draw",
                &[element.into(), JsValue::from_str(&props.text), self.follow.as_ref().clone()],
            );
        }
    }
}
