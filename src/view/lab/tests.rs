use expect_test::expect;

use super::*;
use crate::es::Version;
use crate::kernel::Design;
use crate::scenario::{Link, PRESETS};
use crate::session::Session;
use crate::view::trees;

const PORT: Port = Port { w: 900.0, h: 560.0 };

fn done(version: Version, text: &str) -> Lab {
    let mut lab = Lab::new();
    lab.edit(text);
    assert_eq!(lab.error(), None, "{text}");
    lab.set_edition(Edition::Kernel(version));
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
    assert_eq!(lab.counters().fails, (1, 1));
    lab.set_edition(Edition::Kernel(Version::V6_5));
    expect!["Removed. 1 allocation failed."].assert_eq(lab.answer());
}

#[test]
fn a_version_says_what_it_does_otherwise() {
    expect![[r#"
        Types exclude each other: yes, any two warn. Before: UD is legal.
        Delayed insert: many blocks, two flags. Before: one block.
        Insert releases reservations: yes. Before: no."#]]
    .assert_eq(&differences(Edition::Kernel(Version::V6_12)).join("\n"));
    assert_eq!(differences(Edition::Kernel(Version::V3_8)).len(), RULE_ROWS.len());
    assert!(differences(Edition::Kernel(Version::V3_19)).len() > 4);
}

/// Boxes of one level never overlap, in any view, and every extent is in a box or a glyph.
#[test]
fn layout_draws_what_fits() {
    for n in [0, 1, 2, 7, 40, 300, 1000, 5000] {
        for order in ["ascending", "random"] {
            let lab = done(Version::V6_5, &format!("build {n} {order}\n"));
            let picture = lab.picture();
            let mut camera = Camera::Fit;
            let all = drawn(&picture, camera);
            let inside: u32 = all.shapes.iter().map(|it| it.mix.iter().sum::<u32>()).sum();
            assert_eq!(inside as usize + all.boxes, n, "{n} {order}");
            for step in 0..20 {
                let plan = drawn(&picture, camera);
                assert!(plan.shapes.len() < 400, "{n} {order}: {}", plan.shapes.len());
                check_apart(&plan);
                camera = camera.zoomed(1.3, 700.0, &picture, PORT);
                camera = camera.panned(40.0, f64::from(step), &picture, PORT);
            }
        }
    }
}

fn drawn(picture: &Picture, camera: Camera) -> Plan {
    layout(picture, PORT, camera, &Plan::default())
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

/// A remaining element keeps its position in the document: new elements take the positions of
/// removed ones or come at the end.
#[test]
fn what_is_drawn_stays_where_it_is_in_the_document() {
    let mut text = "build 300 random\n".to_string();
    for i in 0..100 {
        let at = 2 * (i * 617 % 300);
        text += &format!("insert [{}/1) U@{}\nremove [{}/1)\n", at + 1, 9000 + at, at / 3 * 2);
    }
    let mut lab = done(Version::V6_5, &text);
    let camera = Camera::Fit.zoomed(6.0, 200.0, &lab.picture(), PORT);
    let (mut before, mut travel, mut new) = (drawn(&lab.picture(), camera), 0, 0);
    while lab.place().0 > 0 {
        lab.back();
        let plan = layout(&lab.picture(), PORT, camera, &before);
        let keys: Vec<u64> = plan.shapes.iter().map(|it| it.key).collect();
        let mut ordered = plan.order.clone();
        ordered.sort_unstable();
        assert_eq!(ordered, keys);
        let fresh = plan.order.iter().filter(|key| before.shape(**key).is_none()).count();
        if plan.order.len() >= before.order.len() {
            let moved = |(was, is): (&u64, &u64)| was != is && plan.shape(*was).is_some();
            assert!(!before.order.iter().zip(&plan.order).any(moved));
        } else {
            let stays: Vec<_> =
                before.order.iter().filter(|it| plan.shape(**it).is_some()).collect();
            let now: Vec<_> = plan.order.iter().filter(|it| before.shape(**it).is_some()).collect();
            assert_eq!(stays, now);
        }
        let travels = plan.shapes.iter().filter(|it| before.shape(it.key).is_some() && !it.still);
        (travel, new) = (travel + travels.count(), new + fresh);
        before = plan;
    }
    // Some shapes are animated and some are new.
    expect!["4 travel, 122 are new"].assert_eq(&format!("{travel} travel, {new} are new"));
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
    assert!(drawn(&picture, picture.on_change(PORT).unwrap()).boxes > 5);
}

/// The tree of the stage equals the tree that its lines build, node by node, at every position of a
/// run.
#[test]
fn lines_of_the_stage_make_the_stage_s_tree() {
    let mut compared = 0;
    for preset in PRESETS {
        for design in ["v3.8", "rfc-v1", "rfc-dirty", "rfc-v5", "v3.9", "v5.5"] {
            let mut session = Session::new();
            session.load_preset(preset.id);
            session.set_design(Design::parse(design).unwrap());
            for step in 0..40 {
                compared += same_as_stage(&session);
                let enabled = session.run().enabled();
                let Some(choice) = enabled.get(step % enabled.len().max(1)) else { break };
                session.step(*choice).unwrap();
            }
        }
    }
    assert!(compared > 2_000, "{compared} nodes were compared");
}

fn same_as_stage(session: &Session) -> usize {
    let mut lab = Lab::new();
    lab.set_stage(stage_trees(&session.link()).unwrap());
    let on_stage = trees(session.run());
    assert_eq!(lab.stage().len(), on_stage.len());
    let mut compared = 0;
    for (at, tree) in on_stage.iter().enumerate() {
        lab.load_stage(at);
        assert_eq!(lab.error(), None);
        let mut nodes: Vec<_> = tree.nodes.iter().collect();
        nodes.sort_by_key(|it| it.lblk);
        let rows = lab.rows(0, usize::MAX);
        assert_eq!(rows.len(), nodes.len(), "{}", lab.text());
        for (row, node) in rows.iter().zip(nodes) {
            let status = row.extent.status.to_string();
            assert_eq!(
                (row.extent.lblk, row.extent.len, &status),
                (node.lblk, node.len, &node.status)
            );
            assert_eq!((row.black, row.cached), (node.black, node.cached), "{}", lab.text());
            compared += 1;
        }
    }
    compared
}

#[test]
fn a_link_of_another_model_is_refused() {
    let mut session = Session::new();
    session.load_preset("S2");
    let choice = session.run().enabled()[0];
    session.step(choice).unwrap();
    let link = session.link();
    assert!(stage_trees(&link).is_ok());
    let other = Link { end: Some("0000".into()), ..Link::read(&link).0 }.write();
    let says = "the page and the laboratory have different versions: reload the page";
    assert_eq!(stage_trees(&other).unwrap_err(), says);
    assert!(stage_trees("nonsense").unwrap_err().starts_with("the link does not begin"));
}

#[test]
fn the_stage_is_followed_until_its_lines_are_edited() {
    let tree =
        |text: &str| StageTree { file: "a".into(), version: Version::V3_9, text: text.into() };
    let mut lab = Lab::new();
    lab.set_stage(vec![tree("insert [0/8) U@1000\n")]);
    assert_eq!(lab.preset().map(|it| it.id), Some("rotations"));
    lab.load_stage(0);
    lab.set_stage(vec![tree("insert [0/8) U@1000\nlookup 3\n")]);
    assert_eq!((lab.stage_tree(), lab.place()), (Some(0), (2, 2)));
    lab.edit("insert [0/8) H\n");
    lab.set_stage(vec![tree("clear\n")]);
    assert_eq!((lab.stage_tree(), lab.text()), (None, "insert [0/8) H\n"));
}

#[test]
fn a_line_is_done_where_the_lines_stand() {
    let mut lab = Lab::new();
    lab.load("V5");
    lab.issue("insert [32/4) D").unwrap();
    assert_eq!(lab.text(), "insert [32/4) D\ninsert [0/16) U@1000\ninsert [4/4) W@1004\n");
    assert_eq!((lab.place(), lab.tree_text()), ((1, 3), "[32/4) D".into()));
    lab.seek(2);
    lab.issue("  lookup 5 ").unwrap();
    assert_eq!(lab.answer(), "Found [0/16) U@1000; the next one starts at 32.");
    // A rule after a call is an error of the text as a whole; a wrong word is an error of its line.
    assert!(lab.issue("rule dirty_bit no").is_err());
    assert_eq!(lab.issue("lookup").unwrap_err().column, 7);
    assert_eq!(lab.place(), (3, 4));
}

#[test]
fn allocations_fail_by_number() {
    let told = |text: &str| {
        let lab = done(Version::V3_9, text);
        (lab.answer().to_string(), lab.failed().to_vec(), lab.counters().fails)
    };
    let split = "insert [0/16) U@1000\nfail 1 at 2\ninsert [4/4) W@1004\n";
    expect![[r#"
        (
            "Failed: no memory for an extent (-ENOMEM). 1 allocation failed.",
            [
                3,
            ],
            (
                0,
                1,
            ),
        )
    "#]]
    .assert_debug_eq(&told(split));
    assert_eq!(told("fail 2 at 3\ninsert [0/1) H\n").2, (2, 2));
    assert_eq!(told("fail all\ninsert [0/1) H\ninsert [2/1) H\n").1, [2, 3]);
    assert_eq!(told("fail all\nfail 0\ninsert [0/1) H\n").1, [0_u32; 0]);
}

#[test]
fn a_laboratory_as_text() {
    let lab = done(Version::V6_5, "rule cluster_bits 2\ninsert [0/4) W@1000\nfail 1 at 2\n");
    expect![[r#"
        Extent status tree, rules of v6.5–v6.11, 3 of 3 lines done
        [0/4) W@1000  black, root, cache_es
        i_es_all_nr: 1
        i_es_shk_nr: 1
        i_es_shrink_lblk: 0
        cache_es: [0/4) W@1000
        allocations to fail: 1, from number 2
    "#]]
    .assert_eq(&lab.state_text());
    expect![[r#"
        # rules of v6.5–v6.11
        rule cluster_bits 2
        insert [0/4) W@1000
        fail 1 at 2
    "#]]
    .assert_eq(&lab.done_text());
}

#[test]
fn a_shape_shows_colour_cache_dirt_and_rotation() {
    let lab = done(Version::V3_9, "insert [0/4) D\ninsert [8/4) H\ninsert [16/4) U@1\n");
    let plan = drawn(&lab.picture(), Camera::Fit);
    let said: Vec<String> =
        plan.shapes.iter().map(|it| format!("{}: {}", it.class(), it.title)).collect();
    expect![[r#"
        tree-node node-red status-d-node is-changed: [0/4) D red
        tree-node node-black status-h-node is-changed: [8/4) H black, lifted by a rotation to the left
        tree-node node-red status-u-node is-changed: [16/4) U red, cache_es"#]]
    .assert_eq(&said.join("\n"));
    let marks = |at: usize, what: &str| plan.shapes[at].svg().contains(what);
    assert!(marks(1, ">↺<") && !marks(0, ">↺<"));
    assert!(marks(2, ">cache_es<") && marks(2, ">@1<") && !marks(1, ">cache_es<"));
    // Only the root has no line.
    let length = |at: usize| !plan.shapes[at].edge().ends_with("scale(0, 0)");
    assert_eq!([0, 1, 2].map(length), [true, false, true]);
    let dirty = done(Version::V3_9, "rule dirty_bit pending\ninsert [0/4) U@1\ndirty [0/4)\n");
    let plan = drawn(&dirty.picture(), Camera::Fit);
    assert!(plan.shapes[0].svg().contains("lab-dirty") && plan.shapes[0].label == "[0/4) U*");
    assert!(!plan.shapes[0].svg().contains("textLength"));
    let high = done(Version::V3_9, "insert [4294967200/64) U@1\n");
    let high = drawn(&high.picture(), Camera::Fit);
    assert!(high.shapes[0].svg().contains("textLength=\"98\""), "{}", high.shapes[0].svg());
}

#[test]
fn a_glyph_shows_every_status_that_is_in_it() {
    let lab = done(Version::V6_5, "build 1000 random\ninsert [1001/1) U@9000\n");
    let plan = drawn(&lab.picture(), Camera::Fit);
    let glyph = plan.shapes.iter().find(|it| it.mix[1] > 0).unwrap();
    assert!(glyph.form == Form::Glyph && glyph.changed && glyph.cached);
    assert!(glyph.svg().contains("status-u lab-part") && !glyph.svg().contains("status-d"));
    assert!(glyph.title.ends_with("1 U"), "{}", glyph.title);
}

#[test]
fn the_margin_marks_what_is_next_and_what_failed() {
    let mut lab = Lab::new();
    lab.load("no memory");
    lab.seek(3);
    assert_eq!(lab.margin(), Margin { lines: 5, next: Some(4), bad: vec![3] });
    assert_eq!(lab.margin().numbers(), "1\n2\n3\n4\n5");
    lab.edit("insert [0/8) U@1000\nfail\n");
    assert_eq!(lab.margin().bad, [2]);
}

#[test]
fn a_long_tree_is_shown_in_part_and_copied_whole() {
    let lab = done(Version::V6_5, "build 100 ascending\n");
    assert!(lab.tree_head().ends_with("[118/1) W@1118  and 40 more: Copy tree takes them all"));
    assert!(lab.tree_text().ends_with("[198/1) W@1198"));
    assert_eq!(lab.heard().lines(), ["100 extents linked, 89 rotations"]);
}
