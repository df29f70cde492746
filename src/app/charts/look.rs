//! Colours and sizes of a chart, read from the style sheet.

use leptos::prelude::{RwSignal, Update};
use plotters::style::RGBColor;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    AddEventListenerOptions, HtmlCanvasElement, HtmlElement, MutationObserver,
    MutationObserverInit, Window, window,
};

/// The font of labels. A canvas cannot use a custom property, so the font of `static/base.css` is
/// repeated here.
pub const FONT: &str = "system-ui, sans-serif";
/// Number of hues of a chart: `--chart-0` and so on in `static/charts.css`.
const HUES: usize = 8;

/// The colours of the current theme.
#[derive(Clone, Copy)]
pub struct Look {
    /// The background of the page, in the current theme.
    pub paper: RGBColor,
    /// The colour of text.
    pub ink: RGBColor,
    /// The colour of axis titles and labels.
    pub quiet: RGBColor,
    /// The colour of the grid.
    pub hairline: RGBColor,
    /// The colour of axes and of horizontal rules.
    pub edge: RGBColor,
    /// The colour of errors: the mark where a run was stopped.
    pub wrong: RGBColor,
    /// The colours of series.
    pub hues: [RGBColor; HUES],
}

impl Look {
    /// The colours for an element. A custom property is returned as it is written, including
    /// `light-dark()`. Only a property that takes a colour returns the resulting colour.
    pub fn of(canvas: &HtmlCanvasElement) -> Look {
        let style = canvas.unchecked_ref::<HtmlElement>().style();
        let computed = window().and_then(|it| it.get_computed_style(canvas).ok().flatten());
        let read = |name: &str| {
            // Both calls succeed for existing properties.
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

    /// The colour with a number, counted around.
    pub fn hue(&self, hue: u8) -> RGBColor {
        self.hues[usize::from(hue) % HUES]
    }
}

/// Parses `rgb(1, 2, 3)`, the form in which browsers return a computed colour.
fn parse(color: &str) -> RGBColor {
    let numbers = color.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut numbers = numbers.map(|part| part.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    RGBColor(next(), next(), next())
}

/// Increases `look` when the theme changes, or when the window moves to a screen with another pixel
/// ratio. It is called once for the life of the page.
pub fn watch(look: RwSignal<u32>) {
    let changed = move || look.update(|n| *n = n.wrapping_add(1));
    let listener = Closure::<dyn Fn()>::new(changed).into_js_value();
    let listener: &js_sys::Function = listener.unchecked_ref();
    let Some(window) = window() else { return };
    if let Ok(Some(dark)) = window.match_media("(prefers-color-scheme: dark)") {
        dark.set_onchange(Some(listener));
    }
    // The chosen theme is an attribute of <html>.
    if let (Ok(observer), Some(root)) = (
        MutationObserver::new(listener),
        window.document().and_then(|document| document.document_element()),
    ) {
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
        // This fails only for options that observe nothing.
        let _ = observer.observe_with_options(&root, &options);
    }
    watch_pixels(&window, listener.clone());
}

/// A media query can test only one ratio, so each change registers the next query.
fn watch_pixels(window: &Window, listener: js_sys::Function) {
    let query = format!("(resolution: {}dppx)", window.device_pixel_ratio());
    let Ok(Some(pixels)) = window.match_media(&query) else { return };
    let again = window.clone();
    let changed = Closure::once_into_js(move || {
        // The listener cannot fail.
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
