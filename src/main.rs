//! The page. Trunk compiles this for wasm32; natively there is nothing to run.

fn main() {
    #[cfg(target_arch = "wasm32")]
    extentscope::app::main();
}

/// What `static/explorer-dialog.js` asks the page for.
#[cfg(target_arch = "wasm32")]
mod for_the_explorer {
    use extentscope::app::explorer::page as explore;
    use wasm_bindgen::prelude::*;

    /// What this page's model does, for the module that searches to compare.
    #[wasm_bindgen]
    pub fn model() -> String {
        extentscope::view::model_checksum()
    }

    /// What the page runs.
    #[wasm_bindgen]
    pub fn subject() -> String {
        explore::subject()
    }

    /// Shows a run that was found.
    #[wasm_bindgen]
    pub fn take(link: &str, notice: &str) {
        explore::take_run(link, notice);
    }

    /// Forgets a design that was tried.
    #[wasm_bindgen(js_name = leaveOut)]
    pub fn leave_out(design: &str) {
        explore::leave_out(design);
    }
}
