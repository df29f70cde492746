//! Numbers for the items of a list that changes.

/// The items of a list, each with a number that it keeps while it stays in the list. No number is
/// used again for another item.
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    items: Vec<T>,
    /// The numbers of the items, in their order.
    numbers: Vec<u32>,
    /// The highest number that was given.
    last: u32,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { items: Vec::new(), numbers: Vec::new(), last: 0 }
    }
}

impl<T: Clone + PartialEq> Numbered<T> {
    /// Replaces the items, and returns the numbers of the new ones in their order. Equal items have
    /// different numbers.
    pub fn renew(&mut self, items: Vec<T>) -> Vec<u32> {
        let is_same = |old: usize, new: usize| self.items[old] == items[new];
        self.numbers = renumbered(&self.numbers, items.len(), &is_same, &mut self.last);
        self.items = items;
        self.numbers.clone()
    }

    /// The item with a number, or `None` if it is not in the list.
    pub fn item(&self, number: u32) -> Option<T> {
        let at = self.numbers.iter().position(|it| *it == number)?;
        self.items.get(at).cloned()
    }
}

/// The numbers of `len` new items: that of the first old item that is the same and not yet matched,
/// else the number after `last`. Most items keep their order, so the search starts after the last
/// match.
fn renumbered(
    old: &[u32],
    len: usize,
    is_same: &dyn Fn(usize, usize) -> bool,
    last: &mut u32,
) -> Vec<u32> {
    let mut left: Vec<Option<u32>> = old.iter().copied().map(Some).collect();
    let mut from = 0;
    let mut number = |new: usize| {
        let mut places = (from..left.len()).chain(0..from);
        let place = places.find(|place| left[*place].is_some() && is_same(*place, new));
        if let Some(place) = place {
            from = place + 1;
            return left[place].take();
        }
        *last += 1;
        Some(*last)
    };
    (0..len).filter_map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_keeps_its_number_while_it_stays() {
        let mut list = Numbered::default();
        for (items, numbers) in [
            ("abc", &[1, 2, 3][..]),
            ("abc", &[1, 2, 3]),
            ("bcd", &[2, 3, 4]),
            ("dcb", &[4, 3, 2]),
            ("adb", &[5, 4, 2]),
            ("aab", &[5, 6, 2]),
            ("aaa", &[5, 6, 7]),
            ("", &[]),
            ("a", &[8]),
        ] {
            assert_eq!(list.renew(items.chars().collect()), numbers, "{items}");
            let found: String = numbers.iter().filter_map(|number| list.item(*number)).collect();
            assert_eq!(found, items);
        }
        assert_eq!(list.item(1), None);
    }
}
