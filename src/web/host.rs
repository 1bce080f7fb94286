//! The plain scripts beside the wasm (`static/keep.js`, `static/host.js`): their functions, by name. Decides nothing.

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api::Value;

/// What keeps work and makes links.
pub const KEEP: &str = "playgroundKeep";
/// What brings files in and out.
pub const HOST: &str = "playgroundHost";

/// Calls a function of a script; undefined where there is none, or it fails.
pub fn call(script: &str, name: &str, arguments: &[JsValue]) -> JsValue {
    let Some(function) = function(script, name) else { return JsValue::UNDEFINED };
    let arguments: Array = arguments.iter().cloned().collect();
    function.apply(&JsValue::NULL, &arguments).unwrap_or_default()
}

/// The same for one that promises its answer.
pub async fn ask(script: &str, name: &str, arguments: &[JsValue]) -> JsValue {
    match call(script, name, arguments).dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await.unwrap_or_default(),
        Err(_) => JsValue::UNDEFINED,
    }
}

/// A function of a script, to be handed on.
pub fn function(script: &str, name: &str) -> Option<Function> {
    let script = Reflect::get(&js_sys::global(), &script.into()).ok()?;
    Reflect::get(&script, &name.into()).ok()?.dyn_into().ok()
}

/// Sets a field of a script.
pub fn set(script: &str, name: &str, value: &JsValue) {
    if let Ok(script) = Reflect::get(&js_sys::global(), &script.into()) {
        // A script that did not load has no fields; the page goes on without it.
        let _ = Reflect::set(&script, &name.into(), value);
    }
}

/// A value as JavaScript has it.
pub fn value(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap_or_default()
}
