//! Draws a [`Chart`] on a canvas with plotters. plotters counts in canvas pixels, so all sizes are
//! multiplied by the number of device pixels per CSS pixel.

use core::ops::Range;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordi32;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::backend::Measured;
use super::look::{FONT, Look};
use crate::view::charts::{Axis, Bar, Chart, Legend, Line, Picture, Ridge, Sample, Style, grouped};

/// Sizes in CSS pixels.
const TEXT: f64 = 12.0;
const TITLE: f64 = 16.0;
const LINE: f64 = 2.0;
const GAP: f64 = 8.0;
/// The length of a series' sample in the legend.
const SAMPLE: f64 = 26.0;
/// The distance of lines with the same value.
const APART: f64 = 1.5;
/// The largest part of the width that row names take.
const NAMES_PART: f64 = 0.34;
/// The opacity of filled areas.
const FILL: f64 = 0.28;

type Area = DrawingArea<Measured, Shift>;
type Plane<'a> = ChartContext<'a, Measured, Cartesian2d<RangedCoordi32, RangedCoordi32>>;

/// The error is a message of the canvas or of plotters.
type Drawn = Result<(), String>;

/// Draws the parts of a chart on one canvas.
pub struct Painter {
    context: CanvasRenderingContext2d,
    look: Look,
    /// Canvas pixels per CSS pixel.
    scale: f64,
    /// The left and the right end of the plot, in CSS pixels from the left.
    plot: core::cell::Cell<(f64, f64)>,
}

/// Draws a chart over a whole canvas. The title is drawn only in saved pictures.
///
/// # Errors
/// The message of the canvas or of plotters.
pub fn draw(
    canvas: &HtmlCanvasElement,
    chart: &Chart,
    look: Look,
    scale: f64,
    with_title: bool,
) -> Drawn {
    let context = canvas.get_context("2d").ok().flatten();
    let context: CanvasRenderingContext2d =
        context.and_then(|it| it.dyn_into().ok()).ok_or("this browser draws on no canvas")?;
    context.set_line_join("round");
    let backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or("no canvas")?;
    let plot = core::cell::Cell::new((0.0, 0.0));
    let painter = Painter { context: context.clone(), look, scale, plot };
    let area = Measured::new(backend, context).into_drawing_area();
    area.fill(&look.paper).map_err(told)?;
    let area = if with_title { painter.title(&area, chart.title)? } else { area };
    let area = painter.legend(&area, &chart.legend)?;
    match &chart.picture {
        Picture::Lines(lines) => painter.lines(&area, chart, lines),
        Picture::Ridges(ridges) => painter.ridges(&area, chart, ridges),
        Picture::Bars(bars) => painter.bars(&area, chart, bars),
    }?;
    let (from, to) = painter.plot.get();
    // Setting a data attribute with a valid name cannot fail.
    let _ = canvas.dataset().set("plot", &format!("{from} {to}"));
    Ok(())
}

/// The value on the horizontal axis at a pixel of the page; the axis ends at `end`. The data
/// attribute of the last drawing says where the plot begins.
pub fn place_at(canvas: &HtmlCanvasElement, offset: i32, end: u32) -> Option<u32> {
    let bounds = canvas.dataset().get("plot")?;
    let (from, to) = bounds.split_once(' ')?;
    let (from, to): (f64, f64) = (from.parse().ok()?, to.parse().ok()?);
    let part = (f64::from(offset) - from) / (to - from);
    (-0.02..=1.02).contains(&part).then(|| (part.clamp(0.0, 1.0) * f64::from(end)).round() as u32)
}

/// The error of plotters as text.
fn told(error: impl core::fmt::Display) -> String {
    error.to_string()
}

impl Painter {
    /// Converts CSS pixels to canvas pixels.
    fn px(&self, size: f64) -> i32 {
        (size * self.scale).round() as i32
    }

    fn font(&self, size: f64, color: RGBColor) -> TextStyle<'static> {
        (FONT, size * self.scale).into_font().color(&color)
    }

    fn stroke(&self, color: RGBColor, width: f64) -> ShapeStyle {
        ShapeStyle {
            color: color.to_rgba(),
            filled: false,
            stroke_width: self.px(width).max(1) as u32,
        }
    }

    /// Sets the dash pattern of the next lines: solid, dashed, dotted, or both.
    fn dash(&self, dash: u8) {
        let lengths: &[f64] = match dash {
            0 => &[],
            1 => &[7.0, 4.0],
            2 => &[2.0, 3.0],
            _ => &[9.0, 3.0, 2.0, 3.0],
        };
        let scaled = lengths.iter().map(|length| JsValue::from_f64(length * self.scale));
        let lengths: js_sys::Array = scaled.collect();
        // This fails only for values that are not numbers.
        let _ = self.context.set_line_dash(&lengths);
    }

    fn width(&self, area: &Area, text: &str) -> i32 {
        let font = self.font(TEXT, self.look.ink);
        area.estimate_text_size(text, &font).map_or(0, |(width, _)| width as i32)
    }

    fn title(&self, area: &Area, title: &str) -> Result<Area, String> {
        let height = self.px(TITLE + 2.0 * GAP);
        let (above, below) = area.split_vertically(height);
        let at = (self.px(GAP), height / 2);
        self.text(&above, title, &self.font(TITLE, self.look.ink), (HPos::Left, VPos::Center), at)?;
        Ok(below)
    }

    fn text(
        &self,
        area: &Area,
        text: &str,
        font: &TextStyle,
        (h_pos, v_pos): (HPos, VPos),
        at: (i32, i32),
    ) -> Drawn {
        area.draw_text(text, &font.pos(Pos::new(h_pos, v_pos)), at).map_err(told)
    }

    /// Draws the legend in as many lines as it needs, and returns the area below it.
    fn legend(&self, area: &Area, legend: &[Legend]) -> Result<Area, String> {
        let (row, gap) = (self.px(TEXT + GAP), self.px(GAP));
        let right = area.dim_in_pixel().0 as i32 - gap;
        let (mut x, mut y) = (gap, gap + row / 2);
        let font = self.font(TEXT, self.look.ink);
        for entry in legend {
            let width = self.px(SAMPLE) + gap + self.width(area, &entry.name);
            if x + width > right && x > gap {
                (x, y) = (gap, y + row);
            }
            self.sample(area, entry.sample, (x, y))?;
            let at = (x + self.px(SAMPLE) + gap, y);
            self.text(area, &entry.name, &font, (HPos::Left, VPos::Center), at)?;
            x += width + 2 * gap;
        }
        Ok(area.split_vertically(y + row / 2 + gap / 2).1)
    }

    fn sample(&self, area: &Area, sample: Sample, (x, y): (i32, i32)) -> Drawn {
        let (width, half) = (self.px(SAMPLE), self.px(4.0));
        let Look { quiet, .. } = self.look;
        let block = [(x, y - half), (x + width, y + half)];
        match sample {
            Sample::Line(style) => {
                self.dash(style.dash);
                let stroke = self.stroke(self.look.hue(style.hue), LINE);
                let drawn = area.draw(&PathElement::new(vec![(x, y), (x + width, y)], stroke));
                self.dash(0);
                drawn.map_err(told)
            }
            Sample::End => self.end(area, (x + width / 2, y)),
            Sample::Filled => {
                area.draw(&Rectangle::new(block, quiet.mix(FILL).filled())).map_err(told)?;
                area.draw(&Rectangle::new(block, self.stroke(quiet, 1.0))).map_err(told)
            }
            Sample::Outline => {
                area.draw(&Rectangle::new(block, self.stroke(quiet, 1.5))).map_err(told)
            }
            Sample::Tick => self.tick(area, x + width / 2, y - self.px(7.0)..y + self.px(7.0)),
        }
    }

    /// The mark at the end of a line that was cut off: a cross in a ring.
    fn end(&self, area: &Area, (x, y): (i32, i32)) -> Drawn {
        let (ring, arm) = (self.px(5.0), self.px(2.5));
        let Look { paper, wrong, .. } = self.look;
        area.draw(&Circle::new((x, y), ring, paper.filled())).map_err(told)?;
        let stroke = self.stroke(wrong, 1.5);
        area.draw(&Circle::new((x, y), ring, stroke)).map_err(told)?;
        for arms in
            [[(x - arm, y - arm), (x + arm, y + arm)], [(x - arm, y + arm), (x + arm, y - arm)]]
        {
            area.draw(&PathElement::new(arms, stroke)).map_err(told)?;
        }
        Ok(())
    }

    fn tick(&self, area: &Area, x: i32, y: Range<i32>) -> Drawn {
        let stroke = self.stroke(self.look.ink, 2.0);
        area.draw(&PathElement::new(vec![(x, y.start), (x, y.end)], stroke)).map_err(told)
    }

    /// Axes and grid. `names` is the width of row names that replace a vertical axis.
    fn plane<'a>(
        &self,
        area: &'a Area,
        x: &Axis,
        y: &Axis,
        names: Option<i32>,
    ) -> Result<Plane<'a>, String> {
        let (width, height) = area.dim_in_pixel();
        let numbers = self.width(area, &grouped(y.end)) + self.px(TEXT + 3.0 * GAP);
        let room = names.map_or(numbers, |names| names + self.px(TEXT + 3.0 * GAP));
        let mut plane = ChartBuilder::on(area)
            .margin_right(self.px(2.0 * GAP))
            .margin_top(self.px(GAP))
            .margin_left(self.px(2.0))
            .margin_bottom(self.px(2.0))
            .x_label_area_size(self.px(2.0 * TEXT + 2.0 * GAP))
            .y_label_area_size(room)
            .build_cartesian_2d(0..clamped(x.end), 0..clamped(y.end))
            .map_err(told)?;
        let label = self.font(TEXT, self.look.quiet);
        let number = |n: &i32| grouped(n.unsigned_abs());
        // For rows, the names are the labels. The number of labels cannot be zero: plotters 0.3.7
        // would then search for ticks forever.
        let no_number = |_: &i32| String::new();
        // A label of the horizontal axis gets its own width, and the same again as distance.
        let each = (self.width(area, &grouped(x.end)) * 2).max(self.px(56.0));
        let x_labels = (width as i32 - room) / each.max(1);
        let y_labels = (height as i32 / self.px(36.0)).clamp(2, 8);
        let mut mesh = plane.configure_mesh();
        mesh.x_desc(x.title.clone())
            .y_desc(y.title.clone())
            .axis_desc_style(label.clone())
            .label_style(label)
            .x_label_formatter(&number)
            .y_label_formatter(if names.is_some() { &no_number } else { &number })
            .x_labels(x_labels.clamp(2, 10) as usize)
            .y_labels(y_labels as usize)
            .bold_line_style(self.stroke(self.look.hairline, 1.0))
            .light_line_style(self.look.hairline.mix(0.0))
            .axis_style(self.stroke(self.look.edge, 1.0))
            .set_all_tick_mark_size(self.px(4.0));
        match names {
            Some(_) => mesh.disable_y_mesh().set_tick_mark_size(LabelAreaPosition::Left, 0),
            None => mesh.disable_x_mesh(),
        };
        mesh.draw().map_err(told)?;
        let across = plane.plotting_area().get_pixel_range().0;
        let [from, to] = [across.start, across.end].map(|x| f64::from(x) / self.scale);
        self.plot.set((from, to));
        Ok(plane)
    }

    fn lines(&self, area: &Area, chart: &Chart, lines: &[Line]) -> Drawn {
        let plane = self.plane(area, &chart.x, &chart.y, None)?;
        let plot = plane.plotting_area();
        let pixels = plot.strip_coord_spec();
        let (left, top) = (plot.get_pixel_range().0.start, plot.get_pixel_range().1.start);
        let at = |x: u32, y: u32| {
            let (x, y) = plot.map_coordinate(&(clamped(x), clamped(y)));
            (x - left, y - top)
        };
        for rule in &chart.rules {
            let [from, to] = [at(0, rule.at), at(chart.x.end, rule.at)];
            self.dash(2);
            let drawn =
                pixels.draw(&PathElement::new(vec![from, to], self.stroke(self.look.edge, 1.5)));
            self.dash(0);
            drawn.map_err(told)?;
            let font = self.font(TEXT, self.look.quiet);
            let place = (to.0 - self.px(4.0), to.1 - self.px(2.0));
            self.text(&pixels, &rule.text, &font, (HPos::Right, VPos::Bottom), place)?;
        }
        for (n, line) in (0..).zip(lines) {
            // Lines with the same value would hide each other.
            let beside = self.px(APART * (f64::from(n) - (lines.len() as f64 - 1.0) / 2.0));
            let corners = line.corners().into_iter().map(|(x, y)| {
                let (x, y) = at(x, y);
                (x, y + beside)
            });
            let corners: Vec<(i32, i32)> = corners.collect();
            let end = corners.last().copied();
            self.dash(line.style.dash);
            let stroke = self.stroke(self.look.hue(line.style.hue), LINE);
            let drawn = pixels.draw(&PathElement::new(corners, stroke));
            self.dash(0);
            drawn.map_err(told)?;
            if let Some(end) = end.filter(|_| line.is_cut) {
                self.end(&pixels, end)?;
            }
        }
        Ok(())
    }

    /// The names of rows, beside the plot.
    fn names<'n>(
        &self,
        area: &Area,
        names: impl Iterator<Item = (&'n str, Style)>,
        plot: (Range<i32>, Range<i32>),
        room: i32,
    ) -> Drawn {
        let names: Vec<(&str, Style)> = names.collect();
        let (x, y) = plot;
        let height = f64::from(y.end - y.start) / names.len().max(1) as f64;
        let base = area.get_base_pixel();
        for (row, (name, style)) in (0..).zip(names) {
            let middle = f64::from(y.start) + height * (f64::from(row) + 0.5);
            let at = (x.start - self.px(GAP) - base.0, middle.round() as i32 - base.1);
            let font = self.font(TEXT, self.look.hue(style.hue));
            self.text(area, &self.cut(area, name, room), &font, (HPos::Right, VPos::Center), at)?;
        }
        Ok(())
    }

    /// A name cut to a width, with an ellipsis if it does not fit.
    fn cut(&self, area: &Area, name: &str, room: i32) -> String {
        let mut kept = name.chars().count();
        let mut text = name.to_string();
        while self.width(area, &text) > room && kept > 1 {
            kept -= 1;
            text = name.chars().take(kept).chain(['\u{2026}']).collect();
        }
        text
    }

    /// The width that the names of rows take.
    fn room<'n>(&self, area: &Area, names: impl Iterator<Item = &'n str>) -> i32 {
        let widest = names.map(|name| self.width(area, name)).max().unwrap_or(0);
        widest.min((f64::from(area.dim_in_pixel().0) * NAMES_PART) as i32)
    }

    fn ridges(&self, area: &Area, chart: &Chart, ridges: &[Ridge]) -> Drawn {
        let room = self.room(area, ridges.iter().map(|ridge| ridge.name.as_str()));
        let plane = self.plane(area, &chart.x, &chart.y, Some(room))?;
        let plot = plane.plotting_area();
        let (x, y) = plot.get_pixel_range();
        let names = ridges.iter().map(|ridge| (ridge.name.as_str(), ridge.style));
        self.names(area, names, (x.clone(), y.clone()), room)?;
        let pixels = plot.strip_coord_spec();
        let height = f64::from(y.end - y.start) / ridges.len().max(1) as f64;
        let width = f64::from(x.end - x.start);
        for (row, ridge) in (1..).zip(ridges) {
            let base = (height * f64::from(row)).round() as i32;
            let color = self.look.hue(ridge.style.hue);
            let tall = (height - f64::from(self.px(4.0))) / f64::from(chart.y.end.max(1));
            let across = width / ridge.shares.len().max(1) as f64;
            let mut outline = vec![(0, base)];
            for (bin, share) in (0..).zip(&ridge.shares) {
                let top = base - (f64::from(*share) * tall).round() as i32;
                outline.push(((across * f64::from(bin)).round() as i32, top));
                outline.push(((across * f64::from(bin + 1)).round() as i32, top));
            }
            outline.push((width as i32, base));
            let fill = color.mix(FILL).filled();
            pixels.draw(&Polygon::new(outline.clone(), fill)).map_err(told)?;
            pixels.draw(&PathElement::new(outline, self.stroke(color, 1.5))).map_err(told)?;
            if let Some(median) = ridge.median {
                let middle = (f64::from(median) + 0.5) / f64::from(chart.x.end.max(1)) * width;
                let reach = (height * 0.7) as i32;
                self.tick(&pixels, middle.round() as i32, base - reach..base)?;
            }
        }
        Ok(())
    }

    fn bars(&self, area: &Area, chart: &Chart, bars: &[Bar]) -> Drawn {
        let room = self.room(area, bars.iter().map(|bar| bar.name.as_str()));
        let plane = self.plane(area, &chart.x, &chart.y, Some(room))?;
        let plot = plane.plotting_area();
        let (x, y) = plot.get_pixel_range();
        let names = bars.iter().map(|bar| (bar.name.as_str(), bar.style));
        self.names(area, names, (x.clone(), y.clone()), room)?;
        let pixels = plot.strip_coord_spec();
        let height = f64::from(y.end - y.start) / bars.len().max(1) as f64;
        let width = f64::from(x.end - x.start);
        let font = self.font(TEXT, self.look.ink);
        for (row, bar) in (0..).zip(bars) {
            let color = self.look.hue(bar.style.hue);
            for (half, value) in (0..).zip(bar.values) {
                let top = height * (f64::from(row) + 0.14 + 0.37 * f64::from(half));
                let (top, bottom) = (top.round() as i32, (top + height * 0.33).round() as i32);
                let end = width * f64::from(value) / f64::from(chart.x.end.max(1));
                let block = [(0, top), (end.round() as i32, bottom)];
                if half == 0 {
                    pixels.draw(&Rectangle::new(block, color.mix(FILL).filled())).map_err(told)?;
                }
                pixels.draw(&Rectangle::new(block, self.stroke(color, 1.5))).map_err(told)?;
                let text = grouped(value);
                let inside = end + f64::from(self.width(area, &text) + self.px(GAP)) > width;
                let (h_pos, beside) = if inside { (HPos::Right, -4.0) } else { (HPos::Left, 4.0) };
                let at = (end.round() as i32 + self.px(beside), i32::midpoint(top, bottom));
                // Two lines of text need the height of two.
                if bottom - top >= self.px(TEXT - 3.0) {
                    self.text(&pixels, &text, &font, (h_pos, VPos::Center), at)?;
                }
            }
        }
        Ok(())
    }
}

/// A coordinate for plotters' integer axes, which multiply distances of ticks by ten.
fn clamped(number: u32) -> i32 {
    number.min(100_000_000) as i32
}
