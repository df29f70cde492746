//! Colours and sizes of a chart, as the style sheet gives them.

use leptos::prelude::{RwSignal, Update};
use plotters::style::RGBColor;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    AddEventListenerOptions, HtmlCanvasElement, HtmlElement, MutationObserver,
    MutationObserverInit, Window, window,
};

/// The font of labels. A canvas takes no custom property, so it is named here as in
/// `static/base.css`.
pub const FONT: &str = "system-ui, sans-serif";
/// How many hues a chart has: `--chart-0` and so on in `static/charts.css`.
const HUES: usize = 8;

/// The colours of the theme that is shown.
#[derive(Clone, Copy)]
pub struct Look {
    /// Behind everything.
    pub paper: RGBColor,
    /// Text.
    pub ink: RGBColor,
    /// Titles of axes and labels.
    pub quiet: RGBColor,
    /// The grid.
    pub hairline: RGBColor,
    /// Axes, and rules across the picture.
    pub edge: RGBColor,
    /// What is wrong: where a run was stopped.
    pub wrong: RGBColor,
    /// The hues of series.
    pub hues: [RGBColor; HUES],
}

impl Look {
    /// The colours that hold for an element. A custom property is read as it is written, with
    /// `light-dark()` in it: only a property that takes a colour says which one it comes to.
    pub fn of(canvas: &HtmlCanvasElement) -> Look {
        let style = canvas.unchecked_ref::<HtmlElement>().style();
        let computed = window().and_then(|it| it.get_computed_style(canvas).ok().flatten());
        let read = |name: &str| {
            // Neither fails for a property that exists.
            let _ = style.set_property("color", &format!("var(--{name})"));
            let found = computed.as_ref().and_then(|it| it.get_property_value("color").ok());
            parse(&found.unwrap_or_default())
        };
        let look = Look {
            paper: read("surface"),
            ink: read("ink"),
            quiet: read("ink-quiet"),
            hairline: read("hairline"),
            edge: read("edge"),
            wrong: read("wrong"),
            hues: core::array::from_fn(|hue| read(&format!("chart-{hue}"))),
        };
        let _ = style.remove_property("color");
        look
    }

    /// The colour of a hue.
    pub fn hue(&self, hue: u8) -> RGBColor {
        self.hues[usize::from(hue) % HUES]
    }
}

/// `rgb(1, 2, 3)`, as browsers print a computed colour.
fn parse(color: &str) -> RGBColor {
    let numbers = color.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut numbers = numbers.map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    RGBColor(next(), next(), next())
}

/// Counts up when the theme changes, or the window comes to a screen with other pixels. Once for as
/// long as the page lives.
pub fn watch(look: RwSignal<u32>) {
    let changed = move || look.update(|n| *n = n.wrapping_add(1));
    let listener = Closure::<dyn Fn()>::new(changed).into_js_value();
    let listener: &js_sys::Function = listener.unchecked_ref();
    let Some(window) = window() else { return };
    if let Ok(Some(dark)) = window.match_media("(prefers-color-scheme: dark)") {
        dark.set_onchange(Some(listener));
    }
    // The theme that somebody chose is an attribute of <html>.
    if let (Ok(observer), Some(root)) = (
        MutationObserver::new(listener),
        window.document().and_then(|document| document.document_element()),
    ) {
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
        // It fails for options that watch nothing.
        let _ = observer.observe_with_options(&root, &options);
    }
    watch_pixels(&window, listener.clone());
}

/// A query can ask for one ratio only: after each change there is another to be asked for.
fn watch_pixels(window: &Window, listener: js_sys::Function) {
    let query = format!("(resolution: {}dppx)", window.device_pixel_ratio());
    let Ok(Some(pixels)) = window.match_media(&query) else { return };
    let again = window.clone();
    let changed = Closure::once_into_js(move || {
        // What listens cannot fail.
        let _ = listener.call0(&wasm_bindgen::JsValue::NULL);
        watch_pixels(&again, listener);
    });
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    // Adding a listener cannot fail.
    let _ = pixels.add_event_listener_with_callback_and_add_event_listener_options(
        "change",
        changed.unchecked_ref(),
        &options,
    );
}
