//! The state of the panels, as a link stores it: the switches, and the panel that is unfolded on a
//! narrow screen. Everything is made of [`PANELS`].

use crate::view::panels::{Fold, PANELS, PanelInfo, Switch, SwitchInfo, Turns};

/// The prefix of the unfolded panel's word in a link.
const OPEN: &str = "open.";

/// The state of all switches, and the unfolded panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panels {
    /// A bit for each switch.
    on: u16,
    /// The position of the unfolded panel's tab.
    open: u8,
}

impl Panels {
    /// Whether a switch is on.
    pub fn has(&self, switch: Switch) -> bool {
        self.on & bit(switch) != 0
    }

    /// Toggles a switch. If it enlarges a panel, no other panel stays enlarged.
    pub fn turn(&mut self, switch: Switch) {
        let is_size = sizes() & bit(switch) != 0;
        let others = if is_size { sizes() & !bit(switch) } else { 0 };
        self.on = (self.on ^ bit(switch)) & !others;
    }

    /// Shows all tables, or all pictures if any table is shown.
    pub fn turn_tables(&mut self) {
        let tables = bits(|it| it.turns == Turns::Table);
        self.on = if self.on & tables == 0 { self.on | tables } else { self.on & !tables };
    }

    /// The id of the unfolded panel.
    pub fn open(&self) -> &'static str {
        self.open_in(&PANELS)
    }

    fn open_in(&self, panels: &[PanelInfo]) -> &'static str {
        tabs(panels).into_iter().nth(self.open.into()).map_or("", |(id, _)| id)
    }

    /// Whether a panel is unfolded on a narrow screen.
    pub fn is_open(&self, panel: &PanelInfo) -> bool {
        match panel.fold {
            Fold::Never => true,
            Fold::Tab { at, .. } => self.open == at,
            Fold::With(id) => self.open() == id,
        }
    }

    /// Unfolds the panel with an id, and folds the others. Returns false if it has no tab.
    pub fn unfold(&mut self, id: &str) -> bool {
        self.unfold_in(&PANELS, id)
    }

    fn unfold_in(&mut self, panels: &[PanelInfo], id: &str) -> bool {
        let at = tabs(panels).iter().position(|(known, _)| *known == id);
        self.open = at.map_or(self.open, |at| at as u8);
        at.is_some()
    }

    /// The words for a link; none if all panels are in their initial state.
    pub fn words(&self) -> Vec<String> {
        self.words_in(&PANELS)
    }

    /// [`Panels::words`], with another table of panels.
    pub fn words_in(&self, panels: &[PanelInfo]) -> Vec<String> {
        let bits = (0..u16::BITS).map(|at| self.on & 1 << at).filter(|bit| *bit != 0);
        let on = bits.filter_map(|bit| switches(panels).find(|it| self::bit(it.switch) == bit));
        let open = (self.open > 0).then(|| format!("{OPEN}{}", self.open_in(panels)));
        on.map(|it| it.word.to_string()).chain(open).collect()
    }

    /// Reads one of those words. Returns false if the word is unknown.
    pub fn take(&mut self, word: &str) -> bool {
        self.take_in(&PANELS, word)
    }

    /// [`Panels::take`], with another table of panels.
    pub fn take_in(&mut self, panels: &[PanelInfo], word: &str) -> bool {
        if let Some(id) = word.strip_prefix(OPEN) {
            return self.unfold_in(panels, id);
        }
        let Some(info) = switches(panels).find(|it| it.word == word) else { return false };
        let is_second = info.turns == Turns::Size && self.on & sizes() != 0;
        self.on |= if is_second { 0 } else { bit(info.switch) };
        true
    }
}

/// The tabs of a narrow screen in their order: the ids of their panels, and their texts.
pub fn tabs(panels: &[PanelInfo]) -> Vec<(&'static str, &'static str)> {
    let tab = |place: usize| {
        panels.iter().find_map(|panel| match panel.fold {
            Fold::Tab { at, name } if usize::from(at) == place => Some((panel.id, name)),
            Fold::Tab { .. } | Fold::Never | Fold::With(_) => None,
        })
    };
    (0..panels.len()).filter_map(tab).collect()
}

fn switches(panels: &[PanelInfo]) -> impl Iterator<Item = &'static SwitchInfo> {
    panels.iter().flat_map(|panel| panel.switches)
}

const fn bit(switch: Switch) -> u16 {
    1 << switch as u8
}

fn bits(is_meant: fn(&SwitchInfo) -> bool) -> u16 {
    switches(&PANELS).filter(|it| is_meant(it)).fold(0, |bits, it| bits | bit(it.switch))
}

/// The switches of which only one is on at a time.
fn sizes() -> u16 {
    bits(|it| it.turns == Turns::Size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{EXERCISE, LESSONS};
    use crate::view::Look;

    #[test]
    fn ids_switches_and_tabs_are_of_one_panel() {
        let ids: Vec<&str> = PANELS.iter().map(|panel| panel.id).collect();
        let mut words: Vec<&str> = switches(&PANELS).map(|it| it.word).collect();
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{id}");
        }
        for panel in &PANELS {
            if let Fold::With(id) = panel.fold {
                assert!(tabs(&PANELS).iter().any(|(tab, _)| *tab == id), "{id}");
            }
        }
        let places = PANELS.iter().filter_map(|panel| match panel.fold {
            Fold::Tab { at, .. } => Some(usize::from(at)),
            Fold::Never | Fold::With(_) => None,
        });
        let mut places: Vec<usize> = places.collect();
        places.sort_unstable();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>(), "the positions of the tabs");
        let all = bits(|_| true);
        assert_eq!(all.count_ones() as usize, words.len(), "a switch occurs twice");
        assert_eq!(all & (all + 1), 0, "a switch has no entry");
        words.sort_unstable();
        words.dedup();
        assert_eq!(all.count_ones() as usize, words.len(), "a word occurs twice");
    }

    #[test]
    fn lessons_show_panels_of_the_table() {
        for lesson in LESSONS.iter().chain([&EXERCISE]) {
            for id in lesson.panels {
                assert!(PANELS.iter().any(|panel| panel.id == *id), "{id}");
            }
        }
    }

    #[test]
    fn every_state_is_words_that_read_back_and_name_no_object() {
        for on in (0..=bits(|_| true)).filter(|on| on & sizes() != sizes()) {
            for open in 0..tabs(&PANELS).len() as u8 {
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
