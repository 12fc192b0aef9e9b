//! `suit simulate`, seen from outside: the demonstration's door lock takes updates and refuses what it must.
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use signing::{Place, Ran};
use std::path::{Path, PathBuf};

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo")
}

fn image(name: &str) -> Vec<u8> {
    std::fs::read(demo().join("images").join(name)).unwrap()
}

/// A place with the three updates of the demonstration, signed, and the device `lock.toml` beside its images.
fn lock() -> Place {
    let place = Place::new();
    for entry in std::fs::read_dir(demo().join("images")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        place.write(&name, image(&name));
    }
    for name in ["full.toml", "module.toml", "app.toml"] {
        place.write(name, std::fs::read(demo().join("descriptions").join(name)).unwrap());
    }
    let device = std::fs::read_to_string(demo().join("devices/door-lock.toml")).unwrap();
    place.write("lock.toml", device.replace("../images/", ""));
    place.say("key gen --type p256 -o vendor.pem --public vendor.pub").done();
    for name in ["full", "module", "app"] {
        build(&place, name, name, &[]);
    }
    place
}

/// Builds `NAME.suit` from `DESCRIPTION.toml` with these settings, and signs it.
fn build(place: &Place, description: &str, name: &str, settings: &[&str]) {
    let (description, envelope) = (format!("{description}.toml"), format!("{name}.suit"));
    let mut words = vec!["build", &description, "-o", &envelope];
    settings.iter().for_each(|setting| words.extend(["--set", setting]));
    place.suit(&words).done();
    place.suit(&["sign", &envelope, "--key", "vendor.pem", "--in-place"]).done();
}

fn simulate(place: &Place, line: &str) -> Ran {
    place.say(&format!("simulate {line} --trust vendor.pub"))
}

/// Changes the device.
fn change(place: &Place, from: &str, to: &str) {
    let device = String::from_utf8(place.read("lock.toml")).unwrap();
    assert_eq!(device.matches(from).count(), 1, "{from}");
    place.write("lock.toml", device.replace(from, to));
}

/// All files of a state, with their content.
fn state(place: &Place, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut left = vec![place.path(name)];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The refusal, without its first words.
#[track_caller]
fn refused(ran: &Ran, code: &str, lines: &[&str]) {
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.starts_with(&format!("refused[{code}]: ")), "{}", ran.err);
    for line in lines {
        assert!(ran.err.lines().any(|said| said == *line), "{line:?} is not in\n{}", ran.err);
    }
}

#[test]
fn a_firmware_update_goes_to_the_other_slot_and_is_started_from_there() {
    let place = lock();
    let ran = simulate(&place, "full.suit --device lock.toml --state field --trace text").ok();
    let wanted = "\
start    update  sequence 42
fetch    [firmware] slot 1  4,572 B  sha-256 a515a0fe…  from coap://[fd00::1]/fw-42-b.bin
version  [firmware] slot 1  2.4.0
switch   [firmware] slot 1  runs from now on
keep     sequence 42
end      success
ok  full.suit  installed on door lock r3: 30 commands, 4,572 B stored, 2 pages erased, 538 B of RAM
";
    assert_eq!(ran.text(), wanted);

    let ran =
        simulate(&place, "full.suit --device lock.toml --state field --phase invoke --trace text -v").ok();
    let invoke = "invoke   [firmware] slot 1  4,572 B  \
                  sha-256 a515a0fe6db31b1e74ca12b78b703dfb3121213439f3a6d01737fec7e17c3511\n";
    assert!(ran.text().contains(invoke), "{}", ran.text());
    assert!(ran.text().contains("check    [firmware] slot 1  image-match holds\n"), "{}", ran.text());

    // The next update goes back to slot 0.
    build(&place, "full", "next", &["manifest.sequence=43"]);
    let ran = simulate(&place, "next.suit --device lock.toml --state field --trace text").ok();
    assert!(ran.text().contains("switch   [firmware] slot 0  runs from now on\n"), "{}", ran.text());
}

#[test]
fn an_older_update_is_refused_and_changes_nothing() {
    let place = lock();
    simulate(&place, "full.suit --device lock.toml --state field").ok();
    build(&place, "full", "old", &["manifest.sequence=41"]);
    let before = state(&place, "field");
    let ran = simulate(&place, "old.suit --device lock.toml --state field --trace text");
    refused(
        &ran,
        "E1005",
        &["--> old.suit", "note: nothing ran, and nothing was changed", "note: it has 41, and the device 42"],
    );
    assert_eq!(ran.text(), "end      failure\n");
    assert_eq!(state(&place, "field"), before);
    // The same number is no lower one, unless the device wants more.
    simulate(&place, "full.suit --device lock.toml --state field").ok();
    place.write("strict.toml", [&place.read("lock.toml")[..], b"[rules]\nstrictly-newer = true\n"].concat());
    refused(&simulate(&place, "full.suit --device strict.toml --state field"), "E1005", &[]);
}

#[test]
fn an_update_that_goes_on_after_a_failed_one_ends_like_one_that_did_not_fail() {
    let place = lock();
    let full = String::from_utf8(place.read("full.toml")).unwrap();
    let module = "[[component]]\nname = \"tls\"\nid = [\"module\", \"tls\"]\nfile = \"module-tls.bin\"\n\
                  uri = \"coap://[fd00::1]/tls-1.4.bin\"\n\n";
    assert_eq!(full.matches("[[component]]").count(), 1);
    let at = full.find("[[component]]").unwrap();
    let end = full[at..].find("\n\n").map_or(full.len(), |end| at + end + 2);
    place.write("both.toml", [&full[..end], module, &full[end..]].concat());
    build(&place, "both", "both", &[]);
    let offered = "\"coap://[fd00::1]/tls-1.4.bin\" = \"module-tls.bin\"\n";
    let device = place.read("lock.toml");
    change(&place, offered, "");
    // The firmware is stored, the module can't be had.
    refused(&simulate(&place, "both.suit --device lock.toml --state field"), "E1025", &[]);
    old_firmware_starts(&place);
    place.write("lock.toml", device);
    let ran = simulate(&place, "both.suit --device lock.toml --state field --trace text").ok();
    let wanted = "\
start    update  sequence 42
fetch    [module/tls]  596 B  sha-256 b2b0dc90…  from coap://[fd00::1]/tls-1.4.bin
version  [firmware] slot 1  2.4.0
version  [module/tls]  2.4.0
switch   [firmware] slot 1  runs from now on
keep     sequence 42
end      success
";
    assert!(ran.text().starts_with(wanted), "{}", ran.text());
}

#[test]
fn a_module_that_is_in_place_is_not_fetched_again() {
    let place = lock();
    simulate(&place, "module.suit --device lock.toml --state field").ok();
    change(&place, "\"coap://[fd00::1]/tls-1.4.bin\" = \"module-tls.bin\"\n", "");
    let ran = simulate(&place, "module.suit --device lock.toml --state field --trace text -v").ok();
    assert!(
        ran.text().contains("skip     [module/tls]  fetch: it holds the right thing already\n"),
        "{}",
        ran.text()
    );
}

#[test]
fn threat_img_incompatible_another_class_is_refused_before_anything_is_fetched() {
    let place = lock();
    build(&place, "module", "other", &["device.class=door-lock-r4"]);
    let ran = simulate(&place, "other.suit --device lock.toml --state field --trace text");
    refused(
        &ran,
        "E1011",
        &[
            "note: class-identifier in section shared, on component [module/tls]",
            "note: identifiers of the class that the device has: uuid:924b1baa-f321-5fd1-81d6-d225a7081edc",
        ],
    );
    assert!(ran.err.contains("--> other.suit: byte "), "{}", ran.err);
    assert_eq!(ran.text(), "start    update  sequence 7\nend      failure\n");
    let before = state(&place, "field");
    refused(&simulate(&place, "other.suit --device lock.toml --state field"), "E1011", &[]);
    assert_eq!(state(&place, "field"), before);
}

/// What slot 0 holds after an update that failed.
#[track_caller]
fn old_firmware_starts(place: &Place) {
    place.write(
        "old.toml",
        "format = \"suit/1\"\nrecipe = \"boot\"\n[manifest]\nsequence = 41\n[device]\nvendor = \"example.com\"\n\
         class = \"door-lock-r3\"\n[[component]]\nid = [\"firmware\"]\nfile = \"firmware-2.3.1-slot-a.elf\"\n",
    );
    build(place, "old", "old", &[]);
    let ran = simulate(place, "old.suit --device lock.toml --state field --phase invoke --trace text").ok();
    assert!(ran.text().contains("invoke   [firmware] slot 0  4,012 B"), "{}", ran.text());
}

#[test]
fn a_cut_payload_is_refused_and_the_old_firmware_starts() {
    let place = lock();
    place.suit(&["simulate", "full.suit", "--device", "lock.toml", "--trust", "vendor.pub"]).ok();
    // 4,572 bytes are what slot B's image has.
    let whole = objcopy("firmware-slot-b.elf");
    assert_eq!(whole.len(), 4572);
    place.write("cut.bin", &whole[..4571]);
    change(&place, "{ file = \"firmware-slot-b.elf\", sections = \"loadable\" }", "\"cut.bin\"");
    let ran = simulate(&place, "full.suit --device lock.toml --state field --trace text");
    refused(
        &ran,
        "E1011",
        &[
            "note: image-match in section install, on component [firmware] slot 1",
            "note: it was to hold 4,572 B with sha-256 \
             a515a0fe6db31b1e74ca12b78b703dfb3121213439f3a6d01737fec7e17c3511",
        ],
    );
    assert!(ran.err.contains("note: it holds 4,571 B with sha-256 "), "{}", ran.err);
    assert!(!ran.text().contains("switch") && !ran.text().contains("keep"), "{}", ran.text());
    old_firmware_starts(&place);
}

#[test]
fn threat_img_replace_a_wrong_payload_is_refused_and_the_old_firmware_starts() {
    let place = lock();
    let mut wrong = objcopy("firmware-slot-b.elf");
    wrong[4000] ^= 1;
    place.write("wrong.bin", &wrong);
    change(&place, "{ file = \"firmware-slot-b.elf\", sections = \"loadable\" }", "\"wrong.bin\"");
    let ran = simulate(&place, "full.suit --device lock.toml --state field");
    refused(&ran, "E1011", &["note: image-match in section install, on component [firmware] slot 1"]);
    assert!(ran.err.contains("note: it holds 4,572 B with sha-256 "), "{}", ran.err);
    old_firmware_starts(&place);
}

#[test]
fn a_payload_that_is_too_long_is_refused_at_its_first_byte_too_many() {
    let place = lock();
    place.write("long.bin", [objcopy("firmware-slot-b.elf"), vec![0]].concat());
    change(&place, "{ file = \"firmware-slot-b.elf\", sections = \"loadable\" }", "\"long.bin\"");
    let ran = simulate(&place, "full.suit --device lock.toml --state field");
    refused(&ran, "E1024", &["note: fetch in section install, on component [firmware] slot 1"]);
    old_firmware_starts(&place);
}

/// The image by our own reader, which has a test against llvm-objcopy.
fn objcopy(name: &str) -> Vec<u8> {
    let place = Place::new();
    place.write(name, image(name)).write(
        "d.toml",
        format!(
            "format = \"suit-device/1\"\n[identity]\n[[component]]\nid = [\"x\"]\ncapacity = 10000\n\
             file = {{ file = \"{name}\", sections = \"loadable\" }}\n"
        ),
    );
    place.write(
        "write.toml",
        "format = \"suit/1\"\n[manifest]\nsequence = 1\n[[component]]\nid = [\"x\"]\n[sequence]\n\
         uninstall = [{ run = [{ set = { size = 1 } }] }]\n",
    );
    place.say("key gen --type p256 -o k.pem --public k.pub").done();
    place.say("build write.toml -o x.suit").done();
    place.say("sign x.suit --key k.pem --in-place").done();
    place.say("simulate x.suit --device d.toml --trust k.pub --phase uninstall --state s").ok();
    place.read("s/contents/000000.bin")
}

#[test]
fn a_rehearsal_says_what_is_needed_and_makes_nothing() {
    let place = lock();
    let ran = simulate(&place, "full.suit --device lock.toml --state field --rehearse").ok();
    let wanted = "\
start    update  sequence 42
plan     [firmware] slot 1  4,572 B  from coap://[fd00::1]/fw-42-b.bin  there
end      success
ok  full.suit  could be carried out on door lock r3: ";
    assert!(ran.text().starts_with(wanted), "{}", ran.text());
    assert!(!place.has("field"));

    change(&place, "\"coap://[fd00::1]/tls-1.4.bin\" = \"module-tls.bin\"\n", "");
    let ran = simulate(&place, "module.suit --device lock.toml --rehearse");
    refused(&ran, "E0562", &["refused[E0562]: nothing lies behind 'coap://[fd00::1]/tls-1.4.bin'"]);
    assert!(ran.text().contains("from coap://[fd00::1]/tls-1.4.bin  missing\n"), "{}", ran.text());
    // The run itself says the same.
    let ran = simulate(&place, "module.suit --device lock.toml");
    refused(
        &ran,
        "E1025",
        &[
            "note: fetch in section install, on component [module/tls]",
            "note: nothing lies behind 'coap://[fd00::1]/tls-1.4.bin'",
        ],
    );
    // A directory of payloads helps both.
    place.write("payloads/tls-1.4.bin", image("module-tls.bin"));
    simulate(&place, "module.suit --device lock.toml --rehearse --payload-dir payloads").ok();
    simulate(&place, "module.suit --device lock.toml --payload-dir payloads").ok();
    let ran = simulate(&place, "module.suit --device lock.toml --payload-dir paylods");
    let wanted = "error[E0601]: 'paylods' is not a directory\nhelp: --payload-dir takes the directory of the payloads\n";
    assert_eq!((ran.status, ran.err.as_str()), (3, wanted));
    // And so does a directory of the device file.
    change(&place, "[uris]\n", "[uris]\n\"coap://[fd00::1]/\" = \"payloads\"\n");
    simulate(&place, "module.suit --device lock.toml").ok();
}

#[test]
fn limits_are_those_of_the_device() {
    let place = lock();
    let limited = |limits: &str| {
        place.write("small.toml", [&place.read("lock.toml")[..], b"[limits]\n", limits.as_bytes()].concat());
        simulate(&place, "full.suit --device small.toml")
    };
    limited("commands = 40\n").ok();
    refused(&limited("commands = 20\n"), "E1051", &[]);
    refused(&limited("components = 0\n"), "E1002", &["note: nothing ran, and nothing was changed"]);
    refused(&limited("parameters = 2\n"), "E1052", &[]);
    refused(&limited("sequences = 1\n"), "E1053", &[]);
    limited("sequences = 2\nparameters = 8\n").ok();
    refused(&limited("ram = 100\n"), "E0564", &[]);
}

#[test]
fn ram_is_what_is_lent_and_the_processor() {
    let place = lock();
    let ran = simulate(&place, "module.suit --device lock.toml --format json").ok();
    let used = ran.json()["ended"]["cost"]["ram"].as_u64().unwrap();
    // Room is kept for the 8 sequences that the device allows.
    simulate(&place, &format!("module.suit --device lock.toml --limit-ram {}", used + 1024)).ok();
    let ran = simulate(&place, &format!("module.suit --device lock.toml --limit-ram {}", used - 1));
    assert!(ran.err.starts_with("refused[E0564]") || ran.err.starts_with("refused[E1052]"), "{}", ran.err);
    assert_eq!(ran.status, 1);
    let ran = simulate(&place, "module.suit --device lock.toml --limit-ram much");
    assert_eq!(ran.status, 2, "{}", ran.err);
}

fn validator(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(name);
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn json_is_as_its_schemas_say() {
    let place = lock();
    build(&place, "module", "other", &["device.class=door-lock-r4"]);
    let line = validator("trace.v1.json");
    let mut effects = std::collections::BTreeSet::new();
    for run in [
        "full.suit --state s -v",
        "full.suit --state s --phase invoke -v",
        "module.suit --state s --rehearse",
        "app.suit --state t -v",
        "app.suit --state t -v",
        "other.suit",
    ] {
        let ran = simulate(&place, &format!("{run} --device lock.toml --trace json"));
        for text in ran.text().lines() {
            let json = serde_json::from_str(text).unwrap();
            let errors: Vec<_> = line.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{text}: {errors:#?}");
            effects.insert(json["effect"].as_str().unwrap().to_owned());
        }
    }
    let wanted =
        ["condition", "end", "fetch", "invoke", "keep", "plan", "skip", "start", "switch", "version"];
    assert_eq!(effects.iter().map(String::as_str).collect::<Vec<_>>(), wanted);

    let answer = validator("simulate-output.v1.json");
    for (run, status) in [("module.suit", 0), ("other.suit", 1)] {
        let ran = simulate(&place, &format!("{run} --device lock.toml --format json"));
        assert_eq!(ran.status, status);
        let errors: Vec<_> = answer.iter_errors(&ran.json()).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{run}: {errors:#?}");
        assert_eq!(ran.json()["ended"]["success"], status == 0);
    }
}

#[test]
fn a_state_is_that_of_one_device() {
    let place = lock();
    simulate(&place, "full.suit --device lock.toml --state field").ok();
    change(&place, "id = [\"app\", \"rules\"]", "id = [\"app\", \"other\"]");
    let ran = simulate(&place, "full.suit --device lock.toml --state field");
    let message = "error[E0612]: the state is that of another device: it lacks the component [app/other], or has it at \
                   another position\n";
    assert!(ran.status == 3 && ran.err.starts_with(message), "{}", ran.err);
    // Nor is another's directory taken.
    place.write("photos/one.jpg", "x");
    let ran = simulate(&place, "full.suit --device lock.toml --state photos");
    assert!(ran.status == 3 && ran.err.starts_with("error[E0612]: 'photos' has files"), "{}", ran.err);
    // A state that is broken, or leads elsewhere.
    for (from, to) in [("\"next\"", "\"nxt\""), ("000000.bin", "../../lock.toml"), ("-state/1", "-state/2")] {
        let place = lock();
        simulate(&place, "full.suit --device lock.toml --state field").ok();
        let text = String::from_utf8(place.read("field/state.json")).unwrap();
        assert!(text.contains(from), "{text}");
        place.write("field/state.json", text.replacen(from, to, 1));
        let ran = simulate(&place, "full.suit --device lock.toml --state field");
        assert!(ran.status == 3 && ran.err.starts_with("error[E0612]"), "{}", ran.err);
    }
}

#[test]
fn a_run_that_died_leaves_the_device_as_it_was() {
    let place = lock();
    simulate(&place, "full.suit --device lock.toml --state field").ok();
    let before = state(&place, "field");
    // What a run leaves that was killed while it stored a module.
    place.write("field/contents/000003.bin", "half a mod");
    simulate(&place, "full.suit --device lock.toml --state field --phase invoke").ok();
    simulate(&place, "module.suit --device lock.toml --state field").ok();
    let names = |files: &[(String, Vec<u8>)]| files.len();
    // The module's new content instead of its old one, and nothing else.
    assert_eq!(names(&state(&place, "field")), names(&before));
}

#[test]
fn two_runs_do_not_use_one_device_at_a_time() {
    let place = lock();
    simulate(&place, "full.suit --device lock.toml --state field").ok();
    let before = state(&place, "field");
    let message = "error[E0613]: another run uses the device in 'field'\n\
                   help: wait until it has ended, or name another directory\n";
    let in_use = |line: &str| {
        let ran = simulate(&place, &format!("{line} --device lock.toml --state field"));
        assert_eq!((ran.status, ran.err.as_str(), ran.text()), (5, message, ""), "{line}");
    };
    // As another run holds it: one that changes something, then one that looks.
    let other = std::fs::File::open(place.path("field/lock")).unwrap();
    other.lock().unwrap();
    in_use("module.suit");
    in_use("module.suit --rehearse");
    other.unlock().unwrap();
    other.lock_shared().unwrap();
    in_use("module.suit");
    simulate(&place, "module.suit --device lock.toml --state field --rehearse").ok();
    assert_eq!(state(&place, "field"), before);
    drop(other);
    simulate(&place, "module.suit --device lock.toml --state field").ok();
}

#[test]
fn a_report_replaces_nothing_that_the_run_reads() {
    let place = lock();
    place.say("key gen --type p256 -o device.pem --public device.pub").done();
    for name in ["full.suit", "lock.toml", "vendor.pub", "device.pem", "firmware-slot-b.elf"] {
        let before = place.read(name);
        let line =
            format!("full.suit --device lock.toml --state field --report {name} --report-key device.pem");
        let ran = simulate(&place, &line);
        let message = format!(
            "error[E0605]: '{name}' is read by this command and would be overwritten\n\
             help: name another file with --report\n"
        );
        assert_eq!((ran.status, ran.err), (5, message));
        assert!(place.read(name) == before && !place.has("field"), "{name}");
    }
    // A place that can't be written is found before the device changes.
    let ran = simulate(&place, "full.suit --device lock.toml --state field --report no/such/report");
    assert!(
        ran.status == 6 && ran.err.starts_with("error[E0602]: can't write 'no/such/report'"),
        "{}",
        ran.err
    );
    assert!(!place.has("field"));
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let place = lock();
    let ran = simulate(&place, "module.suit --device lock.toml --report -").done();
    assert!(ran.err.starts_with("ok  module.suit  installed on door lock r3: "), "{}", ran.err);
    place.write("report", &ran.out);
    place.say("report decode report").ok();
    for flags in ["--trace text", "--trace json", "--format json", "--rehearse"] {
        let ran = simulate(&place, &format!("module.suit --device lock.toml --report - {flags}"));
        assert_eq!((ran.status, ran.text()), (2, ""), "{flags}: {}", ran.err);
        assert!(ran.err.contains("the report goes to standard output, and so does what the run tells"));
    }
}

#[test]
fn a_rehearsal_in_an_empty_directory_leaves_it_empty() {
    let place = lock();
    std::fs::create_dir(place.path("field")).unwrap();
    simulate(&place, "module.suit --device lock.toml --state field --rehearse").ok();
    assert_eq!(state(&place, "field"), []);
    assert_eq!(std::fs::read_dir(place.path("field")).unwrap().count(), 0);
}

#[test]
fn what_is_not_authentic_is_refused_with_the_reasons_of_verify() {
    let place = lock();
    place.say("key gen --type p256 -o owner.pem --public owner.pub").done();
    let words = ["full.suit", "--trust", "owner.pub"];
    let verify = place.suit(&[&["verify"][..], &words].concat());
    let simulate = place.suit(&[&["simulate", "--device", "lock.toml"][..], &words].concat());
    assert_eq!((simulate.status, &simulate.err), (1, &verify.err));
    assert!(verify.err.starts_with("refused[E0504]"), "{}", verify.err);
    let ran = place.say("simulate full.suit --device lock.toml --trust vendor.pub --allow everything");
    assert!(ran.status == 2 && ran.err.contains("--allow doesn't know 'everything'"), "{}", ran.err);
}

#[test]
fn the_device_reports_what_happened() {
    let place = lock();
    place.say("key gen --type p256 -o device.pem --public device.pub").done();
    build(&place, "module", "other", &["device.class=door-lock-r4"]);
    let decode = |name: &str| {
        place.suit(&["report", "decode", name, "--trust", "device.pub", "--format", "json"]).ok().json()
    };
    simulate(&place, "module.suit --device lock.toml --report good --report-key device.pem").ok();
    assert_eq!(decode("good")["result"]["success"], true, "{}", decode("good"));
    let ran = simulate(&place, "other.suit --device lock.toml --report bad --report-key device.pem");
    assert_eq!(ran.status, 1);
    let explained =
        place.suit(&["report", "explain", "bad", "--manifest", "other.suit", "--trust", "device.pub"]).done();
    for line in [
        "report bad about other.suit, sequence 7",
        "  failed      condition class-identifier on component 0 [module/tls], in shared sequence at byte 84",
        "                class-identifier  measured  924b1baa-f321-5fd1-81d6-d225a7081edc",
        "                                  expected  b5422c61-ad1f-5479-899a-0fb009f8067d",
    ] {
        assert!(
            explained.text().lines().any(|said| said == line),
            "{line:?} is not in\n{}",
            explained.text()
        );
    }
    assert_eq!(decode("bad")["result"]["code"], 1011);
    // Without a key it can be read, and by nobody be trusted.
    simulate(&place, "module.suit --device lock.toml --report bare").ok();
    let ran = place.suit(&["report", "decode", "bare", "--trust", "device.pub"]);
    assert!(ran.err.starts_with("refused[E0559]: "), "{}", ran.err);
    // What is not authentic is reported too.
    let ran = place.say("simulate module.suit --device lock.toml --trust device.pub --report stranger --report-key device.pem");
    assert_eq!(ran.status, 1);
    assert_eq!(decode("stranger")["result"]["reason"], "unauthorised");
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let place = lock();
    place.write("door-lock.toml", place.read("lock.toml"));
    let mut blocks = readme.split("$ suit simulate ");
    blocks.next();
    let mut count = 0;
    for block in blocks {
        let (line, rest) = block.split_once('\n').unwrap();
        let wanted = rest.split("```").next().unwrap().split("$ ").next().unwrap();
        let ran = place.say(&format!("simulate {line}")).ok();
        assert_eq!(ran.text(), wanted);
        count += 1;
    }
    assert!(count > 0, "the README has no simulation");
}

#[test]
fn copies_and_swaps_name_both_components() {
    let place = lock();
    place.write(
        "move.toml",
        "format = \"suit/1\"\n[manifest]\nsequence = 1\n[[component]]\nid = [\"module\", \"tls\"]\n\
         [[component]]\nid = [\"app\", \"rules\"]\n[sequence]\ninstall = [{ select = 1 }, { set = { source = 0 } }, \
         { do = \"copy\" }, { select = 0 }, { set = { content = \"new\" } }, { do = \"write\" }, \
         { set = { source = 1 } }, { do = \"swap\" }]\n",
    );
    build(&place, "move", "move", &[]);
    let ran = simulate(&place, "move.suit --device lock.toml --trace text").ok();
    let wanted = "\
start    update  sequence 1
copy     [app/rules]  440 B  sha-256 50509f08…  from [module/tls]
write    [module/tls]  3 B  sha-256 11507a0e…  from the manifest
swap     [module/tls]  440 B  sha-256 50509f08…  with [app/rules]
";
    assert!(ran.text().starts_with(wanted), "{}", ran.text());
}

/// 48 MiB go through 32 MiB of address space, the program itself included.
#[test]
#[cfg(target_os = "linux")]
fn images_are_streamed() {
    let place = lock();
    std::fs::File::create(place.path("large.bin")).unwrap().set_len(48 << 20).unwrap();
    build(
        &place,
        "module",
        "large",
        &["component[0].file=large.bin", "component[0].uri=coap://host/large.bin"],
    );
    change(&place, "capacity = \"64 KiB\"\nfile =", "capacity = \"64 MiB\"\nfile =");
    change(&place, "[uris]\n", "[uris]\n\"coap://host/large.bin\" = \"large.bin\"\n");
    let suit = env!("CARGO_BIN_EXE_suit");
    let line = format!(
        "ulimit -v 32768 && exec {suit} simulate large.suit --device lock.toml --trust vendor.pub --state field"
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &line]).current_dir(place.path("")).env_remove("SUIT_FORMAT");
    let ran = signing::run(&mut command).ok();
    assert!(ran.text().contains("50,331,648 B stored"), "{}", ran.text());
}
