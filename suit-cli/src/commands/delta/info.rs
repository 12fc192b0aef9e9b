//! `suit delta info`: what a delta's header says.

use super::account::AccountRecord;
use super::{Loaded, check_base, failure, header};
use crate::cli::delta::InstructionSet;
use crate::error::Outcome;
use crate::input::Input;
use crate::keys::hex;
use crate::render::words::{grouped, size};
use schemars::JsonSchema;
use serde::Serialize;
use suit_core::delta::create::{DECODER_STATE, Profile, explain};
use suit_core::delta::{Header, Instructions};

/// A delta, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InfoRecord {
    /// Always `suit-delta/1`.
    format: &'static str,
    #[serde(flatten)]
    facts: Facts,
    /// Where its bytes go; only if the base was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountRecord>,
}

/// What a delta is for, and what it asks for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Facts {
    /// The file.
    pub(super) file: String,
    /// Its size in bytes.
    pub(super) size: usize,
    /// Bytes of it that are the header.
    header_size: usize,
    /// The smallest profile that it fits in: S, M or L. Absent if it needs more memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'static str>,
    /// Bytes of memory that a device needs for it in all.
    pub(super) memory: u32,
    /// What that memory is for.
    memory_parts: PartsRecord,
    /// How many segments the new image has.
    segments: u16,
    /// What is predicted: the calls of an instruction set, `image-pointers`, `data-pointers`.
    predictors: Vec<&'static str>,
    /// Address of the images' first byte, if pointers into the image are predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_address: Option<u32>,
    /// First address of data, if pointers there are predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_address: Option<u32>,
    /// Bytes of data.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_size: Option<u64>,
    /// The slot in which it is applied over the old image, if it is made for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place: Option<SlotRecord>,
    /// Bytes of the old image.
    pub(super) old_size: u32,
    /// Bytes of the new image.
    pub(super) new_size: u32,
    /// The first bytes of the old image's SHA-256, in hex.
    pub(super) old_check: String,
    /// The first bytes of the new image's SHA-256, in hex.
    new_check: String,
}

/// Where a delta is applied in place, in bytes.
#[derive(Debug, Serialize, JsonSchema)]
struct SlotRecord {
    /// The slot.
    slot: u32,
    /// One of its pages.
    page: u32,
    /// Journal that is needed outside the slot.
    journal: u32,
}

/// What a decoder's memory is for, in bytes.
#[derive(Debug, Serialize, JsonSchema)]
struct PartsRecord {
    /// The table of segments.
    segments: u32,
    /// Targets of calls and pointers that were seen.
    learned: u32,
    /// State maps and weights of the model.
    maps: u32,
    /// Nodes of the model.
    nodes: u32,
    /// The decoder's stack, which is not in the memory that it is lent.
    decoder: u32,
}

impl InfoRecord {
    /// The facts of this file.
    ///
    /// # Errors
    /// E0610 not a delta, E0822 malformed, E0823 of an unknown version.
    pub(crate) fn of(input: &Input) -> Outcome<Self> {
        let (header, header_size) = header(input)?;
        let facts = Facts::new(input.name.clone(), input.bytes.len(), &header, header_size);
        Ok(Self { format: "suit-delta/1", facts, account: None })
    }

    /// The same, and where its bytes go over this base.
    ///
    /// # Errors
    /// Also E0824 another base.
    pub(super) fn over(input: &Input, old: &Loaded) -> Outcome<Self> {
        check_base(input, &header(input)?.0, old)?;
        let account = explain(&input.bytes, &old.bytes).map_err(|error| failure(&input.name, error))?;
        Ok(Self { account: Some(account.into()), ..Self::of(input)? })
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let facts = &self.facts;
        let parts = &facts.memory_parts;
        let mut text = format!("SUIT delta  {}  {}\n", facts.file, facts.words());
        let mut line = |label: &str, value: &str| text.push_str(&format!("  {label:<11} {value}\n"));
        let image = |bytes: u32, check: &str| format!("{}, sha-256 {check}…", size(bytes));
        line("from", &image(facts.old_size, &facts.old_check));
        line("to", &image(facts.new_size, &facts.new_check));
        match &self.account {
            Some(account) => account.lines().for_each(|[label, value]| line(&label, &value)),
            None => line(
                "payload",
                &format!(
                    "{} header, {} coded (--base says what for)",
                    size(facts.header_size),
                    size(facts.size.saturating_sub(facts.header_size))
                ),
            ),
        }
        let profile = facts.profile.map_or_else(|| "no profile".to_owned(), |name| format!("profile {name}"));
        line("RAM", &format!("{} in all ({profile})", size(facts.memory)));
        for (what, bytes) in [
            (counted(facts.segments), parts.segments),
            ("learned targets".to_owned(), parts.learned),
            ("state maps and weights".to_owned(), parts.maps),
            ("nodes".to_owned(), parts.nodes),
            ("decoder's stack".to_owned(), parts.decoder),
        ] {
            line("", &format!("{:>9}  {what}", size(bytes)));
        }
        if let Some(place) = &facts.in_place {
            let (slot, page, journal) = (size(place.slot), size(place.page), size(place.journal));
            line("in place", &format!("in a slot of {slot}, pages of {page}, journal of {journal}"));
        }
        let [.., predicted] = facts.cells();
        line("predicted", &predicted);
        if let Some(address) = facts.image_address {
            line("image at", &format!("0x{address:x}"));
        }
        if let (Some(address), Some(bytes)) = (facts.data_address, facts.data_size) {
            line("data at", &format!("0x{address:x}, {}", size(bytes)));
        }
        text
    }
}

impl Facts {
    pub(super) fn new(file: String, bytes: usize, header: &Header, header_size: usize) -> Self {
        let memory = header.memory().saturating_add(DECODER_STATE);
        let parts = header.memory_parts();
        let calls = Some(header.instructions).filter(|set| *set != Instructions::None);
        let predictors = [
            calls.map(InstructionSet::name),
            header.image_address.map(|_| "image-pointers"),
            header.data.map(|_| "data-pointers"),
        ];
        Self {
            file,
            size: bytes,
            header_size,
            profile: Profile::ALL.into_iter().find(|profile| memory <= profile.memory()).map(Profile::name),
            memory,
            memory_parts: PartsRecord {
                segments: parts.segments,
                learned: parts.learned,
                maps: parts.maps,
                nodes: parts.nodes,
                decoder: DECODER_STATE,
            },
            segments: header.segments(),
            predictors: predictors.into_iter().flatten().collect(),
            image_address: header.image_address,
            data_address: header.data.map(|data| data.start),
            data_size: header.data.map(|data| 1 << data.log2_len),
            in_place: header.slot.map(|slot| SlotRecord {
                slot: slot.size,
                page: slot.page(),
                journal: header.journal().unwrap_or_default(),
            }),
            old_size: header.old_size,
            new_size: header.new_size,
            old_check: hex(&header.old_check),
            new_check: hex(&header.new_check),
        }
    }

    /// `3,120 B (6.2 % of 50,176 B)`.
    pub(super) fn words(&self) -> String {
        format!("{} ({} of {})", size(self.size), self.share(), size(self.new_size))
    }

    /// What part of the new image it is, in percent.
    pub(super) fn share(&self) -> String {
        let (whole, size) = (u64::from(self.new_size), u64::try_from(self.size).unwrap_or(u64::MAX));
        let thousandths =
            size.saturating_mul(1000).saturating_add(whole / 2).checked_div(whole).unwrap_or_default();
        format!("{}.{} %", thousandths / 10, thousandths % 10)
    }

    /// Profile, memory, segments and what is predicted, for a table.
    pub(super) fn cells(&self) -> [String; 4] {
        let predicted =
            if self.predictors.is_empty() { "nothing".to_owned() } else { self.predictors.join(", ") };
        [self.profile.unwrap_or("-").to_owned(), self.ram(), grouped(self.segments), predicted]
    }

    /// The memory that a device needs, in KiB rounded up.
    pub(super) fn ram(&self) -> String {
        kib(self.memory)
    }
}

/// `1 segment`, `1,234 segments`.
fn counted(segments: u16) -> String {
    let plural = if segments == 1 { "" } else { "s" };
    format!("{} segment{plural}", grouped(segments))
}

/// `3.5 KiB`, rounded up.
pub(super) fn kib(bytes: u32) -> String {
    let tenths = u64::from(bytes).saturating_mul(10).div_ceil(1024);
    if tenths.is_multiple_of(10) {
        format!("{} KiB", tenths / 10)
    } else {
        format!("{}.{} KiB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_not_understated() {
        for (bytes, words) in
            [(0, "0 KiB"), (1, "0.1 KiB"), (3584, "3.5 KiB"), (3585, "3.6 KiB"), (16_384, "16 KiB")]
        {
            assert_eq!(kib(bytes), words);
        }
    }
}
