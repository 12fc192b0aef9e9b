//! Every published envelope on a device that has what they name, and how its run ends. The expectations are written by
//! hand, after the facts that are known of the files; `docs/run-published.md` is made from them:
//!
//! ```text
//! SUIT_WRITE_DOCS=1 cargo test -p suit-cli --test run_published
//! ```

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod published;
mod signing;

use core::fmt::Write as _;
use published::{assert_document, folder, names};
use signing::{Place, Ran};
use std::path::Path;

/// A run: what is carried out, with which leniencies, how it ends, and why. Runs of a file follow each other on the same
/// device.
struct Run {
    phase: &'static str,
    /// Words for `--allow`, beside those that make the envelope authentic.
    lenient: &'static str,
    /// `success`, or the number of the error and the command with its section.
    ends: &'static str,
    why: &'static str,
}

const fn run(phase: &'static str, lenient: &'static str, ends: &'static str, why: &'static str) -> Run {
    Run { phase, lenient, ends, why }
}

const fn update(ends: &'static str, why: &'static str) -> Run {
    run("update", "", ends, why)
}

const fn invoke(ends: &'static str, why: &'static str) -> Run {
    run("invoke", "", ends, why)
}

/// What many examples have in common.
const SAMPLE: &str = "the digest is a sample pattern, which no image has";
const NOTHING: Run = invoke("E1006", "the manifest has nothing to start");
const NOT_INSTALLED: Run = invoke("E1011 image-match in validate", SAMPLE);

// --- what each structure gives once it is authentic ---

const EXAMPLE_0: &[Run] = &[update("E1011 image-match in validate", SAMPLE), NOT_INSTALLED];
const EXAMPLE_1: &[Run] = &[update("E1011 image-match in install", SAMPLE), NOT_INSTALLED];
const EXAMPLE_2: &[Run] = &[update("E1011 image-match in install", SAMPLE), NOT_INSTALLED];
const EXAMPLE_2_SEVERED: &[Run] =
    &[update("E1007", "the section install is severed and was left out"), NOT_INSTALLED];
const EXAMPLE_3: &[Run] = &[update("E1011 image-match in install", SAMPLE), NOT_INSTALLED];
const EXAMPLE_4: &[Run] = &[update("E1011 image-match in payload-fetch", SAMPLE), NOT_INSTALLED];
const EXAMPLE_5: &[Run] = &[update("E1011 image-match in install", SAMPLE), NOT_INSTALLED];

const UNVERIFIED: &str = "nothing is checked before it is started (P-045)";
const S0: &[Run] = &[
    update("success", "content of the manifest needs no check"),
    invoke("E1028 invoke in invoke", UNVERIFIED),
    run("invoke", "invoke-unverified", "success", "started unchecked"),
];
const UNPROCESSED: &str = "the section ends without that of the dependency (P-152)";
const S2: &[Run] = &[
    update("success", "the dependency is fetched, checked, and carried out"),
    invoke("E1028 invoke in invoke", UNVERIFIED),
    run("invoke", "invoke-unverified", "E1044", UNPROCESSED),
    run("invoke", "invoke-unverified,sections-unmatched", "success", "started unchecked, and alone"),
];
const UNASKED: &str = "process-dependency without dependency-integrity (P-154)";
const S3: &[Run] = &[
    update("E1042 process-dependency in install", UNASKED),
    run("update", "integrity-unasked", "success", "the dependency comes with the envelope and is authentic"),
    invoke("E1028 invoke in invoke", UNVERIFIED),
    run("invoke", "invoke-unverified", "E1044", UNPROCESSED),
    run("invoke", "invoke-unverified,sections-unmatched", "success", "started unchecked, and alone"),
];
const ENCRYPTED: &str = "this device can't decrypt";
const AF: &[Run] = &[update("E1027 copy in install", ENCRYPTED), NOTHING];
const AW: &[Run] = &[update("E1027 write in install", ENCRYPTED), NOTHING];
const ED: &[Run] = &[
    update(
        "E1009 dependency-integrity in install",
        "the dependency has validate, and its dependent has not (P-152)",
    ),
    run("update", "sections-unmatched", "E1027 write in install", ENCRYPTED),
    NOTHING,
];
const TA: &[Run] = &[
    update("success", "the application has its digest"),
    NOTHING,
    run("uninstall", "", "success", "the reference is given up"),
];
const D: &[Run] = &[
    update("E1042 process-dependency in install", UNASKED),
    run("update", "integrity-unasked", "E1027 write in install", ENCRYPTED),
    invoke("E1011 image-match in validate", "the configuration was not stored"),
];
const U0: &[Run] = &[update("success", "every condition holds, for both components"), NOTHING];
const U1: &[Run] = &[update("success", "the clock goes on to 23:00"), NOTHING];
const U2: &[Run] = &[
    update("success", "the image is published beside the envelope"),
    invoke("E1011 version in shared", "it is for versions before 1.0.0, and has installed 1.0.0"),
];
const U3: &[Run] = &[update("success", "a directory, a file and a link are made"), NOTHING];

/// An envelope that no run begins with.
const UNSIGNED: &[Run] = &[update("E0501", "nobody has signed it"), invoke("E0501", "nobody has signed it")];

/// File without its ending, what has to be allowed so that it is authentic, runs.
const PUBLISHED: [(&str, &str, &[Run]); 35] = [
    ("libcsuit/suit_manifest_exp0", "", EXAMPLE_0),
    ("libcsuit/suit_manifest_exp1", "", EXAMPLE_1),
    ("libcsuit/suit_manifest_exp2A", "", EXAMPLE_2_SEVERED),
    ("libcsuit/suit_manifest_exp2B", "", EXAMPLE_2),
    ("libcsuit/suit_manifest_exp3", "", EXAMPLE_3),
    ("libcsuit/suit_manifest_exp4", "", EXAMPLE_4),
    ("libcsuit/suit_manifest_exp5", "", EXAMPLE_5),
    ("libcsuit/suit_manifest_expAF", "", AF),
    ("libcsuit/suit_manifest_expAFS", "", AF),
    ("libcsuit/suit_manifest_expAW", "", AW),
    ("libcsuit/suit_manifest_expD", "untagged", D),
    ("libcsuit/suit_manifest_expED", "", ED),
    ("libcsuit/suit_manifest_expEW", "", AW),
    ("libcsuit/suit_manifest_expI", "untagged", TA),
    ("libcsuit/suit_manifest_expS0", "", S0),
    ("libcsuit/suit_manifest_expS2", "", S2),
    ("libcsuit/suit_manifest_expS3", "", S3),
    ("libcsuit/suit_manifest_expU", "untagged", TA),
    ("libcsuit/suit_manifest_expU0", "", U0),
    ("libcsuit/suit_manifest_expU1", "", U1),
    ("libcsuit/suit_manifest_expU2", "es256", U2),
    ("libcsuit/suit_manifest_expU3", "es256", U3),
    ("manifest-spec/example0", "es256", EXAMPLE_0),
    ("manifest-spec/example0-unsigned", "", UNSIGNED),
    ("manifest-spec/example1", "es256", EXAMPLE_1),
    ("manifest-spec/example1-unsigned", "", UNSIGNED),
    ("manifest-spec/example2", "es256", EXAMPLE_2),
    ("manifest-spec/example2-severed", "es256", EXAMPLE_2_SEVERED),
    ("manifest-spec/example2-unsigned-severed", "", UNSIGNED),
    ("manifest-spec/example3", "es256", EXAMPLE_3),
    ("manifest-spec/example3-unsigned", "", UNSIGNED),
    ("manifest-spec/example4", "es256", EXAMPLE_4),
    ("manifest-spec/example4-unsigned", "", UNSIGNED),
    ("manifest-spec/example5", "es256", EXAMPLE_5),
    ("manifest-spec/example5-unsigned", "", UNSIGNED),
];

const HEAD: &str = "\
# How a run of the published envelopes ends

The files are the examples of the drafts (`manifest-spec`) and those of libcsuit. They run one after the other on the
device of [`suit-cli/tests/published/device.toml`](../suit-cli/tests/published/device.toml), which has every component that
they name and can fetch every payload: the published one where there is one, else zeros of the size that the manifest
gives. `Allowed` are the words for `suit simulate --allow`: without `es256` or `untagged` such a file is refused before it
runs; the others are leniencies with manifests that break a rule. A test holds this table against what the device does.

| File | Allowed | Procedure | Ends with | Why |
|---|---|---|---|---|
";

fn allowed(authentic: &str, lenient: &str) -> String {
    [authentic, lenient].iter().filter(|words| !words.is_empty()).copied().collect::<Vec<_>>().join(",")
}

fn table() -> String {
    let mut text = HEAD.to_owned();
    for (name, authentic, runs) in PUBLISHED {
        for run in runs {
            let words = allowed(authentic, run.lenient);
            let words = if words.is_empty() { "—".to_owned() } else { format!("`{words}`") };
            writeln!(text, "| `{name}.suit` | {words} | {} | {} | {} |", run.phase, run.ends, run.why)
                .unwrap();
        }
    }
    text
}

#[test]
fn the_documents_table_is_this_one() {
    assert_document("run-published.md", &table());
}

#[test]
fn every_published_file_is_in_the_table() {
    let Some(folder) = folder() else { return };
    let listed: Vec<_> = PUBLISHED.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(names(&folder), listed);
}

/// How a run ended, as the table has it.
fn ended(ran: &Ran) -> String {
    let answer = match ran.status {
        0 => return "success".to_owned(),
        _ => serde_json::from_str::<serde_json::Value>(ran.err.lines().next().unwrap()).unwrap(),
    };
    let code = answer["code"].as_str().unwrap();
    let notes = answer["notes"].as_array().into_iter().flatten().filter_map(|note| note.as_str());
    // `COMMAND in section SECTION, on component …`
    let place = notes.filter_map(|note| note.split_once(" in section ")).next();
    match place {
        None => code.to_owned(),
        Some((command, rest)) => {
            let section = rest.split([',', ' ']).next().unwrap();
            format!("{code} {command} in {section}")
        }
    }
}

#[test]
fn the_device_does_what_the_table_says() {
    let Some(folder) = folder() else { return };
    let libcsuit = |name: &str| std::fs::read(folder.join("libcsuit").join(name)).unwrap();
    let place = Place::with_example();
    place
        .write("mac.hex", "61".repeat(32))
        .write("device.toml", include_str!("published/device.toml"))
        .write("payloads/file.bin", vec![0; 34768])
        .write("payloads/file1.bin", vec![0; 34768])
        .write("payloads/file2.bin", vec![0; 76834])
        .write("payloads/dependent.suit", libcsuit("suit_manifest_expS0.suit"))
        .write("payloads/encrypted-firmware", libcsuit("encrypted_image_aes.bin"))
        .write("payloads/example3.bin", libcsuit("raw_image.bin"))
        .write(
            "payloads/8d82573a-926d-4754-9353-32dc29997f74.ta",
            libcsuit("8d82573a-926d-4754-9353-32dc29997f74.ta"),
        )
        .write("payloads/8d82573a-926d-4754-9353-32dc29997f74.suit", libcsuit("suit_manifest_expU.suit"));
    let mut wrong = Vec::new();
    for (number, (name, authentic, runs)) in PUBLISHED.iter().enumerate() {
        // Its image is the published one, where the others have a sample.
        let file_bin = if name.ends_with("expU2") { libcsuit("raw_image.bin") } else { vec![0; 34768] };
        place.write("payloads/file.bin", file_bin);
        let file = folder.join(format!("{name}.suit")).display().to_string();
        let state = format!("state-{number}");
        let simulate = |phase: &str, words: &str| {
            let mut line = vec!["simulate", &file, "--device", "device.toml", "--trust", "k1.pub"];
            line.extend(["--trust", "mac.hex", "--payload-dir", "payloads", "--format", "json"]);
            line.extend(["--state", &state, "--phase", phase]);
            if !words.is_empty() {
                line.extend(["--allow", words]);
            }
            place.suit(&line)
        };
        // Without what makes it authentic nothing runs.
        if !authentic.is_empty() {
            let wanted = if *authentic == "es256" { "E0504" } else { "E0329" };
            assert_eq!(ended(&simulate("update", "")), wanted, "{name}");
        }
        for run in *runs {
            let ran = simulate(run.phase, &allowed(authentic, run.lenient));
            let ends = ended(&ran);
            if ends != run.ends {
                let Run { phase, lenient, ends: wanted, .. } = run;
                wrong.push(format!("{name} {phase} {lenient}: {ends}, not {wanted}\n{}", ran.err));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is replaced by what; or what is carried out, with which leniency.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The same structures with images of our own, signed with a key of our own: description, changes, what is carried out one
/// after the other and with which leniency. Those that are missing here need decryption: expAF, expAFS, expAW, expEW,
/// expED, expD.
#[test]
fn the_same_structures_with_payloads_of_our_own_run_to_success() {
    let place = Place::new();
    let images: [(&str, Vec<u8>); 2] = [
        ("one.bin", (0..5000_u32).map(|at| at.to_le_bytes()[0]).collect()),
        ("two.bin", (0..3000_u32).map(|at| at.to_le_bytes()[0] ^ 0x55).collect()),
    ];
    for (name, image) in &images {
        place.write(name, image);
    }
    let digest =
        |number: usize| format!("sha-256:{}", signing::to_hex(&signing::sha256(&images[number].1).bytes));
    let (first, second) = (digest(0), digest(1));
    place
        .write("payloads/file.bin", &images[0].1)
        .write("payloads/file1.bin", &images[0].1)
        .write("payloads/file2.bin", &images[1].1)
        .write("payloads/example3.bin", &images[0].1)
        .write("payloads/8d82573a-926d-4754-9353-32dc29997f74.ta", &images[0].1)
        .write("application.ta", &images[0].1)
        .write("description.txt", "for people")
        .write("component-description.txt", "for people")
        .write("coswid.cbor", signing::hex("a2006161016162"));
    place.say("key gen --type p256 -o own.pem --public own.pub").done();
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/published");
    let device = include_str!("published/device.toml");
    let replace = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    };
    // Secure boot needs an image that is there.
    let installed = replace(device, "slots = [{ slot = 0 }, { slot = 1 }]", "file = \"one.bin\"");
    let plain = replace(device, "slots = [{ slot = 0 }, { slot = 1 }]\n", "");
    let sample = "sha-256:00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    let other = "sha-256:0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff";
    let raw = "sha-256:36921488fe6680712f734e11f58d87eeb66d4b21a8a1ad3441060814da16d50f";
    let ta = "sha-256:8cf71ac86af31be184ec7a05a411a8c3a14fd9b77a30d046397481469468ece8";
    let images = [(sample, first.as_str()), ("34768", "5000"), (other, second.as_str()), ("76834", "3000")];
    // What example 4 loads is what it has installed: nothing in between unpacks it.
    let loaded = [(sample, first.as_str()), ("34768", "5000"), (other, first.as_str()), ("76834", "5000")];
    let dependency = [
        (
            "sha-256:0f02caf6d3e61920d36bf3cea7f862a13bb8fb1f09c3f4c29b121feab78ef3d8",
            "manifest-of:expS0.suit",
        ),
        ("size = 190", "size = \"file:expS0.suit\""),
    ];
    let inside = [dependency[0], dependency[1], ("dependency.suit", "expS0.suit")];
    let cases: [(&str, &str, Pairs<'_>, Pairs<'_>); 15] = [
        ("exp0", &installed, &images[..2], &[("update", ""), ("invoke", "")]),
        ("exp1", &plain, &images[..2], &[("update", "")]),
        ("exp2B", &plain, &images[..2], &[("update", ""), ("invoke", "")]),
        ("exp3", device, &images, &[("update", "")]),
        ("exp4", &plain, &loaded, &[("update", ""), ("invoke", "")]),
        ("exp5", &plain, &images, &[("update", ""), ("invoke", "")]),
        ("expS0", device, &[], &[("update", ""), ("invoke", "invoke-unverified")]),
        ("expS2", device, &dependency, &[("update", ""), ("invoke", "invoke-unverified,sections-unmatched")]),
        ("expS3", device, &inside, &[("update", "integrity-unasked")]),
        (
            "expU",
            device,
            &[(ta, &first), ("size = 20", "size = 5000")],
            &[("update", "untagged"), ("uninstall", "untagged")],
        ),
        ("expI", device, &[], &[("update", "untagged"), ("uninstall", "untagged")]),
        ("expU0", device, &[], &[("update", "")]),
        ("expU1", device, &[], &[("update", "")]),
        ("expU2", device, &[(raw, &first), ("size = 30", "size = 5000")], &[("update", "")]),
        ("expU3", device, &[(raw, &first), ("size = 30", "size = 5000")], &[("update", "")]),
    ];
    for (name, device, settings, phases) in cases {
        let mut text = std::fs::read_to_string(published.join(format!("{name}.toml"))).unwrap();
        for (from, to) in settings {
            text = replace(&text, from, to);
        }
        let (description, envelope) = (format!("{name}.toml"), format!("{name}.suit"));
        place.write(&description, text).write("device.toml", device);
        place.suit(&["build", &description, "-o", &envelope]).done();
        place.suit(&["sign", &envelope, "--key", "own.pem", "--in-place"]).done();
        place.write(
            &format!("payloads/{}", if name == "expS0" { "dependent.suit" } else { "other" }),
            place.read(&envelope),
        );
        for (phase, allow) in phases {
            let mut line =
                vec!["simulate", &envelope, "--device", "device.toml", "--trust", "own.pub", "--state", name];
            line.extend(["--payload-dir", "payloads", "--phase", phase]);
            if !allow.is_empty() {
                line.extend(["--allow", allow]);
            }
            let ran = place.suit(&line);
            assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{name} {phase}: {}", ran.text());
        }
    }
}
