//! Random setups: scripts of every kind of operation, small enough to be searched in full.

use extentscope::kernel::{Design, KNOBS, OPS, Ranges, Row, Setup};
use extentscope::scenario::{Dice, Script};

/// A script and its design, from a number.
pub fn random_setup(seed: u64) -> (String, Setup) {
    let mut dice = Dice::new(seed);
    loop {
        let text = script(&mut dice);
        let Ok(script) = Script::parse(&text) else { continue };
        let Some(design) = design(&mut dice) else { continue };
        let name = format!("seed {seed}, {design}:\n{text}");
        return (name, Setup { design, ..script.setup });
    }
}

/// A random row, every third time with one or two changed knobs.
fn design(dice: &mut Dice) -> Option<Design> {
    let row = Row::ALL[dice.throw(Row::ALL.len() as u32) as usize];
    let mut text = row.id().to_string();
    if dice.throw(3) == 0 {
        for _ in 0..=dice.throw(2) {
            let knob = &KNOBS[dice.throw(KNOBS.len() as u32) as usize];
            let value = knob.values[dice.throw(knob.values.len() as u32) as usize];
            text.push_str(&format!(" +{}={value}", knob.id));
        }
    }
    Design::parse(&text).ok()
}

fn script(dice: &mut Dice) -> String {
    let mut text = String::from(if dice.throw(3) == 0 { "" } else { "mount dioread_nolock\n" });
    text.push_str(&format!("slots {}\n", 1 + dice.throw(4)));
    if dice.throw(8) == 0 {
        text.push_str(&format!("journal {}\n", 2 + dice.throw(3)));
    }
    let files = 1 + u32::from(dice.throw(4) == 0);
    for file in &["a", "b"][..files as usize] {
        let blocks = 2 + dice.throw(7);
        let extents = match dice.throw(4) {
            0 => String::new(),
            1 => ", U 0+2".into(),
            2 => format!(", U 0+{blocks}"),
            _ => ", W 0+1, U 1+1".into(),
        };
        text.push_str(&format!("file {file} {blocks} blocks{extents}\n"));
    }
    for allowed in ["shrink 1", "crash", "flusher 1", "commit 1", "eio 1", "enospc 1", "nomem 1"] {
        if dice.throw(5) == 0 {
            text.push_str(&format!("allow {allowed}\n"));
        }
    }
    let threads = 1 + dice.throw(3);
    for thread in 1..=threads {
        for _ in 0..=dice.throw(if threads == 1 { 4 } else { 2 }) {
            text.push_str(&format!("t{thread}: {}\n", op(dice, files)));
        }
    }
    text
}

/// A random operation; writes are more frequent than others.
fn op(dice: &mut Dice, files: u32) -> String {
    let at = dice.throw(OPS.len() as u32 + 4) as usize;
    let info = OPS.get(at).unwrap_or(&OPS[at % 4]);
    let mut text = info.word.to_string();
    if info.on_file && files > 1 && dice.throw(2) == 0 {
        text.push_str(" file=b");
    }
    let range = |dice: &mut Dice| format!("{}+{}", dice.throw(6), 1 + dice.throw(3));
    match info.ranges {
        Ranges::None => {}
        Ranges::One => text.push_str(&format!(" {}", range(dice))),
        Ranges::Iocbs => {
            let iocbs: Vec<String> = (0..=dice.throw(2)).map(|_| range(dice)).collect();
            text.push_str(&format!(" io={}", iocbs.join(",")));
        }
    }
    if info.sync && dice.throw(4) == 0 {
        text.push_str(" sync=1");
    }
    if let Some(number) = &info.number {
        let span = u32::from(number.max.min(number.min + 4) - number.min) + 1;
        if !number.optional || dice.throw(2) == 0 {
            text.push_str(&format!(" {}", u32::from(number.min) + dice.throw(span)));
        }
    }
    text
}
