//! The examples of the laboratory.

use crate::es::Version;

use super::Edition;

/// An example of the laboratory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabPreset {
    /// A short name that links use.
    pub id: &'static str,
    /// What the example shows, in a few words.
    pub title: &'static str,
    /// The edition whose rules it starts with.
    pub edition: Edition,
    /// The lines of the example.
    pub text: &'static str,
    /// Number of lines that are executed at once.
    pub start: usize,
}

const fn preset(id: &'static str, title: &'static str, text: &'static str) -> LabPreset {
    LabPreset { id, title, edition: Edition::Kernel(Version::V3_9), text, start: 0 }
}

const fn posted(id: &'static str, title: &'static str, text: &'static str) -> LabPreset {
    LabPreset { edition: Edition::RfcV5, ..preset(id, title, text) }
}

const fn later(preset: LabPreset, version: Version) -> LabPreset {
    LabPreset { edition: Edition::Kernel(version), ..preset }
}

/// All examples, in the order in which they are offered.
pub const LAB_PRESETS: [LabPreset; 22] = [
    preset("rotations", "how the tree keeps its balance", ROTATIONS),
    preset("V5", "a write splits an unwritten extent", V5),
    preset("V7", "a hole is punched", V7),
    posted("C1 posted", "convert a whole extent", "insert [0/8) U@1000\nconvert [0/8) posted\n"),
    preset("C1 corrected", "the same", "insert [0/8) U@1000\nconvert [0/8) corrected\n"),
    posted("C2 posted", "convert a head", "insert [0/8) U@1000\nconvert [0/4) posted\n"),
    preset("C2 corrected", "the same", "insert [0/8) U@1000\nconvert [0/4) corrected\n"),
    posted("C3 posted", "convert a middle", "insert [0/8) U@1000\nconvert [2/4) posted\n"),
    preset("C3 corrected", "the same", "insert [0/8) U@1000\nconvert [2/4) corrected\n"),
    posted("C4 posted", "convert a tail: it is lost", C4_POSTED),
    preset("C4 corrected", "the tail is kept", C4),
    posted("C5 posted", "convert across two extents", C5_POSTED),
    preset("C5 corrected", "the same, nothing lost", C5),
    posted("C6 posted", "a hole becomes written", C6_POSTED),
    preset("C6 corrected", "the hole stays", C6),
    posted("C7 posted", "nothing cached", "insert [16/4) U@1000\nconvert [0/8) posted\n"),
    preset("C7 corrected", "the same", "insert [16/4) U@1000\nconvert [0/8) corrected\n"),
    preset("no memory", "the conversion finds no node in irq context", NOMEM),
    preset("dirty bit", "what the shrinker must keep until the disk says so", DIRTY),
    later(preset("second chance", "the shrinker and REFERENCED", SECOND), Version::V3_19),
    later(
        LabPreset { start: 1, ..preset("build-asc 1000", "1,000 extents, ascending", ASCENDING) },
        Version::V6_5,
    ),
    later(
        LabPreset { start: 1, ..preset("build-rand 1000", "1,000 extents, random", RANDOM) },
        Version::V6_5,
    ),
];

const V5: &str = "insert [0/16) U@1000\ninsert [4/4) W@1004\n";
const V7: &str = "insert [0/16) W@1000\nremove [4/4)\n";
const C4_POSTED: &str = "insert [0/8) U@1000\nconvert [4/4) posted\nlookup 5\n";
const C4: &str = "insert [0/8) U@1000\nconvert [4/4) corrected\nlookup 5\n";
const C5_POSTED: &str = "insert [0/8) U@1000\ninsert [8/8) U@2000\nconvert [4/8) posted\n";
const C5: &str = "insert [0/8) U@1000\ninsert [8/8) U@2000\nconvert [4/8) corrected\n";
const C6_POSTED: &str = "insert [0/4) U@1000\ninsert [4/4) H\ninsert [8/4) U@2000
convert [0/12) posted\nlookup 5\n";
const C6: &str = "insert [0/4) U@1000\ninsert [4/4) H\ninsert [8/4) U@2000
convert [0/12) corrected\nlookup 5\n";

const ROTATIONS: &str = "\
# ascending: rotations to the left
insert [0/4) W@1000
insert [8/4) U@2000
insert [16/4) D
insert [24/4) H
insert [32/4) W@3000
insert [40/4) U@4000
insert [48/4) D
insert [56/4) H
# between two: right, then left
insert [53/2) W@5000
insert [52/1) U@6000
# merged: a node goes
insert [4/4) W@1004
# removed: the heir, and balance again
remove [0/8)
remove [24/4)
remove [20/24)
";

const NOMEM: &str = "\
insert [0/8) U@1000
fail 1
convert [2/4) corrected
fail 1
remove [2/4)
";

const DIRTY: &str = "\
rule dirty_bit pending
insert [0/16) U@1000
dirty [4/8)
convert [4/8) corrected
shrink 8
disk [0/16) U@1000
clean [4/8)
shrink 8
";

const SECOND: &str = "\
insert [0/4) W@1
insert [4/4) D
insert [8/4) U@9
insert [12/4) H
lookup 0
lookup 12
shrink 4
shrink 2
shrink 4
";

const ASCENDING: &str = "\
build 1000 ascending
insert [1001/1) U@9000
lookup 500
remove [600/40)
insert [600/40) D
convert [1001/1) corrected
shrink 128
find delayed 0..2000
";

const RANDOM: &str = "\
build 1000 random
insert [1001/1) U@9000
lookup 500
remove [600/40)
insert [600/40) D
convert [1001/1) corrected
shrink 128
find delayed 0..2000
";
