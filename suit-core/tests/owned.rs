//! The owned model and the bytes: each gives the other back.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
#[path = "common/strategy.rs"]
mod strategy;

use common::{lenient, vectors};
use proptest::prelude::*;
use suit_core::cbor::Reader;
use suit_core::grammar::{ENVELOPE_TAGGED, LANGUAGES, MANIFEST};
use suit_core::labels::{EnvelopeKey, ManifestKey};
use suit_core::owned::{self, Member};
use suit_core::{Envelope, Manifest, Tagging};

proptest! {
    /// Owned, written, read, copied: the same.
    #[test]
    fn manifests(manifest in strategy::manifest()) {
        let encoded = manifest.encode();
        let parsed = Manifest::parse(Reader::new(&encoded)).unwrap();
        prop_assert_eq!(owned::Manifest::try_from(&parsed).unwrap(), manifest);
        // One who goes on sees no fault either, text included.
        prop_assert_eq!(lenient(MANIFEST, &encoded).faults, []);
    }

    #[test]
    fn envelopes(envelope in strategy::envelope()) {
        let encoded = envelope.encode();
        let parsed = Envelope::parse(&encoded, Tagging::Optional).unwrap();
        prop_assert_eq!(owned::Envelope::from(&parsed), envelope);
    }

    /// What is severed is what stood in the manifest, and its place holds the digest.
    #[test]
    fn severing(manifest in strategy::manifest(), digest in strategy::digest()) {
        let encoded = manifest.encode();
        for key in EnvelopeKey::ALL {
            let Some(key) = ManifestKey::from_code(key.code()) else { continue };
            let mut severed = manifest.clone();
            let mut hashed = Vec::new();
            let content = severed.sever(key, |item| {
                hashed = item.to_vec();
                digest.clone()
            });
            let Some(content) = content else {
                prop_assert_eq!(&severed, &manifest);
                continue;
            };
            // The byte string with its head is what is digested (M §8.4.12), as it stood in the manifest.
            prop_assert!(encoded.windows(hashed.len()).any(|window| window == hashed));
            prop_assert!(hashed.ends_with(&content));
            let encoded = severed.encode();
            let parsed = Manifest::parse(Reader::new(&encoded)).unwrap();
            let again = owned::Manifest::try_from(&parsed).unwrap();
            prop_assert_eq!(&again, &severed);
            prop_assert_eq!(severed.sever(key, |_| panic!("there is nothing inline")), None);
            match key {
                ManifestKey::Text => {
                    prop_assert_eq!(&again.text, &Some(Member::Severed(digest.clone())));
                    prop_assert_eq!(lenient(LANGUAGES, &content).faults, []);
                }
                ManifestKey::CoSwid => prop_assert_eq!(&again.coswid, &Some(Member::Severed(digest.clone()))),
                _ => {
                    prop_assert_eq!(&again.sections[&key], &Member::Severed(digest.clone()));
                    let sequence = parsed.check_section(Reader::new(&content)).unwrap();
                    let commands = owned::Command::sequence(&sequence).unwrap();
                    prop_assert_eq!(owned::Command::encode_sequence(&commands), content);
                }
            }
        }
    }
}

/// Every vector that is read has the bytes that the owned model gives it: the vectors were written by another encoder.
#[test]
fn vectors_come_back() {
    let (mut envelopes, mut manifests) = (0, 0);
    let all = vectors();
    for (path, bytes) in &all {
        let name = path.display();
        let Ok(envelope) = Envelope::parse(bytes, Tagging::Optional) else { continue };
        assert_eq!(owned::Envelope::from(&envelope).encode(), *bytes, "{name}");
        envelopes += 1;
        let content = envelope.manifest().content();
        let Ok(manifest) = Manifest::parse(content) else { continue };
        match owned::Manifest::try_from(&manifest) {
            Ok(owned) => assert_eq!(owned.encode(), content.rest(), "{name}"),
            // Only text is left for the copy to refuse.
            Err(error) => {
                assert!(lenient(ENVELOPE_TAGGED, bytes).faults.contains(&error), "{name}: {error}")
            }
        }
        manifests += 1;
    }
    println!("{} vectors: {envelopes} envelopes, {manifests} manifests", all.len());
    assert!(all.is_empty() || manifests > 150, "hardly any manifest was read");
}
