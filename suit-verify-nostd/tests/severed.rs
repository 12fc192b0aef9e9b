//! Severed members: which are used, and which don't exist.

#![allow(clippy::as_conversions, clippy::type_complexity, clippy::unwrap_used, reason = "tests")]

mod common;

use common::{ALL, Block, Key, Parts, bstr, digest, envelope, hex};
use suit_core::labels::{Algorithm, EnvelopeKey, ManifestKey};
use suit_core::{Envelope, ErrorKind, Tagging};
use suit_verify_nostd::AuthenticationError::{Malformed, SeveredMismatch, UnsupportedDigest};
use suit_verify_nostd::crypto::Crypto;
use suit_verify_nostd::{AuthenticationError, Budget, Part, SignedManifest, TrustAnchor, TrustStore};

/// Authenticates the sample manifest, or another, with these members, and hands it on.
fn with_members(manifest: &[u8], members: &[(u8, &[u8])], then: impl FnOnce(SignedManifest<'_>)) {
    let digest = digest(-16, &bstr(manifest));
    let bytes = envelope(&digest, &[Block::sign1(&Key::k1()).encode(&digest)], manifest, members);
    let key = Key::k1().raw();
    let anchors = [TrustAnchor::new(Algorithm::Esp256, &key, None, &ALL).unwrap()];
    let trust = TrustStore::new(&anchors).unwrap();
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let authenticated =
        suit_verify_nostd::authenticate(&envelope, &trust, &ALL, &mut Budget::new()).expect("authentic");
    assert_eq!(authenticated.digest().bytes(), &digest[4..]);
    then(authenticated.manifest().expect("a sound manifest"));
}

fn bytes_of<T>(
    part: Result<Part<'_, T>, AuthenticationError>,
    bytes: impl Fn(T) -> Vec<u8>,
) -> Option<Vec<u8>> {
    match part {
        Ok(Part::Present(content)) => Some(bytes(content)),
        Ok(Part::Missing(_)) => None,
        Ok(Part::Absent) => panic!("absent"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn severed_members() {
    let Parts { manifest, install, text } = Parts::new();
    with_members(&manifest, &[(20, &install), (23, &text)], |signed| {
        assert_eq!(signed.manifest().sequence_number(), 7);
        let section = signed.section(ManifestKey::Install, &ALL);
        assert_eq!(bytes_of(section, |sequence| sequence.encoded().to_vec()), Some(install.clone()));
        assert_eq!(bytes_of(signed.text(&ALL), |reader| reader.rest().to_vec()), Some(text.clone()));
        let validate = signed.section(ManifestKey::Validate, &ALL);
        assert_eq!(bytes_of(validate, |sequence| sequence.encoded().to_vec()), Some(hex("82 03 0f")));
    });
    with_members(&manifest, &[], |signed| {
        let install = signed.section(ManifestKey::Install, &ALL);
        assert_eq!(bytes_of(install, |sequence| sequence.encoded().to_vec()), None);
        assert_eq!(bytes_of(signed.text(&ALL), |reader| reader.rest().to_vec()), None);
    });
    // Each one is judged by itself.
    with_members(&manifest, &[(20, &install), (23, b"other text")], |signed| {
        assert!(matches!(signed.section(ManifestKey::Install, &ALL), Ok(Part::Present(_))));
        let mismatch = SeveredMismatch { member: EnvelopeKey::Text };
        assert_eq!(signed.text(&ALL).map(drop), Err(mismatch));
    });
    let mut changed = install.clone();
    *changed.last_mut().unwrap() ^= 1;
    with_members(&manifest, &[(20, &changed)], |signed| {
        let mismatch = SeveredMismatch { member: EnvelopeKey::Install };
        assert_eq!(signed.section(ManifestKey::Install, &ALL).map(drop), Err(mismatch));
        let no_hash = Crypto { hashes: &[], ..ALL };
        assert_eq!(signed.section(ManifestKey::Install, &no_hash).map(drop), Err(UnsupportedDigest));
    });
}

#[test]
fn members_that_the_manifest_does_not_name_do_not_exist() {
    let Parts { manifest, install, .. } = Parts::new();
    // payload-fetch (16), and validate (7), which is no key of an envelope.
    with_members(&manifest, &[(7, &install), (16, &install)], |signed| {
        assert!(matches!(signed.section(ManifestKey::PayloadFetch, &ALL), Ok(Part::Absent)));
        assert!(matches!(signed.coswid(&ALL), Ok(Part::Absent)));
        let validate = signed.section(ManifestKey::Validate, &ALL);
        assert_eq!(bytes_of(validate, |sequence| sequence.encoded().to_vec()), Some(hex("82 03 0f")));
        assert!(matches!(signed.section(ManifestKey::Common, &ALL), Ok(Part::Absent)));
    });
}

#[test]
fn a_part_in_the_manifest_is_not_replaced_by_the_envelopes() {
    let inline = hex("
        a4                      # map of 4
           01 01                # manifest-version: 1
           02 00                # manifest-sequence-number: 0
           03 46                # common
              a1 02             # components
                 81 81 41 00
           14 43                # install
              82 0e 00          # condition-abort
    ");
    let Parts { install, .. } = Parts::new();
    with_members(&inline, &[(20, &install)], |signed| {
        let section = signed.section(ManifestKey::Install, &ALL);
        assert_eq!(bytes_of(section, |sequence| sequence.encoded().to_vec()), Some(hex("82 0e 00")));
    });
}

#[test]
fn severed_sections_are_checked_like_others() {
    // An unknown command, in a section whose digest is right.
    let install = hex("82 18 c8 02");
    let manifest = [hex("a4 01 01 02 00 03 46 a1 02 81 81 41 00 14"), digest(-16, &bstr(&install))].concat();
    with_members(&manifest, &[(20, &install)], |signed| {
        let Err(Malformed(error)) = signed.section(ManifestKey::Install, &ALL) else { panic!("accepted") };
        assert_eq!(error.kind, ErrorKind::UnknownCommand);
    });
}
