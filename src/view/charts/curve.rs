//! A value over time, in bounded memory.

use serde::{Deserialize, Serialize};

use crate::bounds::{CURVE_HEAD, CURVE_SPANS_MAX};

/// A value at each point of time, counted from 0. The first [`CURVE_HEAD`] values are kept exactly.
/// After that, only the largest value of each span of [`Curve::every`] points is kept. The spans
/// double in length when there are [`CURVE_SPANS_MAX`] of them, so the same values always give the
/// same curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Curve {
    head: Vec<u32>,
    every: u32,
    peaks: Vec<u32>,
    /// Number of points so far.
    moments: u32,
}

impl Default for Curve {
    fn default() -> Curve {
        Curve { head: Vec::new(), every: 1, peaks: Vec::new(), moments: 0 }
    }
}

impl Curve {
    /// Adds the value of the next point.
    pub fn push(&mut self, number: u32) {
        if (self.head.len() as u32) < CURVE_HEAD {
            self.head.push(number);
        }
        if self.moments.is_multiple_of(self.every) {
            if self.peaks.len() as u32 == CURVE_SPANS_MAX {
                self.double();
            }
            self.peaks.push(number);
        } else if let Some(last) = self.peaks.last_mut() {
            *last = number.max(*last);
        }
        self.moments += 1;
    }

    /// The number of values that were pushed.
    pub fn moments(&self) -> u32 {
        self.moments
    }

    /// The first values, one per point.
    pub fn head(&self) -> &[u32] {
        &self.head
    }

    /// Number of points in one span.
    pub fn every(&self) -> u32 {
        self.every
    }

    /// The largest value of each span. The last span may be incomplete.
    pub fn peaks(&self) -> &[u32] {
        &self.peaks
    }

    /// The largest value of each span of `every` points. `every` must be [`Curve::every`] times a
    /// power of two.
    pub fn peaks_of(&self, every: u32) -> Vec<u32> {
        let spans = (every / self.every).max(1) as usize;
        let most = |span: &[u32]| span.iter().copied().max().unwrap_or(0);
        self.peaks.chunks(spans).map(most).collect()
    }

    /// The largest value of all.
    pub fn most(&self) -> u32 {
        self.peaks.iter().copied().max().unwrap_or(0)
    }

    fn double(&mut self) {
        self.peaks = self.peaks_of(self.every * 2);
        self.every *= 2;
    }
}

/// The part of the time that a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The first 200 steps.
    First200,
    /// The first 1,000 steps.
    First1000,
    /// The whole run, from its first step to its last.
    Whole,
}

impl Window {
    /// All choices, in order.
    pub const ALL: [Window; 3] = [Window::First200, Window::First1000, Window::Whole];

    /// The number of steps that are shown, or `None` for all.
    pub const fn steps(self) -> Option<u32> {
        match self {
            Window::First200 => Some(200),
            Window::First1000 => Some(1_000),
            Window::Whole => None,
        }
    }

    /// The text of the choice.
    pub const fn text(self) -> &'static str {
        match self {
            Window::First200 => "first 200 steps",
            Window::First1000 => "first 1,000 steps",
            Window::Whole => "whole run",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(numbers: impl IntoIterator<Item = u32>) -> Curve {
        let mut curve = Curve::default();
        numbers.into_iter().for_each(|number| curve.push(number));
        curve
    }

    /// The expected result of [`Curve::peaks_of`], computed from all numbers at once.
    fn peaks_of(numbers: &[u32], every: u32) -> Vec<u32> {
        numbers.chunks(every as usize).map(|span| *span.iter().max().expect("a number")).collect()
    }

    #[test]
    fn a_curve_has_the_peaks_of_its_spans_whatever_its_length() {
        for len in (0..40).chain([255, 256, 257, 511, 512, 513, 1_023, 1_025, 5_000, 70_000]) {
            // Numbers that rise and fall, without a period that divides a span.
            let numbers: Vec<u32> = (0..len).map(|n| n * 7919 % 1013).collect();
            let curve = curve(numbers.iter().copied());
            assert_eq!(curve.moments(), len);
            assert_eq!(curve.head(), &numbers[..numbers.len().min(CURVE_HEAD as usize)]);
            assert!(curve.every().is_power_of_two());
            assert_eq!(curve.peaks(), peaks_of(&numbers, curve.every()), "{len}");
            assert!(curve.peaks().len() as u32 <= CURVE_SPANS_MAX);
            assert!(curve.every() == 1 || curve.peaks().len() as u32 > CURVE_SPANS_MAX / 2);
            for more in [1, 2, 8] {
                let every = curve.every() * more;
                assert_eq!(curve.peaks_of(every), peaks_of(&numbers, every), "{len} {every}");
            }
            assert_eq!(curve.most(), numbers.iter().copied().max().unwrap_or(0));
        }
    }
}
