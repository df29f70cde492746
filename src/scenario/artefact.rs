//! The result of a search, short enough to quote in a mail and exact enough to reproduce.

use core::fmt;

use super::link::Link;
use super::op_language::Script;
use super::presets::{PRESETS, Preset};
use super::run::Run;
use crate::check::{Report, Verdict, fingerprint};
use crate::kernel::{Design, Encoder};

/// The number of steps of each preset for [`model_checksum`].
const MODEL_STEPS: u32 = 100;

/// The line that begins an artefact, and its version.
const FIRST_LINE: &str = "extentscope search 1";

/// The width of its lines, in characters.
const WIDTH: usize = 76;

/// The keys of its lines, in order.
const KEYS: [&str; 6] = ["script", "search", "seen", "broken", "model", "graph"];

/// The script, the kind and the result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// The script and the design, as the fragment of a link.
    pub script: String,
    /// The kind of search, full or reduced, and the largest number of states.
    pub search: String,
    /// The numbers of states and transitions, the depth, and whether the search was complete.
    pub seen: String,
    /// The broken promises, and those that are not exercised.
    pub broken: String,
    /// [`model_checksum`] of the build that searched.
    pub model: String,
    /// The sum over all states and transitions.
    pub graph: String,
}

/// The search of an artefact, to repeat it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The script with its design.
    pub script: Script,
    /// The text of the script that was searched.
    pub text: String,
    /// The preset, if the script is one.
    pub preset: Option<&'static Preset>,
    /// The design under which it was searched.
    pub design: Design,
    /// The search is reduced.
    pub reduced: bool,
    /// The largest number of states to visit.
    pub states: u32,
}

/// A checksum of the model: the states after the first enabled steps of every preset.
pub fn model_checksum() -> String {
    let mut encoder = Encoder::new();
    let mut ends = Vec::new();
    for preset in PRESETS {
        let Ok(script) = Script::parse(preset.script) else { continue };
        let mut run = Run::new(script.setup);
        for _ in 0..MODEL_STEPS {
            let Some(choice) = run.enabled().first().copied() else { break };
            if run.step(choice).is_err() {
                break;
            }
        }
        ends.extend_from_slice(encoder.encode(run.setup(), run.state()));
    }
    format!("{:016x}", fingerprint(&ends).low)
}

impl Artefact {
    /// The artefact of a report on a script under a design.
    pub fn of(
        report: &Report,
        preset: Option<&'static Preset>,
        text: &str,
        design: &Design,
    ) -> Artefact {
        let link =
            Link { design: design.to_string(), preset, script: text.into(), ..Link::default() };
        let kind = if report.reduced { "reduced" } else { "full" };
        let Report { states, transitions, depth, .. } = report;
        let all = report.limit.map_or("complete".into(), |limit| format!("not complete, {limit}"));
        let of = |wanted: fn(&Verdict) -> bool| {
            let found = report.findings.iter().filter(|it| wanted(&it.verdict));
            let ids: Vec<&str> = found.map(|it| it.promise.id()).collect();
            if ids.is_empty() { "none".to_string() } else { ids.join(" ") }
        };
        let broken = of(|verdict| matches!(verdict, Verdict::Violated { .. }));
        let idle = of(|verdict| *verdict == Verdict::NeverReached);
        Artefact {
            script: link.write(),
            search: format!("{kind}, at most {} states", report.bound),
            seen: format!("{states} states, {transitions} transitions, depth {depth}, {all}"),
            broken: format!("{broken}; not exercised: {idle}"),
            model: model_checksum(),
            graph: report.graph.to_string(),
        }
    }

    fn lines(&self) -> [&str; KEYS.len()] {
        [&self.script, &self.search, &self.seen, &self.broken, &self.model, &self.graph]
    }

    /// Reads an artefact, which may be quoted with `> ` and have other lines around it.
    ///
    /// # Errors
    /// The first line that is missing or wrong.
    pub fn parse(text: &str) -> Result<Artefact, String> {
        let unquoted =
            |line: &str| line.trim_start_matches(['>', ' ', '\t']).trim_end().to_string();
        let mut lines = (1..).zip(text.lines().map(unquoted)).peekable();
        if !lines.any(|(_, line)| line == FIRST_LINE) {
            return Err(format!("expected a line `{FIRST_LINE}`"));
        }
        let value_of = |line: &str, key: &str| {
            line.strip_prefix(key).and_then(|rest| rest.strip_prefix(' ')).map(str::to_string)
        };
        let mut values = Vec::new();
        for (at, key) in KEYS.into_iter().enumerate() {
            let (number, line) =
                lines.next().ok_or_else(|| format!("expected a line `{key} …`"))?;
            let mut value =
                value_of(&line, key).ok_or(format!("line {number}: expected `{key} …`"))?;
            // A long value continues on the next lines.
            while let Some(next) = KEYS.get(at + 1) {
                let goes_on = |(_, line): &(i32, String)| value_of(line, next).is_none();
                let Some((_, more)) = lines.next_if(goes_on) else { break };
                if *key != *KEYS[0] {
                    value.push(' ');
                }
                value.push_str(&more);
            }
            values.push(value);
        }
        let [script, search, seen, broken, model, graph] =
            <[String; KEYS.len()]>::try_from(values).map_err(|_| "expected six lines")?;
        Ok(Artefact { script, search, seen, broken, model, graph })
    }

    /// The search that reproduces the artefact.
    ///
    /// # Errors
    /// The part that cannot be read.
    pub fn again(&self) -> Result<Again, String> {
        let (link, troubles) = Link::read(&self.script);
        if let Some(trouble) = troubles.first() {
            return Err(format!("script: {trouble}"));
        }
        let mut script = Script::parse(&link.script).map_err(|error| format!("script: {error}"))?;
        let design = Design::parse(&link.design)
            .map_err(|error| format!("design `{}`: expected {}", link.design, error.expected))?;
        script.setup.design = design;
        let expected =
            || "search: expected `reduced, at most 1000 states`, or `full, …`".to_string();
        let (kind, most) = self.search.split_once(", at most ").ok_or_else(expected)?;
        let states = most.strip_suffix(" states").and_then(|most| most.parse().ok());
        let reduced = match kind {
            "reduced" => true,
            "full" => false,
            _ => return Err(expected()),
        };
        let states = states
            .filter(|states| (1..=crate::bounds::STATES_MAX).contains(states))
            .ok_or_else(expected)?;
        Ok(Again { script, text: link.script, preset: link.preset, design, reduced, states })
    }

    /// The differences from another artefact: each with its key and both values.
    pub fn differences(&self, other: &Artefact) -> Vec<(&'static str, String, String)> {
        let pairs = KEYS.into_iter().zip(self.lines().into_iter().zip(other.lines()));
        let differing = pairs.filter(|(key, (one, other))| *key != "script" && one != other);
        differing.map(|(key, (one, other))| (key, one.into(), other.into())).collect()
    }
}

/// Lines with a key and a value, narrow enough for mail: a long value continues on the next lines.
impl fmt::Display for Artefact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        for (key, value) in KEYS.into_iter().zip(self.lines()) {
            let is_link = key == KEYS[0];
            let mut room = WIDTH - key.len() - 1;
            write!(f, "{key} ")?;
            if is_link {
                // Every character of a link is one byte.
                for chunk in value.as_bytes().chunks(room) {
                    writeln!(f, "{}", String::from_utf8_lossy(chunk))?;
                }
                continue;
            }
            for (at, word) in value.split(' ').enumerate() {
                if at > 0 && word.len() + 1 > room {
                    writeln!(f)?;
                    room = WIDTH;
                } else if at > 0 {
                    write!(f, " ")?;
                    room -= 1;
                }
                write!(f, "{word}")?;
                room = room.saturating_sub(word.len());
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Bounds, Detail, Search};

    /// Artefacts of a preset, and of a script whose link takes several lines.
    fn artefacts() -> Vec<Artefact> {
        let own = "file a 16 blocks, U 0+8\nt1: aio_write io=0+4\nt1: aio_write io=4+4\n\
                   t1: getevents\nt2: dio_read 0 8\n";
        let scripts =
            [(Preset::find("S2"), Preset::find("S2").map_or(own, |it| it.script)), (None, own)];
        let searched = |(preset, text): (Option<&'static Preset>, &str)| {
            let script = Script::parse(text).expect("a script");
            let design = Design::parse("rfc-v1 +es_version=v3.11").expect("a design");
            let setup = crate::kernel::Setup { design, ..script.setup };
            let search = Search::new(setup, Bounds { states: 500, ..Bounds::default() });
            let report = Report::of(&search.reduced().finish(), Detail::Verdicts);
            Artefact::of(&report, preset, text, &design)
        };
        scripts.into_iter().map(searched).collect()
    }

    #[test]
    fn an_artefact_reads_back_also_from_a_mail() {
        for artefact in artefacts() {
            let text = artefact.to_string();
            assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
            assert_eq!(Artefact::parse(&text).as_ref(), Ok(&artefact));
            let quoted: String = text.lines().map(|line| format!("> > {line}\n")).collect();
            let mail = format!("Hello,\n\n{quoted}\nand so on\n");
            let read = Artefact::parse(&mail).expect("it is in there");
            assert_eq!(read.differences(&artefact), []);
            let again = artefact.again().expect("a search");
            assert!(again.reduced && again.states == 500);
        }
    }

    #[test]
    fn what_is_wrong_with_an_artefact_is_said() {
        let text = artefacts()[0].to_string();
        let wrong = |text: &str| Artefact::parse(text).and_then(|it| it.again()).unwrap_err();
        assert!(wrong("").contains("extentscope search 1"));
        assert!(wrong(&text.replace("model ", "modal ")).contains("expected a line `model …`"));
        assert!(wrong(&text.replace("reduced, at", "half, at")).contains("expected `reduced"));
        assert!(wrong(&text.replace("at most 500", "at most 0")).contains("expected `reduced"));
        assert!(wrong(&text.replace("script v2", "script v9")).starts_with("script"));
    }
}
