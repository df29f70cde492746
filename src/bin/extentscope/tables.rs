//! `extentscope designs` and `extentscope presets`: lists of designs and presets.

use std::io::Write;

use extentscope::kernel::{KNOBS, Row};
use extentscope::scenario::PRESETS;
use extentscope::view::words::wrap;

use super::{End, Wrong};

pub fn designs(out: &mut impl Write) -> Result<End, Wrong> {
    for row in Row::ALL {
        writeln!(out, "{}", wrap(&format!("{:<19} ", row.id()), row.story()))?;
        writeln!(out, "{}", wrap(&format!("{:<19} ", ""), &format!("({})", row.source())))?;
    }
    writeln!(out, "\nA variant is a design and the knobs that differ from it:")?;
    for knob in KNOBS {
        writeln!(out, "{}", wrap(&format!("  +{:<16} ", knob.id), knob.what))?;
        writeln!(out, "{}", wrap(&format!("{:<19} ", ""), &knob.values.join(" | ")))?;
    }
    Ok(End::Fine)
}

pub fn presets(out: &mut impl Write) -> Result<End, Wrong> {
    for preset in PRESETS {
        let text = format!("{} ({})", preset.title, preset.design);
        writeln!(out, "{}", wrap(&format!("{:<6} ", preset.id), &text))?;
    }
    Ok(End::Fine)
}
