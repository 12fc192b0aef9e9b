//! Every published envelope, and what `suit verify` says of it. The expectations are written by hand, after the facts
//! that are known of the files; `docs/verify-published.md` is made from them:
//!
//! ```text
//! SUIT_WRITE_DOCS=1 cargo test -p suit-cli --test verify_published
//! ```

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod published;
mod signing;

use core::fmt::Write as _;
use published::{assert_document, folder, names};
use signing::Place;

/// What is special about a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Signed by the published key with ESP256.
    Signed,
    /// Authenticated by the published secret with HMAC-256.
    Mac,
    /// Signed by the published key with ES256, which leaves the curve open.
    Es256,
    /// Signed with ESP256, but without the tag 107.
    Untagged,
    /// Without any authentication block.
    Unsigned,
}

use Kind::{Es256, Mac, Signed, Unsigned, Untagged};

/// What the tool says: exit status, code of the reason, the reason in words.
struct Verdict {
    status: i32,
    code: &'static str,
    reason: &'static str,
}

impl Kind {
    /// Without flags.
    const fn verdict(self) -> Verdict {
        let (status, code, reason) = match self {
            Signed => (0, "", "ESP256 in COSE_Sign1: by k1"),
            Mac => (0, "", "HMAC-256 in COSE_Mac0: by mac"),
            Es256 => (1, "E0504", "no signature by a trusted key"),
            Untagged => (3, "E0329", "envelope without tag 107"),
            Unsigned => (1, "E0501", "manifest is not signed"),
        };
        Verdict { status, code, reason }
    }

    /// The flag that can help, and what is said with it.
    const fn with_flag(self) -> Option<(&'static str, Verdict)> {
        match self {
            Signed | Mac | Unsigned => None,
            Es256 => Some(("es256", Verdict { status: 0, code: "", reason: "ES256 in COSE_Sign1: by k1" })),
            Untagged => {
                Some(("untagged", Verdict { status: 0, code: "", reason: "ESP256 in COSE_Sign1: by k1" }))
            }
        }
    }
}

/// File without its ending, kind, SHA-256 of the manifest's byte string.
const PUBLISHED: [(&str, Kind, &str); 35] = [
    (
        "libcsuit/suit_manifest_exp0",
        Signed,
        "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af",
    ),
    (
        "libcsuit/suit_manifest_exp1",
        Signed,
        "1f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2",
    ),
    (
        "libcsuit/suit_manifest_exp2A",
        Signed,
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
    ),
    (
        "libcsuit/suit_manifest_exp2B",
        Signed,
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
    ),
    (
        "libcsuit/suit_manifest_exp3",
        Signed,
        "f6d44a62ec906b392500c242e78e908e9cc5057f3f04104a06a8566200da2ee0",
    ),
    (
        "libcsuit/suit_manifest_exp4",
        Signed,
        "5b5f6586b1e6cdf19ee479a5adabf206581000bd584b0832a9bdaf4f72cdbdd6",
    ),
    (
        "libcsuit/suit_manifest_exp5",
        Signed,
        "15ce60f77657e4531dc329155f8b0ed78f94bdc6d165b2665473693dcc34f470",
    ),
    ("libcsuit/suit_manifest_expAF", Mac, "3c92aeceaa7225ddd5129a83b2842bf28cc53b2c9467c5bf256e7108f2da7c9c"),
    (
        "libcsuit/suit_manifest_expAFS",
        Mac,
        "6d74bd3110a2573236e03dd78693d5b21c299c917a4327d9939ddf3582a41de3",
    ),
    ("libcsuit/suit_manifest_expAW", Mac, "037a5c325ce14078a0aadf007428eac659361ad9402a732410bda542fae94e2c"),
    (
        "libcsuit/suit_manifest_expD",
        Untagged,
        "506d4796d65ae599ee0a3f7d123ed6819e0fa1a324a5de547f6d7f50d465508a",
    ),
    (
        "libcsuit/suit_manifest_expED",
        Signed,
        "a00cb6c85515c1ef471b50b542facdd88b71b3c7ea2a43de13d32c4a99056fe9",
    ),
    (
        "libcsuit/suit_manifest_expEW",
        Signed,
        "1db69ef1477e9942815f29f78e09957b26b4add03902bdb3d1edf3da2075f593",
    ),
    (
        "libcsuit/suit_manifest_expI",
        Untagged,
        "cedb0457952f7dd0a33fa4692f73bc833a6a6e2300b16f6605993f0192e3f219",
    ),
    (
        "libcsuit/suit_manifest_expS0",
        Signed,
        "0f02caf6d3e61920d36bf3cea7f862a13bb8fb1f09c3f4c29b121feab78ef3d8",
    ),
    (
        "libcsuit/suit_manifest_expS2",
        Signed,
        "aeba316a9a1e38253b29e6c99b60538368b8ac8b5e6b9ace1d239970830bbe62",
    ),
    (
        "libcsuit/suit_manifest_expS3",
        Signed,
        "88e1199580864eb1d1ad35eb5925be68ca565ee3bb39c27cdb31ceda4dd667df",
    ),
    (
        "libcsuit/suit_manifest_expU",
        Untagged,
        "b39b52b0b747ea79588c190f567bfc2c8437ba8a73f7ea983182e79f0148d59b",
    ),
    (
        "libcsuit/suit_manifest_expU0",
        Signed,
        "01fcd9f6ebc2fb0cc68ff58488d3c9ff304bbb2df5e5af820de1976fb73f155a",
    ),
    (
        "libcsuit/suit_manifest_expU1",
        Signed,
        "3063438cc2dcefb2aa25d893ae16c5c6b4a7ecd87b3a578eefda2f760a724f06",
    ),
    (
        "libcsuit/suit_manifest_expU2",
        Es256,
        "67d84ac24c6a0e5891f21319358bdd708ea9ecb68cc24e56f89b2777486b13e8",
    ),
    (
        "libcsuit/suit_manifest_expU3",
        Es256,
        "6a4d23658e8cc98e9a6e5ca84bfdb7953c39cb685d8f6d78467954333c505a43",
    ),
    ("manifest-spec/example0", Es256, "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af"),
    (
        "manifest-spec/example0-unsigned",
        Unsigned,
        "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af",
    ),
    ("manifest-spec/example1", Es256, "1f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2"),
    (
        "manifest-spec/example1-unsigned",
        Unsigned,
        "1f2e7acca0dc2786f2fe4eb947f50873a6a3cfaa98866c5b02e621f42074daf2",
    ),
    ("manifest-spec/example2", Es256, "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90"),
    (
        "manifest-spec/example2-severed",
        Es256,
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
    ),
    (
        "manifest-spec/example2-unsigned-severed",
        Unsigned,
        "6a5197ed8f9dccf733d1c89a359441708e070b4c6dcb9a1c2c82c6165f609b90",
    ),
    ("manifest-spec/example3", Es256, "f6d44a62ec906b392500c242e78e908e9cc5057f3f04104a06a8566200da2ee0"),
    (
        "manifest-spec/example3-unsigned",
        Unsigned,
        "f6d44a62ec906b392500c242e78e908e9cc5057f3f04104a06a8566200da2ee0",
    ),
    ("manifest-spec/example4", Es256, "5b5f6586b1e6cdf19ee479a5adabf206581000bd584b0832a9bdaf4f72cdbdd6"),
    (
        "manifest-spec/example4-unsigned",
        Unsigned,
        "5b5f6586b1e6cdf19ee479a5adabf206581000bd584b0832a9bdaf4f72cdbdd6",
    ),
    ("manifest-spec/example5", Es256, "15ce60f77657e4531dc329155f8b0ed78f94bdc6d165b2665473693dcc34f470"),
    (
        "manifest-spec/example5-unsigned",
        Unsigned,
        "15ce60f77657e4531dc329155f8b0ed78f94bdc6d165b2665473693dcc34f470",
    ),
];

impl Verdict {
    fn text(&self) -> String {
        let word = match self.status {
            0 => "accepted".to_owned(),
            1 => format!("refused, {}", self.code),
            _ => format!("malformed, {}", self.code),
        };
        format!("{word}: {}", self.reason)
    }
}

const HEAD: &str = "\
# What `suit verify` says of the published envelopes

The files are the examples of the drafts (`manifest-spec`) and those of libcsuit. The trusted keys are the two that are
published with them: `k1`, for signatures, and `mac`, for MACs. A test holds this table against what the tool says.

| File | Without flags | With a flag |
|---|---|---|
";

fn table() -> String {
    let mut text = HEAD.to_owned();
    for (name, kind, _) in PUBLISHED {
        let more = kind.with_flag().map(|(flag, verdict)| format!("`--allow {flag}`: {}", verdict.text()));
        writeln!(
            text,
            "| `{name}.suit` | {} | {} |",
            kind.verdict().text(),
            more.unwrap_or_else(|| "—".to_owned())
        )
        .unwrap();
    }
    text
}

#[test]
fn the_documents_table_is_this_one() {
    assert_document("verify-published.md", &table());
}

#[test]
fn every_published_file_is_in_the_table() {
    let Some(folder) = folder() else { return };
    let listed: Vec<_> = PUBLISHED.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(names(&folder), listed);
}

#[test]
fn the_tool_says_what_the_table_says() {
    let Some(folder) = folder() else { return };
    let place = Place::with_example();
    place.write("mac.hex", "61".repeat(32));
    for (name, kind, digest) in PUBLISHED {
        let file = folder.join(format!("{name}.suit"));
        let verify = |flags: &[&str], wanted: Verdict| {
            let file = file.to_str().unwrap();
            let trust = ["--trust", "k1.pub", "--trust", "mac.hex", "--format", "json"];
            let ran = place.suit(&[&["verify", file], &trust[..], flags].concat());
            assert_eq!(ran.status, wanted.status, "{name} {flags:?}: {}", ran.err);
            match wanted.status {
                0 => {
                    let answer = ran.json();
                    assert_eq!(answer["verdict"], "accepted", "{name}");
                    assert_eq!(answer["envelope"]["manifest_digest"]["value"], digest, "{name}");
                    let signatures = answer["envelope"]["signatures"].as_array().unwrap();
                    let said: Vec<_> = signatures
                        .iter()
                        .map(|one| {
                            format!("{} in {}: by {}", one["algorithm"], one["structure"], one["role"])
                        })
                        .collect();
                    assert_eq!(said.join(", ").replace('"', ""), wanted.reason, "{name}");
                }
                1 => {
                    let answer = ran.json();
                    assert_eq!(answer["verdict"], "refused", "{name}");
                    assert_eq!(answer["reason"]["code"], wanted.code, "{name}");
                    assert_eq!(answer["reason"]["message"], wanted.reason, "{name}");
                    assert_eq!(answer["envelope"]["manifest_digest"]["value"], digest, "{name}");
                }
                _ => {
                    let error: serde_json::Value = serde_json::from_str(&ran.err).unwrap();
                    assert_eq!(
                        (&error["code"], &error["message"]),
                        (&wanted.code.into(), &wanted.reason.into())
                    );
                    assert!(ran.out.is_empty(), "{name}");
                }
            }
        };
        verify(&[], kind.verdict());
        if let Some((flag, verdict)) = kind.with_flag() {
            verify(&["--allow", flag], verdict);
            // The flag alone does not make anybody trusted.
            let ran = place.suit(&["verify", file.to_str().unwrap(), "--trust", "k2.pub", "--allow", flag]);
            assert!(ran.status == 1 && ran.err.contains("E0504"), "{name}: {}", ran.err);
        }
        // Nor does any other flag.
        if kind == Unsigned {
            let ran = place.suit(&[
                "verify",
                file.to_str().unwrap(),
                "--trust",
                "k1.pub",
                "--allow",
                "es256,eddsa,untagged",
            ]);
            assert!(ran.status == 1 && ran.err.contains("E0501"), "{name}: {}", ran.err);
        }
    }
}

/// What is severed, embedded or depended on in the published files, and what became of it.
#[test]
fn parts_of_the_published_files_are_checked() {
    let Some(folder) = folder() else { return };
    let place = Place::with_example();
    place.write("mac.hex", "61".repeat(32));
    let answer = |name: &str, flags: &[&str]| {
        let file = folder.join(format!("libcsuit/suit_manifest_{name}.suit"));
        let file = file.to_str().unwrap().to_owned();
        let trust =
            ["--trust", "k1.pub", "--trust", "mac.hex", "--format", "json", "--allow", "untagged,es256"];
        place.suit(&[&["verify", file.as_str()], &trust[..], flags].concat())
    };
    let here = folder.join("libcsuit");
    let directory = ["--payload-dir", here.to_str().unwrap()];
    let members = |name| answer(name, &[]).json()["envelope"]["members"].clone();
    let member = |name, status| serde_json::json!({ "name": name, "status": status });
    assert_eq!(members("exp2A"), serde_json::json!([member("install", "absent"), member("text", "absent")]));
    assert_eq!(
        members("exp2B"),
        serde_json::json!([member("install", "matches"), member("text", "matches")])
    );
    assert_eq!(members("expU2"), serde_json::json!([member("coswid", "matches")]));

    let payloads = |name, flags| answer(name, flags).json()["envelope"]["payloads"].clone();
    let tc = &payloads("expI", &[])[0];
    assert_eq!((&tc["uri"], &tc["size"], &tc["status"]), (&"#tc".into(), &20.into(), &"matches".into()));
    // The same component beside the manifest, in a file named like the end of its URI.
    let outside = &payloads("expU", &directory)[0];
    assert_eq!((&outside["status"], &outside["size"]), (&"matches".into(), &20.into()));
    assert_eq!(payloads("expU", &[])[0]["status"], "absent");

    let inner = &answer("expS3", &[]).json()["envelope"]["dependencies"][0].clone();
    assert_eq!((&inner["uri"], &inner["status"]), (&"#dependent.suit".into(), &"matches".into()));
    assert_eq!(inner["envelope"]["signatures"][0]["status"], "verified");
    let missing = answer("exp1", &directory);
    assert!(missing.status == 1 && missing.err.contains("E0555"), "{}", missing.err);
}
