//! Files that are no keys, and keys in the wrong place.

use super::{Case, FORMS_HELP, P256, case, cose, spki};
use crate::signing::{K1, K1_PUBLIC, sec1_pem};

pub(crate) fn elsewhere() -> Vec<Case> {
    vec![
        case("empty", "k.pem", "", "E0703", "'k.pem' is empty", FORMS_HELP),
        case("white space", "k.pem", " \n\n", "E0703", "'k.pem' is empty", FORMS_HELP),
        case("a text", "k.pem", "my secret key", "E0703", "'k.pem' is not a key in a known form", FORMS_HELP),
        case(
            "too large",
            "k.pem",
            vec![b'x'; 65537],
            "E0703",
            "'k.pem' has more than 65536 bytes and can't be a key",
            FORMS_HELP,
        ),
        case(
            "an odd digit",
            "mac.hex",
            "61".repeat(31) + "6",
            "E0716",
            "'mac.hex' doesn't hold hex digits alone",
            "write an even number of the digits 0 to 9 and a to f",
        )
        .at("sign fw.suit --mac {} -o out.suit"),
        case(
            "no digit",
            "mac.hex",
            "6g".repeat(32),
            "E0716",
            "'mac.hex' doesn't hold hex digits alone",
            "write an even number of the digits 0 to 9 and a to f",
        )
        .at("sign fw.suit --mac {} -o out.suit"),
        case(
            "a short secret",
            "mac.hex",
            "61".repeat(15),
            "E0711",
            "the secret in 'mac.hex' is too short for HMAC-256",
            "it needs 16 bytes, and should have 32: suit key gen --type hmac-256",
        )
        .at("sign fw.suit --mac {} -o out.suit"),
        case(
            "a secret that is to sign",
            "mac.hex",
            "61".repeat(32),
            "E0717",
            "'mac.hex' is a secret for MACs and makes no signatures",
            "give it with --mac",
        ),
        case(
            "a key pair that is to make a MAC",
            "k.pem",
            sec1_pem(K1),
            "E0718",
            "'k.pem' (P-256) makes no MACs",
            "give it with --key",
        )
        .at("sign fw.suit --mac {} -o out.suit"),
        case(
            "another algorithm than the key's",
            "k.pem",
            sec1_pem(K1),
            "E0714",
            "'k.pem' (P-256) can't serve Ed25519",
            "it can serve esp256, es256",
        )
        .at("sign fw.suit --key {} --alg ed25519 -o out.suit"),
        case(
            "a secret as a public key",
            "mac.hex",
            "61".repeat(32),
            "E0717",
            "'mac.hex' is a secret for MACs, not a public key",
            "a MAC is made in one step: --mac",
        )
        .at("sign fw.suit --export-tbs out.tbs --pub {}"),
        case(
            "the public part of a secret",
            "mac.hex",
            "61".repeat(32),
            "E0717",
            "'mac.hex' is a secret: it has no public part",
            "say --private if the secret itself is to be written",
        )
        .at("key convert {} --to jwk -o out.jwk"),
        case(
            "PEM of a secret",
            "mac.hex",
            "61".repeat(32),
            "E0719",
            "'mac.hex' has no form as PEM",
            "PEM is for key pairs: write the secret as cose or jwk",
        )
        .at("key convert {} --to pem --private -o out.pem"),
        case(
            "the thumbprint of a secret",
            "mac.hex",
            "61".repeat(32),
            "E0717",
            "'mac.hex' is a secret, whose thumbprint would help to guess it",
            "choose an identifier: --kid text:NAME, or a kid in its COSE_Key",
        )
        .at("key kid {}"),
        case(
            "the private part of a public key",
            "k.der",
            spki(P256, K1_PUBLIC),
            "E0710",
            "'k.der' is a public key, and a private key is needed",
            "give the private key",
        )
        .at("key convert {} --to pem --private -o out.pem"),
        case(
            "a private key for verifying that says it is for nothing",
            "k.cose",
            cose(5, "0102 048103", ""),
            "E0715",
            "'k.cose' says by its key_ops that it is not for verifying",
            "use the key that was made for this",
        )
        .at("verify fw.suit --trust {}"),
    ]
}
