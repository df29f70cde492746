//! The same choices give the same states, bit for bit, natively and in the browser. This file runs
//! in both and compares with one pinned number.

use extentscope::kernel::{Design, Row, Setup, State, enabled, step};
use extentscope::scenario::{PRESETS, Script};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// FNV-1a over the bytes of every state of one run of every preset under every design.
const PINNED: u64 = 0x98F1_344D_EDC5_705F;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_same_choices_give_the_same_bytes_on_every_target() {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut turn = 0;
    for preset in PRESETS {
        let script = Script::parse(preset.script).expect("a preset reads");
        let own = Design::parse(preset.design).expect("a design reads");
        for design in Row::ALL.map(Row::design).into_iter().chain([own]) {
            let setup = Setup { design, ..script.setup.clone() };
            let mut state = State::initial(&setup);
            let mut bytes = Vec::new();
            loop {
                bytes.clear();
                state.encode(&setup, &mut bytes);
                for byte in &bytes {
                    hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3);
                }
                let choices = enabled(&setup, &state);
                if choices.is_empty() {
                    break;
                }
                // Any fixed rule works that takes more than the first choice.
                turn += 7;
                let choice = choices[turn % choices.len()];
                step(&setup, &mut state, choice, &mut ()).expect("enabled lists what step takes");
            }
        }
    }
    assert_eq!(hash, PINNED);
}
