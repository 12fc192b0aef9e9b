//! The result as text: a mark, what changed, and how.

use super::MANIFEST;
use super::model::{Changes, Comparison, Line, Mark, MemberBytes, PayloadMap};
use crate::render::words::{grouped, size};
use core::fmt::Write;

/// Columns of the words that say what changed: at least, and at most if longer ones are there.
const SUBJECT_MIN: usize = 15;
const SUBJECT_MAX: usize = 30;

/// Columns that lines are put together to.
const WIDTH: usize = 100;

/// Cells of the picture of a payload.
const CELLS: u64 = 64;

/// Ranges of a payload that are listed.
const RANGES: usize = 12;

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

impl Comparison {
    /// The comparison as text, with ANSI colours.
    pub(crate) fn text(&self) -> String {
        let mut out = Out { text: String::new(), subject: subject_width(&self.changes) };
        out.changes(&self.changes, 0);
        self.payloads.iter().for_each(|map| payload(&mut out.text, map));
        self.bytes.iter().for_each(|member| bytes(&mut out.text, member));
        out.text
    }
}

/// Room for the longest subject that is not too long.
fn subject_width(changes: &Changes) -> usize {
    let lines = changes.meaning.iter().chain(&changes.envelope).chain(&changes.same);
    let longest =
        lines.map(|line| line.subject.chars().count()).filter(|length| *length <= SUBJECT_MAX).max();
    longest.unwrap_or_default().max(SUBJECT_MIN)
}

struct Out {
    text: String,
    /// Columns of subjects.
    subject: usize,
}

impl Out {
    fn changes(&mut self, changes: &Changes, level: usize) {
        let indent = "  ".repeat(level);
        self.lines(&changes.meaning, level);
        let (about_manifest, others): (Vec<_>, Vec<_>) =
            changes.same.iter().cloned().partition(|line| line.subject == MANIFEST);
        self.lines(&about_manifest, level);
        if !changes.envelope.is_empty() {
            let _ = writeln!(self.text, "{indent}{DIM}envelope:{PLAIN}");
        }
        self.lines(&changes.envelope, level);
        self.lines(&others, level);
        for dependency in &changes.dependencies {
            let _ = writeln!(self.text, "{indent}{DIM}inside of {}:{PLAIN}", dependency.name);
            self.changes(&dependency.changes, level + 1);
        }
    }

    fn lines(&mut self, lines: &[Line], level: usize) {
        let mut rest = lines;
        while let Some((first, behind)) = rest.split_first() {
            let mut text = first.text.clone();
            // Facts about one component stand side by side as far as there is room.
            let mut taken = 0;
            for next in behind {
                let is_other = |line: &Line| line.property != next.property;
                let is_same = first.property.is_some()
                    && !first.sections.is_empty()
                    && next.property.is_some()
                    && rest[..=taken].iter().all(is_other)
                    && (first.mark, &first.subject, &first.nested)
                        == (next.mark, &next.subject, &next.nested);
                let together =
                    text.chars().count() + next.text.chars().count() + self.subject + 6 + 2 * level;
                if !is_same || together > WIDTH {
                    break;
                }
                text.push_str("   ");
                text.push_str(&next.text);
                taken += 1;
            }
            if let Some(nested) = &first.nested {
                text.push_str(&format!("   ({nested})"));
            }
            let color = match first.mark {
                Mark::Changed => YELLOW,
                Mark::Added => GREEN,
                Mark::Removed => RED,
                Mark::Same => DIM,
            };
            let (indent, width) = ("  ".repeat(level), self.subject);
            let subject = &first.subject;
            let _ = writeln!(self.text, "{indent}{color}{}{PLAIN} {subject:<width$} {text}", first.mark);
            rest = &behind[taken..];
        }
    }
}

fn payload(out: &mut String, map: &PayloadMap) {
    let PayloadMap { name, old_size, new_size, bytes_changed, block_size, blocks, blocks_changed, ranges } =
        map;
    let _ = writeln!(
        out,
        "payload {name}{}{} -> {}  {} of {} blocks of {} changed, {} in all",
        if name.is_empty() { "" } else { "  " },
        size(old_size),
        size(new_size),
        grouped(blocks_changed),
        grouped(blocks),
        size(block_size),
        size(bytes_changed),
    );
    if *blocks == 0 || ranges.is_empty() {
        return;
    }
    let _ = writeln!(out, "  [{}]", picture(map));
    let shown: Vec<_> = ranges
        .iter()
        .take(RANGES)
        .map(|range| format!("{:#x}..{:#x}", range.offset, range.offset + range.length))
        .collect();
    let more = ranges.len().saturating_sub(RANGES);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    let _ = writeln!(out, "  {}{more}", shown.join(" "));
}

/// One letter for each cell: `.` unchanged, `#` changed, `+` in part.
fn picture(map: &PayloadMap) -> String {
    let cells = map.blocks.min(CELLS);
    (0..cells)
        .map(|cell| {
            let (first, end) = (cell * map.blocks / cells, (cell + 1) * map.blocks / cells);
            let changed = map.ranges.iter().map(|range| {
                let start = range.offset / map.block_size;
                let stop = (range.offset + range.length).div_ceil(map.block_size);
                stop.min(end).saturating_sub(start.max(first))
            });
            match changed.sum::<u64>() {
                0 => '.',
                all if all == end - first => '#',
                _ => '+',
            }
        })
        .collect()
}

fn bytes(out: &mut String, member: &MemberBytes) {
    let _ = writeln!(out, "bytes of {}", member.path);
    for (mark, color, bytes) in [("-", RED, &member.old), ("+", GREEN, &member.new)] {
        for row in bytes.iter().flat_map(|hex| hex.as_bytes().chunks(80)) {
            let _ = writeln!(out, "{color}{mark}{PLAIN} {}", String::from_utf8_lossy(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::BlockRange;
    use super::*;

    #[test]
    fn the_picture_shows_what_part_of_a_cell_changed() {
        let ranges =
            vec![BlockRange { offset: 0, length: 4096 }, BlockRange { offset: 2 * 4096, length: 2 * 4096 }];
        let map = PayloadMap {
            name: "p".into(),
            old_size: 128 * 4096,
            new_size: 128 * 4096,
            bytes_changed: 3,
            block_size: 4096,
            blocks: 128,
            blocks_changed: 3,
            ranges,
        };
        // Two blocks to a cell: the first half of cell 0, all of cell 1.
        assert_eq!(picture(&map), format!("+#{}", ".".repeat(62)));
    }
}
