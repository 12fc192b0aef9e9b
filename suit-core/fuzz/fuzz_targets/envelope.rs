//! Envelope, blocks, manifest, severed sections and text, as a device reads them, as a tool reads them, and copied into
//! the owned model.
#![no_main]

use libfuzzer_sys::fuzz_target;
use suit_core::cbor::Reader;
use suit_core::cbor::diag::Diagnostic;
use suit_core::cose::Block;
use suit_core::grammar::{Context, ENVELOPE_TAGGED, Item, Visitor, walk};
use suit_core::labels::EnvelopeKey;
use suit_core::{Envelope, Error, Manifest, Tagging, owned};

/// Goes on after every fault, and counts what is open.
#[derive(Default)]
struct Everything<'a> {
    context: Context<'a>,
    open: usize,
}

impl<'a> Visitor<'a> for Everything<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        self.open += usize::from(item.value.has_parts());
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        Some(&mut self.context)
    }

    fn enters_payload(&self, _: &'a [u8]) -> bool {
        true
    }

    fn leave(&mut self, _: usize) {
        self.open = self.open.checked_sub(1).expect("something is open");
    }
}

/// As the tools do.
fn show(data: &[u8]) {
    let mut everything = Everything::default();
    walk(ENVELOPE_TAGGED, &mut Reader::new(data), &mut everything).expect("faults are taken");
    assert_eq!(everything.open, 0, "entered, but not left");
    let diagnostic = Diagnostic::document(ENVELOPE_TAGGED, Reader::new(data));
    assert!(!format!("{diagnostic}{diagnostic:#}").is_empty());
}

/// As a device does; what it accepts the owned model gives back.
fn read(data: &[u8]) -> Result<(), Error> {
    let envelope = Envelope::parse(data, Tagging::Optional)?;
    assert_eq!(owned::Envelope::from(&envelope).encode(), data, "the owned envelope has other bytes");
    for block in envelope.authentication().blocks() {
        if let Ok(Block::Sign(sign)) = Block::parse(block) {
            assert!(sign.signers().all(|signer| signer.is_ok()), "a signer that was checked can't be read");
        }
    }
    let content = envelope.manifest().content();
    let manifest = Manifest::parse(content)?;
    for key in EnvelopeKey::ALL {
        if let Some(Ok(sequence)) =
            envelope.member(*key).map(|member| manifest.check_section(member.content()))
        {
            owned::Command::sequence(&sequence).expect("a section that was checked");
        }
    }
    if let Ok(copy) = owned::Manifest::try_from(&manifest) {
        assert_eq!(copy.encode(), content.rest(), "the owned manifest has other bytes");
    }
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    show(data);
    // A refusal is as good as an acceptance.
    let _ = read(data);
});
