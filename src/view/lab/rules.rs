//! The rules in which versions differ, in words. `docs/es-versions.md` is printed from these rows
//! too.

use crate::es::{Convert, NoMemory, Rules, Shrinker, Version};

/// The rules of a laboratory: those of a kernel version, or of series v5 of the RFC, whose
/// conversion is in no kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edition {
    /// A range of kernel releases.
    Kernel(Version),
    /// Zheng Liu's series v5 of 9 Feb 2013: the tree of v3.9, and
    /// `ext4_es_convert_unwritten_extents` as posted.
    RfcV5,
}

impl Edition {
    /// All editions, oldest first.
    pub const ALL: [Edition; 7] = [
        Edition::Kernel(Version::V3_8),
        Edition::RfcV5,
        Edition::Kernel(Version::V3_9),
        Edition::Kernel(Version::V3_11),
        Edition::Kernel(Version::V3_19),
        Edition::Kernel(Version::V6_5),
        Edition::Kernel(Version::V6_12),
    ];

    /// The id: that of the version, or `rfc-v5`.
    pub const fn id(self) -> &'static str {
        match self {
            Edition::Kernel(version) => version.id(),
            Edition::RfcV5 => "rfc-v5",
        }
    }

    /// The name that readers see.
    pub const fn title(self) -> &'static str {
        match self {
            Edition::Kernel(version) => version.range(),
            Edition::RfcV5 => "RFC v5, on v3.9",
        }
    }

    /// The version whose rules the tree follows.
    pub const fn version(self) -> Version {
        match self {
            Edition::Kernel(version) => version,
            Edition::RfcV5 => Version::V3_9,
        }
    }

    /// One sentence: how far golden traces cover it.
    pub const fn coverage(self) -> &'static str {
        match self {
            Edition::Kernel(version) => version.coverage(),
            Edition::RfcV5 => {
                "golden traces of v3.9.6 for the tree; none has the conversion, which is from a \
                 reading of the posted patch"
            }
        }
    }

    /// The function that `convert` uses if the line names none.
    pub const fn convert(self) -> Convert {
        match self {
            Edition::Kernel(_) => Convert::Corrected,
            Edition::RfcV5 => Convert::Posted,
        }
    }

    /// The edition with an id.
    pub fn find(id: &str) -> Option<Edition> {
        Edition::ALL.into_iter().find(|it| it.id() == id)
    }
}

/// A row: the rule, its source, and its value in the rules of a version.
pub type RuleRow = (&'static str, &'static str, fn(&Rules) -> String);

/// All rules, one per row, in the order of `docs/es-versions.md`.
pub const RULE_ROWS: [RuleRow; 14] = [
    ("Statuses", "v3.9, 74cd15cd", |it| {
        yes(!it.delayed_only, "W, U, D, H", "D only: presence means delayed")
    }),
    ("Types exclude each other", "v6.12, Zhang Yi", |it| {
        yes(it.exclusive_types, "yes, any two warn", "UD is legal")
    }),
    ("REFERENCED", "v3.19", |it| yes(it.referenced, "set by lookup, cleared by reclaim", "–")),
    ("Physical block", "`ES_SHIFT`", |it| match it.delayed_only {
        true => "–".into(),
        false => format!("{} bits", it.pblk_bits),
    }),
    ("Insert removes what was there", "v3.9", |it| {
        yes(it.insert_removes_first, "yes", "no: overlaps by shape")
    }),
    ("Merging refuses more than 2^32 − 1 blocks", "v3.9, warns from v3.16", |it| {
        match (it.length_limit, it.warns) {
            (false, _) => "no".into(),
            (_, false) => "yes".into(),
            _ => "yes, with a warning".into(),
        }
    }),
    ("Find stops at an end", "v3.10, 1fdef129", |it| yes(it.find_stops_at_end, "yes", "no")),
    ("`ext4_es_cache_extent`, precached", "v3.12", |it| yes(it.cache_extent, "yes", "–")),
    ("Reclaim list", "v3.9, v3.11, v3.19", |it| {
        match it.shrinker {
            Shrinker::None => "–",
            Shrinker::Lru => "LRU, moved on every use",
            Shrinker::LazyLru => "LRU, sorted when a pass frees nothing",
            Shrinker::RoundRobin => "round robin of inodes with something to free",
        }
        .into()
    }),
    ("The quota counts", "v3.19", |it| {
        match it.shrinker {
            Shrinker::None => "–",
            Shrinker::Lru | Shrinker::LazyLru => "extents freed",
            Shrinker::RoundRobin => "extents looked at",
        }
        .into()
    }),
    ("No memory for a node", "v3.10, v3.19, v6.5", |it| match it.no_memory {
        NoMemory::Error => "−ENOMEM".into(),
        NoMemory::ShrinkAndRetry(nr) => {
            format!("shrink {nr}, retry; then only DELAYED fails")
        }
        NoMemory::Preallocate => {
            "drop what need not be kept, else retry with `__GFP_NOFAIL`".into()
        }
    }),
    ("Reserved clusters counted by remove, pending tree", "v4.20", |it| {
        yes(it.counts_reserved, "yes", "–")
    }),
    ("Delayed insert", "v4.20, v6.11", |it| {
        match (it.counts_reserved, it.delayed_insert_many) {
            (false, _) => "the ordinary insert",
            (true, false) => "one block",
            (true, true) => "many blocks, two flags",
        }
        .into()
    }),
    ("Insert releases reservations", "v6.12", |it| yes(it.insert_releases_reserved, "yes", "no")),
];

fn yes(is: bool, then: &str, otherwise: &str) -> String {
    if is { then.into() } else { otherwise.into() }
}

/// The differences between an edition and the one before it, one sentence per rule.
pub fn differences(edition: Edition) -> Vec<String> {
    let Edition::Kernel(version) = edition else {
        return vec![
            "ext4_es_convert_unwritten_extents: as posted. No kernel has it; under a kernel's \
             rules the corrected text converts."
                .into(),
        ];
    };
    let at = Version::ALL.iter().position(|it| *it == version).unwrap_or(0);
    let before = at.checked_sub(1).map(|at| Version::ALL[at].rules());
    let plain = |text: String| match text.replace('`', "").as_str() {
        "–" => "none".to_string(),
        text => text.to_string(),
    };
    let sentence = |(name, _, text): &RuleRow| {
        let (name, now) = (name.replace('`', ""), plain(text(version.rules())));
        match before.map(|rules| plain(text(rules))) {
            Some(before) if before == now => None,
            Some(before) => Some(format!("{name}: {now}. Before: {before}.")),
            None => Some(format!("{name}: {now}.")),
        }
    };
    RULE_ROWS.iter().filter_map(sentence).collect()
}
