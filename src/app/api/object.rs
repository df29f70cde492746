//! `window.extentscope`: the JavaScript API for embedding, controlling and testing the page.
//! `docs/javascript-api.md` is its manual.

use js_sys::{Error, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;

use super::wire;
use crate::app::shell::Desk;
use crate::kernel::{Choice, Design};
use crate::scenario::{PRESETS, Preset, ScriptError};

type Answer = Result<JsValue, JsValue>;

/// Sets `window.extentscope`. Does nothing without a window.
pub fn install(desk: Desk) {
    let api = Object::new();
    put(&api, "version", &wire::VERSION.into());
    method(&api, "view", move |_| view(desk));
    method(&api, "steps", move |_| to_js(&desk.read(wire::steps)));
    method(&api, "presets", |_| to_js(&PRESETS.iter().map(|p| p.id).collect::<Vec<_>>()));
    method(&api, "load", move |script| {
        let script = text(&script, "load: expected the script as a string")?;
        desk.act(|s| s.apply(&script)).map_err(|e| script_error(&e))?;
        view(desk)
    });
    method(&api, "preset", move |id| {
        let id = text(&id, "preset: expected a preset's id as a string")?;
        if Preset::find(&id).is_none() {
            return Err(error(&format!("preset: there is no preset {id}, see presets()")));
        }
        desk.act(|s| s.load_preset(&id));
        view(desk)
    });
    method(&api, "design", move |name| {
        let name = text(&name, "design: expected a design's name as a string")?;
        let design = Design::parse(&name).map_err(|e| {
            error(&format!("design: column {}: expected {}", e.offset + 1, e.expected))
        })?;
        desk.act(|s| s.set_design(design));
        view(desk)
    });
    method(&api, "issue", move |line| {
        let line = text(&line, "issue: expected a line such as t1: aio_write io=0+4")?;
        let (thread, op) = thread_line(&line)?;
        let before = line[..line.len() - op.len()].chars().count() as u32;
        desk.act(|s| s.issue(thread, op))
            .map_err(|e| script_error(&ScriptError { column: e.column + before, ..e }))?;
        view(desk)
    });
    method(&api, "step", move |choice| {
        let choice = text(&choice, "step: expected a choice such as t1, see steps()")?;
        let choice: Choice = choice.parse().map_err(|e: String| error(&e))?;
        if desk.act(|s| s.step(choice)).is_err() {
            let why = desk.read(|s| s.notice().unwrap_or_default().to_string());
            return Err(error(&format!("step: {why}")));
        }
        view(desk)
    });
    method(&api, "back", move |_| {
        desk.act(|s| s.back());
        view(desk)
    });
    method(&api, "seek", move |step| {
        let step = step.as_f64().filter(|n| *n >= 0.0 && n.fract() == 0.0);
        let step = step.ok_or_else(|| error("seek: expected a number of steps, from 0"))?;
        desk.act(|s| s.seek(step as usize));
        view(desk)
    });
    method(&api, "link", move |_| Ok(desk.read(|s| s.link()).into()));
    method(&api, "open", move |link| {
        let link = text(&link, "open: expected a link's fragment, see link()")?;
        desk.act(|s| s.open_link(&link));
        view(desk)
    });
    if let Some(window) = web_sys::window() {
        put(&window, "extentscope", &Object::freeze(&api));
    }
}

fn view(desk: Desk) -> Answer {
    to_js(&desk.read(wire::view))
}

fn to_js(value: &impl Serialize) -> Answer {
    let serializer =
        Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|e| error(&e.to_string()))
}

fn method(api: &Object, name: &str, body: impl Fn(JsValue) -> Answer + 'static) {
    let body = Closure::<dyn Fn(JsValue) -> Answer>::new(body);
    put(api, name, body.as_ref());
    // The object lives as long as the page.
    body.forget();
}

fn put(target: &JsValue, name: &str, value: &JsValue) {
    // This fails only on a frozen or exotic object; both objects used here are plain.
    let _ = Reflect::set(target, &name.into(), value);
}

fn text(value: &JsValue, otherwise: &str) -> Result<String, JsValue> {
    value.as_string().ok_or_else(|| error(otherwise))
}

/// Splits `t1: aio_write io=0+4` into a thread and an operation.
fn thread_line(line: &str) -> Result<(u8, &str), JsValue> {
    let wrong = || error("issue: expected a thread, t1: to t4:, and an operation");
    let (thread, op) = line.split_once(':').ok_or_else(wrong)?;
    let number: u32 =
        thread.trim().strip_prefix('t').and_then(|n| n.parse().ok()).ok_or_else(wrong)?;
    if (1..=crate::bounds::THREADS_MAX).contains(&number) {
        Ok((number as u8 - 1, op))
    } else {
        Err(wrong())
    }
}

/// The error of a script, with its line and column as numbers and its message.
fn script_error(wrong: &ScriptError) -> JsValue {
    let thrown = Error::new(&wrong.to_string());
    put(&thrown, "line", &wrong.line.into());
    put(&thrown, "column", &wrong.column.into());
    thrown.into()
}

fn error(message: &str) -> JsValue {
    Error::new(message).into()
}
