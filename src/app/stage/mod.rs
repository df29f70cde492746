//! The panels of the stage.

mod bar;
mod beside;
mod branches;
mod change;
mod chart;
mod console;
mod frame;
mod inspector;
mod lanes;
mod lesson;
mod menu;
mod pipeline;
mod script;
mod sides;
mod steps;
mod strata;
mod threads;
mod tree;
mod waits;

use crate::app::kit::prelude::*;

use crate::app::shell::{Parts, panel};
use crate::view::panels::{Contents, PANELS, Panel, PanelInfo, Place};

pub use bar::{bar, caption};
pub use beside::beside_panels;
pub use change::change_panel;
pub use frame::{blank, full_page, heading};
pub use inspector::inspector_panel;
pub use lesson::lesson_panel;
pub use menu::{object_menu, open_clicked, open_focused, open_menu};

/// The panels of a place, in their order.
pub fn panels(place: Place) -> Vec<AnyView> {
    let made = |info: &'static PanelInfo| {
        let parts = match info.contents {
            Contents::Drawn(panel) => parts(panel),
            Contents::Tables(read) => Parts::of_tables(read),
        };
        panel(info, parts)
    };
    PANELS.iter().filter(|info| info.place == place).map(made).collect()
}

/// The elements of a panel.
fn parts(panel: Panel) -> Parts {
    match panel {
        Panel::Script => script::script(),
        Panel::Steps => steps::steps(),
        Panel::Strata => strata::layers(),
        Panel::Tree => tree::tree(),
        Panel::Pipeline => pipeline::pipeline(),
        Panel::Threads => threads::threads(),
        Panel::Waits => waits::waits(),
        Panel::Lanes => lanes::lanes(),
        Panel::Chart => chart::chart(),
    }
}
