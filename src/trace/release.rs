//! The kernel that made a trace, and the rules for it.

use crate::es::{Rules, Version};
use crate::kernel::{Design, Extends, FailedWriteback, Row, WbError};

/// The design of the kernels with an event format, if the kernel is not known.
pub fn design_of_format(version: Version) -> Design {
    match version {
        Version::V3_8 => Row::V3_8,
        Version::V3_9 => Row::V3_9,
        Version::V3_11 => Row::V3_12,
        Version::V3_19 => Row::V4_13,
        Version::V6_5 => Row::V6_7,
        Version::V6_12 => Row::V6_12,
    }
    .design()
}

/// A release of the kernel: `6.1.192`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Release {
    /// The first number: 6 of 6.1.192.
    pub major: u32,
    /// The second number: 1 of 6.1.192.
    pub minor: u32,
    /// 192 of 6.1.192; 0 if it is not known.
    pub patch: u32,
}

impl Release {
    /// A release from its numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Release {
        Release { major, minor, patch }
    }

    /// Reads `6.1`, `v6.1.192`, `6.1.0-56-amd64`.
    pub fn parse(text: &str) -> Option<Release> {
        let text = text.trim().trim_start_matches('v');
        let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().ok());
        let major = numbers.next()??;
        let minor = numbers.next()??;
        let patch = numbers.next().flatten().unwrap_or(0);
        Some(Release { major, minor, patch })
    }

    /// Reads `uname -a`. Distributions have their own numbers; the version that they built from
    /// follows the parentheses with the date, as in `Debian 6.1.192-2`.
    pub fn of_uname(uname: &str) -> Option<Release> {
        let words = uname.split_whitespace();
        let begins = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let mut releases =
            words.filter(begins).filter_map(Release::parse).filter(Release::is_likely);
        let named = releases.next()?;
        let same = |release: &Release| (release.major, release.minor) == (named.major, named.minor);
        Some(releases.find(same).unwrap_or(named))
    }

    /// Rejects a date or a time of a uname.
    fn is_likely(&self) -> bool {
        (2..100).contains(&self.major) && self.minor < 100
    }

    /// The rules of the extent status tree of this release; `None` before v3.8, which has none.
    pub fn rules(self) -> Option<Rules> {
        let at = (self.major, self.minor);
        let version = match at {
            _ if at < (3, 8) => return None,
            (3, 8) => Version::V3_8,
            (3, 9 | 10) => Version::V3_9,
            _ if at < (3, 19) => Version::V3_11,
            // Stable 6.1 includes the change of v6.5; 6.1.192 was read.
            (6, 1) if self.patch >= 192 => Version::V6_5,
            _ if at < (6, 5) => Version::V3_19,
            _ if at < (6, 12) => Version::V6_5,
            _ => Version::V6_12,
        };
        let mut rules = *version.rules();
        if at == (6, 11) {
            rules.delayed_insert_many = true;
        }
        Some(rules)
    }

    /// The design for this release: the last row before it, with the knobs that have changed since.
    pub fn design(self) -> Design {
        let at = (self.major, self.minor);
        let mut design = self.row().design();
        let knobs = &mut design.knobs;
        if let Some(rules) = self.rules()
            && at >= (3, 9)
        {
            knobs.es_version = rules.version;
        }
        // Each of these changed between two rows; the knob names the commit.
        if at >= (3, 16) && knobs.wb_error == WbError::FlagIfCached {
            knobs.wb_error = WbError::Flag;
        }
        if at >= (4, 13) {
            knobs.wb_error = WbError::Errseq;
        }
        if at >= (4, 17) {
            knobs.extends = Extends::IDisksize;
        }
        if at >= (6, 15) {
            knobs.failed_writeback = FailedWriteback::StaysUnwritten;
        }
        design
    }

    fn row(self) -> Row {
        let at = (self.major, self.minor);
        match at {
            _ if at < (3, 9) => Row::V3_8,
            _ if at < (3, 11) => Row::V3_9,
            (3, 11) => Row::V3_11,
            _ if at < (4, 13) => Row::V3_12,
            _ if at < (5, 5) => Row::V4_13,
            _ if self.updates_size_first() && at < (6, 12) => Row::V6_7,
            _ if at < (6, 12) => Row::V5_5,
            _ if at < (6, 16) => Row::V6_12,
            _ => Row::V6_19,
        }
    }

    /// Whether a direct write that extends the file updates the size before it syncs (91562895f803,
    /// v6.7, and the stable kernels of November 2023; in traces of 6.1.192 the handle of the size
    /// precedes `ext4_sync_file`).
    fn updates_size_first(self) -> bool {
        match (self.major, self.minor) {
            (6, 1) => self.patch >= 64,
            (6, 6) => self.patch >= 3,
            at => at >= (6, 7),
        }
    }
}

impl core::fmt::Display for Release {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uname: &str, expect: (u32, u32, u32), version: Option<Version>) {
        let release = Release::of_uname(uname).expect(uname);
        assert_eq!((release.major, release.minor, release.patch), expect, "{uname}");
        assert_eq!(release.rules().map(|rules| rules.version), version, "{uname}");
    }

    #[test]
    fn a_uname_names_the_release_that_was_built() {
        check(
            "Linux guest 6.1.0-56-amd64 #1 SMP Debian 6.1.192-2 (2026-11-16) x86_64",
            (6, 1, 192),
            Some(Version::V6_5),
        );
        check(
            "Linux guest 6.12.117+deb13-amd64 #1 SMP Debian 6.12.117-1 (2026-01-01) x86_64",
            (6, 12, 117),
            Some(Version::V6_12),
        );
        check("Linux h 3.7.10 #1 SMP Mon Jan 7 10:20:30 UTC 2013 x86_64", (3, 7, 10), None);
        check("Linux h 5.4.0-42-generic #46-Ubuntu SMP 2020", (5, 4, 0), Some(Version::V3_19));
        assert_eq!(Release::of_uname("Linux"), None);
    }

    #[test]
    fn every_release_has_the_rules_of_its_time() {
        let rules = |text| Release::parse(text).expect(text).rules().map(|rules| rules.version);
        assert_eq!(rules("3.8"), Some(Version::V3_8));
        assert_eq!(rules("v3.10.5"), Some(Version::V3_9));
        assert_eq!(rules("3.18"), Some(Version::V3_11));
        assert_eq!(rules("6.1.20"), Some(Version::V3_19));
        assert_eq!(rules("6.11"), Some(Version::V6_5));
        assert_eq!(rules("7.0"), Some(Version::V6_12));
    }

    #[test]
    fn every_release_has_the_design_of_its_time() {
        for (release, design) in [
            ("3.7", "v3.8"),
            ("3.8.13", "v3.8"),
            ("3.9", "v3.9"),
            ("3.10.108", "v3.9"),
            ("3.11", "v3.11"),
            ("3.12", "v3.12"),
            ("3.16", "v3.12 +wb_error=flag"),
            ("3.19", "v3.12 +es_version=v3.19 +wb_error=flag"),
            ("4.9.0", "v3.12 +es_version=v3.19 +wb_error=flag"),
            ("4.13", "v4.13"),
            ("4.17", "v4.13 +extends=i_disksize"),
            ("5.4", "v4.13 +extends=i_disksize"),
            ("5.5", "v5.5"),
            ("6.1.20", "v5.5"),
            ("6.1.192", "v6.7"),
            ("6.5", "v5.5 +es_version=v6.5"),
            ("6.6", "v5.5 +es_version=v6.5"),
            ("6.6.30", "v6.7"),
            ("6.7", "v6.7"),
            ("6.11", "v6.7"),
            ("6.12.117", "v6.12"),
            ("6.14", "v6.12"),
            ("6.15", "v6.12 +failed_writeback=stays_unwritten"),
            ("6.16", "v6.19"),
            ("6.19", "v6.19"),
        ] {
            let found = Release::parse(release).expect(release).design();
            assert_eq!(found.to_string(), design, "{release}");
            assert_eq!(found.knobs.contradiction(), None, "{release}");
        }
    }
}
