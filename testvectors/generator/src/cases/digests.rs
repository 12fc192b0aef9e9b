//! The stated digest, and messages that are no authentication block.

use super::Sound;
use crate::array;
use crate::case::{Case, authentication, envelope};
use crate::draft::{SHA_256, block_for, digest, mac_for};
use crate::keys::key;
use crate::map;
use crate::node::{Kind, Node, bytes, tag, wrap};

const GROUP: &str = "authentication";

fn digests(sound: &Sound) -> Vec<Case> {
    let mismatch = || authentication("DigestMismatch");
    let sign1 = sound.get("authentication/sign1-esp256");
    let sha_384 = sound.get("authentication/digest-sha-384");
    let stated = |name, rule, comment, refusal, change: fn(&mut Node)| {
        sign1.damage(GROUP, name, rule, comment, refusal, |draft| {
            change(draft.authentication().item(0));
            draft.renew_signatures();
        })
    };
    vec![
        sign1.damage(
            GROUP,
            "manifest-changed",
            "P-032, req SEC-AUTHENTIC",
            "another sequence number",
            mismatch(),
            |draft| {
                draft.manifest().key(2).set(4);
            },
        ),
        sign1.damage(
            GROUP,
            "manifest-member-added",
            "P-032, threat NET-ONPATH, req SEC-AUTH-COMPATIBILITY",
            "a section that wasn't signed",
            mismatch(),
            |draft| {
                draft.manifest().add(24, crate::sequence![33, 0]);
            },
        ),
        stated("digest-bit", "P-032", "signed, but the digest has a wrong bit", mismatch(), |node| {
            let Kind::Bytes(value) = &mut node.inner().item(1).kind else { panic!("a digest") };
            value[31] ^= 1;
        }),
        sign1.damage(
            GROUP,
            "digest-without-head",
            "A-01",
            "the digest covers the manifest without the head of its byte string",
            mismatch(),
            |draft| {
                let content = draft.envelope().key(3).content();
                *draft.authentication().item(0) = wrap(digest(SHA_256, &content));
                draft.renew_signatures();
            },
        ),
        stated(
            "digest-shake128",
            "P-037",
            "a hash that this device lacks",
            authentication("UnsupportedDigest"),
            |node| {
                node.inner().item(0).set(-18);
            },
        ),
        stated(
            "digest-sha-384-short",
            "RFC 9054",
            "SHA-384 with 32 bytes",
            envelope("DigestLength"),
            |node| {
                node.inner().item(0).set(-43);
                node.inner().item(1).mark();
            },
        ),
        sha_384.damage(
            GROUP,
            "digest-sha-384-as-256",
            "RFC 9054",
            "SHA-256 with 48 bytes",
            envelope("DigestLength"),
            |draft| {
                let node = draft.authentication().item(0);
                node.inner().item(0).set(SHA_256);
                node.inner().item(1).mark();
                draft.renew_signatures();
            },
        ),
        stated("digest-empty", "RFC 9054", "SHA-256 with no bytes", envelope("DigestLength"), |node| {
            node.inner().item(1).set(bytes([])).mark();
        }),
        stated(
            "digest-of-unknown-hash",
            "RFC 9054",
            "SHA-512/256 is not for SUIT",
            envelope("UnknownDigestAlgorithm"),
            |node| {
                node.inner().item(0).set(-17).mark();
            },
        ),
        stated(
            "digest-by-signature",
            "RFC 9054",
            "a signature algorithm is no hash",
            envelope("UnknownDigestAlgorithm"),
            |node| {
                node.inner().item(0).set(-9).mark();
            },
        ),
        stated(
            "digest-algorithm-zero",
            "RFC 9054",
            "zero is never assigned",
            envelope("UnknownDigestAlgorithm"),
            |node| {
                node.inner().item(0).set(0).mark();
            },
        ),
        stated(
            "digest-algorithm-name",
            "M 10",
            "the algorithm by its name",
            envelope("WrongType").of("Int"),
            |node| {
                node.inner().item(0).set("sha256").mark();
            },
        ),
        stated(
            "digest-value-text",
            "M 10",
            "the value in hexadecimal digits",
            envelope("WrongType").of("Bytes"),
            |node| {
                node.inner().item(1).set("6658ea560262696dd1f13b782239a064").mark();
            },
        ),
        stated(
            "digest-three-items",
            "M 10",
            "an extension that no document defines",
            envelope("TooManyItems"),
            |node| {
                node.inner().append(0);
                node.inner().mark();
            },
        ),
        stated("digest-one-item", "M 10", "no value", envelope("TooFewItems"), |node| {
            node.inner().items().pop();
            node.inner().mark();
        }),
        stated(
            "digest-not-wrapped",
            "P-003",
            "an array in place of a byte string",
            envelope("WrongType").of("Bytes"),
            |node| {
                *node = node.inner().clone();
                node.mark();
            },
        ),
        stated(
            "digest-trailing-bytes",
            "RFC 8949 §5.3.1",
            "a byte follows the digest",
            envelope("TrailingBytes"),
            |node| {
                node.append(0).mark();
            },
        ),
        sign1.damage(
            GROUP,
            "digest-missing",
            "P-031",
            "a block in its place",
            envelope("WrongType").of("Array"),
            |draft| {
                draft.authentication().items().remove(0);
                draft.authentication().item(0).inner().mark();
            },
        ),
    ]
}

/// Structures that are no authentication block.
fn blocks(sound: &Sound) -> Vec<Case> {
    let sign1 = sound.get("authentication/sign1-esp256");
    let mac = sound.get("authentication/mac-direct");
    let block = |sibling: &Case, name, rule, comment, refusal, change: fn(&mut Node)| {
        sibling.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.block(0)))
    };
    let unknown = || authentication("UnknownBlock");
    vec![
        block(
            sign1,
            "block-encrypt0",
            "P-034",
            "COSE_Encrypt0 authenticates nothing here",
            unknown(),
            |node| {
                *node = tag(16, array![bytes([]), map! { 1 => 1 }, bytes([0; 24])]);
                node.mark();
            },
        ),
        block(sign1, "block-cwt", "M 8.3", "a CWT tag around the message", unknown(), |node| {
            *node = tag(61, node.clone());
            node.mark();
        }),
        block(
            sign1,
            "block-untagged",
            "spec.md 5.2",
            "no tag",
            authentication("WrongType").of("Tag"),
            |node| {
                *node = node.inner().clone();
                node.mark();
            },
        ),
        block(
            mac,
            "direct-and-other",
            "RFC 9052 §8.5.1",
            "a direct recipient is not alone",
            authentication("UnsupportedRecipient"),
            |node| {
                node.inner().item(4).append(array![bytes([]), map! { 1 => -3 }, bytes([0x5a; 40])]);
                node.mark();
            },
        ),
        block(
            mac,
            "direct-with-key",
            "RFC 9053 §6.1.1",
            "a direct recipient with an encrypted key",
            authentication("UnsupportedRecipient"),
            |node| {
                node.inner().item(4).item(0).item(2).set(bytes([0x5a; 40]));
                node.mark();
            },
        ),
        sign1.fault(
            GROUP,
            "block-second-broken",
            "design §2",
            "the second block can't be read: an error, never skipped",
            authentication("Truncated"),
            |draft| {
                let cut = block_for(key("k2")).encode();
                draft.authentication().append(bytes(&cut[..cut.len() - 1])).mark_end();
            },
        ),
        mac.fault(
            GROUP,
            "mac-no-recipients",
            "RFC 9052 §6.1",
            "no recipients",
            authentication("TooFewItems"),
            |draft| {
                *draft.block(0) = mac_for(key("hmac"));
                draft.block(0).inner().item(4).set(array![]).mark();
            },
        ),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [digests(sound), blocks(sound)].concat()
}
