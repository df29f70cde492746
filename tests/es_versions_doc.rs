//! Prints `docs/es-versions.md` from the tables of rules. `UPDATE_EXPECT=1 cargo test` writes the
//! file again.

use std::fmt::Write as _;

use expect_test::expect_file;
use extentscope::es::Version;
use extentscope::view::lab::RULE_ROWS;

#[test]
fn the_page_of_versions_is_up_to_date() {
    expect_file!["../docs/es-versions.md"].assert_eq(&page());
}

fn page() -> String {
    let mut page = String::from(HEAD);
    let _ = write!(page, "| rule | from |");
    Version::ALL.iter().for_each(|it| {
        let _ = write!(page, " {} |", it.range());
    });
    page += "\n|---|---|";
    page += &"---|".repeat(Version::ALL.len());
    for (name, from, text) in RULE_ROWS {
        let _ = write!(page, "\n| {name} | {from} |");
        for version in Version::ALL {
            let _ = write!(page, " {} |", text(version.rules()));
        }
    }
    page += "\n\n## How far traces of a real kernel reach\n\n";
    for version in Version::ALL {
        let _ = writeln!(page, "- {}: {}.", version.range(), version.coverage());
    }
    page += TAIL;
    page
}

const HEAD: &str = "\
# Which version's extent status tree does what

`tests/es_versions_doc.rs` prints this page from the tables in `src/es/rules.rs`, and fails when the
two differ. All versions share one algorithm (`src/es`: `tree`, `find`, `insert`, `remove`); a
version is a table of rules.
A row names the release in which its rule first appeared. A column that begins with an earlier
release has the rule for all its releases, and a note below says so.

Sources: `fs/ext4/extents_status.c` of v3.8 (654598be), v3.9.6, v3.12.9, v4.9, v5.4, v6.1.192
(which carries the v6.5 change) and v6.12.117.

";

const TAIL: &str = "
## Where a column is a simplification

- v3.10 differs from v3.9 in two rules: finding a delayed extent stops at an end, and an insert
  that gets no memory calls the shrinker and tries again. `Rules::with_no_memory` gives the second.
- `ext4_es_cache_extent` and the precached mark came with v3.12; the column v3.11–v3.18 has them.
- Predicates for find and scan, the count of reserved clusters and the pending reservations came
  with v4.20, `ext4_clear_inode_es` with v5.4; the column v3.19–v6.4 has them.
- The delayed insert of many blocks came with v6.11; v6.5–v6.11 inserts one.
- The physical block of a hole or a delayed extent is whatever the caller passed; nothing reads
  it, and it is not kept. `ext4_es_convert_unwritten_extents` as posted exposes it: all ones.
- v3.11's times are ranks: every use is later than the one before, where the kernel's jiffies may
  be equal.

## Not in any release

`ext4_es_convert_unwritten_extents` (RFC, Dec 2012; v5 of the series, 9 Feb 2013) in two forms, as
posted and corrected, and the dirty bit of the thread (31 Dec 2012 to 3 Jan 2013) in two readings:

| reading | who carries it | what the shrinker keeps | disk-sourced inserts |
|---|---|---|---|
| `no` | nobody | DELAYED | overwrite |
| `unwritten_only` | UNWRITTEN entries whose conversion is pending | DELAYED, dirty | leave dirty blocks alone |
| `pending` | the same, and they keep it as WRITTEN until the disk is converted | DELAYED, dirty | leave dirty blocks alone |
";
