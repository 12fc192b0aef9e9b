//! The published examples, rebuilt byte for byte from descriptions of this project and signed with the published keys.
//!
//! Facts about the published files are golden values: manifest digest, size, SHA-256 of the whole file. What a file
//! holds of others' prose or of opaque bytes is read from the published file when the test runs; where the folder is
//! missing those cases are skipped, and say so.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a helper of tests that fails has to fail the test"
)]

mod published;
mod signing;

use sha2::{Digest as _, Sha256};
use signing::{K1, Place, sec1_pem, to_hex};
use std::path::{Path, PathBuf};
use suit_core::labels::EnvelopeKey;
use suit_core::owned::{self, Command, Manifest, Member, Parameter};
use suit_core::{Envelope, Tagging};

/// How the published file is authenticated.
#[derive(Clone, Copy, PartialEq)]
enum Signer {
    /// ESP256 by the published key, deterministic (RFC 6979).
    K1,
    /// HMAC-256 by the published secret.
    Mac,
    /// By the published key, with a random nonce: nobody can make it again.
    Random,
}

use Signer::{K1 as Key, Mac, Random};

struct Example {
    name: &'static str,
    /// SHA-256 of the manifest's byte string.
    manifest: &'static str,
    /// Bytes of the whole file.
    size: usize,
    /// SHA-256 of the whole file.
    file: &'static str,
    signer: Signer,
    /// Whether something of the published file is needed.
    needs_blobs: bool,
    /// The rules for authors that the published manifest breaks.
    warnings: &'static [&'static str],
}

const fn example(
    name: &'static str,
    (signer, size): (Signer, usize),
    manifest: &'static str,
    file: &'static str,
    needs_blobs: bool,
    warnings: &'static [&'static str],
) -> Example {
    Example { name, manifest, size, file, signer, needs_blobs, warnings }
}

/// Files of libcsuit's collection. Why each warns is in the comments; the drafts' sections are with the rules.
const EXAMPLES: &[Example] = &[
    example(
        "exp0",
        (Key, 237),
        "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af",
        "17a1db3e68296651c3edaaaf6bd33b3fe427bae9eb5a07678e3ceb0de075f4f6",
        false,
        &[],
    ),
    example(
        "exp1",
        (Key, 272),
        "1f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2",
        "01ad519971a061add326539900d11db15954139e470a83b40f5b03c3e718250d",
        false,
        &[],
    ),
    example(
        "exp2A",
        (Key, 333),
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
        "d1754ce38c73efe1f2f289899cf646a7b5df7aaa6f7280b0b418317b432ce097",
        false,
        &[],
    ),
    example(
        "exp2B",
        (Key, 923),
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
        "2aca2f8d5e0940091cf2c082da9bbe1bdb09f85c13a81aef253bf855b95669ea",
        true,
        &[],
    ),
    // Vendor and class are checked after the slot.
    example(
        "exp3",
        (Key, 396),
        "f6d44a62ec906b392500c242e78e908e9cc5057f3f04104a06a8566200da2ee0",
        "bddff02ed06951fb2aef03225dba7cd37e8a036fb556e7cf86edc1a941bb1f3b",
        false,
        &["W0253"],
    ),
    example(
        "exp4",
        (Key, 403),
        "5b5f6586b1e6cdf19ee479a5adabf206581000bd584b0832a9bdaf4f72cdbdd6",
        "ec9ba7fab58582d81d3050da9222da151d7b8835ec8cb409817fcd68b83c8515",
        false,
        &[],
    ),
    example(
        "exp5",
        (Key, 382),
        "15ce60f77657e4531dc329155f8b0ed78f94bdc6d165b2665473693dcc34f470",
        "1ad0554471da15f33ef96a84015754a3da5a28d4b6124776610ee466f73a408a",
        false,
        &[],
    ),
    // No vendor and class condition, as in all of those without a shared sequence.
    example(
        "expS0",
        (Key, 190),
        "0f02caf6d3e61920d36bf3cea7f862a13bb8fb1f09c3f4c29b121feab78ef3d8",
        "7f686aebb25e2c325663ed35d8a2fa2ec4af17362e09f1c14508ec77c815c34e",
        false,
        &["W0252"],
    ),
    // The dependency's index is not one of a component.
    example(
        "expS2",
        (Key, 373),
        "aeba316a9a1e38253b29e6c99b60538368b8ac8b5e6b9ace1d239970830bbe62",
        "393f968aa6cd947d8d3aab7d8e5d6aaaf5eff21e4128b3b91a0a6c744096c532",
        false,
        &["W0251", "W0252"],
    ),
    // Also: the dependency is processed unchecked, and has an invoke section that is never processed.
    example(
        "expS3",
        (Key, 519),
        "88e1199580864eb1d1ad35eb5925be68ca565ee3bb39c27cdb31ceda4dd667df",
        "87774523c130c515d21749bc62a893902573211d481204fbad010ce3f8c589f4",
        true,
        &["W0251", "W0252", "W0255", "W0256"],
    ),
    example(
        "expAW",
        (Mac, 244),
        "037a5c325ce14078a0aadf007428eac659361ad9402a732410bda542fae94e2c",
        "76ae7a5dc037aec7764ac2aca52b3e9c4960a0c81c80c56c4e6658f628b7821b",
        true,
        &["W0252"],
    ),
    // A size without a digest, and fetched without one.
    example(
        "expAF",
        (Mac, 270),
        "3c92aeceaa7225ddd5129a83b2842bf28cc53b2c9467c5bf256e7108f2da7c9c",
        "6cbcb9531051c7a17470dcee7066575e1ca48535cf99afaaa0009920baa1e983",
        true,
        &["W0252", "W0260", "W0261"],
    ),
    example(
        "expAFS",
        (Mac, 235),
        "6d74bd3110a2573236e03dd78693d5b21c299c917a4327d9939ddf3582a41de3",
        "60dc7c8f9135eac708ab4f7122f220f82d1be88cd2a897b4ad8580ef75467dd8",
        true,
        &["W0252", "W0260", "W0261"],
    ),
    example(
        "expEW",
        (Key, 356),
        "1db69ef1477e9942815f29f78e09957b26b4add03902bdb3d1edf3da2075f593",
        "26eb15edbc032b37d246beab482996e393a92d97ee587251ce776e5d6bfc4b94",
        true,
        &["W0252"],
    ),
    // The dependency has a validate section; this manifest has none.
    example(
        "expED",
        (Key, 759),
        "a00cb6c85515c1ef471b50b542facdd88b71b3c7ea2a43de13d32c4a99056fe9",
        "b186cac7ebaa050a5cc4bf1180951393eeb81a9e2a43a86b89f75bceb3c755ed",
        true,
        &["W0251", "W0252", "W0256"],
    ),
    example(
        "expU",
        (Key, 387),
        "b39b52b0b747ea79588c190f567bfc2c8437ba8a73f7ea983182e79f0148d59b",
        "7f5c2cd84c6991f5b4d79ebf1a7cd7c0ed0bef254f3ad99298e7408fb1f0209e",
        false,
        &["W0250"],
    ),
    example(
        "expI",
        (Key, 353),
        "cedb0457952f7dd0a33fa4692f73bc833a6a6e2300b16f6605993f0192e3f219",
        "0a8b7b6a754327ce6500305ced14a1932c729b8c9f87acbf9d94dd598bc018fd",
        true,
        &["W0250"],
    ),
    // The dependency is processed unchecked, in install and in uninstall.
    example(
        "expD",
        (Key, 701),
        "506d4796d65ae599ee0a3f7d123ed6819e0fa1a324a5de547f6d7f50d465508a",
        "966f6319a51d1f4bb6cde038dce9442d572c31a84982788c9bd8f50711e0b466",
        true,
        &["W0250", "W0251", "W0255", "W0255"],
    ),
    example(
        "expU0",
        (Key, 208),
        "01fcd9f6ebc2fb0cc68ff58488d3c9ff304bbb2df5e5af820de1976fb73f155a",
        "c880c3324a1baac5a307f39a736435a9dc6d3dd4f2c4d814f1c6728512f8eeb0",
        false,
        &["W0252"],
    ),
    // The second component has the time of day to wait for, the first has the rest; both wait.
    example(
        "expU1",
        (Key, 174),
        "3063438cc2dcefb2aa25d893ae16c5c6b4a7ecd87b3a578eefda2f760a724f06",
        "6958f1b22cdd00c7db2bfbc135abbe56b40bc263677a2fde161cb8dcd59ffdf4",
        false,
        &["W0252"],
    ),
    // The version is checked before vendor and class.
    example(
        "expU2",
        (Random, 418),
        "67d84ac24c6a0e5891f21319358bdd708ea9ecb68cc24e56f89b2777486b13e8",
        "bc3b846746111812c8ee7924adab0e978a7d5ada24761b4ce9da53867ea90d01",
        true,
        &["W0253"],
    ),
    // Vendor and class are set and never checked.
    example(
        "expU3",
        (Random, 408),
        "6a4d23658e8cc98e9a6e5ca84bfdb7953c39cb685d8f6d78467954333c505a43",
        "94ccce5dfb3b8d13576de7a81ba1c939b54b49283f6b8afed6d3d0f51afc67a6",
        false,
        &["W0252"],
    ),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sha256(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

/// Writes what the descriptions name of a published file: opaque bytes, and others' words.
fn blobs(place: &Place, published: &[u8]) {
    let envelope = Envelope::parse(published, Tagging::Optional).unwrap();
    let manifest = suit_core::Manifest::parse(envelope.manifest().content()).unwrap();
    let manifest = Manifest::try_from(&manifest).unwrap();
    for section in manifest.sections.values() {
        let Member::Inline(commands) = section else { continue };
        for command in commands {
            let Command::OverrideParameters(list) = command else { continue };
            for parameter in list {
                match parameter {
                    Parameter::EncryptionInfo(info) => drop(place.write("encryption-info.cose", info)),
                    Parameter::Content(content) => drop(place.write("ciphertext.bin", content)),
                    _ => {}
                }
            }
        }
    }
    if let Some(text) = envelope.member(EnvelopeKey::Text) {
        let text = owned::read_text(text.content()).unwrap();
        let language = &text["en-US"];
        let description = language.manifest.values().next().unwrap();
        let component = language.components.values().next().unwrap().values().next_back().unwrap();
        place.write("description.txt", description).write("component-description.txt", component);
    }
    if let Some(tag) = envelope.member(EnvelopeKey::CoSwid) {
        place.write("coswid.cbor", tag.content().rest());
    }
    for (name, file) in [
        ("#dependent.suit", "dependency.suit"),
        ("#dependency-manifest", "dependency.suit"),
        ("#tc", "application.ta"),
    ] {
        if let Some(payload) = envelope.payload(name) {
            place.write(file, payload.rest());
        }
    }
}

/// The codes of the warnings that a run printed, sorted.
fn codes(err: &str) -> Vec<String> {
    let mut codes: Vec<_> = err
        .lines()
        .filter_map(|line| Some(line.strip_prefix("warning[")?.split_once(']')?.0.to_owned()))
        .collect();
    codes.sort();
    codes
}

#[test]
fn every_description_has_golden_values() {
    let mut names: Vec<_> = std::fs::read_dir(repository().join("testvectors/published"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    let mut known: Vec<_> = EXAMPLES.iter().map(|example| example.name.to_owned()).collect();
    known.sort();
    assert_eq!(names, known);
}

#[test]
fn published_examples_are_rebuilt_byte_for_byte() {
    let interop = published::folder();
    for example in EXAMPLES {
        let published = interop.as_ref().map(|folder| {
            std::fs::read(folder.join(format!("libcsuit/suit_manifest_{}.suit", example.name))).unwrap()
        });
        if example.needs_blobs && published.is_none() {
            println!("skipped: {} needs a published file that is not beside the repository", example.name);
            continue;
        }
        let place = Place::new();
        if let Some(published) = &published {
            blobs(&place, published);
        }
        rebuild(&place, example);
        if let (Some(published), true) = (&published, example.signer != Random) {
            assert_eq!(&place.read("signed.suit"), published, "{}", example.name);
        }
    }
}

fn rebuild(place: &Place, example: &Example) {
    let name = example.name;
    let description = repository().join(format!("testvectors/published/{name}.toml"));
    place.write("example.toml", std::fs::read(description).unwrap());

    let ran = place.say("build example.toml -o unsigned.suit");
    assert_eq!(ran.status, 0, "{name}: {}", ran.err);
    assert_eq!(codes(&ran.err), example.warnings, "{name}: {}", ran.err);
    let unsigned = place.read("unsigned.suit");
    let envelope = Envelope::parse(&unsigned, Tagging::Optional).unwrap();
    assert_eq!(sha256(envelope.manifest().item()), example.manifest, "{name}");
    assert_eq!(to_hex(envelope.authentication().digest().bytes()), example.manifest, "{name}");
    assert!(envelope.authentication().is_empty(), "{name}");

    let denied = place.say("build example.toml --deny-warnings -o denied.suit");
    let expected = if example.warnings.is_empty() { 0 } else { 5 };
    assert_eq!(denied.status, expected, "{name}: {}", denied.err);
    assert_eq!(place.has("denied.suit"), example.warnings.is_empty(), "{name}");

    let sign = match example.signer {
        Key => {
            place.write("k1.pem", sec1_pem(K1));
            "sign unsigned.suit --key k1.pem -o signed.suit"
        }
        Mac => {
            place.write("mac.hex", "61".repeat(32));
            "sign unsigned.suit --mac mac.hex -o signed.suit"
        }
        Random => return,
    };
    let ran = place.say(sign);
    assert_eq!(ran.status, 0, "{name}: {}", ran.err);
    let signed = place.read("signed.suit");
    assert_eq!((signed.len(), sha256(&signed).as_str()), (example.size, example.file), "{name}");
}

/// Files of the base draft: the same six manifests under other signatures, and unsigned.
#[test]
fn manifests_of_the_base_draft_are_the_same() {
    let Some(folder) = published::folder() else { return };
    for (file, name) in [
        ("example0", "exp0"),
        ("example0-unsigned", "exp0"),
        ("example1", "exp1"),
        ("example1-unsigned", "exp1"),
        ("example2", "exp2B"),
        ("example2-severed", "exp2A"),
        ("example2-unsigned-severed", "exp2A"),
        ("example3", "exp3"),
        ("example3-unsigned", "exp3"),
        ("example4", "exp4"),
        ("example4-unsigned", "exp4"),
        ("example5", "exp5"),
        ("example5-unsigned", "exp5"),
    ] {
        let published = std::fs::read(folder.join(format!("manifest-spec/{file}.suit"))).unwrap();
        let place = Place::new();
        blobs(&place, &published);
        let description = repository().join(format!("testvectors/published/{name}.toml"));
        place.write("example.toml", std::fs::read(description).unwrap());
        let ran = place.say("build example.toml -o unsigned.suit");
        assert_eq!(ran.status, 0, "{file}: {}", ran.err);
        let unsigned = place.read("unsigned.suit");
        let ours = Envelope::parse(&unsigned, Tagging::Required).unwrap();
        let theirs = Envelope::parse(&published, Tagging::Required).unwrap();
        assert_eq!(ours.manifest().item(), theirs.manifest().item(), "{file}");
        if theirs.authentication().is_empty() {
            assert_eq!(to_hex(&unsigned), to_hex(&published), "{file}");
        }
        // Carrying over the signature gives the published file, nonce and all.
        place.write("published.suit", &published);
        place.say("build example.toml --signatures-from published.suit -o signed.suit");
        assert_eq!(to_hex(&place.read("signed.suit")), to_hex(&published), "{file}");
    }
}
