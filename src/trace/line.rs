//! The prefix of a line: task, CPU, context and time (kernel/trace/trace_output.c, v6.1).

use super::cursor::Cursor;

/// The context in which an event was written: the third letter of the flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Context {
    /// A task, outside interrupts. Also used if the trace does not name the context.
    #[default]
    Task,
    /// A soft interrupt (`s`).
    Softirq,
    /// A hard interrupt, including one that interrupted a soft interrupt.
    Hardirq,
    /// A non-maskable interrupt (`z`).
    Nmi,
}

/// The time of an event, according to the trace's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Stamp {
    /// Nanoseconds, from a clock that counts seconds (`local`, `global`, `mono`, `boot`).
    Nanoseconds(u64),
    /// Ticks, from a clock that only counts (`counter`, `x86-tsc`).
    Ticks(u64),
    /// The line has no time.
    #[default]
    None,
}

/// The prefix of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix<'a> {
    pub(super) comm: &'a [u8],
    pub(super) pid: u32,
    pub(super) cpu: u16,
    pub(super) context: Context,
    pub(super) time: Stamp,
    /// The text after the time, which is the event.
    pub(super) rest: &'a [u8],
}

/// Reads `<comm>-<pid> [(<tgid>)] [<cpu>] [<flags>] <time>: `, as `trace`, `trace_pipe` and
/// `trace-cmd report` print it. `perf script` prints a blank instead of the dash. The error is the
/// expected text.
pub(super) fn prefix(line: &[u8]) -> Result<Prefix<'_>, &'static str> {
    const WHO: &str = "a command, a dash, a pid and a CPU in brackets, as in `fio-1234 [002]`";
    let (comm, pid, mut at) = task_and_cpu(line).ok_or(WHO)?;
    let cpu = at.number().and_then(|cpu| u16::try_from(cpu).ok()).ok_or(WHO)?;
    at.byte(b']').ok_or(WHO)?;
    at.blanks();
    let context = flags(&mut at).unwrap_or_default();
    let time = time(&mut at).ok_or("a time and a colon after the CPU, as in `5321.000101:`")?;
    at.blanks();
    Ok(Prefix { comm, pid, cpu, context, time, rest: at.rest() })
}

/// The name of the command may contain blanks, dashes, colons and brackets, so the first `-<pid>
/// [<cpu>]` that fits is taken. The returned cursor stands after the bracket.
fn task_and_cpu(line: &[u8]) -> Option<(&[u8], u32, Cursor<'_>)> {
    let mut from = 0;
    loop {
        let at = from + line[from..].iter().position(|byte| *byte == b'[')?;
        let after = &line[at + 1..];
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0
            && after.get(digits) == Some(&b']')
            && let Some((comm, pid)) = task(&line[..at])
        {
            return Some((comm, pid, Cursor::new(after)));
        }
        from = at + 1;
    }
}

/// Reads `   kworker/u8:2-77  ` or `  fio-1234 (   1234) `, from the end.
fn task(text: &[u8]) -> Option<(&[u8], u32)> {
    let text = text.trim_ascii_end();
    let text = match text.strip_suffix(b")") {
        Some(tgid) => tgid[..tgid.iter().rposition(|byte| *byte == b'(')?].trim_ascii_end(),
        None => text,
    };
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, pid) = text.split_at(text.len() - digits);
    let (dash, comm) = before.split_last()?;
    if !matches!(dash, b'-' | b' ') {
        return None;
    }
    let pid = Cursor::new(pid).number32()?;
    let comm = comm.trim_ascii();
    if comm.is_empty() { None } else { Some((comm, pid)) }
}

/// Reads `d.h1.`: four to six letters, dots and digits. A time consists of digits and ends with a
/// colon.
fn flags(at: &mut Cursor<'_>) -> Option<Context> {
    let mut ahead = *at;
    let word = ahead.until(b' ');
    let is_flag = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'#');
    let not_time = word.iter().any(|byte| !byte.is_ascii_digit() && *byte != b'.') || {
        // Only dots, or dots and a preempt depth; a time starts with a digit.
        word.first() == Some(&b'.')
    };
    if !(4..=6).contains(&word.len()) || !word.iter().all(is_flag) || !not_time {
        return None;
    }
    ahead.blanks();
    *at = ahead;
    Some(match word.get(2) {
        Some(b's') => Context::Softirq,
        Some(b'h' | b'H') => Context::Hardirq,
        Some(b'z' | b'Z') => Context::Nmi,
        _ => Context::Task,
    })
}

/// Reads `5321.000101:` with six or nine decimals, or a plain count.
fn time(at: &mut Cursor<'_>) -> Option<Stamp> {
    let mut ahead = *at;
    let whole = ahead.number()?;
    let stamp = if ahead.byte(b'.').is_some() {
        let before = ahead.rest().len();
        let fraction = ahead.number()?;
        let digits = before - ahead.rest().len();
        let scale = 10_u64.checked_pow(9_u32.checked_sub(u32::try_from(digits).ok()?)?)?;
        let seconds = whole.checked_mul(1_000_000_000)?;
        Stamp::Nanoseconds(seconds.checked_add(fraction.checked_mul(scale)?)?)
    } else {
        Stamp::Ticks(whole)
    };
    ahead.byte(b':')?;
    *at = ahead;
    Some(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: (&str, u32, u16, Context, Stamp, &str)) {
        let read = prefix(line.as_bytes()).expect(line);
        let text = |bytes| core::str::from_utf8(bytes).unwrap_or("");
        let got = (text(read.comm), read.pid, read.cpu, read.context, read.time, text(read.rest));
        assert_eq!(got, expect, "{line}");
    }

    #[test]
    fn every_way_to_print_a_task_is_read() {
        use Context::{Hardirq, Softirq, Task};
        let time = Stamp::Nanoseconds(5_321_000_101_000);
        check(" fio-1234 [002] ..... 5321.000101: x", ("fio", 1234, 2, Task, time, "x"));
        check(" fio-1234 [002] .... 5321.000101: x", ("fio", 1234, 2, Task, time, "x"));
        check(" fio-12 ( 1234) [002] dNs1. 5321.000101: x", ("fio", 12, 2, Softirq, time, "x"));
        check(" fio-12 (-------) [0] 5321.000101000:   x", ("fio", 12, 0, Task, time, "x"));
        check("  <idle>-0  [128] d.h1. 5321.000101: x", ("<idle>", 0, 128, Hardirq, time, "x"));
        check("a b-c[1]-77 [001] ..... 99: x", ("a b-c[1]", 77, 1, Task, Stamp::Ticks(99), "x"));
        check("jbd2/sda1-8-301 [000] 5321.000101: x", ("jbd2/sda1-8", 301, 0, Task, time, "x"));
        check("kworker/u16:3 77 [1] 5321.000101: x", ("kworker/u16:3", 77, 1, Task, time, "x"));
    }

    #[test]
    fn a_prefix_that_is_none_says_what_was_expected() {
        for line in ["", "x", "fio-1234 002] 1.0: x", "fio-1234 [70000] 1.0: x", "-1 [0] 1.0: x"] {
            assert!(prefix(line.as_bytes()).is_err_and(|e| e.contains("pid")), "{line}");
        }
        for line in
            ["fio-1 [002] ..... x: y", "fio-1 [002] ..... 1.0 y", "fio-1 [0] 1.0000000000: x"]
        {
            assert!(prefix(line.as_bytes()).is_err_and(|e| e.contains("time")), "{line}");
        }
    }
}
