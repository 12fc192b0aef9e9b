//! Envelopes whose signatures or digests don't hold.

use super::Sound;
use crate::array;
use crate::case::{Case, authentication};
use crate::draft::{block_for, protected};
use crate::keys::{key, mac};
use crate::map;
use crate::node::{Kind, bytes, wrap};

const GROUP: &str = "authentication";

/// The signature or tag of the first block.
fn signature(case: &mut crate::draft::Draft) -> &mut Vec<u8> {
    match &mut case.block(0).inner().item(3).kind {
        Kind::Bytes(signature) => signature,
        kind => panic!("no signature: {kind:?}"),
    }
}

/// r and s as DER writes them.
fn der(raw: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let sign: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
        let len = u8::try_from(sign.len() + bytes.len()).expect("short");
        [&[2, len], sign, bytes].concat()
    };
    let content = [integer(&raw[..32]), integer(&raw[32..])].concat();
    [&[0x30, u8::try_from(content.len()).expect("short")], &content[..]].concat()
}

fn signatures(sound: &Sound) -> Vec<Case> {
    let refused = || authentication("NoTrustedSignature");
    let sign1 = sound.get("authentication/sign1-esp256");
    let mac0 = sound.get("authentication/mac0-hmac-256");
    let ed25519 = sound.get("authentication/sign1-ed25519");
    let damage = |sibling: &Case, name, rule, comment, change: fn(&mut Vec<u8>)| {
        sibling.damage(GROUP, name, rule, comment, refused(), |draft| change(signature(draft)))
    };
    // Signed over something else than RFC 9052 says.
    let signed_over = |name, rule, comment, message: fn(&mut crate::draft::Draft) -> Vec<u8>| {
        sign1.damage(GROUP, name, rule, comment, refused(), |draft| {
            let message = message(draft);
            *signature(draft) = key("k1").sign(&message);
        })
    };
    vec![
        damage(
            sign1,
            "signature-bit",
            "P-030, req SEC-AUTHENTIC",
            "the last bit of the signature is wrong",
            |s| s[63] ^= 1,
        ),
        damage(sign1, "signature-first-bit", "P-030", "the first bit of the signature is wrong", |s| {
            s[0] ^= 0x80
        }),
        damage(sign1, "signature-zero", "FIPS 186-5", "r and s are zero", |s| s.fill(0)),
        damage(sign1, "signature-short", "RFC 9053 §2.1", "a byte short", |s| s.truncate(63)),
        damage(sign1, "signature-long", "RFC 9053 §2.1", "a byte too long", |s| s.push(0)),
        damage(sign1, "signature-empty", "RFC 9053 §2.1", "no bytes", Vec::clear),
        damage(sign1, "signature-der", "RFC 9053 §2.1", "r and s in DER, as other protocols have it", |s| {
            *s = der(s)
        }),
        damage(ed25519, "ed25519-bit", "P-030", "a bit of s is wrong", |s| s[40] ^= 1),
        damage(ed25519, "ed25519-short", "RFC 8032 §5.1.7", "a byte short", |s| s.truncate(63)),
        damage(mac0, "tag-bit", "P-030", "the last bit of the tag is wrong", |s| s[31] ^= 1),
        damage(mac0, "tag-half", "RFC 9053 §3.1", "16 bytes of the right tag", |s| s.truncate(16)),
        damage(mac0, "tag-one-byte", "RFC 9053 §3.1", "one byte of the right tag", |s| s.truncate(1)),
        damage(mac0, "tag-empty", "RFC 9053 §3.1", "no bytes", Vec::clear),
        damage(mac0, "tag-long", "RFC 9053 §3.1", "the right tag and a byte more", |s| s.push(0)),
        signed_over(
            "signed-with-head",
            "A-01",
            "signed the digest with the head of its byte string",
            |draft| {
                let payload = draft.authentication().item(0).encode();
                array!["Signature1", wrap(map! { 1 => -9 }), bytes([]), bytes(payload)].encode()
            },
        ),
        signed_over("signed-manifest", "P-033", "signed the manifest in place of its digest", |draft| {
            let payload = draft.envelope().key(3).content();
            array!["Signature1", wrap(map! { 1 => -9 }), bytes([]), bytes(payload)].encode()
        }),
        signed_over(
            "signed-other-context",
            "RFC 9052 §4.4",
            "signed with the context of COSE_Sign",
            |draft| {
                let payload = draft.authentication().item(0).content();
                array!["Signature", wrap(map! { 1 => -9 }), bytes([]), bytes(payload)].encode()
            },
        ),
        signed_over("signed-without-header", "RFC 9052 §4.4", "signed an empty protected header", |draft| {
            let payload = draft.authentication().item(0).content();
            array!["Signature1", bytes([]), bytes([]), bytes(payload)].encode()
        }),
        signed_over(
            "signed-payload-alone",
            "RFC 9052 §4.4",
            "signed the digest without the structure",
            |draft| draft.authentication().item(0).content(),
        ),
        signed_over("signed-external-data", "RFC 9052 §4.3", "signed with external data", |draft| {
            let payload = draft.authentication().item(0).content();
            array!["Signature1", wrap(map! { 1 => -9 }), bytes("suit"), bytes(payload)].encode()
        }),
    ]
}

fn keys(sound: &Sound) -> Vec<Case> {
    let refused = || authentication("NoTrustedSignature");
    let sign1 = sound.get("authentication/sign1-esp256");
    let sibling = |path: &str| sound.get(path).clone();
    let trusting = |mut case: Case, keys: &[&'static str]| {
        case.keys = keys.to_vec();
        case
    };
    let relabelled = |name, comment, path: &str, algorithm: i64, keys: &[&'static str]| {
        let case =
            sibling(path).fault(GROUP, name, "design §2: algorithm is the key's", comment, refused(), |d| {
                d.block(0).inner().item(0).set(protected(algorithm));
            });
        trusting(case, keys)
    };
    vec![
        sign1.fault(GROUP, "other-key", "P-030", "signed by a key that isn't trusted", refused(), |draft| {
            draft.signers = vec![key("k2")];
        }),
        trusting(
            sign1.damage(GROUP, "nobody-trusted", "P-030", "the trust store is empty", refused(), |_| ()),
            &[],
        ),
        sign1.fault(
            GROUP,
            "kid-of-trusted-key",
            "design: key id is a hint",
            "names a trusted key, but another one signed",
            refused(),
            |draft| {
                draft.block(0).inner().item(1).set(map! { 4 => bytes("k1") });
                draft.signers = vec![key("k2")];
            },
        ),
        relabelled(
            "es256-by-esp256-key",
            "a good signature, but the key is trusted for another algorithm",
            "authentication/sign1-esp256",
            -7,
            &["k1"],
        ),
        relabelled(
            "esp256-by-es256-key",
            "a good signature, but the key is trusted for the old algorithm only",
            "authentication/sign1-es256",
            -9,
            &["k1-es256"],
        ),
        relabelled("ecdsa-as-eddsa", "says Ed25519", "authentication/sign1-esp256", -19, &["k1", "ed25519"]),
        relabelled("ecdsa-as-hmac", "says HMAC-256", "authentication/sign1-esp256", 5, &["k1", "hmac"]),
        relabelled("hmac-as-ecdsa", "a MAC that says ESP256", "authentication/mac0-hmac-256", -9, &["hmac"]),
        relabelled(
            "hmac-64",
            "a full tag under the algorithm of 64 bits",
            "authentication/mac0-hmac-256",
            4,
            &["hmac"],
        ),
        relabelled(
            "unknown-algorithm",
            "a number that nobody knows",
            "authentication/sign1-esp256",
            -49,
            &["k1"],
        ),
        relabelled(
            "hash-as-algorithm",
            "a hash is no signature",
            "authentication/sign1-esp256",
            -16,
            &["k1"],
        ),
        trusting(
            sign1.damage(
                GROUP,
                "mac-by-public-key",
                "design §2: algorithm is the key's",
                "a MAC whose key is the trusted public key",
                refused(),
                |draft| {
                    let payload = draft.authentication().item(0).content();
                    let message = array!["MAC0", wrap(map! { 1 => 5 }), bytes([]), bytes(payload)].encode();
                    *draft.block(0) = block_for(key("hmac"));
                    let public = key("k1").public().expect("no MAC key");
                    *draft.block(0).inner().item(3) = bytes(mac(&public, &message));
                },
            ),
            &["k1"],
        ),
        sibling("authentication/sign-several").damage(
            GROUP,
            "sign-signers-exchanged",
            "RFC 9052 §4.4",
            "the signatures of two signers are exchanged; only the third holds",
            authentication("TooFewSignatures").of("1 of 3"),
            |draft| {
                let signers = draft.block(0).inner().item(3);
                let first = signers.item(0).item(2).clone();
                let second = core::mem::replace(signers.item(1).item(2), first);
                *signers.item(0).item(2) = second;
            },
        ),
        sibling("authentication/sign-body-protected").damage(
            GROUP,
            "sign-body-changed",
            "RFC 9052 §4.4",
            "the protected header of the body was changed after signing",
            refused(),
            |draft| {
                draft.block(0).inner().item(0).set(wrap(map! { 3 => "application/octet-stream" }));
            },
        ),
        sibling("authentication/mac-direct").fault(
            GROUP,
            "mac-wrapped-key",
            "RFC 9052 §6.1",
            "a recipient whose key would have to be unwrapped",
            refused(),
            |draft| {
                let recipient = array![bytes([]), map! { 1 => -3, 4 => bytes("kid-1") }, bytes([0x5a; 40])];
                draft.block(0).inner().item(4).set(array![recipient]);
            },
        ),
        sibling("authentication/mac-direct").damage(
            GROUP,
            "mac-as-mac0",
            "RFC 9052 §6.3",
            "a tag made for COSE_Mac in a COSE_Mac0",
            refused(),
            |draft| {
                let tag_bytes = draft.block(0).inner().item(3).clone();
                *draft.block(0) = block_for(key("hmac"));
                *draft.block(0).inner().item(3) = tag_bytes;
            },
        ),
    ]
}

fn numbers_of_keys(sound: &Sound) -> Vec<Case> {
    let too_few = |verified: u8, required: u8| {
        authentication("TooFewSignatures").of(format!("{verified} of {required}"))
    };
    let several = sound.get("authentication/several-blocks");
    let two = sound.get("authentication/two-of-three");
    let trusting = |mut case: Case, keys: &[&'static str]| {
        case.keys = keys.to_vec();
        case
    };
    let sign1 = sound.get("authentication/sign1-esp256");
    let many = |count: usize, by: &'static str| {
        let blocks: Vec<_> = (0..count).map(|_| wrap(block_for(key(by)))).collect();
        move |draft: &mut crate::draft::Draft| {
            draft.authentication().items().truncate(1);
            draft.authentication().items().extend(blocks);
            draft.signers = vec![key(by); count];
        }
    };
    vec![
        two.fault(
            GROUP,
            "same-key-twice",
            "P-183, req USE-MFST-MULTI_AUTH",
            "one key signed twice, two are required",
            too_few(1, 2),
            |draft| {
                draft.signers = vec![key("p384"), key("p384")];
                *draft.block(1) = block_for(key("p384"));
            },
        ),
        trusting(
            two.fault(
                GROUP,
                "same-key-two-algorithms",
                "P-183",
                "one key signed under both names of its algorithm",
                too_few(1, 2),
                |draft| {
                    draft.signers = vec![key("k1"), key("k1-es256")];
                    *draft.block(0) = block_for(key("k1"));
                    *draft.block(1) = block_for(key("k1-es256"));
                },
            ),
            &["k1", "k1-es256"],
        ),
        two.fault(
            GROUP,
            "one-of-two",
            "P-183, req USE-MFST-MULTI_AUTH",
            "two are required, one of the signers isn't trusted",
            too_few(1, 2),
            |draft| {
                draft.signers[0] = key("k2");
                *draft.block(0) = block_for(key("k2"));
            },
        ),
        several.damage(
            GROUP,
            "two-of-three-hold",
            "P-183",
            "three required, one of them broken",
            too_few(2, 3),
            |draft| {
                signature(draft)[5] ^= 4;
            },
        ),
        sign1.fault(
            GROUP,
            "no-blocks",
            "P-031, threat IMG-NON_AUTH",
            "a digest without a signature: legal to write, not to use",
            authentication("NoAuthentication"),
            |draft| draft.authentication().items().truncate(1),
        ),
        sign1.fault(
            GROUP,
            "too-many-signers",
            "design: budget",
            "17 blocks; 16 are read, the last of them not even tried",
            authentication("BudgetExhausted").of("Signers"),
            many(17, "k1"),
        ),
        sign1.fault(
            GROUP,
            "too-many-attempts",
            "design: budget",
            "nine signatures by strangers: eight are tried",
            authentication("BudgetExhausted").of("Attempts"),
            many(9, "k2"),
        ),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [signatures(sound), keys(sound), numbers_of_keys(sound)].concat()
}
