//! Keys that are refused: each with one fault, its number, its message, the next step, and no output file.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod elsewhere;
mod in_cose;
mod in_der;
mod in_jwk;
mod in_pem;
#[path = "../signing/mod.rs"]
mod signing;

use signing::{K1, K1_PUBLIC, Place, hex, pem, sec1_der, sec1_pem, to_hex};

/// A key that is refused when it is to sign, or at another command.
struct Case {
    name: &'static str,
    /// Name and content of the key's file.
    file: (&'static str, Vec<u8>),
    /// Command in place of `sign fw.suit --key FILE -o out.suit`.
    command: Option<&'static str>,
    code: &'static str,
    message: &'static str,
    help: &'static str,
}

fn case(
    name: &'static str,
    file: &'static str,
    content: impl Into<Vec<u8>>,
    code: &'static str,
    message: &'static str,
    help: &'static str,
) -> Case {
    Case { name, file: (file, content.into()), command: None, code, message, help }
}

impl Case {
    fn at(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }
}

/// A `SubjectPublicKeyInfo` of an algorithm identifier, given as its DER.
fn spki(algorithm: &str, public: &str) -> Vec<u8> {
    let algorithm = hex(algorithm);
    let key = [&[0], &hex(public)[..]].concat();
    let bits = [&[3, u8::try_from(key.len()).unwrap()], &key[..]].concat();
    let content = [algorithm, bits].concat();
    [&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

/// id-ecPublicKey on prime256v1.
const P256: &str = "301306072a8648ce3d020106082a8648ce3d030107";

/// COSE_Key of K1: its map, with pairs before and after the coordinates.
fn cose(count: u8, before: &str, after: &str) -> Vec<u8> {
    let (x, y) = (&K1_PUBLIC[2..66], &K1_PUBLIC[66..]);
    [vec![0xa0 | count], hex(before), hex("2001215820"), hex(x), hex("225820"), hex(y), hex(after)].concat()
}

const GROUP_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const PEM_HELP: &str = "copy the key again, complete from its BEGIN to its END line";
const DER_HELP: &str = "copy the key again; is it complete?";
const KIND_HELP: &str = "supported are P-256, P-384, Ed25519 and secrets for HMAC-256";
const CURVE_HELP: &str = "supported are P-256, P-384 and Ed25519";
const FORMS_HELP: &str = "keys are PEM or DER as openssl writes them, COSE_Key or JWK; MAC secrets also hex digits in a file named *.hex";
const SEVERAL_HELP: &str = "keep each key in a file of its own";
const ENCRYPTED_HELP: &str = "decrypt it into a file that only you can read: openssl pkey -in KEY -out PLAIN";
const GEN_HELP: &str = "make a new key: suit key gen";
const COSE_HELP: &str = "write the key again: suit key convert KEY --to cose";
const SHOW: &str = "key show {}";

/// base64url without padding.
fn base64(digits: &str) -> String {
    use base64ct::Encoding;
    base64ct::Base64UrlUnpadded::encode_string(&hex(digits))
}

/// Checks the form of a message: its first line, its last, its status, and that nothing was written.
fn check(place: &Place, name: &str, line: &str, case: (i32, &str, &str, &str)) -> Result<(), String> {
    let before = place.files();
    let (status, code, message, help) = case;
    let ran = place.say(line);
    let last = ran.err.lines().last().unwrap_or_default();
    let holds = ran.status == status
        && ran.err.lines().next() == Some(format!("error[{code}]: {message}").as_str())
        && last.strip_prefix("help: ") == Some(help)
        && ran.out.is_empty()
        && place.files() == before
        // What makes the key is in no message, whatever is wrong with it.
        && [K1, &K1[..16], "d909418b", "MDECAQEE", "ApZYjZCU"].iter().all(|secret| !ran.err.contains(secret));
    if holds {
        return Ok(());
    }
    Err(format!("{name}: status {}, wanted {status}; {:?}\n{}", ran.status, place.files(), ran.err))
}

/// All that failed, together.
#[track_caller]
fn report(results: impl IntoIterator<Item = Result<(), String>>) {
    let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_broken_key_is_refused_for_what_it_is() {
    let place = Place::with_example();
    let cases: Vec<_> =
        [in_pem::in_pem(), in_der::in_der(), in_cose::in_cose(), in_jwk::in_jwk(), elsewhere::elsewhere()]
            .into_iter()
            .flatten()
            .collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    report(cases.into_iter().map(|Case { name, file: (file, content), command, code, message, help }| {
        place.write(file, content);
        let line = command.unwrap_or("sign fw.suit --key {} -o out.suit").replace("{}", file);
        let result = check(&place, &format!("{file}, {name}"), &line, (4, code, message, help));
        std::fs::remove_file(place.path(file)).unwrap();
        result
    }));
    // The same command with a good key writes its file.
    place.say("sign fw.suit --key k1.pem -o out.suit").ok();
}

/// The siblings of the broken keys: the same forms without the fault.
#[test]
fn the_whole_siblings_are_read() {
    let place = Place::new();
    let private = format!("235820{K1}");
    let wanted = format!("{}\n", signing::K1_THUMBPRINT);
    let public =
        [hex("30770201010420"), hex(K1), hex("a00a06082a8648ce3d030107a144034200"), hex(K1_PUBLIC)].concat();
    let jwk = format!(
        r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}","d":"{}","use":"sig","alg":"ES256","ext":true}}"#,
        base64(&K1_PUBLIC[2..66]),
        base64(&K1_PUBLIC[66..]),
        base64(K1)
    );
    let pkcs8 = [hex("304d020100"), hex(P256), hex("0433"), sec1_der(K1)].concat();
    for (name, content) in [
        ("sec1.pem", sec1_pem(K1).into_bytes()),
        ("crlf.pem", sec1_pem(K1).replace('\n', "\r\n").into_bytes()),
        ("surrounded.pem", format!("Bag Attributes\n  key\n{}\ntrailing\n", sec1_pem(K1)).into_bytes()),
        ("sec1.der", sec1_der(K1)),
        ("with-public.der", public),
        ("pkcs8.der", pkcs8.clone()),
        ("pkcs8.pem", pem("PRIVATE KEY", &pkcs8).into_bytes()),
        ("pkcs8-labelled-sec1.pem", pem("EC PRIVATE KEY", &pkcs8).into_bytes()),
        ("spki.der", spki(P256, K1_PUBLIC)),
        ("compressed.der", spki(P256, &format!("02{}", &K1_PUBLIC[2..66]))),
        ("cose.cose", cose(5, "0102", &private)),
        ("es256.cose", cose(6, "0102 0326", &private)),
        ("only-d.cose", [hex("a3010220 01"), hex(&private)].concat()),
        ("compressed.cose", [hex("a4010220 01215820"), hex(&K1_PUBLIC[2..66]), hex("22f4")].concat()),
        ("jwk.jwk", jwk.into_bytes()),
    ] {
        place.write(name, content);
        let ran = place.suit(&["key", "kid", name]).ok();
        assert_eq!(ran.text(), wanted, "{name}");
    }
    // y of K1 is even: its last byte is 0x96.
    assert!(K1_PUBLIC.ends_with("96") && to_hex(&hex(K1_PUBLIC)) == K1_PUBLIC.replace(' ', ""));
}

#[test]
fn keys_that_can_not_be_reached() {
    let place = Place::with_example();
    place.write("keys/a.pem", sec1_pem(K1));
    let cases = [
        (
            "no.pem",
            "E0701",
            "can't read the key 'no.pem': no such file or directory",
            "check the name and the permissions",
        ),
        (
            "file:no.pem",
            "E0701",
            "can't read the key 'no.pem': no such file or directory",
            "check the name and the permissions",
        ),
        (
            "keys",
            "E0701",
            "can't read the key 'keys': it is a directory",
            "give one key file; --trust takes directories",
        ),
        (
            "env:SUIT_TEST_NO_SUCH_KEY",
            "E0701",
            "the environment variable 'SUIT_TEST_NO_SUCH_KEY' is not set",
            "set it to the key in PEM or as JWK, or to hex: and the digits of a MAC secret",
        ),
        (
            "pkcs11:token=release;object=fw",
            "E0702",
            "keys in PKCS#11 tokens are not supported yet: 'pkcs11:token=release;object=fw'",
            "they arrive later; today sign in two steps with --export-tbs and --import-sig, or give a path, \
             file:PATH or env:NAME",
        ),
        (
            "helper:cloud/42",
            "E0702",
            "keys behind helper programs are not supported yet: 'helper:cloud/42'",
            "they arrive later; today sign in two steps with --export-tbs and --import-sig, or give a path, \
             file:PATH or env:NAME",
        ),
        (
            "hex:0296588d909418b3",
            "E0723",
            "the key itself stands on the command line",
            "others can see arguments: put the key into a file or a variable and give its path or env:NAME",
        ),
    ];
    report(cases.into_iter().map(|(uri, code, message, help)| {
        check(&place, uri, &format!("sign fw.suit --key {uri} -o out.suit"), (4, code, message, help))
    }));
}
