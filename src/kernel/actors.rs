//! Sets of actors.

use super::choice::Actor;

/// A set of actors, as bits by their positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Actors(u32);

impl Actors {
    pub(super) const NONE: Actors = Actors(0);

    #[inline]
    pub(super) const fn has(self, actor: Actor) -> bool {
        self.0 & (1 << actor.position()) != 0
    }

    #[must_use]
    #[inline]
    pub(super) const fn with(self, actor: Actor) -> Actors {
        Actors(self.0 | 1 << actor.position())
    }

    #[must_use]
    #[inline]
    pub(super) const fn without(self, others: Actors) -> Actors {
        Actors(self.0 & !others.0)
    }

    #[must_use]
    #[inline]
    pub(super) const fn with_all(self, others: Actors) -> Actors {
        Actors(self.0 | others.0)
    }

    /// The actors in the order of [`Actor::ALL`].
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = Actor> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let first = *Actor::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_its_actors_in_their_order() {
        let set = [Actor::Power, Actor::Irq(1), Actor::Thread(3)].into_iter();
        let set = set.fold(Actors::NONE, Actors::with);
        let listed: Vec<Actor> = set.iter().collect();
        assert_eq!(listed, [Actor::Thread(3), Actor::Irq(1), Actor::Power]);
        assert!(set.has(Actor::Power) && !set.has(Actor::Jbd2));
        let rest = set.without(Actors::NONE.with(Actor::Power));
        assert_eq!(rest.iter().count(), 2);
        assert_eq!(Actors::NONE.iter().next(), None);
    }
}
