//! The SVG of a shape, relative to its middle. It contains only numbers and the letters of the ES
//! tree, never text from a reader.

use core::fmt::Write as _;

use crate::es::Side;

use super::plan::LETTER;
use super::{Form, Shape};

impl Shape {
    /// The classes of the shape's group.
    pub fn class(&self) -> String {
        let colour = if self.black { "node-black" } else { "node-red" };
        let changed = if self.changed { " is-changed" } else { "" };
        let still = self.still();
        match self.form {
            Form::Glyph => format!("tree-node lab-glyph{changed}{still}"),
            Form::Full | Form::Small | Form::Dot => {
                format!("tree-node {colour} {}-node{changed}{still}", self.kind.class())
            }
        }
    }

    /// The classes of the line to the parent.
    pub fn edge_class(&self) -> String {
        format!("tree-edge{}", self.still())
    }

    fn still(&self) -> &'static str {
        if self.still { " is-still" } else { "" }
    }

    /// The position of the group.
    pub fn transform(&self) -> String {
        format!("translate({}px, {}px)", self.at.0, self.at.1)
    }

    /// The line to the parent, as the transform of a line from 0,0 to 1,1. Both ends move together
    /// with the boxes that they touch.
    pub fn edge(&self) -> String {
        let (x, y) = self.at;
        let (px, py) = self.parent.unwrap_or(self.at);
        format!("translate({x}px, {y}px) scale({}, {})", px - x, py - y)
    }

    /// The content of the group.
    pub fn svg(&self) -> String {
        let (w, h) = self.size;
        let glyph = self.form == Form::Glyph;
        let corner = if self.black || glyph { 2 } else { h / 2 };
        let mut svg = format!("<title>{}</title>", self.title);
        if self.changed {
            svg += &frame("node-ring", (w + 6, h + 6), corner + 3);
        }
        match self.form {
            Form::Glyph => self.bracket(&mut svg),
            Form::Full | Form::Small => {
                svg += &frame(self.kind.class(), self.size, corner);
                svg += &frame("node-plate", (w - 12, h - 8), 3);
            }
            Form::Dot => svg += &frame(self.kind.class(), self.size, corner),
        }
        if self.dirty {
            let _ = write!(
                svg,
                "<rect class=\"lab-dirty\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{h}\"/>",
                -w / 2,
                -h / 2
            );
        }
        let two = !self.second.is_empty();
        let label = if glyph { -8 } else { 5 - if two { 9 } else { 0 } };
        svg += &match !glyph && self.label.len() as f64 * LETTER > f64::from(w) {
            true => squeezed("node-label", label, w - 10, &self.label),
            false => text("node-label", 0, label, &self.label),
        };
        svg += &text("node-pblk", 0, if glyph { 6 } else { 13 }, &self.second);
        if self.cached {
            svg += &text("lab-cached", 0, h / 2 + 15, if w > 24 { "cache_es" } else { "c" });
        }
        match self.turned {
            Some(Side::Left) => svg += &text("lab-turned", w / 2, -h / 2 + 1, "↺"),
            Some(Side::Right) => svg += &text("lab-turned", w / 2, -h / 2 + 1, "↻"),
            None => {}
        }
        svg
    }

    /// A bracket above a bar whose parts show the statuses in the subtree.
    fn bracket(&self, svg: &mut String) {
        let (w, h) = self.size;
        let (left, low) = (-w / 2, h / 2 - 10);
        let _ = write!(
            svg,
            "<path class=\"lab-bracket\" d=\"M{left} {low} L0 {} L{} {low} Z\"/>",
            -h / 2,
            left + w
        );
        let all = self.mix.iter().sum::<u32>().max(1);
        let mut before = 0;
        for (n, letter) in self.mix.into_iter().zip(["w", "u", "d", "h"]) {
            let place = |count: u32| left + (u64::from(count) * w as u64 / u64::from(all)) as i32;
            let (from, to) = (place(before), place(before + n));
            before += n;
            if n > 0 {
                let _ = write!(
                    svg,
                    "<rect class=\"status-{letter} lab-part\" x=\"{from}\" y=\"{low}\" \
                     width=\"{}\" height=\"10\"/>",
                    // A status that occurs is always visible, however rare it is.
                    (to - from).max(2)
                );
            }
        }
    }
}

/// A rectangle centred on the shape.
fn frame(class: &str, (w, h): (i32, i32), corner: i32) -> String {
    let (x, y) = (-w / 2, -h / 2);
    format!(
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{corner}\"/>"
    )
}

fn text(class: &str, x: i32, y: i32, what: &str) -> String {
    match what {
        "" => String::new(),
        what => format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{what}</text>"),
    }
}

/// A centred text that takes at most `width` pixels, because block numbers can be long.
fn squeezed(class: &str, y: i32, width: i32, what: &str) -> String {
    let fit = format!("textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"");
    format!("<text class=\"{class}\" x=\"0\" y=\"{y}\" {fit}>{what}</text>")
}
