//! The laboratory as text: its tree for a mail, and the lines that build it.

use core::fmt::Write as _;

use super::{Heard, Lab, LabCounters, LabRow, Margin};

/// Number of extents that [`Lab::tree_head`] shows.
const HEAD: usize = 60;
/// Up to this number of new nodes, a line is told event by event.
const LINKS_TOLD: u32 = 20;

impl Lab {
    /// The start of the tree as text, which is shown beside the picture.
    pub fn tree_head(&self) -> String {
        let all = self.machine.tree.all_nr() as usize;
        if all <= HEAD {
            return self.tree_text();
        }
        let head: Vec<String> =
            self.machine.tree.iter().take(HEAD).map(|it| it.to_string()).collect();
        format!("{}  and {} more: Copy tree takes them all", head.join("  "), all - HEAD)
    }

    /// The state as plain text: the edition, the last line, each extent on a line with its colour
    /// and its parent, and the counters.
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

    /// The executed lines. In a laboratory with the same rules they build this state again.
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

impl LabRow {
    /// The cells of a row of the table: lblk, len, pblk, status, colour, parent, marks.
    pub fn cells(&self) -> [String; 7] {
        let extent = self.extent;
        let marks = [(self.cached, "cache_es"), (self.changed, "changed")];
        let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, it)| *it).collect();
        [
            extent.lblk.to_string(),
            extent.len.to_string(),
            if extent.status.is_mapped() { extent.pblk.to_string() } else { String::new() },
            extent.status.to_string(),
            if self.black { "black" } else { "red" }.into(),
            self.under.map_or("root".into(), |(lblk, len)| format!("[{lblk}/{len})")),
            marks.join(", "),
        ]
    }
}

impl Heard {
    /// The effects of the line, one event per line. If the line made many nodes, only their number.
    pub fn lines(&self) -> Vec<String> {
        let shown = if self.links > LINKS_TOLD { 0 } else { self.told.len() };
        let mut lines = self.told[..shown].to_vec();
        let rest = self.told.len() - shown + self.more as usize;
        if rest > 0 {
            lines.push(format!("{} extents linked, {} rotations", self.links, self.rotations));
        }
        lines
    }
}

impl Margin {
    /// The line numbers, one per line.
    pub fn numbers(&self) -> String {
        let numbers: Vec<String> = (1..=self.lines).map(|n| n.to_string()).collect();
        numbers.join("\n")
    }
}

impl LabCounters {
    /// Names and values of the counters to show.
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
