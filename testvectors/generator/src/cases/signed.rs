//! Sound envelopes: every algorithm, every COSE structure, every way to carry signatures.

use crate::case::Case;
use crate::draft::{Draft, SHA_256, SHA_384, SHA_512, block_for, digest, mac_for, protected, sign_for};
use crate::keys::key;
use crate::node::{Node, bytes, nil, tag, wrap};
use crate::{array, map};

const GROUP: &str = "authentication";

fn firmware() -> Node {
    super::sample("k1").manifest().clone()
}

/// Signed by this key in its plainest form.
fn plain(name: &'static str, rule: &'static str, comment: &'static str, by: &'static str) -> Case {
    Case::accepted(GROUP, name, rule, comment, Draft::new(firmware(), key(by)), by)
}

fn with(
    name: &'static str,
    rule: &'static str,
    comment: &'static str,
    blocks: Vec<Node>,
    by: &[&'static str],
) -> Case {
    let signers: Vec<_> = by.iter().map(|name| key(name)).collect();
    let draft = Draft::with_blocks(firmware(), blocks, &signers);
    Case::accepted(GROUP, name, rule, comment, draft, by[0]).trusting(by, by)
}

/// A block by `k1` whose headers were changed.
fn headers(
    name: &'static str,
    rule: &'static str,
    comment: &'static str,
    change: impl FnOnce(&mut Vec<Node>),
) -> Case {
    let mut block = block_for(key("k1"));
    change(block.inner().items());
    with(name, rule, comment, vec![block], &["k1"])
}

/// The manifest's digest by another algorithm.
fn hashed(name: &'static str, comment: &'static str, algorithm: i64) -> Case {
    let mut draft = Draft::new(firmware(), key("k1"));
    draft.authentication().item(0).set(wrap(digest(algorithm, &[])));
    draft.renew();
    Case::accepted(GROUP, name, "RFC 9054", comment, draft, "k1")
}

fn algorithms() -> Vec<Case> {
    vec![
        plain("sign1-esp256", "RFC 9864 §2.1", "COSE_Sign1 by ECDSA on P-256", "k1"),
        plain(
            "sign1-es256",
            "RFC 9053 §2.1",
            "COSE_Sign1 by the algorithm of the published examples",
            "k1-es256",
        ),
        plain("sign1-esp384", "RFC 9864 §2.1", "COSE_Sign1 by ECDSA on P-384", "p384"),
        plain("sign1-ed25519", "RFC 9864 §2.2", "COSE_Sign1 by Ed25519", "ed25519"),
        plain("sign1-eddsa", "RFC 9053 §2.2", "COSE_Sign1 by Ed25519 under its old number", "eddsa"),
        plain("mac0-hmac-256", "RFC 9053 §3.1", "COSE_Mac0 by HMAC-256", "hmac"),
        hashed("digest-sha-384", "manifest digest by SHA-384", SHA_384),
        hashed("digest-sha-512", "manifest digest by SHA-512", SHA_512),
    ]
}

fn structures() -> Vec<Case> {
    let unknown_signer = tag(
        98,
        array![
            bytes([]),
            map! {},
            nil(),
            array![
                array![protected(-49), map! {}, bytes("quantum-safe")],
                array![protected(-9), map! {}, bytes([])],
            ]
        ],
    );
    let mut wrapped_key = mac_for(key("hmac-2"));
    wrapped_key.inner().item(4).set(array![array![
        bytes([]),
        map! { 1 => -3, 4 => bytes("kid-1") },
        bytes([0x5a; 40])
    ]]);
    let mut protected_recipient = mac_for(key("hmac"));
    protected_recipient.inner().item(4).item(0).items()[..2].clone_from_slice(&[protected(-6), map! {}]);
    let mut no_key = mac_for(key("hmac"));
    no_key.inner().item(4).item(0).item(2).set(nil());
    vec![
        with(
            "sign-one",
            "RFC 9052 §4.1",
            "COSE_Sign with one signer",
            vec![sign_for(bytes([]), &[key("k1")])],
            &["k1"],
        ),
        with(
            "sign-several",
            "RFC 9052 §4.1",
            "COSE_Sign with three signers of three algorithms",
            vec![sign_for(bytes([]), &[key("k1"), key("p384"), key("ed25519")])],
            &["k1", "p384", "ed25519"],
        )
        .requiring(3),
        with(
            "sign-body-protected",
            "RFC 9052 §4.4",
            "COSE_Sign whose body has a protected header, which is signed too",
            vec![sign_for(wrap(map! { 3 => "application/suit-envelope+cose" }), &[key("k1")])],
            &["k1"],
        ),
        with(
            "sign-empty-map",
            "RFC 9052 §3",
            "empty protected header sent as an empty map; signed as a zero-length string",
            vec![sign_for(wrap(map! {}), &[key("k1")])],
            &["k1"],
        ),
        {
            let signers = [key("ed25519"), key("k1")];
            let draft = Draft::with_blocks(firmware(), vec![unknown_signer], &signers);
            let comment = "a signer of an algorithm that nobody knows counts for nothing";
            Case::accepted(GROUP, "sign-unknown-signer", "A-34", comment, draft, "k1")
        },
        with(
            "mac-direct",
            "RFC 9053 §6.1.1",
            "COSE_Mac whose recipient uses its key directly",
            vec![mac_for(key("hmac"))],
            &["hmac"],
        ),
        with(
            "mac-direct-protected",
            "RFC 9053 §6.1.1",
            "the same with the recipient's algorithm in its protected header",
            vec![protected_recipient],
            &["hmac"],
        ),
        with(
            "mac-direct-nil",
            "RFC 9052 §5.1",
            "the same with nil for the encrypted key",
            vec![no_key],
            &["hmac"],
        ),
        with(
            "several-blocks",
            "P-035",
            "COSE_Sign1, COSE_Mac0 and COSE_Sign side by side, all required",
            vec![block_for(key("k1")), block_for(key("hmac")), sign_for(bytes([]), &[key("ed25519")])],
            &["k1", "hmac", "ed25519"],
        )
        .requiring(3),
        with(
            "unknown-key-first",
            "P-036",
            "a signature by a stranger does no harm beside one by a trusted key",
            vec![block_for(key("k2")), block_for(key("k1"))],
            &["k2", "k1"],
        )
        .trusting(&["k1"], &["k1"]),
        with(
            "unusable-recipient",
            "RFC 9052 §6.1",
            "a MAC by a wrapped key counts for nothing beside a good signature",
            vec![wrapped_key, block_for(key("k1"))],
            &["hmac-2", "k1"],
        )
        .trusting(&["hmac-2", "k1"], &["k1"]),
        with(
            "two-of-three",
            "P-183, req USE-MFST-MULTI_AUTH",
            "two signatures are required of three trusted keys",
            vec![block_for(key("p384")), block_for(key("k1"))],
            &["p384", "k1"],
        )
        .trusting(&["k1", "ed25519", "p384"], &["k1", "p384"])
        .requiring(2),
    ]
}

fn header_variants() -> Vec<Case> {
    vec![
        headers("kid-right", "P-035", "a key identifier that the trust store knows", |items| {
            items[1] = map! { 4 => bytes("k1") };
        })
        .trusting(&["k2", "k1"], &["k1"]),
        headers("kid-wrong", "design: key id is a hint", "the identifier of another trusted key", |items| {
            items[1] = map! { 4 => bytes("k2") };
        })
        .trusting(&["k2", "k1"], &["k1"]),
        headers("kid-unknown", "design: key id is a hint", "an identifier that nobody knows", |items| {
            items[1] = map! { 4 => bytes("somebody") };
        }),
        headers("kid-protected", "RFC 9052 §3.1", "the key identifier in the protected header", |items| {
            items[0] = wrap(map! { 1 => -9, 4 => bytes("k1") });
        }),
        headers("header-order", "A-08", "header labels may stand in any order", |items| {
            items[0] = wrap(map! { 4 => bytes("k1"), 1 => -9 });
        }),
        headers(
            "other-headers",
            "RFC 9052 §3.1",
            "header labels without meaning here are ignored",
            |items| {
                let bignum = tag(2, bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]));
                items[0] = wrap(map! { 1 => -9, 3 => 0, -70001 => array![true, nil()], -70002 => bignum });
                items[1] =
                    map! { "name" => map! { "nested" => array![1] }, 5 => bytes([1; 12]), 33 => bytes([]) };
            },
        ),
        headers("critical-known", "RFC 9052 §3.1", "critical labels that every reader knows", |items| {
            items[0] = wrap(map! { 1 => -9, 2 => array![1, 4], 4 => bytes("k1") });
        }),
        {
            let mut stranger = block_for(key("k2"));
            stranger.inner().item(0).set(wrap(map! { 1 => "MY-ALGORITHM" }));
            let blocks = vec![stranger, block_for(key("k1"))];
            let comment = "a block with an algorithm by name counts for nothing";
            with("algorithm-by-name", "RFC 9052 §3.1", comment, blocks, &["k2", "k1"])
                .trusting(&["k2", "k1"], &["k1"])
        },
        {
            let mut draft = Draft::new(firmware(), key("k1"));
            let map = draft.envelope().clone();
            draft.root = map;
            let comment = "an envelope without tag 107, for those who ask for it";
            let mut case = Case::accepted(GROUP, "untagged", "A-36", comment, draft, "k1");
            case.untagged = true;
            case
        },
        {
            let mut draft = Draft::new(firmware(), key("k1"));
            draft.sever(20, SHA_256);
            draft.renew();
            let comment = "severed, signed; then taken out of the envelope: the signature still holds";
            draft.envelope().remove(20);
            Case::accepted(GROUP, "severed-and-gone", "P-061", comment, draft, "k1").missing(&["install"])
        },
    ]
}

/// The sound vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [algorithms(), structures(), header_variants()].concat()
}
