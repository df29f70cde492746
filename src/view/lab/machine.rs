//! The machine of the laboratory: one tree under one edition's rules, call by call.

use crate::es::{Convert, DirtyBit, EsOp, Extent, Memory, Rules, Status, Tree};
use crate::view::words::count;

use super::lang::LabOp;
use super::rules::Edition;
use super::words::{Heard, Recorder, answer, failing};

#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) edition: Edition,
    pub(super) rules: Rules,
    pub(super) tree: Tree<Recorder>,
    /// Number of allocations that fail, after a number that do not.
    pub(super) fails: u32,
    pub(super) spared: u32,
    pub(super) answer: String,
    pub(super) failed: bool,
    pub(super) heard: Heard,
}

impl Machine {
    pub(super) fn new(edition: Edition) -> Machine {
        Machine {
            edition,
            rules: *edition.version().rules(),
            tree: Tree::default(),
            fails: 0,
            spared: 0,
            answer: String::new(),
            failed: false,
            heard: Heard::default(),
        }
    }

    pub(super) fn run(&mut self, op: LabOp) {
        self.failed = false;
        self.answer = match op {
            LabOp::Es(op) => self.call(op),
            LabOp::Convert { lblk, len } => {
                let how = self.edition.convert();
                let text = if how == Convert::Posted { "As posted" } else { "As corrected" };
                format!("{text}: {}", self.call(EsOp::ConvertUnwritten { lblk, len, how }))
            }
            LabOp::Fail { n, at } => {
                (self.fails, self.spared) = (n, at - 1);
                failing(n, at)
            }
            LabOp::Build { extents, random } => self.build(extents, random),
            LabOp::DirtyBit(bit) => {
                self.rules = self.rules.with_dirty_bit(bit);
                match bit {
                    DirtyBit::No => "No dirty bit.",
                    DirtyBit::UnwrittenOnly => "Only unwritten extents carry the dirty bit.",
                    DirtyBit::Pending => "Dirty until the disk conversion has finished.",
                }
                .into()
            }
            LabOp::ClusterBits(bits) => {
                self.rules = self.rules.with_cluster_bits(bits);
                format!("A cluster has {} blocks.", 1_u32 << bits)
            }
        };
        self.heard = self.tree.storage_mut().observer_mut().take();
    }

    fn call(&mut self, op: EsOp) -> String {
        let mut memory = Memory::failing(self.spared.saturating_add(1), self.fails);
        let mut answer = match self.tree.apply(&self.rules, &mut memory, op) {
            Ok(reply) => answer(op, reply),
            Err(error) => {
                self.failed = true;
                format!("Failed: {error}.")
            }
        };
        self.spared = self.spared.saturating_sub(memory.attempts);
        if self.fails < u32::MAX {
            self.fails -= memory.failed.min(self.fails);
        }
        if memory.failed > 0 {
            answer += &format!(" {} failed.", count(memory.failed, "allocation"));
        }
        if memory.nofail > 0 {
            answer += &format!(" {} with __GFP_NOFAIL.", count(memory.nofail, "allocation"));
        }
        if memory.warnings > 0 {
            answer += " The kernel warns.";
        }
        answer
    }

    /// `build-asc` and `build-rand` of the benches, with physical blocks starting at 1000.
    fn build(&mut self, extents: u32, random: bool) -> String {
        let order: Vec<u32> = if random { permutation(extents) } else { (0..extents).collect() };
        for i in order {
            let delayed = self.rules.delayed_only;
            let status = if delayed { Status::DELAYED } else { Status::WRITTEN };
            let pblk = if delayed { 0 } else { 1000 + 2 * u64::from(i) };
            let extent = Extent::new(2 * i, 1, pblk, status);
            // This line is for building a tree of a known size, so failures do not apply to it.
            let _ = self.tree.insert(&self.rules, &mut Memory::plenty(), extent);
        }
        let all = self.tree.all_nr();
        format!("The tree has {} now.", count(all, "extent"))
    }
}

/// The benches' permutation of `0..n` (xorshift64*, seed S_PERM).
fn permutation(n: u32) -> Vec<u32> {
    let mut x: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut perm: Vec<u32> = (0..n).collect();
    for i in (1..n).rev() {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        let random = x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        let j = (random * u64::from(i + 1)) >> 32;
        perm.swap(i as usize, j as usize);
    }
    perm
}
