//! `suit key`, seen from outside.

#![allow(clippy::unwrap_used, reason = "tests")]

mod signing;

use signing::{K1, K1_PUBLIC, K1_THUMBPRINT, K2, K2_PUBLIC, K2_THUMBPRINT, Place, hex, sec1_pem};

/// spec.md §5.6.
#[test]
fn thumbprints_of_the_published_keys() {
    let place = Place::new();
    for (scalar, public, thumbprint) in [(K1, K1_PUBLIC, K1_THUMBPRINT), (K2, K2_PUBLIC, K2_THUMBPRINT)] {
        place.write("key.pem", sec1_pem(scalar));
        assert_eq!(place.say("key kid key.pem").ok().text(), format!("{thumbprint}\n"));
        let shown = place.say("key show key.pem --format json").ok().json();
        let wanted = serde_json::json!({
            "format": "suit-key/1", "key": "key.pem", "kind": "P-256", "algorithm": "ESP256",
            "private": true, "public": public, "thumbprint": thumbprint,
        });
        assert_eq!(shown, wanted);
        assert!(!place.say("key show key.pem").ok().text().contains(scalar));
    }
}

/// Every form can be read again and is the same key.
#[test]
fn forms_lead_back_to_the_key() {
    let place = Place::new();
    for kind in ["p256", "p384", "ed25519", "hmac-256"] {
        let is_secret = kind == "hmac-256";
        let form = if is_secret { "cose" } else { "pem" };
        place.suit(&["key", "gen", "--type", kind, "-o", "first"]).done();
        let all = |name: &str| place.suit(&["key", "convert", name, "--to", form, "--private"]).ok().out;
        let first = all("first");
        for to in ["pem", "cose", "jwk"] {
            if is_secret && to == "pem" {
                continue;
            }
            place.suit(&["key", "convert", "first", "--to", to, "--private", "-o", "second"]).ok();
            assert_eq!(all("second"), first, "{kind} {to}");
            std::fs::remove_file(place.path("second")).unwrap();
            if !is_secret {
                place.suit(&["key", "convert", "first", "--to", to, "-o", "second"]).ok();
                let public = |name: &str| place.suit(&["key", "convert", name, "--to", "pem"]).ok().out;
                assert_eq!(public("second"), public("first"), "{kind} {to}");
                let shown = place.say("key show second --format json").ok().json();
                assert_eq!(shown["private"], false, "{kind} {to}");
                std::fs::remove_file(place.path("second")).unwrap();
            }
        }
        std::fs::remove_file(place.path("first")).unwrap();
    }
}

#[test]
fn arrays_hold_the_raw_key() {
    let place = Place::new();
    place.write("my-vendor.pem", sec1_pem(K1));
    for (to, head, tail) in [
        (
            "rust",
            format!(
                "/// P-256 public key (uncompressed point: 04, x, y), for ESP256 (COSE -9).\n///\n\
                 /// Thumbprint (RFC 9679, SHA-256): {K1_THUMBPRINT}\npub const MY_VENDOR_KEY: [u8; 65] = [\n"
            ),
            "];\n",
        ),
        (
            "c",
            format!(
                "/* P-256 public key (uncompressed point: 04, x, y), for ESP256 (COSE -9).\n   \
                 Thumbprint (RFC 9679, SHA-256): {K1_THUMBPRINT} */\n\
                 static const unsigned char my_vendor_key[65] = {{\n"
            ),
            "};\n",
        ),
    ] {
        let ran = place.suit(&["key", "convert", "my-vendor.pem", "--to", to]).ok();
        let rows = ran.text().strip_prefix(head.as_str()).unwrap_or_else(|| panic!("{}", ran.text()));
        let rows = rows.strip_suffix(tail).unwrap();
        let digits: String = rows.split(',').map(|byte| byte.trim().replace("0x", "")).collect();
        assert_eq!(digits, K1_PUBLIC);
        assert!(!ran.text().contains("0x02, 0x96, 0x58"), "the private key is not there");
    }
    let ran = place.say("key convert my-vendor.pem --to rust --private").ok();
    assert!(ran.text().contains("MY_VENDOR_KEY: [u8; 32]") && ran.text().contains("0x02, 0x96, 0x58"));
}

#[cfg(unix)]
#[test]
fn private_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mode = |name: &str| std::fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    place.say("key gen -o a.pem --public a.pub").done();
    place.say("key gen --type hmac-256 -o mac.cose").done();
    place.say("key convert a.pem --to jwk --private -o a.jwk").ok();
    for name in ["a.pem", "mac.cose", "a.jwk"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    // As open as the person's own setting has it.
    place.write("other", "");
    assert_eq!(mode("a.pub"), mode("other"));
}

#[test]
fn new_keys_differ_and_replace_nothing() {
    let place = Place::new();
    place.say("key gen -o a.pem").done();
    place.say("key gen -o b.pem").done();
    assert_ne!(place.read("a.pem"), place.read("b.pem"));
    let before = place.read("a.pem");
    for line in [
        "key gen -o a.pem",
        "key gen -o c.pem --public a.pem",
        "key convert b.pem --to pem --private -o a.pem",
    ] {
        let ran = place.say(line);
        assert_eq!(ran.status, 5, "{line}: {}", ran.err);
        assert!(
            ran.err.starts_with("error[E0607]: 'a.pem' exists already and is not overwritten\n"),
            "{}",
            ran.err
        );
        assert_eq!(place.read("a.pem"), before);
        assert_eq!(place.files(), ["a.pem", "b.pem"]);
    }
}

/// A key from every place that a URI can name.
#[test]
fn keys_come_from_files_variables_and_standard_input() {
    let place = Place::new();
    place.write("k1.pem", sec1_pem(K1)).write("secret.cose", [hex("a20104205820"), vec![0x61; 32]].concat());
    let wanted = format!("{K1_THUMBPRINT}\n");
    for uri in ["k1.pem", "file:k1.pem", "./k1.pem"] {
        assert_eq!(place.suit(&["key", "kid", uri]).ok().text(), wanted, "{uri}");
    }
    let absolute = format!("file://{}", place.path("k1.pem").display());
    assert_eq!(place.suit(&["key", "kid", &absolute]).ok().text(), wanted);
    let mut command = place.command(&["key", "kid", "env:TEST_KEY"]);
    assert_eq!(signing::run(command.env("TEST_KEY", sec1_pem(K1))).ok().text(), wanted);
    let mut command = place.command(&["key", "kid", "-"]);
    command.stdin(std::fs::File::open(place.path("k1.pem")).unwrap());
    assert_eq!(signing::run(&mut command).ok().text(), wanted);
    // A secret as hex digits, which have to say that they are.
    let mut command = place.command(&["key", "convert", "env:TEST_MAC", "--to", "cose", "--private"]);
    let ran = signing::run(command.env("TEST_MAC", format!("hex:{}\n", "61".repeat(32)))).ok();
    assert_eq!(ran.out, [hex("a30104030520 5820"), vec![0x61; 32]].concat());
    let mut command = place.command(&["key", "show", "env:TEST_MAC"]);
    assert!(signing::run(command.env("TEST_MAC", "61".repeat(32))).err.starts_with("error[E0703]"));
}
