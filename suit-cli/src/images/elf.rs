//! ELF: the loadable segments at their physical addresses.
//!
//! As with `objcopy -O binary`, what counts is the content that is to be stored: of a segment, the part
//! that its allocated sections cover. Linkers may put the ELF header and padding into the first segment, which
//! nobody wants in flash. A file without section headers gives its segments whole.

use super::layout::{Part, assemble};
use super::{Image, Kind, Opened, Source};
use crate::error::{Failure, Outcome, Place, codes};
use core::ops::Range;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::read::{FileKind, ReadCache, ReadCacheOps};
use object::{Endianness, elf};
use std::fs::File;
use std::io::Cursor;
use suit_core::delta::Instructions;

/// The first bytes of every ELF file.
pub(super) const MAGIC: [u8; 4] = elf::ELFMAG;

/// The most loadable segments. Linkers make a handful; this only bounds what a hostile file can cost.
const MOST_SEGMENTS: usize = 1024;

pub(super) fn load(opened: Opened) -> Outcome<Image> {
    let Found { parts, machine, data } = match &opened.source {
        Source::File(path) => {
            let file = File::open(path).map_err(|error| Failure::read(&opened.name, &error))?;
            any_class(&ReadCache::new(file), &opened)
        }
        Source::Memory(bytes) => any_class(&ReadCache::new(Cursor::new(bytes)), &opened),
    }?;
    if parts.is_empty() {
        let message = format!("'{}' has no loadable content", opened.name);
        return Err(Failure::new(codes::ELF_NOTHING_LOADABLE, message).at(Place::file(&opened.name)));
    }
    // Segments don't share bytes of the file; so the image is never much larger than the file.
    let mut total = 0_u64;
    for part in &parts {
        total = total.saturating_add(part.length);
        if total > opened.len {
            let name = segment_name(part.origin);
            return Err(malformed(&opened.name, part.start, &name, "segments share bytes of the file"));
        }
    }
    let starts: Vec<_> = parts.iter().map(|part| (part.origin, part.start)).collect();
    let place = |origin: usize| {
        let start = starts.iter().find(|(known, _)| *known == origin).map_or(0, |(_, start)| *start);
        Place::bytes(&opened.name, start, Some(segment_name(origin)))
    };
    let (base, pieces) = assemble(parts, place)?;
    let image = Image::new(opened, Kind::Elf, Some(base), pieces)?;
    Ok(Image { instructions: Some(instructions(machine)), data, ..image })
}

/// Those of this machine that deltas know. Of Arm's 32-bit processors those that take updates like ours run Thumb.
const fn instructions(machine: elf::Machine) -> Instructions {
    match machine {
        elf::EM_ARM => Instructions::Thumb,
        elf::EM_RISCV => Instructions::RiscV,
        elf::EM_AARCH64 => Instructions::AArch64,
        elf::EM_XTENSA => Instructions::Xtensa,
        _ => Instructions::None,
    }
}

fn segment_name(index: usize) -> String {
    format!("segment {index}")
}

fn malformed(file: &str, offset: u64, path: &str, message: &str) -> Failure {
    Failure::new(codes::ELF_MALFORMED, format!("malformed ELF file: {message}")).at(Place::bytes(
        file,
        offset,
        Some(path.to_owned()),
    ))
}

/// What a file says of its image.
struct Found {
    parts: Vec<Part>,
    machine: elf::Machine,
    /// The addresses of what the running program may write.
    data: Option<Range<u64>>,
}

fn any_class<R: ReadCacheOps>(data: &ReadCache<R>, opened: &Opened) -> Outcome<Found> {
    match FileKind::parse(data) {
        Ok(FileKind::Elf32) => parts::<elf::FileHeader32<Endianness>, R>(data, opened),
        Ok(FileKind::Elf64) => parts::<elf::FileHeader64<Endianness>, R>(data, opened),
        _ => Err(malformed(&opened.name, 4, "header", "neither a 32-bit nor a 64-bit file")),
    }
}

/// The content of each loadable segment; `origin` is the index in the table of segments.
fn parts<H: FileHeader<Endian = Endianness>, R: ReadCacheOps>(
    data: &ReadCache<R>,
    opened: &Opened,
) -> Outcome<Found> {
    let file = opened.name.as_str();
    let header = H::parse(data).map_err(|_| malformed(file, 0, "header", "unknown or cut header"))?;
    let endian = header.endian().map_err(|_| malformed(file, 5, "header", "unknown byte order"))?;
    let segments = header.program_headers(endian, data).map_err(|_| {
        malformed(file, header.e_phoff(endian).into(), "table of segments", "cut or misplaced")
    })?;
    let sections = header.section_headers(endian, data).map_err(|_| {
        malformed(file, header.e_shoff(endian).into(), "table of sections", "cut or misplaced")
    })?;
    let contents = contents::<H>(sections, endian);

    let (mut parts, mut written) = (Vec::new(), None);
    for (index, segment) in segments.iter().enumerate() {
        let (start, length) = segment.file_range(endian);
        written = extended(written, in_memory::<H>(segment, endian));
        if segment.p_type(endian) != elf::PT_LOAD || length == 0 {
            continue;
        }
        let name = segment_name(index);
        let end = match start.checked_add(length) {
            Some(end) if end <= opened.len => end,
            _ => {
                let message = format!("{length} bytes at offset {start}, but the file has {}", opened.len);
                return Err(malformed(file, start, &name, &message));
            }
        };
        if parts.len() == MOST_SEGMENTS {
            return Err(malformed(file, start, &name, "more than 1024 loadable segments"));
        }
        let Some((from, to)) =
            (if sections.is_empty() { Some((start, end)) } else { covered(&contents, start, end) })
        else {
            continue;
        };
        let physical: u64 = segment.p_paddr(endian).into();
        let Some(address) = physical.checked_add(from - start) else {
            return Err(Failure::new(codes::IMAGE_ADDRESS, format!("{name} reaches past the last address"))
                .at(Place::bytes(file, start, Some(name))));
        };
        parts.push(Part { address, start: from, length: to - from, origin: index });
    }
    Ok(Found { parts, machine: header.e_machine(endian), data: written })
}

/// The addresses that a segment has as the program runs, if it is one of data. What runs where it is stored is no data.
fn in_memory<H: FileHeader>(segment: &H::ProgramHeader, endian: H::Endian) -> Option<Range<u64>> {
    let (address, length): (u64, u64) = (segment.p_vaddr(endian).into(), segment.p_memsz(endian).into());
    let elsewhere = address != segment.p_paddr(endian).into() || segment.p_filesz(endian).into() == 0;
    let writable = segment.p_flags(endian).contains(elf::PF_W);
    let end = address.checked_add(length).filter(|end| *end > address)?;
    (segment.p_type(endian) == elf::PT_LOAD && writable && elsewhere).then_some(address..end)
}

/// From the lower of both starts to the higher of both ends.
fn extended(one: Option<Range<u64>>, other: Option<Range<u64>>) -> Option<Range<u64>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.start.min(other.start)..one.end.max(other.end)),
        (one, other) => one.or(other),
    }
}

/// File ranges of the sections that are stored on the device, in their order in the file.
fn contents<H: FileHeader>(sections: &[H::SectionHeader], endian: H::Endian) -> Vec<(u64, u64)> {
    let mut ranges: Vec<_> = sections
        .iter()
        .filter(|section| section.sh_flags(endian).contains(elf::SHF_ALLOC))
        .filter(|section| section.sh_type(endian) != elf::SHT_NOBITS)
        .filter_map(|section| {
            let (start, length) = (section.sh_offset(endian).into(), section.sh_size(endian).into());
            start.checked_add(length).filter(|end| *end > start).map(|end| (start, end))
        })
        .collect();
    ranges.sort_unstable();
    ranges
}

/// From the first to the last byte of `start..end` that sections cover.
fn covered(contents: &[(u64, u64)], start: u64, end: u64) -> Option<(u64, u64)> {
    let first = contents.partition_point(|(from, _)| *from < start);
    let after = contents.partition_point(|(from, _)| *from < end);
    let inside = contents.get(first..after)?;
    let (from, _) = inside.first()?;
    let (_, to) = inside.last()?;
    Some((*from, (*to).min(end)))
}
