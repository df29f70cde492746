//! Writes a script as text that reads back as the same script.

use core::fmt;

use super::budgets::{BUDGET_WORDS, budget_of};
use super::ops::OpText;
use super::script::{Expectation, MOUNTS, Script};
use crate::kernel::{Design, FileExtent, Op, Promise, Setup};

/// Writes the canonical text; reading it gives the same script.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setup { design, mount, delalloc, slots, journal, cluster, files, threads, budgets } =
            &self.setup;
        if !self.title.is_empty() {
            writeln!(f, "title {}", self.title)?;
        }
        if self.names_design {
            writeln!(f, "design {design}")?;
        }
        let nolock = mount.map(|nolock| if nolock { MOUNTS[0] } else { MOUNTS[1] });
        let options = nolock.into_iter().chain((!delalloc).then_some(MOUNTS[2]));
        let options: Vec<&str> = options.collect();
        if !options.is_empty() {
            writeln!(f, "mount {}", options.join(" "))?;
        }
        writeln!(f, "slots {slots}")?;
        if *journal > 0 {
            writeln!(f, "journal {journal}")?;
        }
        if *cluster > 0 {
            writeln!(f, "cluster {}", 1 << cluster)?;
        }
        for file in files {
            write!(f, "file {} {} blocks", file.name, file.blocks)?;
            for FileExtent { range, written } in &file.extents {
                let status = if *written { "W" } else { "U" };
                write!(f, ", {status} {}+{}", range.lblk, range.len)?;
            }
            writeln!(f)?;
        }
        for (name, _) in BUDGET_WORDS {
            match budget_of(&mut budgets.clone(), name) {
                Some(budget) if *budget > 0 => writeln!(f, "allow {name} {budget}")?,
                _ => {}
            }
        }
        writeln!(f)?;
        // The order of the script is kept, because it numbers the writes. Sorted by thread, the
        // letters of the writes could change.
        let mut ops: Vec<(u32, usize, Op)> = Vec::new();
        for (thread, program) in threads.iter().enumerate() {
            for (index, op) in program.iter().enumerate() {
                let line = self.lines.get(thread).and_then(|lines| lines.get(index));
                let line = line.copied().unwrap_or(0);
                let place = ops.partition_point(|(other, ..)| *other <= line);
                ops.insert(place, (line, thread + 1, *op));
            }
        }
        for (_, thread, op) in ops {
            writeln!(f, "t{thread}: {}", OpText { op, files })?;
        }
        for (i, Expectation { designs, broken }) in self.expectations.iter().enumerate() {
            let names: Vec<String> = designs.iter().map(Design::to_string).collect();
            let names = if names.is_empty() { "others".into() } else { names.join(", ") };
            let broken = Promise::ALL.iter().filter(|promise| broken & promise.bit() != 0);
            let broken: Vec<&str> = broken.map(|promise| promise.id()).collect();
            let broken = if broken.is_empty() { "ok".into() } else { broken.join(" ") };
            let gap = if i == 0 { "\n" } else { "" };
            writeln!(f, "{gap}expect {names}: {broken}")?;
        }
        Ok(())
    }
}
