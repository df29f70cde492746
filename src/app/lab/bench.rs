//! The laboratory's state on the page, with the functions that all its parts use.

use std::sync::Arc;

use crate::app::kit::prelude::*;

use crate::view::lab::{Camera, Lab, Picture, Plan, Port, layout, stage_trees};

/// The laboratory's state; copies share it.
#[derive(Clone, Copy)]
pub(super) struct Bench {
    pub(super) lab: RwSignal<Lab>,
    pub(super) picture: Memo<Arc<Picture>>,
    pub(super) plan: Memo<Plan>,
    pub(super) camera: RwSignal<Camera>,
    pub(super) port: RwSignal<Port>,
    /// True if the last change was a zoom or a pan, so that shapes are not animated.
    pub(super) still: RwSignal<bool>,
    /// The reason why the stage's tree cannot be used; empty if it can.
    pub(super) trouble: RwSignal<String>,
}

impl Bench {
    pub(super) fn new() -> Bench {
        let lab = RwSignal::new(Lab::new());
        let camera = RwSignal::new(Camera::Fit);
        let port = RwSignal::new(Port { w: 0.0, h: 0.0 });
        let picture = Memo::new(move |_| lab.with(Lab::picture));
        let plan = Memo::new(move |before: Option<&Plan>| {
            let (port, camera) = (port.get(), camera.get());
            let none = Plan::default();
            // While the dialog is closed, the drawing area has no size.
            if port.w < 1.0 {
                return none;
            }
            layout(&picture.get(), port, camera, before.unwrap_or(&none))
        });
        let still = RwSignal::new(false);
        Bench { lab, picture, plan, camera, port, still, trouble: RwSignal::new(String::new()) }
    }

    pub(super) fn act<T>(self, command: impl FnOnce(&mut Lab) -> T) -> T {
        self.still.set(false);
        let mut lab = self.lab.write();
        command(&mut lab)
    }

    /// Zooms or moves the view.
    pub(super) fn look(self, camera: Camera) {
        self.still.set(true);
        self.camera.set(camera);
    }

    pub(super) fn take_stage(self, link: &str) {
        let (trees, trouble) = match stage_trees(link) {
            Ok(trees) => (trees, String::new()),
            Err(wrong) => (Vec::new(), format!("The stage's tree cannot be shown here: {wrong}.")),
        };
        self.trouble.set(trouble);
        self.act(|lab| lab.set_stage(trees));
    }
}
