//! Faults of JSON Web Keys.

use super::{CURVE_HELP, Case, KIND_HELP, SEVERAL_HELP, base64, case};
use crate::signing::{K1, K1_PUBLIC};

pub(crate) fn in_jwk() -> Vec<Case> {
    let (x, y, d) = (base64(&K1_PUBLIC[2..66]), base64(&K1_PUBLIC[66..]), base64(K1));
    let with = |more: &str| format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","d":"{d}"{more}}}"#);
    vec![
        case(
            "not JSON",
            "k.jwk",
            with("").replace("\"y\"", "y"),
            "E0713",
            "'k.jwk' is not a valid JWK: it is not JSON, at line 1, column 77",
            "write the key again; a JWK is one JSON object",
        ),
        case(
            "a member twice",
            "k.jwk",
            with(r#","crv":"P-384""#),
            "E0713",
            "'k.jwk' is not a valid JWK: a member has the wrong type or stands in it twice, at line 1, column 181",
            "write the key again; a JWK is one JSON object",
        ),
        case(
            "padding",
            "k.jwk",
            with("").replace(&d, &format!("{d}=")),
            "E0713",
            "'k.jwk' is not a valid JWK: d is not base64url",
            "write it as base64url without padding (RFC 7515 §2)",
        ),
        case(
            "no x",
            "k.jwk",
            with("").replace(r#""x""#, r#""z""#),
            "E0713",
            "'k.jwk' is not a valid JWK: x is missing",
            "give a complete key",
        ),
        case(
            "RSA",
            "k.jwk",
            r#"{"kty":"RSA","n":"AQ","e":"AQAB"}"#,
            "E0707",
            "'k.jwk' is a JWK of kty RSA",
            KIND_HELP,
        ),
        case(
            "P-521",
            "k.jwk",
            r#"{"kty":"EC","crv":"P-521"}"#,
            "E0708",
            "the key in 'k.jwk' is on the curve P-521",
            CURVE_HELP,
        ),
        case(
            "another algorithm",
            "k.jwk",
            with(r#","alg":"ES512""#),
            "E0714",
            "'k.jwk' (P-256) is for the algorithm ES512",
            "supported for such a key: ES256",
        ),
        case(
            "for encryption",
            "k.jwk",
            with(r#","use":"enc""#),
            "E0715",
            "'k.jwk' says by its key_ops that it is not for signing",
            "use the key that was made for this",
        ),
        case("a set of keys", "k.jwk", r#"{"keys":[]}"#, "E0709", "'k.jwk' is a set of JWKs", SEVERAL_HELP),
    ]
}
