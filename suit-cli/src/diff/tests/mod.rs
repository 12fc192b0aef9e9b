//! Pairs of documents, and what must be said of them.

mod complete;
mod told;

use super::{Changes, Comparison, Side};
use crate::render::tests::{act, check, digest, envelope, id, set};
use crate::render::{Document, Kind};
use suit_core::command::Act;
use suit_core::envelope::looks_tagged;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Member, Parameter};

/// The changes between two files, and the lines in which they are printed.
fn between(old: &[u8], new: &[u8]) -> (Changes, String) {
    let document = |bytes| {
        let document = Document::read(bytes, Kind::Envelope { tagged: looks_tagged(bytes) });
        assert_eq!(document.faults, []);
        document
    };
    let (old, new) = (document(old), document(new));
    let (old, new) = (Side::of(&old).unwrap(), Side::of(&new).unwrap());
    let comparison = |changes| Comparison {
        format: "suit-diff/1",
        old: old.view("old"),
        new: new.view("new"),
        changes,
        payloads: Vec::new(),
        bytes: Vec::new(),
    };
    let printed = comparison(Changes::between(&old, &new)).text();
    let printed = anstream::adapter::strip_str(&printed).to_string();
    (Changes::between(&old, &new), printed)
}

fn said(old: &Manifest, new: &Manifest) -> String {
    between(&envelope(old).encode(), &envelope(new).encode()).1
}

fn install(manifest: &Manifest) -> Vec<Command> {
    match &manifest.sections[&ManifestKey::Install] {
        Member::Inline(steps) => steps.clone(),
        Member::Severed(_) => panic!("inline"),
    }
}

fn with_install(manifest: &Manifest, steps: Vec<Command>) -> Manifest {
    let mut manifest = manifest.clone();
    manifest.sections.insert(ManifestKey::Install, Member::Inline(steps));
    manifest
}

/// One component with an image, fetched and checked.
fn plain(sequence_number: u64, byte: u8, size: u64) -> Manifest {
    let image = set(vec![Parameter::ImageDigest(digest(byte)), Parameter::ImageSize(size)]);
    let steps =
        vec![set(vec![Parameter::Uri("coap://h/fw".into())]), act(Act::Fetch), check(Condition::ImageMatch)];
    Manifest {
        sequence_number,
        components: vec![id(&["app"])],
        shared: Some(vec![image]),
        sections: [(ManifestKey::Install, Member::Inline(steps))].into(),
        ..Manifest::default()
    }
}
