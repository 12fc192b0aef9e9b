//! Intel HEX: records with addresses, one per line.

use super::layout::{Part, assemble};
use super::{Image, Kind, Opened};
use crate::error::{Code, Failure, Outcome, Place, codes};
use crate::input::Input;
use ihex::{ReaderError, Record};

pub(super) fn load(opened: Opened) -> Outcome<Image> {
    let input = opened.whole()?;
    let text = input.text()?;
    let (bytes, parts) = decode(&input.name, text)?;
    if parts.is_empty() {
        let message = format!("'{}' holds no data", input.name);
        return Err(Failure::new(codes::HEX_NOTHING, message).at(Place::file(&input.name)));
    }
    let (base, pieces) = assemble(parts, |origin| line_place(&input.name, text, origin))?;
    let decoded = Opened::in_memory(Input { name: input.name.clone(), bytes });
    Image::new(decoded, Kind::Hex, Some(base), pieces)
}

/// The line that begins at byte `start`.
fn line_place(file: &str, text: &str, start: usize) -> Place {
    Place::text(file, text, start, text.len())
}

/// What the addresses of data records are added to.
enum Base {
    /// `04` records, and none: the upper 16 of 32 bits.
    Linear(u32),
    /// `02` records: a paragraph of 16 bytes. Addresses wrap within its 64 KiB.
    Segment(u32),
}

/// The data of all records one after the other, and where each belongs; `origin` is the byte offset of its line.
fn decode(file: &str, text: &str) -> Outcome<(Vec<u8>, Vec<Part>)> {
    let mut bytes = Vec::new();
    let mut parts = Vec::new();
    let mut base = Base::Linear(0);
    let mut ended = false;
    let mut next = 0;
    for line in text.split_inclusive('\n') {
        let origin = next;
        next += line.len();
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let fail = |code: Code, message: String| {
            Failure::new(code, message).at(Place::text(file, text, origin, origin + line.len()))
        };
        if ended {
            return Err(fail(codes::HEX_MALFORMED, "a record after the end record".to_owned()));
        }
        let record = Record::from_record_string(line).map_err(|error| {
            fail(codes::HEX_MALFORMED, format!("malformed Intel HEX record: {}", reason(&error)))
        })?;
        match record {
            Record::Data { offset, value } => {
                let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
                let last = u64::from(offset) + length;
                let address = match base {
                    Base::Linear(base) => u64::from(base) + u64::from(offset),
                    Base::Segment(_) if last > 0x1_0000 => {
                        let message = "the record runs past the end of its 64 KiB segment".to_owned();
                        return Err(fail(codes::HEX_MALFORMED, message));
                    }
                    Base::Segment(base) => u64::from(base) + u64::from(offset),
                };
                // Addresses have 32 bits.
                if address + length > 1 << 32 {
                    let message = format!("{length} bytes at 0x{address:x} reach past the last address");
                    return Err(fail(codes::IMAGE_ADDRESS, message));
                }
                if length > 0 {
                    let start = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    bytes.extend_from_slice(&value);
                    parts.push(Part { address, start, length, origin });
                }
            }
            Record::ExtendedLinearAddress(upper) => base = Base::Linear(u32::from(upper) << 16),
            Record::ExtendedSegmentAddress(paragraph) => base = Base::Segment(u32::from(paragraph) << 4),
            // Where to start is the manifest's affair.
            Record::StartLinearAddress(_) | Record::StartSegmentAddress { .. } => {}
            Record::EndOfFile => ended = true,
        }
    }
    if !ended {
        let message = format!("'{file}' has no end record");
        return Err(Failure::new(codes::HEX_NO_END, message).at(Place::text(
            file,
            text,
            text.len(),
            text.len(),
        )));
    }
    Ok((bytes, parts))
}

fn reason(error: &ReaderError) -> String {
    match error {
        ReaderError::MissingStartCode => "it does not begin with ':'".to_owned(),
        ReaderError::RecordTooShort => "it is too short".to_owned(),
        ReaderError::RecordTooLong => "it is too long".to_owned(),
        ReaderError::RecordNotEvenLength => "it has an odd number of digits".to_owned(),
        ReaderError::ContainsInvalidCharacters => "it has characters that are no hex digits".to_owned(),
        ReaderError::ChecksumMismatch(computed, given) => {
            format!("its checksum is {given:02X}, its bytes give {computed:02X}")
        }
        ReaderError::PayloadLengthMismatch => "it has another length than it states".to_owned(),
        ReaderError::UnsupportedRecordType(kind) => format!("unknown record type {kind:02X}"),
        ReaderError::InvalidLengthForType => "it has the wrong length for its type".to_owned(),
    }
}
