//! The actors and steps of the lessons.

use crate::kernel::{Actor, Pc};

use super::stop::Until::After;
use super::stop::{Leg, Scene, Until};

pub(super) const T1: Actor = Actor::Thread(0);
pub(super) const T2: Actor = Actor::Thread(1);
pub(super) const IRQ_A: Actor = Actor::Irq(0);
pub(super) const IRQ_B: Actor = Actor::Irq(1);
/// The worker of the conversion workqueue.
pub(super) const WORKER: Actor = Actor::Kworker(0);
/// The first worker of `s_dio_done_wq`.
pub(super) const DIO_WORKER: Actor = Actor::Kworker(1);

pub(super) const fn go(actor: Actor, until: Until) -> Leg {
    Leg { actor, until }
}

pub(super) const fn scene(preset: &'static str, design: &'static str) -> Option<Scene> {
    Some(Scene { preset, design })
}

pub(super) const SUBMIT: Leg = go(T1, After(Pc::WriteMap));
pub(super) const REAP: Leg = go(T1, After(Pc::Getevents));
pub(super) const ACK_IN_IRQ: Leg = go(IRQ_A, After(Pc::AioComplete));
pub(super) const READ: Leg = go(T1, After(Pc::ReadDone));
pub(super) const CUT: Leg = go(Actor::Power, After(Pc::Recover));
