//! A laboratory as text: its tree for a mail, and the lines that make it.

use core::fmt::Write as _;

use super::{Lab, LabCounters, LabRow};

impl Lab {
    /// The state as plain text: whose rules, after which line, an extent a line with its colour and
    /// its parent, and the counters.
    pub fn state_text(&self) -> String {
        let rows = self.rows(0, usize::MAX);
        let mut text = format!(
            "Extent status tree, rules of {}, {} of {} lines done\n",
            self.edition().title(),
            self.place().0,
            self.place().1
        );
        if rows.is_empty() {
            text += "(empty)\n";
        }
        let wide = rows.iter().map(|row| row.extent.to_string().len()).max().unwrap_or(0);
        for row in &rows {
            let _ = writeln!(text, "{:wide$}  {}", row.extent.to_string(), words(row));
        }
        for (name, value) in self.counters().rows() {
            let _ = writeln!(text, "{name}: {value}");
        }
        text
    }

    /// The lines that were done: in a laboratory of the same rules they make this state again.
    pub fn done_text(&self) -> String {
        let mut text = format!("# rules of {}\n", self.edition().title());
        for (_, op) in self.lines.iter().take(self.cursor) {
            let _ = writeln!(text, "{op}");
        }
        text
    }
}

fn words(row: &LabRow) -> String {
    let colour = if row.black { "black" } else { "red" };
    let under = match row.under {
        Some((lblk, len)) => format!("under [{lblk}/{len})"),
        None => "root".into(),
    };
    let cached = if row.cached { ", cache_es" } else { "" };
    format!("{colour}, {under}{cached}")
}

impl LabCounters {
    /// Name and value of what there is to say.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("i_es_all_nr", self.all_nr.to_string()),
            (self.shk_nr.0, self.shk_nr.1.to_string()),
        ];
        rows.extend(self.shrink_lblk.map(|it| ("i_es_shrink_lblk", it.to_string())));
        rows.push(("cache_es", self.cache_es.map_or("none".into(), |it| it.to_string())));
        if !self.pending.is_empty() {
            let clusters: Vec<String> = self.pending.iter().map(ToString::to_string).collect();
            rows.push(("i_pending_tree", format!("clusters {}", clusters.join(", "))));
        }
        match self.fails {
            (0, _) => {}
            (u32::MAX, from) => rows.push(("allocations to fail", format!("all from {from} on"))),
            (n, 1) => rows.push(("allocations to fail", format!("the next {n}"))),
            (n, from) => rows.push(("allocations to fail", format!("{n}, from number {from}"))),
        }
        rows
    }
}
