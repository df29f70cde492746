//! What the reader has switched on in the panels, as a link keeps it: tables, physical blocks, and
//! the panel that is unfolded on a narrow screen.

/// Something in a panel that is switched on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// The strata's table, in place of their picture.
    Strata,
    /// Physical blocks in the strata's picture.
    Physical,
    /// The tree's table.
    Tree,
    /// The IO pipeline's table.
    Pipeline,
    /// The lanes' table.
    Lanes,
    /// The chart's table.
    Chart,
    /// The tree takes the room of its neighbours.
    LargeTree,
    /// The pipeline takes the room of its neighbours.
    LargePipeline,
}

/// Only one of these is on at a time.
const LARGE: u8 = 1 << Switch::LargeTree as u8 | 1 << Switch::LargePipeline as u8;

/// The tables in place of pictures.
const TABLES: u8 = 1 << Switch::Strata as u8
    | 1 << Switch::Tree as u8
    | 1 << Switch::Pipeline as u8
    | 1 << Switch::Lanes as u8
    | 1 << Switch::Chart as u8;

/// Switches by their words in a link, in the order of their bits.
const SWITCHES: [&str; 8] =
    ["strata", "physical", "tree", "pipeline", "lanes", "chart", "large_tree", "large_pipeline"];

/// The panels that fold on a narrow screen: id and title.
pub const FOLDED: [(&str, &str); 7] = [
    ("steps", "Steps"),
    ("script", "Script"),
    ("threads", "Threads"),
    ("waits", "Waits"),
    ("tree", "Tree"),
    ("pipeline", "Pipeline"),
    ("lanes", "Lanes"),
];

/// The prefix of the unfolded panel's word in a link.
const OPEN: &str = "open.";

/// What is switched on, and what is unfolded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panels {
    /// A bit for each switch.
    on: u8,
    /// The position in [`FOLDED`].
    open: u8,
}

impl Panels {
    /// Whether something is switched on.
    pub fn has(&self, switch: Switch) -> bool {
        self.on >> switch as u8 & 1 != 0
    }

    /// Switches something on or off.
    pub fn turn(&mut self, switch: Switch) {
        let bit = 1 << switch as u8;
        let others = if bit & LARGE != 0 { LARGE & !bit } else { 0 };
        self.on = (self.on ^ bit) & !others;
    }

    /// Turns all pictures into tables, or all tables into pictures if there are any.
    pub fn turn_tables(&mut self) {
        self.on = if self.on & TABLES == 0 { self.on | TABLES } else { self.on & !TABLES };
    }

    /// The panel that is unfolded.
    pub fn open(&self) -> &'static str {
        FOLDED[usize::from(self.open)].0
    }

    /// Unfolds a panel of [`FOLDED`], and folds the others.
    pub fn unfold(&mut self, panel: &str) -> bool {
        let at = FOLDED.iter().position(|(id, _)| *id == panel);
        self.open = at.map_or(self.open, |at| at as u8);
        at.is_some()
    }

    /// The words for a link; none if the panels are as when the page opens.
    pub fn words(&self) -> Vec<String> {
        let on = |at: &usize| self.on >> at & 1 != 0;
        let switches = (0..SWITCHES.len()).filter(on).map(|at| SWITCHES[at].to_string());
        let open = (self.open > 0).then(|| format!("{OPEN}{}", self.open()));
        switches.chain(open).collect()
    }

    /// Takes one of those words; false if it is unknown.
    pub fn take(&mut self, word: &str) -> bool {
        if let Some(panel) = word.strip_prefix(OPEN) {
            return self.unfold(panel);
        }
        let bit = SWITCHES.iter().position(|known| *known == word).map_or(0, |at| 1_u8 << at);
        let is_second = bit & LARGE != 0 && self.on & LARGE != 0;
        self.on |= if is_second { 0 } else { bit };
        bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Look;

    #[test]
    fn every_state_is_words_that_read_back_and_name_no_object() {
        for on in (0..=u8::MAX).filter(|on| on & LARGE != LARGE) {
            for open in 0..FOLDED.len() as u8 {
                let panels = Panels { on, open };
                let mut read = Panels::default();
                for word in panels.words() {
                    assert!(read.take(&word) && Look::parse(&word).is_none(), "{word}");
                }
                assert_eq!(read, panels);
            }
        }
        let mut panels = Panels::default();
        for switch in [Switch::LargeTree, Switch::LargePipeline, Switch::Tree] {
            panels.turn(switch);
        }
        assert_eq!(panels.words(), ["tree", "large_pipeline"]);
        assert!(panels.take("large_tree"), "known, though there is one already");
        assert_eq!(panels.words(), ["tree", "large_pipeline"]);
        panels.turn_tables();
        assert_eq!(panels.words(), ["large_pipeline"]);
        panels.turn_tables();
        let words = ["strata", "tree", "pipeline", "lanes", "chart", "large_pipeline"];
        assert_eq!(panels.words(), words);
        let mut panels = Panels::default();
        assert!(panels.words().is_empty());
        assert!(!panels.take("es.0") && !panels.take("open.nothing") && !panels.take(""));
        assert_eq!(panels, Panels::default());
    }
}
