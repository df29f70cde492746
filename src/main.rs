//! The page. Trunk compiles it for wasm32; natively it does nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    extentscope::app::main();
}

/// The functions that `static/explorer-dialog.js` calls.
#[cfg(target_arch = "wasm32")]
mod for_the_explorer {
    use extentscope::app::explorer::page as explore;
    use wasm_bindgen::prelude::*;

    /// A checksum of the page's model, which the search module compares with its own.
    #[wasm_bindgen]
    pub fn model() -> String {
        extentscope::view::model_checksum()
    }

    /// The script and design that the page runs.
    #[wasm_bindgen]
    pub fn subject() -> String {
        explore::subject()
    }

    /// Opens a run that the explorer found.
    #[wasm_bindgen]
    pub fn take(link: &str, notice: &str) {
        explore::take_run(link, notice);
    }

    /// Tells the reader what `static/boot.js` could not do.
    #[wasm_bindgen]
    pub fn say(text: &str) {
        explore::say(text);
    }

    /// Removes a design from the tried ones.
    #[wasm_bindgen(js_name = leaveOut)]
    pub fn leave_out(design: &str) {
        explore::leave_out(design);
    }
}

/// Functions of the page for `static/save-dialog.js` and `static/boot.js`; `page` is the page's
/// address.
#[cfg(target_arch = "wasm32")]
mod to_take_along {
    use extentscope::app::text_of_page;
    use extentscope::session::Session;
    use wasm_bindgen::prelude::*;

    /// The run as JSON.
    #[wasm_bindgen(js_name = runJson)]
    pub fn run_json(page: &str) -> String {
        text_of_page(|session| session.run_json(page))
    }

    /// The run of the second design as JSON; empty if only one is shown.
    #[wasm_bindgen(js_name = secondRunJson)]
    pub fn second_run_json(page: &str) -> String {
        text_of_page(|session| session.second_run_json(page).unwrap_or_default())
    }

    /// The run as text for a mail.
    #[wasm_bindgen(js_name = mailText)]
    pub fn mail_text(page: &str) -> String {
        text_of_page(|session| session.mail_text(page))
    }

    /// The printed text: the script, the steps, the end, separated by form feeds.
    #[wasm_bindgen(js_name = printText)]
    pub fn print_text(page: &str) -> String {
        text_of_page(|session| session.print_text(page).join("\u{c}"))
    }

    /// The caption of the last step, for a picture.
    #[wasm_bindgen(js_name = captionOf)]
    pub fn caption_of() -> String {
        text_of_page(Session::picture_caption)
    }

    /// The address of the run.
    #[wasm_bindgen(js_name = pageLink)]
    pub fn page_link(page: &str) -> String {
        text_of_page(|session| format!("{page}#{}", session.full_link()))
    }

    /// The address of the run for a frame of another page.
    #[wasm_bindgen(js_name = embedLink)]
    pub fn embed_link(page: &str) -> String {
        text_of_page(|session| format!("{page}#{}", session.embed_link()))
    }

    /// Chooses a theme by its name.
    #[wasm_bindgen(js_name = setTheme)]
    pub fn set_theme(name: &str) {
        extentscope::app::act_on_page(|session| session.set_theme(name));
    }
}
