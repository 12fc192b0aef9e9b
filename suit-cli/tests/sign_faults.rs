//! Command lines of `suit sign` that are refused: status, number, message, next step, and no output file.

#![allow(clippy::unwrap_used, reason = "tests")]

mod signing;

use signing::{Place, envelope, example_0, hex, sha256};

#[test]
fn nothing_is_signed_where_something_is_wrong() {
    let place = Place::with_example();
    place.say("key gen --type ed25519 -o ed.pem --public ed.pub").done();
    place.say("key gen --type p384 -o p384.pem --public p384.pub").done();
    place.write("mac.hex", "61".repeat(32));
    place.say("sign fw.suit --key k1.pem -o signed.suit").ok();
    place.say("sign fw.suit --mac mac.hex -o maced.suit").ok();
    // The digest of something else; a digest that can't be computed; blocks that can't be read.
    let mut wrong = envelope(&example_0());
    wrong.digest = sha256(b"something else");
    place.write("wrong.suit", wrong.encode());
    let mut shake = envelope(&example_0());
    shake.digest.algorithm = suit_core::labels::Algorithm::Shake128;
    place.write("shake.suit", shake.encode());
    let mut broken = envelope(&example_0());
    broken.blocks.push(hex("d28443a10128a0f641"));
    place.write("broken.suit", broken.encode());
    place.write("cut.suit", &place.read("fw.suit")[..100]);
    // Signatures: of the right length, of another manifest, in DER, in JSON.
    place.write("zero.sig", [1; 64]).write("short.sig", [1; 63]).write("empty.sig", "");
    place.write("der.sig", [hex("3044022001"), vec![1; 31], hex("022001"), vec![1; 31]].concat());
    place.write("json.sig", r#"{"format":"suit-signature/2","signature":"00"}"#);
    place.write("odd.sig", r#"{"format":"suit-signature/1","signature":"000"}"#);
    let files = place.files();

    let key_help = "give --key URI, --mac URI or --export-tbs FILE";
    let import_help = "export again with this --pub, sign exactly those bytes with its private key, and import that \
                       signature";
    for (line, status, code, message, help) in [
        ("fw.suit -o out.suit", 2, "E0099", "no key is given", key_help),
        (
            "fw.suit --key k1.pem",
            2,
            "E0099",
            "it is not said where the result goes",
            "give -o FILE, or --in-place to replace the input",
        ),
        (
            "fw.suit --key k1.pem -o out.suit --in-place",
            2,
            "E0099",
            "the argument '--output <FILE>' cannot be used with '--in-place'",
            "`suit VERB --help` explains",
        ),
        (
            "fw.suit --key k1.pem -o fw.suit",
            5,
            "E0605",
            "'fw.suit' is read by this command and would be overwritten",
            "choose another -o, or say --in-place",
        ),
        (
            "fw.suit --key k1.pem -o k1.pem",
            5,
            "E0605",
            "'k1.pem' is read by this command and would be overwritten",
            "choose another -o, or say --in-place",
        ),
        (
            "fw.suit --key k1.pem --mac mac.hex -o mac.hex",
            5,
            "E0605",
            "'mac.hex' is read by this command and would be overwritten",
            "choose another -o, or say --in-place",
        ),
        (
            "fw.suit --export-tbs k1.pub --pub k1.pub",
            5,
            "E0605",
            "'k1.pub' is read by this command and would be overwritten",
            "choose another -o, or say --in-place",
        ),
        (
            "fw.suit --key k1.pem -o no/out.suit",
            6,
            "E0602",
            "can't write 'no/out.suit': no such file or directory",
            "check the directory, its permissions and the free space",
        ),
        (
            "no.suit --key k1.pem -o out.suit",
            3,
            "E0601",
            "can't read 'no.suit': no such file or directory",
            "check the name and the permissions",
        ),
        (
            "cut.suit --key k1.pem -o out.suit",
            3,
            "E0101",
            "input ends inside an item",
            "`suit inspect` shows it as far as it goes",
        ),
        (
            "wrong.suit --key k1.pem -o out.suit",
            5,
            "E0901",
            "the digest in 'wrong.suit' is not that of its manifest: nothing was signed",
            "build the envelope again",
        ),
        (
            "wrong.suit --export-tbs out.tbs",
            5,
            "E0901",
            "the digest in 'wrong.suit' is not that of its manifest: nothing was signed",
            "build the envelope again",
        ),
        (
            "wrong.suit --import-sig zero.sig --pub k1.pub -o out.suit",
            5,
            "E0901",
            "the digest in 'wrong.suit' is not that of its manifest: nothing was signed",
            "build the envelope again",
        ),
        (
            "shake.suit --key k1.pem -o out.suit",
            5,
            "E0901",
            "the digest in 'shake.suit' is of the algorithm SHAKE128",
            "supported are SHA-256, SHA-384 and SHA-512: build the envelope with one of them",
        ),
        (
            "broken.suit --key k1.pem -o out.suit",
            3,
            "E0101",
            "input ends inside an item",
            "--replace drops the signatures that are there, this broken one too",
        ),
        (
            "signed.suit --key k1.pem -o out.suit",
            5,
            "E0902",
            "'k1.pem' has signed this manifest already: block 0, ESP256",
            "nothing is to be done; --replace drops what is there and signs anew",
        ),
        (
            "fw.suit --key k1.pem --key file:k1.pem -o out.suit",
            5,
            "E0902",
            "'k1.pem' has signed this manifest already: block 0, ESP256",
            "nothing is to be done; --replace drops what is there and signs anew",
        ),
        (
            "maced.suit --mac mac.hex -o out.suit",
            5,
            "E0902",
            "'mac.hex' has signed this manifest already: block 0, HMAC-256",
            "nothing is to be done; --replace drops what is there and signs anew",
        ),
        (
            "fw.suit --key k1.pem --alg sha-256 -o out.suit",
            2,
            "E0727",
            "there is no algorithm 'sha-256' for authentication",
            "the algorithms are esp256, es256, esp384, ed25519, eddsa, hmac-256",
        ),
        (
            "fw.suit --key k1.pem --key ed.pem --alg esp256 -o out.suit",
            4,
            "E0714",
            "'ed.pem' (Ed25519) can't serve ESP256",
            "it can serve ed25519, eddsa",
        ),
        (
            "fw.suit --key k1.pem --kid hex:0g -o out.suit",
            2,
            "E0721",
            "'hex:0g' doesn't hold pairs of hex digits",
            "write hex:0123ab, text:NAME or thumbprint",
        ),
        (
            "fw.suit --key k1.pem --kid text: -o out.suit",
            2,
            "E0721",
            "the key identifier is empty",
            "write hex:0123ab, text:NAME or thumbprint",
        ),
        (
            "fw.suit --key k1.pem --key k2.pem --kid x -o out.suit",
            2,
            "E0099",
            "one --kid is given for several keys",
            "sign with one key after the other, or say --kid thumbprint",
        ),
        (
            "fw.suit --key k1.pem --mac-recipients -o out.suit",
            2,
            "E0099",
            "--mac-recipients is given without --mac",
            "say which secret: --mac URI",
        ),
        (
            "fw.suit --key k1.pem --pub k1.pub -o out.suit",
            2,
            "E0099",
            "--pub is given without --export-tbs or --import-sig",
            "--trust of `suit verify` checks signatures; --key signs",
        ),
        (
            "fw.suit --mac mac.hex --kid thumbprint -o out.suit",
            4,
            "E0717",
            "'mac.hex' is a secret, whose thumbprint would help to guess it",
            "choose an identifier: --kid text:NAME, or a kid in its COSE_Key",
        ),
        (
            "fw.suit --export-tbs out.tbs -o out.suit",
            2,
            "E0099",
            "--export-tbs changes no envelope, so it goes without -o and --in-place",
            "give -o or --in-place with --import-sig",
        ),
        (
            "fw.suit --export-tbs out.tbs --format der",
            2,
            "E0099",
            "der is a form of signatures, not of what is to be signed",
            "export with --format raw, import what openssl makes of it with --format der",
        ),
        (
            "fw.suit --export-tbs out.tbs --format prehash --pub ed.pub",
            2,
            "E0099",
            "Ed25519 signs the bytes themselves, not their hash",
            "export them with --format raw",
        ),
        (
            "fw.suit --export-tbs out.tbs --alg hmac-256",
            2,
            "E0099",
            "a MAC is not made in two steps",
            "make it in one: --mac URI",
        ),
        (
            "fw.suit --export-tbs fw.suit --pub k1.pub",
            5,
            "E0605",
            "'fw.suit' is read by this command and would be overwritten",
            "choose another -o, or say --in-place",
        ),
        (
            "fw.suit --import-sig zero.sig --pub k1.pub -o out.suit",
            5,
            "E0903",
            "the signature in 'zero.sig' does not hold for 'k1.pub' and this manifest with ESP256: nothing was written",
            import_help,
        ),
        (
            "fw.suit --import-sig zero.sig --pub ed.pub -o out.suit",
            5,
            "E0903",
            "the signature in 'zero.sig' does not hold for 'ed.pub' and this manifest with Ed25519: nothing was \
             written",
            import_help,
        ),
        (
            "fw.suit --import-sig short.sig --pub k1.pub -o out.suit",
            5,
            "E0903",
            "'short.sig' has 63 bytes; a signature by ESP256 has 64",
            "give the signature alone: r and s, or the 64 bytes of Ed25519",
        ),
        (
            "fw.suit --import-sig empty.sig --pub p384.pub -o out.suit",
            5,
            "E0903",
            "'empty.sig' has 0 bytes; a signature by ESP384 has 96",
            "give the signature alone: r and s, or the 64 bytes of Ed25519",
        ),
        (
            "fw.suit --import-sig der.sig --pub k1.pub -o out.suit",
            5,
            "E0903",
            "'der.sig' has 70 bytes; a signature by ESP256 has 64",
            "it is in DER, as openssl writes it: say --format der",
        ),
        (
            "fw.suit --import-sig zero.sig --pub k1.pub --format der -o out.suit",
            5,
            "E0903",
            "'zero.sig' is not an ECDSA signature in DER for P-256",
            "give the signature as the signer wrote it",
        ),
        (
            "fw.suit --import-sig odd.sig --pub k1.pub --format json -o out.suit",
            5,
            "E0903",
            "'odd.sig' is not a signature in JSON",
            r#"write {"format": "suit-signature/1", "signature": "hex digits"}"#,
        ),
        (
            "fw.suit --import-sig json.sig --pub k1.pub --format json -o out.suit",
            5,
            "E0903",
            "'json.sig' is not a signature in JSON",
            r#"write {"format": "suit-signature/1", "signature": "hex digits"}"#,
        ),
    ] {
        let ran = place.say(&format!("sign {line}"));
        // A file that can't be read has its place after the message; the warning about nothing comes first.
        let first = format!("error[{code}]: {message}");
        let last = ran.err.lines().rev().find_map(|line| line.strip_prefix("help: ")).unwrap_or_default();
        if ran.err.starts_with("{") {
            let said: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
            assert_eq!((&said["code"], &said["message"]), (&code.into(), &message.into()), "{line}");
            assert_eq!(said["help"], help, "{line}");
        } else {
            assert_eq!(ran.err.lines().next(), Some(first.as_str()), "{line}");
            assert_eq!(last, help, "{line}: {}", ran.err);
        }
        assert_eq!(ran.status, status, "{line}: {}", ran.err);
        assert!(ran.out.is_empty(), "{line}");
        assert_eq!(place.files(), files, "{line}");
    }
    // --replace gets along with what it drops.
    place.say("sign broken.suit --key k1.pem --replace -o out.suit").ok();
    place.say("verify out.suit --trust k1.pub").ok();
}
