//! Faults of keys in DER.

use super::{
    CURVE_HELP, Case, DER_HELP, ENCRYPTED_HELP, GEN_HELP, GROUP_ORDER, KIND_HELP, P256, SHOW, case, spki,
};
use crate::signing::{K1, K1_PUBLIC, K2_PUBLIC, hex, sec1_der};

pub(crate) fn in_der() -> Vec<Case> {
    let k1 = sec1_der(K1);
    // SEC1 with the public key of another one: [1] bit string.
    let mismatched =
        [hex("30770201010420"), hex(K1), hex("a00a06082a8648ce3d030107a144034200"), hex(K2_PUBLIC)].concat();
    let off_curve = K1_PUBLIC.replacen("96811a", "96811b", 1);
    vec![
        case("cut", "k.der", &k1[..40], "E0705", "the key in 'k.der' is malformed DER", DER_HELP),
        case(
            "a byte too many",
            "k.der",
            [&k1[..], &[0]].concat(),
            "E0705",
            "the key in 'k.der' is malformed DER",
            DER_HELP,
        ),
        case(
            "no curve",
            "k.der",
            [hex("30250201010420"), hex(K1)].concat(),
            "E0708",
            "'k.der' doesn't say on which curve its key is",
            CURVE_HELP,
        ),
        case(
            "another curve",
            "k.der",
            [hex("302e0201010420"), hex(K1), hex("a00706052b8104000a")].concat(),
            "E0708",
            "the key in 'k.der' is on the curve secp256k1",
            CURVE_HELP,
        ),
        case(
            "a curve in numbers",
            "k.der",
            [hex("30290201010420"), hex(K1), hex("a0023000")].concat(),
            "E0708",
            "'k.der' spells out its curve in numbers instead of naming it",
            "write it with a named curve: openssl ec -in KEY -param_enc named_curve -out NEW",
        ),
        case(
            "the private number is zero",
            "k.der",
            sec1_der(&"00".repeat(32)),
            "E0711",
            "'k.der' holds no valid private key of P-256",
            GEN_HELP,
        ),
        case(
            "the private number is the group's order",
            "k.der",
            sec1_der(GROUP_ORDER),
            "E0711",
            "'k.der' holds no valid private key of P-256",
            GEN_HELP,
        ),
        case(
            "the private number is short",
            "k.der",
            [hex("3030020101041f"), hex(&K1[2..]), hex("a00a06082a8648ce3d030107")].concat(),
            "E0711",
            "'k.der' holds no valid private key of P-256",
            GEN_HELP,
        ),
        case(
            "the public key of another one",
            "k.der",
            mismatched,
            "E0711",
            "the public key in 'k.der' is not that of its private key",
            "make the file again from its private key alone",
        ),
        case(
            "a point beside the curve",
            "k.der",
            spki(P256, &off_curve),
            "E0711",
            "'k.der' holds no valid public key of P-256",
            DER_HELP,
        )
        .at(SHOW),
        case(
            "P-521",
            "k.der",
            spki("301006072a8648ce3d020106052b81040023", "04"),
            "E0708",
            "the key in 'k.der' is on the curve P-521",
            CURVE_HELP,
        )
        .at(SHOW),
        case(
            "RSA",
            "k.der",
            spki("300d06092a864886f70d0101010500", "3000"),
            "E0707",
            "'k.der' is an RSA key",
            KIND_HELP,
        )
        .at(SHOW),
        case(
            "RSA in PKCS#8",
            "k.der",
            hex("3016020100300d06092a864886f70d010101050004023000"),
            "E0707",
            "'k.der' is an RSA key",
            KIND_HELP,
        ),
        case(
            "X25519",
            "k.der",
            spki("300506032b656e", &"09".repeat(32)),
            "E0707",
            "'k.der' is an X25519 key, which is for key agreement",
            KIND_HELP,
        )
        .at(SHOW),
        case(
            "Ed25519 of small order",
            "k.der",
            spki("300506032b6570", &format!("01{}", "00".repeat(31))),
            "E0711",
            "'k.der' holds no valid public key of Ed25519",
            DER_HELP,
        )
        .at(SHOW),
        case(
            "encrypted",
            "k.der",
            hex("30053000040100").as_slice(),
            "E0706",
            "'k.der' is encrypted",
            ENCRYPTED_HELP,
        ),
        case(
            "a certificate",
            "k.der",
            hex("30083000300003020000").as_slice(),
            "E0720",
            "'k.der' is a certificate, not a key",
            "take the key out: openssl x509 -in CERT -noout -pubkey",
        ),
        case(
            "a public key that is to sign",
            "k.der",
            spki(P256, K1_PUBLIC),
            "E0710",
            "'k.der' is a public key, and a private key is needed",
            "give the private key",
        ),
    ]
}
