use expect_test::expect;

use super::*;

const PORT: Port = Port { w: 900.0, h: 560.0 };

fn done(version: Version, text: &str) -> Lab {
    let mut lab = Lab::new();
    lab.edit(text);
    assert_eq!(lab.error(), None, "{text}");
    lab.set_version(version);
    lab.seek(usize::MAX);
    lab
}

#[test]
fn presets_read_and_end_as_the_vectors_say() {
    let mut lab = Lab::new();
    let mut said = String::new();
    for preset in &LAB_PRESETS {
        lab.load(preset.id);
        assert_eq!(lab.error(), None, "{}", preset.id);
        assert_eq!(lab.place().0, preset.start);
        lab.seek(usize::MAX);
        let text = lab.tree_text();
        let text = if text.len() > 80 { format!("{} bytes", text.len()) } else { text };
        said += &format!("{}: {text}\n", preset.id);
    }
    expect![[r#"
        rotations: [8/4) U@2000  [16/4) D  [48/4) D  [52/1) U@6000  [53/2) W@5000  [56/4) H
        V5: [0/4) U@1000  [4/4) W@1004  [8/8) U@1008
        V7: [0/4) W@1000  [8/8) W@1008
        C1 posted: [0/8) W@1000
        C1 corrected: [0/8) W@1000
        C2 posted: [0/4) W@1000  [4/4) U@1004
        C2 corrected: [0/4) W@1000  [4/4) U@1004
        C3 posted: [0/2) U@1000  [2/4) W@1002  [6/2) U@1006
        C3 corrected: [0/2) U@1000  [2/4) W@1002  [6/2) U@1006
        C4 posted: [0/4) U@1000
        C4 corrected: [0/4) U@1000  [4/4) W@1004
        C5 posted: [0/4) U@1000  [8/4) W@2000  [12/4) U@2004
        C5 corrected: [0/4) U@1000  [4/4) W@1004  [8/4) W@2000  [12/4) U@2004
        C6 posted: [0/4) W@1000  [4/4) W@1152921504606846975  [8/4) W@2000
        C6 corrected: [0/4) W@1000  [4/4) H  [8/4) W@2000
        C7 posted: [16/4) U@1000
        C7 corrected: [16/4) U@1000
        no memory: [0/8) U@1000
        dirty bit: (empty)
        second chance: [4/4) D
        build-asc 1000: 14160 bytes
        build-rand 1000: 14160 bytes
    "#]]
    .assert_eq(&said);
}

#[test]
fn back_is_where_it_was() {
    let mut lab = Lab::new();
    let mut seen = Vec::new();
    while lab.forward() {
        seen.push((lab.tree_text(), lab.heard().clone(), lab.picture(), lab.caption()));
    }
    while let Some(last) = seen.pop() {
        let now = (lab.tree_text(), lab.heard().clone(), lab.picture(), lab.caption());
        assert_eq!(now, last);
        lab.back();
    }
    assert_eq!(lab.tree_text(), "(empty)");
}

#[test]
fn rotations_splits_and_merges_are_told() {
    let lab = done(Version::V3_9, "insert [0/4) D\ninsert [8/4) H\ninsert [16/4) U@1\n");
    expect![[r#"
        link [16/4) U@1, red, right under [8/4)
        rotate left at [0/4): [8/4) goes up
        [8/4) turns black
        [0/4) turns red
        cache_es is [16/4)"#]]
    .assert_eq(&lab.heard().told.join("\n"));
    let lab = done(Version::V3_9, "insert [0/16) U@1000\ninsert [4/4) W@1004\n");
    expect![[r#"
        cache_es is nothing
        [0/16) U@1000 becomes [0/4) U@1000
        link [8/8) U@1008, red, right under [0/4)
        cache_es is [8/8)
        [0/4) is split: [8/8) is new
        link [4/4) W@1004, red, left under [8/8)
        rotate right at [8/8): [4/4) goes up
        rotate left at [0/4): [4/4) goes up
        [4/4) turns black
        [0/4) turns red
        cache_es is [4/4)"#]]
    .assert_eq(&lab.heard().told.join("\n"));
}

#[test]
fn failures_are_counted_over_lines() {
    let text = "insert [0/8) U@1000\nfail 2\nremove [2/4)\n";
    let mut lab = done(Version::V3_9, text);
    expect![
        "Line 3 of 3: remove [2/4). Failed: no memory for an extent (-ENOMEM). 1 allocation failed."
    ]
    .assert_eq(&lab.caption());
    assert_eq!(lab.counters().fails, 1);
    lab.set_version(Version::V6_5);
    expect!["Removed. 1 allocation failed."].assert_eq(lab.answer());
}

#[test]
fn a_version_says_what_it_does_otherwise() {
    expect![[r#"
        Types exclude each other: yes, any two warn. Before: UD is legal.
        Delayed insert: many blocks, two flags. Before: one block.
        Insert releases reservations: yes. Before: no."#]]
    .assert_eq(&differences(Version::V6_12).join("\n"));
    assert_eq!(differences(Version::V3_8).len(), RULE_ROWS.len());
    assert!(differences(Version::V3_19).len() > 4);
}

/// Boxes of one level never overlap, whatever is looked at; every extent is in a box or a glyph.
#[test]
fn layout_draws_what_fits() {
    for n in [0, 1, 2, 7, 40, 300, 1000, 5000] {
        for order in ["ascending", "random"] {
            let lab = done(Version::V6_5, &format!("build {n} {order}\n"));
            let picture = lab.picture();
            let mut camera = Camera::Fit;
            let all = layout(&picture, PORT, camera);
            let inside: u32 = all.shapes.iter().map(|it| it.mix.iter().sum::<u32>()).sum();
            assert_eq!(inside as usize + all.boxes, n, "{n} {order}");
            for step in 0..20 {
                let plan = layout(&picture, PORT, camera);
                assert!(plan.shapes.len() < 400, "{n} {order}: {}", plan.shapes.len());
                check_apart(&plan);
                camera = camera.zoomed(1.3, 700.0, &picture, PORT);
                camera = camera.panned(40.0, f64::from(step), &picture, PORT);
            }
        }
    }
}

fn check_apart(plan: &Plan) {
    let mut boxes: Vec<_> = plan.shapes.iter().map(|it| (it.at.1, it.at.0, it)).collect();
    boxes.sort_by_key(|(y, x, _)| (*y, *x));
    for pair in boxes.windows(2) {
        let [(y1, x1, a), (y2, x2, b)] = pair else { continue };
        // Slivers of a few pixels may touch.
        let sliver = a.size.0 <= 6 || b.size.0 <= 6;
        let apart = x1 + a.size.0 / 2 <= x2 - b.size.0 / 2 + 1;
        assert!(y1 != y2 || sliver || apart, "{a:?} {b:?}");
    }
}

#[test]
fn zoom_keeps_what_is_under_the_pointer_and_ends_at_fit() {
    let lab = done(Version::V6_5, "build 1000 random\n");
    let picture = lab.picture();
    let near = Camera::Fit.zoomed(8.0, 200.0, &picture, PORT);
    let rank = |camera: Camera| {
        let (zoom, x, _) = camera.resolve(picture.len(), PORT);
        x + (200.0 - PORT.w / 2.0) / (62.0 * zoom)
    };
    assert!((rank(near) - rank(Camera::Fit)).abs() < 1e-6);
    assert_eq!(near.zoomed(0.01, 200.0, &picture, PORT), Camera::Fit);
    assert!(layout(&picture, PORT, picture.on_change().unwrap()).boxes > 5);
}
