//! Authenticates the published files, where they are at hand. They are not part of this repository.

#![allow(clippy::as_conversions, clippy::type_complexity, clippy::unwrap_used, reason = "tests")]

mod common;

use std::path::PathBuf;

use common::{ALL_SIGNATURES, HASHES, Key, MACS, SIGNATURES, hex};
use suit_core::labels::Algorithm;
use suit_core::{Envelope, ErrorKind, Tagging};
use suit_verify_nostd::{AuthenticationError, Budget, Crypto, TrustAnchor, TrustStore, authenticate};

use How::{Es256, Esp256, Hmac256, Unsigned};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Esp256,
    Es256,
    Hmac256,
    Unsigned,
}

/// Path, how it is authenticated, whether it has tag 107, and the manifest's digest.
const FILES: &[(&str, How, bool, &str)] = &[
    ("libcsuit/suit_manifest_exp0", Esp256, true, EXAMPLE_0),
    ("libcsuit/suit_manifest_exp1", Esp256, true, EXAMPLE_1),
    ("libcsuit/suit_manifest_exp2A", Esp256, true, EXAMPLE_2),
    ("libcsuit/suit_manifest_exp2B", Esp256, true, EXAMPLE_2),
    ("libcsuit/suit_manifest_exp3", Esp256, true, EXAMPLE_3),
    ("libcsuit/suit_manifest_exp4", Esp256, true, EXAMPLE_4),
    ("libcsuit/suit_manifest_exp5", Esp256, true, EXAMPLE_5),
    (
        "libcsuit/suit_manifest_expAF",
        Hmac256,
        true,
        "3c92aeceaa7225ddd5129a83b2842bf28cc53b2c9467c5bf256e7108f2da7c9c",
    ),
    (
        "libcsuit/suit_manifest_expAFS",
        Hmac256,
        true,
        "6d74bd3110a2573236e03dd78693d5b21c299c917a4327d9939ddf3582a41de3",
    ),
    (
        "libcsuit/suit_manifest_expAW",
        Hmac256,
        true,
        "037a5c325ce14078a0aadf007428eac659361ad9402a732410bda542fae94e2c",
    ),
    (
        "libcsuit/suit_manifest_expD",
        Esp256,
        false,
        "506d4796d65ae599ee0a3f7d123ed6819e0fa1a324a5de547f6d7f50d465508a",
    ),
    (
        "libcsuit/suit_manifest_expED",
        Esp256,
        true,
        "a00cb6c85515c1ef471b50b542facdd88b71b3c7ea2a43de13d32c4a99056fe9",
    ),
    (
        "libcsuit/suit_manifest_expEW",
        Esp256,
        true,
        "1db69ef1477e9942815f29f78e09957b26b4add03902bdb3d1edf3da2075f593",
    ),
    (
        "libcsuit/suit_manifest_expI",
        Esp256,
        false,
        "cedb0457952f7dd0a33fa4692f73bc833a6a6e2300b16f6605993f0192e3f219",
    ),
    (
        "libcsuit/suit_manifest_expS0",
        Esp256,
        true,
        "0f02caf6d3e61920d36bf3cea7f862a13bb8fb1f09c3f4c29b121feab78ef3d8",
    ),
    (
        "libcsuit/suit_manifest_expS2",
        Esp256,
        true,
        "aeba316a9a1e38253b29e6c99b60538368b8ac8b5e6b9ace1d239970830bbe62",
    ),
    (
        "libcsuit/suit_manifest_expS3",
        Esp256,
        true,
        "88e1199580864eb1d1ad35eb5925be68ca565ee3bb39c27cdb31ceda4dd667df",
    ),
    (
        "libcsuit/suit_manifest_expU",
        Esp256,
        false,
        "b39b52b0b747ea79588c190f567bfc2c8437ba8a73f7ea983182e79f0148d59b",
    ),
    (
        "libcsuit/suit_manifest_expU0",
        Esp256,
        true,
        "01fcd9f6ebc2fb0cc68ff58488d3c9ff304bbb2df5e5af820de1976fb73f155a",
    ),
    (
        "libcsuit/suit_manifest_expU1",
        Esp256,
        true,
        "3063438cc2dcefb2aa25d893ae16c5c6b4a7ecd87b3a578eefda2f760a724f06",
    ),
    (
        "libcsuit/suit_manifest_expU2",
        Es256,
        true,
        "67d84ac24c6a0e5891f21319358bdd708ea9ecb68cc24e56f89b2777486b13e8",
    ),
    (
        "libcsuit/suit_manifest_expU3",
        Es256,
        true,
        "6a4d23658e8cc98e9a6e5ca84bfdb7953c39cb685d8f6d78467954333c505a43",
    ),
    ("manifest-spec/example0", Es256, true, EXAMPLE_0),
    ("manifest-spec/example0-unsigned", Unsigned, true, EXAMPLE_0),
    ("manifest-spec/example1", Es256, true, EXAMPLE_1),
    ("manifest-spec/example1-unsigned", Unsigned, true, EXAMPLE_1),
    ("manifest-spec/example2", Es256, true, EXAMPLE_2),
    ("manifest-spec/example2-severed", Es256, true, EXAMPLE_2),
    ("manifest-spec/example2-unsigned-severed", Unsigned, true, EXAMPLE_2),
    ("manifest-spec/example3", Es256, true, EXAMPLE_3),
    ("manifest-spec/example3-unsigned", Unsigned, true, EXAMPLE_3),
    ("manifest-spec/example4", Es256, true, EXAMPLE_4),
    ("manifest-spec/example4-unsigned", Unsigned, true, EXAMPLE_4),
    ("manifest-spec/example5", Es256, true, EXAMPLE_5),
    ("manifest-spec/example5-unsigned", Unsigned, true, EXAMPLE_5),
];

const EXAMPLE_0: &str = "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af";
const EXAMPLE_1: &str = "1f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2";
const EXAMPLE_2: &str = "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90";
const EXAMPLE_3: &str = "f6d44a62ec906b392500c242e78e908e9cc5057f3f04104a06a8566200da2ee0";
const EXAMPLE_4: &str = "5b5f6586b1e6cdf19ee479a5adabf206581000bd584b0832a9bdaf4f72cdbdd6";
const EXAMPLE_5: &str = "15ce60f77657e4531dc329155f8b0ed78f94bdc6d165b2665473693dcc34f470";

/// The folder of published files; `None`, after saying so, if it is missing.
fn folder() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/interop");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no published files in ../../shared/interop");
    None
}

#[test]
fn every_file_is_known() {
    let Some(folder) = folder() else { return };
    let mut found: Vec<String> = Vec::new();
    for part in ["libcsuit", "manifest-spec"] {
        for entry in folder.join(part).read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(stem) = name.strip_suffix(".suit") {
                found.push(format!("{part}/{stem}"));
            }
        }
    }
    found.sort();
    let mut listed: Vec<&str> = FILES.iter().map(|file| file.0).collect();
    listed.sort_unstable();
    assert_eq!(found, listed);
}

#[test]
fn verdicts() {
    let Some(folder) = folder() else { return };
    let k1 = Key::k1().raw();
    let mac = Key::mac().raw();
    let anchors = [
        TrustAnchor::unchecked(Algorithm::Esp256, &k1, None),
        TrustAnchor::unchecked(Algorithm::Es256, &k1, None),
        TrustAnchor::unchecked(Algorithm::Hmac256, &mac, None),
    ];
    let trust = TrustStore::new(&anchors).unwrap();
    let strict = Crypto { signatures: SIGNATURES, macs: MACS, hashes: HASHES };
    let legacy = Crypto { signatures: ALL_SIGNATURES, macs: MACS, hashes: HASHES };
    for &(path, how, tagged, digest) in FILES {
        let bytes = std::fs::read(folder.join(path).with_extension("suit")).unwrap();
        let untagged = Envelope::parse(&bytes, Tagging::Required).map(drop);
        let expected = if tagged { Ok(()) } else { Err(ErrorKind::Untagged) };
        assert_eq!(untagged.map_err(|error| error.kind), expected, "{path}");

        let envelope = Envelope::parse(&bytes, Tagging::Optional).unwrap();
        let with = |crypto| authenticate(&envelope, &trust, crypto, &mut Budget::new());
        let anchor =
            |crypto| with(crypto).map(|done| done.verified().of(&trust).map(|(index, _)| index).collect());
        let (in_strict, in_legacy): (_, Result<Vec<usize>, _>) = match how {
            Esp256 => (Ok(vec![0]), Ok(vec![0])),
            Es256 => (Err(AuthenticationError::NoTrustedSignature), Ok(vec![1])),
            Hmac256 => (Ok(vec![2]), Ok(vec![2])),
            Unsigned => {
                (Err(AuthenticationError::NoAuthentication), Err(AuthenticationError::NoAuthentication))
            }
        };
        assert_eq!(anchor(&strict), in_strict, "{path}");
        assert_eq!(anchor(&legacy), in_legacy, "{path}");
        if let Ok(authenticated) = with(&legacy) {
            assert_eq!(authenticated.digest().bytes(), hex(digest), "{path}");
            assert_eq!(authenticated.manifest().map(drop), Ok(()), "{path}: structure");
        }
    }
}

#[test]
fn one_changed_bit_anywhere_is_noticed() {
    let Some(folder) = folder() else { return };
    let key = Key::k1();
    let bytes = std::fs::read(folder.join("libcsuit/suit_manifest_exp0.suit")).unwrap();
    assert_eq!(common::authenticate(&bytes, &[&key]), Ok(1));
    for index in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[index / 8] ^= 1 << (index % 8);
        assert!(common::authenticate(&changed, &[&key]).is_err(), "bit {index}");
    }
}
