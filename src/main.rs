//! The page. Trunk compiles this for wasm32; natively there is nothing to run.

fn main() {
    #[cfg(target_arch = "wasm32")]
    extentscope::app::main();
}
