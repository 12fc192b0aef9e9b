//! Authentication: what passes, and one input for each single fault with the fault that is reported.

#![allow(clippy::as_conversions, clippy::type_complexity, clippy::unwrap_used, reason = "tests")]

mod common;

use common::{
    ALL, Block, HASHES, Key, Kind, MACS, Parts, SIGNATURES, alg, array, authenticate, authenticate_with,
};
use common::{bstr, digest, envelope, hex};
use suit_core::labels::Algorithm;
use suit_core::{Envelope, ErrorKind, Tagging};
use suit_verify_nostd::budget::Limit;
use suit_verify_nostd::crypto::{Crypto, Sha256};
use suit_verify_nostd::trust::{ANCHORS_MAX, AnchorError};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore};

use AuthenticationError::{
    BudgetExhausted, DigestMismatch, Malformed, NoAuthentication, NoTrustedSignature, TooFewSignatures,
    UnsupportedDigest,
};

/// Makes a block for a digest.
type Make<'b> = &'b dyn Fn(&[u8]) -> Vec<u8>;

/// The sample manifest, with its SHA-256 digest and these blocks.
fn with_blocks(blocks: &[Make<'_>]) -> Vec<u8> {
    let parts = Parts::new();
    let digest = digest(-16, &bstr(&parts.manifest));
    let blocks: Vec<_> = blocks.iter().map(|block| block(&digest)).collect();
    envelope(&digest, &blocks, &parts.manifest, &[])
}

fn with_block(block: &Block) -> Vec<u8> {
    with_blocks(&[&|digest| block.encode(digest)])
}

/// A good block after this change.
fn changed(kind: Kind, key: &Key, change: impl Fn(&mut Block)) -> Vec<u8> {
    let mut block = Block::new(kind, key);
    change(&mut block);
    with_block(&block)
}

/// The kind of fault of a malformed document, and the bytes from its offset on.
fn fault(result: Result<u8, AuthenticationError>, bytes: &[u8]) -> (ErrorKind, Vec<u8>) {
    match result {
        Err(Malformed(error)) => (error.kind, bytes[error.offset..].to_vec()),
        other => panic!("{other:?} instead of a fault"),
    }
}

#[test]
fn every_structure_with_every_algorithm() {
    for key in [Key::k1(), Key::p384(), Key::ed25519()] {
        for kind in [Kind::Sign1, Kind::Sign] {
            let bytes = with_block(&Block::new(kind, &key));
            assert_eq!(authenticate(&bytes, &[&key]), Ok(1), "{kind:?} {:?}", key.algorithm());
        }
    }
    for kind in [Kind::Mac0, Kind::Mac] {
        let bytes = with_block(&Block::new(kind, &Key::mac()));
        assert_eq!(authenticate(&bytes, &[&Key::mac()]), Ok(1), "{kind:?}");
    }
}

/// The file that the crate's documentation shows.
#[test]
fn the_documentations_sample() {
    let Parts { manifest, install, text } = Parts::new();
    let digest = digest(-16, &bstr(&manifest));
    let block = Block::sign1(&Key::k1()).encode(&digest);
    let bytes = envelope(&digest, &[block], &manifest, &[(20, &install), (23, &text)]);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample.suit");
    if std::env::var_os("SUIT_WRITE_SAMPLE").is_some() {
        std::fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(std::fs::read(path).unwrap(), bytes, "run this test with SUIT_WRITE_SAMPLE=1 to make it anew");
}

#[test]
fn legacy_algorithms_need_their_verifier_and_their_anchor() {
    let strict = Crypto { signatures: SIGNATURES, macs: MACS, hashes: HASHES };
    let cases = [
        (Key::k1(), Algorithm::Es256, Algorithm::Esp256),
        (Key::ed25519(), Algorithm::EdDsa, Algorithm::Ed25519),
    ];
    for (key, old, new) in cases {
        let bytes = changed(Kind::Sign1, &key, |block| block.protected = alg(old));
        let run = |anchor, crypto| {
            authenticate_with(&bytes, &[(anchor, key.raw(), None)], crypto, 1, Budget::new())
        };
        assert_eq!(run(old, &ALL), Ok(1), "{old:?}");
        assert_eq!(run(old, &strict), Err(NoTrustedSignature), "{old:?} without its verifier");
        assert_eq!(run(new, &ALL), Err(NoTrustedSignature), "{old:?} by a key for {new:?}");
        // And the other way round.
        let bytes = with_block(&Block::sign1(&key));
        let result = authenticate_with(&bytes, &[(old, key.raw(), None)], &ALL, 1, Budget::new());
        assert_eq!(result, Err(NoTrustedSignature), "{new:?} by a key for {old:?}");
    }
}

#[test]
fn every_digest() {
    let parts = Parts::new();
    for algorithm in [-16, -43, -44] {
        let digest = digest(algorithm, &bstr(&parts.manifest));
        let block = Block::sign1(&Key::k1()).encode(&digest);
        let bytes = envelope(&digest, &[block], &parts.manifest, &[]);
        assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1), "{algorithm}");

        let only_256 = Crypto { hashes: &[&Sha256], ..ALL };
        let anchors = [(Algorithm::Esp256, Key::k1().raw(), None)];
        let result = authenticate_with(&bytes, &anchors, &only_256, 1, Budget::new());
        assert_eq!(result, if algorithm == -16 { Ok(1) } else { Err(UnsupportedDigest) }, "{algorithm}");
    }
    // SHAKE128 is a hash that SUIT can name; there is no implementation.
    let shake = array(&[hex("31"), bstr(&[0; 32])]);
    let block = Block::sign1(&Key::k1()).encode(&shake);
    let bytes = envelope(&shake, &[block], &parts.manifest, &[]);
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Err(UnsupportedDigest));
}

#[test]
fn digests_of_something_else() {
    let parts = Parts::new();
    let sign = |digest: &[u8], manifest: &[u8]| {
        envelope(digest, &[Block::sign1(&Key::k1()).encode(digest)], manifest, &[])
    };
    let good = digest(-16, &bstr(&parts.manifest));
    assert_eq!(authenticate(&sign(&good, &parts.manifest), &[&Key::k1()]), Ok(1));

    let without_head = digest(-16, &parts.manifest);
    assert_eq!(authenticate(&sign(&without_head, &parts.manifest), &[&Key::k1()]), Err(DigestMismatch));

    let mut other = parts.manifest.clone();
    other[4] ^= 1; // the sequence number
    assert_eq!(authenticate(&sign(&good, &other), &[&Key::k1()]), Err(DigestMismatch));

    let mut last_byte = good.clone();
    *last_byte.last_mut().unwrap() ^= 1;
    assert_eq!(authenticate(&sign(&last_byte, &parts.manifest), &[&Key::k1()]), Err(DigestMismatch));
}

#[test]
fn no_block() {
    let bytes = with_blocks(&[]);
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Err(NoAuthentication));
    assert_eq!(authenticate(&bytes, &[]), Err(NoAuthentication));
}

#[test]
fn nobody_is_trusted() {
    assert_eq!(authenticate(&with_block(&Block::sign1(&Key::k1())), &[]), Err(NoTrustedSignature));
}

#[test]
fn signatures_that_do_not_count() {
    type Change = fn(&mut Block);
    let digest_with_head = bstr(&digest(-16, &bstr(&Parts::new().manifest)));
    let sign: [(&str, Change); 8] = [
        ("by another key", |block| block.key = Key::k2()),
        ("another digest is signed", |block| block.signed = Some(digest(-16, b"another manifest"))),
        ("the manifest is signed", |block| block.signed = Some(Parts::new().manifest)),
        ("nothing is signed", |block| block.signed = Some(Vec::new())),
        ("in the name of another structure", |block| block.context = "CounterSignature"),
        ("one byte short", |block| block.spoil = |signature| signature.truncate(signature.len() - 1)),
        ("one byte long", |block| block.spoil = |signature| signature.push(0)),
        ("all zero", |block| block.spoil = |signature| signature.fill(0)),
    ];
    for kind in [Kind::Sign1, Kind::Sign] {
        for (what, change) in sign {
            let bytes = changed(kind, &Key::k1(), change);
            assert_eq!(authenticate(&bytes, &[&Key::k1()]), Err(NoTrustedSignature), "{kind:?}: {what}");
        }
        let bytes = changed(kind, &Key::k1(), |block| block.signed = Some(digest_with_head.clone()));
        assert_eq!(
            authenticate(&bytes, &[&Key::k1()]),
            Err(NoTrustedSignature),
            "{kind:?}: digest with its head"
        );
    }
    let mac: [(&str, Change); 5] = [
        ("by another key", |block| block.key = Key::Mac(vec![0x62; 32])),
        ("another digest", |block| block.signed = Some(digest(-16, b"another manifest"))),
        ("first 8 bytes", |block| block.spoil = |tag| tag.truncate(8)),
        ("empty", |block| block.spoil = Vec::clear),
        ("one byte long", |block| block.spoil = |tag| tag.push(0)),
    ];
    for kind in [Kind::Mac0, Kind::Mac] {
        for (what, change) in mac {
            let bytes = changed(kind, &Key::mac(), change);
            assert_eq!(authenticate(&bytes, &[&Key::mac()]), Err(NoTrustedSignature), "{kind:?}: {what}");
        }
    }
}

#[test]
fn structures_are_not_interchangeable() {
    for (kind, key, other) in [(Kind::Sign1, Key::k1(), Kind::Mac0), (Kind::Mac0, Key::mac(), Kind::Sign1)] {
        // Made as the one, labelled as the other, which has the same fields.
        let relabelled = changed(kind, &key, |block| block.tag = other.tag());
        assert_eq!(
            authenticate(&relabelled, &[&key]),
            Err(NoTrustedSignature),
            "{kind:?} labelled {other:?}"
        );
        // Made as the other, with a key and algorithm that have no place in it.
        let misused = with_block(&Block::new(other, &key));
        assert_eq!(
            authenticate(&misused, &[&key]),
            Err(NoTrustedSignature),
            "{other:?} with {:?}",
            key.algorithm()
        );
    }
}

#[test]
fn algorithms_that_are_not_the_keys() {
    let cases = [
        ("another of the same curve", hex("a1 01 26")),       // ES256
        ("another curve", hex("a1 01 38 32")),                // ESP384
        ("one that is no signature", hex("a1 01 2f")),        // SHA-256
        ("one that is not registered", hex("a1 01 39 0100")), // -257
        ("a text", hex("a1 01 65 4553323536")),               // "ES256"
    ];
    for (what, protected) in cases {
        let bytes = changed(Kind::Sign1, &Key::k1(), |block| block.protected.clone_from(&protected));
        assert_eq!(authenticate(&bytes, &[&Key::k1()]), Err(NoTrustedSignature), "{what}");
    }
}

#[test]
fn other_headers_do_no_harm() {
    // {1: -9, 3: 0, "x": null}, {4: 'k', 33: [1]}, and in another order
    let bytes = changed(Kind::Sign1, &Key::k1(), |block| {
        block.protected = hex("a3 01 28 03 00 61 78 f6");
        block.unprotected = hex("a2 04 41 6b 18 21 81 01");
    });
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1));
    let bytes = changed(Kind::Sign1, &Key::k1(), |block| block.protected = hex("a2 03 00 01 28"));
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1));
    // Longer than any buffer that one would think of.
    let bytes = changed(Kind::Sign1, &Key::k1(), |block| {
        block.protected = [hex("a2 01 28 18 21"), bstr(&[7; 1000])].concat();
    });
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1));
}

#[test]
fn an_empty_protected_bucket_of_the_body_has_two_forms() {
    let parts = Parts::new();
    let digest = digest(-16, &bstr(&parts.manifest));
    let signers = array(&[Block::new(Kind::Sign, &Key::k1()).signer(&digest)]);
    for body in ["40", "41 a0"] {
        let block = [Kind::Sign.tag(), array(&[hex(body), hex("a0"), hex("f6"), signers.clone()])].concat();
        let bytes = envelope(&digest, &[block], &parts.manifest, &[]);
        assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1), "{body}");
    }
}

#[test]
fn blocks_that_no_one_may_send() {
    let the_digest = digest(-16, &bstr(&Parts::new().manifest));
    // What is wrong, the change, the fault, and the bytes at its offset.
    let cases: [(&str, &dyn Fn(&mut Block), ErrorKind, Vec<u8>); 11] = [
        (
            "the right digest is attached",
            &|block| block.payload = bstr(&the_digest),
            ErrorKind::AttachedPayload,
            bstr(&the_digest),
        ),
        (
            "an empty payload is attached",
            &|block| block.payload = hex("40"),
            ErrorKind::AttachedPayload,
            hex("40"),
        ),
        ("no algorithm", &|block| block.protected = hex("a0"), ErrorKind::MissingAlgorithm, hex("41 a0")),
        (
            "algorithm unprotected",
            &|block| {
                block.protected = Vec::new();
                block.unprotected = hex("a1 01 28");
            },
            ErrorKind::UnprotectedAlgorithm,
            hex("01 28"),
        ),
        (
            "algorithm in both buckets",
            &|block| block.unprotected = hex("a1 01 28"),
            ErrorKind::DuplicateHeader,
            hex("01 28"),
        ),
        (
            "another label in both buckets",
            &|block| {
                block.protected = hex("a2 01 28 04 41 6b");
                block.unprotected = hex("a1 04 41 6b");
            },
            ErrorKind::DuplicateHeader,
            hex("04 41 6b"),
        ),
        (
            "algorithm twice in a bucket",
            &|block| block.protected = hex("a2 01 28 01 28"),
            ErrorKind::DuplicateKey,
            hex("01 28 a0"),
        ),
        (
            "unknown critical label",
            &|block| block.protected = hex("a3 01 28 02 81 18 21 18 21 00"),
            ErrorKind::CriticalHeader,
            hex("18 21 18 21"),
        ),
        (
            "protected bucket is no map",
            &|block| block.protected = hex("80"),
            ErrorKind::WrongType(suit_core::Expected::Map),
            hex("80 a0"),
        ),
        ("COSE_Encrypt0", &|block| block.tag = hex("d0"), ErrorKind::UnknownBlock, hex("d0 84")),
        (
            "no tag",
            &|block| block.tag = Vec::new(),
            ErrorKind::WrongType(suit_core::Expected::Tag),
            hex("84 43"),
        ),
    ];
    for (what, change, kind, at) in cases {
        let bytes = changed(Kind::Sign1, &Key::k1(), change);
        let (found, rest) = fault(authenticate(&bytes, &[&Key::k1()]), &bytes);
        assert_eq!(found, kind, "{what}");
        assert!(rest.starts_with(&at), "{what}: at {:02x?}", &rest[..8]);
    }
}

#[test]
fn a_bad_block_is_never_skipped() {
    let good = |digest: &[u8]| Block::sign1(&Key::k1()).encode(digest);
    let attached = |digest: &[u8]| {
        let mut block = Block::sign1(&Key::k2());
        block.payload = bstr(digest);
        block.encode(digest)
    };
    for blocks in [[&good as Make<'_>, &attached], [&attached, &good]] {
        let bytes = with_blocks(&blocks);
        assert_eq!(fault(authenticate(&bytes, &[&Key::k1()]), &bytes).0, ErrorKind::AttachedPayload);
    }
    let broken = |_: &[u8]| hex("d2 84 43");
    let bytes = with_blocks(&[&good, &broken]);
    assert_eq!(fault(authenticate(&bytes, &[&Key::k1()]), &bytes).0, ErrorKind::Truncated);
    let no_block = |_: &[u8]| Vec::new();
    let bytes = with_blocks(&[&good, &no_block]);
    assert_eq!(fault(authenticate(&bytes, &[&Key::k1()]), &bytes).0, ErrorKind::Truncated);
    // The second signer of a COSE_Sign.
    let second = |digest: &[u8]| {
        let mut other = Block::new(Kind::Sign, &Key::k2());
        other.protected = hex("a0");
        Block::sign(&[Block::new(Kind::Sign, &Key::k1()), other], digest)
    };
    let bytes = with_blocks(&[&second]);
    assert_eq!(fault(authenticate(&bytes, &[&Key::k1()]), &bytes).0, ErrorKind::MissingAlgorithm);
}

#[test]
fn unknown_blocks_beside_a_good_one_do_no_harm() {
    let good = |digest: &[u8]| Block::sign1(&Key::k1()).encode(digest);
    let stranger = |digest: &[u8]| Block::sign1(&Key::k2()).encode(digest);
    let unknown = |digest: &[u8]| {
        let mut block = Block::sign1(&Key::k1());
        block.protected = hex("a1 01 38 2e"); // -47
        block.encode(digest)
    };
    assert_eq!(authenticate(&with_blocks(&[&stranger, &unknown, &good]), &[&Key::k1()]), Ok(1));
    assert_eq!(authenticate(&with_blocks(&[&stranger, &unknown]), &[&Key::k1()]), Err(NoTrustedSignature));
}

#[test]
fn recipients() {
    let cases = [
        // [h'', {1: -6, 4: 'k'}, h'']
        ("direct with a key identifier", vec![hex("83 40 a2 01 25 04 41 6b 40")], Ok(1)),
        ("direct with null for no key", vec![hex("83 40 a1 01 25 f6")], Ok(1)),
        ("wrapped", vec![hex("83 40 a1 01 22 58 28"), vec![0; 40]], Err(NoTrustedSignature)),
    ];
    for (what, recipient, expected) in cases {
        let recipients = vec![recipient.concat()];
        let bytes = changed(Kind::Mac, &Key::mac(), |block| block.recipients.clone_from(&recipients));
        assert_eq!(authenticate(&bytes, &[&Key::mac()]), expected, "{what}");
    }
    let direct = hex("83 40 a1 01 25 40");
    let faults = [
        ("direct twice", vec![direct.clone(), direct.clone()]),
        ("direct and wrapped", vec![direct, hex("83 40 a1 01 22 41 00")]),
        ("direct with an encrypted key", vec![hex("83 40 a1 01 25 41 00")]),
    ];
    for (what, recipients) in faults {
        let bytes = changed(Kind::Mac, &Key::mac(), |block| block.recipients.clone_from(&recipients));
        let found = fault(authenticate(&bytes, &[&Key::mac()]), &bytes).0;
        assert_eq!(found, ErrorKind::UnsupportedRecipient, "{what}");
    }
    let bytes = changed(Kind::Mac, &Key::mac(), |block| block.recipients.clear());
    assert_eq!(fault(authenticate(&bytes, &[&Key::mac()]), &bytes).0, ErrorKind::TooFewItems);
}

#[test]
fn keys_are_counted() {
    let first = |digest: &[u8]| Block::sign1(&Key::k1()).encode(digest);
    let second = |digest: &[u8]| Block::sign1(&Key::k2()).encode(digest);
    let as_es256 = |digest: &[u8]| {
        let mut block = Block::sign1(&Key::k1());
        block.protected = alg(Algorithm::Es256);
        block.encode(digest)
    };
    let both = |digest: &[u8]| {
        Block::sign(&[Block::new(Kind::Sign, &Key::k1()), Block::new(Kind::Sign, &Key::k2())], digest)
    };
    let twice = |digest: &[u8]| {
        Block::sign(&[Block::new(Kind::Sign, &Key::k1()), Block::new(Kind::Sign, &Key::k1())], digest)
    };
    let uncompressed = Key::k1().raw();
    let compressed = [&[2 | uncompressed[64] & 1], &uncompressed[1..33]].concat();
    let anchors: Vec<(Algorithm, Vec<u8>, Option<&[u8]>)> = vec![
        (Algorithm::Esp256, uncompressed.clone(), None),
        (Algorithm::Esp256, compressed, None),
        (Algorithm::Es256, uncompressed, None),
        (Algorithm::Esp256, Key::k2().raw(), None),
    ];
    let one = Err(TooFewSignatures { verified: 1, required: 2 });
    let cases: [(&str, &[Make<'_>], Result<u8, AuthenticationError>); 7] = [
        ("one block", &[&first], one),
        ("the same block twice", &[&first, &first], one),
        ("one key under two algorithms", &[&first, &as_es256], one),
        ("one key twice in a COSE_Sign", &[&twice], one),
        ("one key in two structures", &[&first, &twice], one),
        ("two keys in two blocks", &[&first, &second], Ok(2)),
        ("two keys in a COSE_Sign", &[&both], Ok(2)),
    ];
    for (what, blocks, expected) in cases {
        let result = authenticate_with(&with_blocks(blocks), &anchors, &ALL, 2, Budget::new());
        assert_eq!(result, expected, "{what}");
        assert!(authenticate_with(&with_blocks(blocks), &anchors, &ALL, 1, Budget::new()).is_ok(), "{what}");
    }
}

#[test]
fn key_identifiers_are_hints() {
    let first: &[u8] = b"first";
    let anchors = [
        (Algorithm::Esp256, Key::k1().raw(), Some(first)),
        (Algorithm::Esp256, Key::k2().raw(), Some(b"second")),
    ];
    let by_second =
        |unprotected: &str| changed(Kind::Sign1, &Key::k2(), |block| block.unprotected = hex(unprotected));
    let run = |bytes: &[u8], attempts| {
        let mut budget = Budget::new();
        budget.attempts = attempts;
        authenticate_with(bytes, &anchors, &ALL, 1, budget)
    };
    let named = by_second("a1 04 46 7365636f6e64"); // {4: 'second'}
    assert_eq!(run(&named, 1), Ok(1), "the anchor of that name comes first");
    let unnamed = by_second("a0");
    assert_eq!(run(&unnamed, 1), Err(BudgetExhausted(Limit::Attempts)));
    assert_eq!(run(&unnamed, 2), Ok(1));
    let misnamed = by_second("a1 04 45 6669727374"); // {4: 'first'}
    assert_eq!(run(&misnamed, 1), Err(BudgetExhausted(Limit::Attempts)));
    assert_eq!(run(&misnamed, 2), Ok(1), "the others come after");
    let unknown = by_second("a1 04 41 78"); // {4: 'x'}
    assert_eq!(run(&unknown, 2), Ok(1));
    // Without an identifier in the message, anchors without one are nothing special.
    let unnamed_last = [anchors[1].clone(), (Algorithm::Esp256, Key::k1().raw(), None)];
    let mut one = Budget::new();
    one.attempts = 1;
    assert_eq!(authenticate_with(&unnamed, &unnamed_last, &ALL, 1, one), Ok(1));

    // COSE_Mac: the recipient's identifier.
    let anchors = [
        (Algorithm::Hmac256, vec![0x62; 32], Some(first)),
        (Algorithm::Hmac256, Key::mac().raw(), Some(b"second")),
    ];
    let bytes = changed(Kind::Mac, &Key::mac(), |block| {
        block.recipients = vec![hex("83 40 a2 01 25 04 46 7365636f6e64 40")];
    });
    let mut budget = Budget::new();
    budget.attempts = 1;
    assert_eq!(authenticate_with(&bytes, &anchors, &ALL, 1, budget), Ok(1));
}

#[test]
fn budgets() {
    let stranger = |digest: &[u8]| Block::sign1(&Key::k2()).encode(digest);
    let signers = |digest: &[u8]| Block::sign(&vec![Block::new(Kind::Sign, &Key::k2()); 16], digest);
    let good = |digest: &[u8]| Block::sign1(&Key::k1()).encode(digest);

    assert_eq!(
        authenticate(&with_blocks(&[&stranger as Make<'_>; 8]), &[&Key::k1()]),
        Err(NoTrustedSignature)
    );
    let attempts = Err(BudgetExhausted(Limit::Attempts));
    assert_eq!(authenticate(&with_blocks(&[&stranger as Make<'_>; 9]), &[&Key::k1()]), attempts);

    // Nobody to try them with: they are only read.
    assert_eq!(authenticate(&with_blocks(&[&signers]), &[&Key::p384()]), Err(NoTrustedSignature));
    let too_many = Err(BudgetExhausted(Limit::Signers));
    assert_eq!(authenticate(&with_blocks(&[&signers, &good]), &[&Key::p384()]), too_many);
    assert_eq!(authenticate(&with_blocks(&[&good, &signers]), &[&Key::k1()]), too_many);

    // Once enough keys have signed, no more are tried.
    let mut one = Budget::new();
    one.attempts = 1;
    let anchors = [(Algorithm::Esp256, Key::k1().raw(), None), (Algorithm::Esp256, Key::k2().raw(), None)];
    let bytes = with_blocks(&[&good, &stranger]);
    assert_eq!(authenticate_with(&bytes, &anchors, &ALL, 1, one), Ok(1));
    let bytes = with_blocks(&[&|digest: &[u8]| {
        Block::sign(&[Block::new(Kind::Sign, &Key::k1()), Block::new(Kind::Sign, &Key::k2())], digest)
    }]);
    assert_eq!(authenticate_with(&bytes, &anchors, &ALL, 1, one), Ok(1));

    // What is left over is the caller's to use again.
    let key = Key::k1().raw();
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &key, None)];
    let trust = TrustStore::new(&anchors).unwrap();
    let bytes = with_blocks(&[&stranger, &good]);
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let mut budget = Budget::new();
    for _ in 0..4 {
        assert!(suit_verify_nostd::authenticate(&envelope, &trust, &ALL, &mut budget).is_ok());
    }
    assert_eq!((budget.attempts, budget.signers), (0, 8));
    let fifth = suit_verify_nostd::authenticate(&envelope, &trust, &ALL, &mut budget).map(drop);
    assert_eq!(fifth, Err(BudgetExhausted(Limit::Attempts)));
}

#[test]
fn thorough_stores_name_every_key() {
    let (first, second) = (Key::k1().raw(), Key::k2().raw());
    let anchors = [
        TrustAnchor::unchecked(Algorithm::Esp256, &first, None),
        TrustAnchor::unchecked(Algorithm::Esp256, &second, None),
    ];
    let bytes = with_blocks(&[&|digest| {
        Block::sign(&[Block::new(Kind::Sign, &Key::k2()), Block::new(Kind::Sign, &Key::k1())], digest)
    }]);
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let store = TrustStore::new(&anchors).unwrap();
    let named = |store: &TrustStore<'_>| -> Vec<usize> {
        let done = suit_verify_nostd::authenticate(&envelope, store, &ALL, &mut Budget::new()).unwrap();
        done.verified().of(store).map(|(index, _)| index).collect()
    };
    assert_eq!(named(&store), [1]);
    assert_eq!(named(&store.thorough()), [0, 1]);
}

#[test]
fn anchors() {
    let new = |algorithm, key: &[u8]| TrustAnchor::new(algorithm, key, None, &ALL).map(drop);
    assert_eq!(new(Algorithm::Esp256, &Key::k1().raw()), Ok(()));
    assert_eq!(new(Algorithm::Hmac256, &Key::mac().raw()), Ok(()));
    assert_eq!(new(Algorithm::Esp256, &Key::p384().raw()), Err(AnchorError::InvalidKey));
    assert_eq!(new(Algorithm::Ed25519, &[0; 32]), Err(AnchorError::InvalidKey));
    assert_eq!(new(Algorithm::Hmac256, &[0x61; 15]), Err(AnchorError::InvalidKey));
    assert_eq!(new(Algorithm::Esp512, &Key::k1().raw()), Err(AnchorError::UnsupportedAlgorithm));
    assert_eq!(new(Algorithm::Sha256, &Key::k1().raw()), Err(AnchorError::UnsupportedAlgorithm));

    let anchor = TrustAnchor::unchecked(Algorithm::Esp256, &[], None);
    assert!(TrustStore::new(&[anchor; ANCHORS_MAX]).is_ok());
    let many = [anchor; ANCHORS_MAX + 1];
    assert_eq!(TrustStore::new(&many).map(drop), Err(AnchorError::TooManyAnchors));

    // The last place of a full store counts like the first.
    let k1 = Key::k1().raw();
    let mut full = [anchor; ANCHORS_MAX];
    full[ANCHORS_MAX - 1] = TrustAnchor::unchecked(Algorithm::Esp256, &k1, Some(b"k"));
    let bytes = changed(Kind::Sign1, &Key::k1(), |block| block.unprotected = hex("a1 04 41 6b"));
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let store = TrustStore::new(&full).unwrap();
    let done = suit_verify_nostd::authenticate(&envelope, &store, &ALL, &mut Budget::new()).unwrap();
    assert!(done.verified().contains(ANCHORS_MAX - 1));
    // Secrets don't show.
    let mac = TrustAnchor::unchecked(Algorithm::Hmac256, &[0x61; 32], None);
    assert!(!format!("{mac:?}").contains("97"), "{mac:?}");
}

#[test]
fn nothing_of_the_manifest_is_read_before_it_is_authentic() {
    // Not even CBOR; authentic all the same, and refused afterwards.
    let manifest = hex("ff ff");
    let digest = digest(-16, &bstr(&manifest));
    let bytes = envelope(&digest, &[Block::sign1(&Key::k1()).encode(&digest)], &manifest, &[]);
    assert_eq!(authenticate(&bytes, &[&Key::k1()]), Ok(1));
    assert_eq!(authenticate(&bytes, &[&Key::k2()]), Err(NoTrustedSignature));
    let key = Key::k1().raw();
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &key, None)];
    let trust = TrustStore::new(&anchors).unwrap();
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let authenticated = suit_verify_nostd::authenticate(&envelope, &trust, &ALL, &mut Budget::new()).unwrap();
    assert_eq!(authenticated.manifest().map(drop).unwrap_err().kind, ErrorKind::UnexpectedBreak);
}
