//! Which kernel made a trace, and whose rules hold for it.

use crate::es::{Rules, Version};
use crate::kernel::{Design, Row};

/// A release of the kernel: `6.1.192`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Release {
    /// 6 of 6.1.192.
    pub major: u32,
    /// 1 of 6.1.192.
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

    /// Reads `uname -a`. Distributions number by their own; the version that they built from stands
    /// behind the date's brackets, as in `Debian 6.1.192-2`.
    pub fn of_uname(uname: &str) -> Option<Release> {
        let words = uname.split_whitespace();
        let begins = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        let mut releases =
            words.filter(begins).filter_map(Release::parse).filter(Release::is_likely);
        let named = releases.next()?;
        let same = |release: &Release| (release.major, release.minor) == (named.major, named.minor);
        Some(releases.find(same).unwrap_or(named))
    }

    /// Neither a date nor a time of a uname.
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
            // Stable 6.1 carries the change of v6.5; 6.1.192 was read.
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

    /// The design of the machine that stands for this release: a row, with the tree of v6.12
    /// where the row has an older one.
    pub fn design(self) -> Design {
        let mut design = self.row().design();
        let exclusive = self.rules().is_some_and(|rules| rules.exclusive_types);
        if exclusive && design.knobs.es_version < Version::V6_12 {
            design.knobs.es_version = Version::V6_12;
        }
        design
    }

    fn row(self) -> Row {
        match (self.major, self.minor) {
            at if at < (3, 9) => Row::V3_8,
            at if at < (3, 11) => Row::V3_9,
            at if at < (3, 12) => Row::V3_11,
            at if at < (5, 5) => Row::V3_12,
            _ => Row::V5_5,
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
}
