//! The library as JavaScript sees it: texts in, texts out. `npm/` makes objects of them; what they mean is `library`'s.

use crate::library::Library;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// A cluster with a workstation beside it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine(Library);

#[wasm_bindgen]
impl Engine {
    /// A new one, from options as JSON.
    ///
    /// # Errors
    /// What is wrong with the options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Engine, JsValue> {
        Library::new(options).map(Self).map_err(error)
    }

    /// Runs command lines; the answer is JSON.
    pub fn run(&mut self, text: &str, hold: bool) -> String {
        self.0.run(text, hold).to_string()
    }

    /// Applies a manifest; the answer is JSON.
    pub fn apply(&mut self, yaml: &str) -> String {
        self.0.apply(yaml).to_string()
    }

    /// Sends a request, which is JSON as its trace is.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn request(&mut self, request: &str) -> Result<String, JsValue> {
        self.0.request(request).map(|trace| trace.to_string()).map_err(error)
    }

    /// Lets virtual time pass.
    pub fn advance(&mut self, milliseconds: f64) {
        self.0.advance(milliseconds);
    }

    /// The virtual time.
    pub fn now(&self) -> String {
        self.0.now()
    }

    /// The cluster as JSON.
    pub fn snapshot(&self) -> String {
        self.0.snapshot().to_string()
    }
}

fn error(words: String) -> JsValue {
    JsError::new(&words).into()
}
