//! `suit simulate` on what a device file says beyond its components: facts of the moment, the owner's policy, files,
//! custom commands.
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use signing::{Place, Ran};

/// A device with one component, and behind it these lines.
fn device(more: &str) -> String {
    format!(
        "format = \"suit-device/1\"\n[identity]\nvendor = \"example.com\"\nclass = \"lamp\"\n[[component]]\nid = [\"x\"]\n\
         capacity = 64\n{more}"
    )
}

/// A place with a key.
fn place() -> Place {
    let place = Place::new();
    place.say("key gen --type p256 -o k.pem --public k.pub").done();
    place
}

/// Signs a manifest for [`device`] with these components and sequences, as `x.suit`.
fn sign(place: &Place, components: &[&str], sequences: &str) {
    let mut text = "format = \"suit/1\"\n[manifest]\nsequence = 1\n".to_owned();
    for id in components {
        text.push_str(&format!("[[component]]\nid = {id}\n"));
    }
    text.push_str(&format!("[sequence]\n{sequences}"));
    place.write("x.toml", text);
    place.say("build x.toml -o x.suit").done();
    place.say("sign x.suit --key k.pem --in-place").done();
}

fn simulate(place: &Place, device: &str, flags: &str) -> Ran {
    place.write("d.toml", device);
    place.say(&format!("simulate x.suit --device d.toml --trust k.pub --trace text {flags}"))
}

/// An update that stores `new` under these conditions.
fn update(place: &Place, before: &str) {
    sign(
        place,
        &["[\"x\"]"],
        &format!("install = [{before} {{ set = {{ content = \"new\" }} }}, {{ do = \"write\" }}]\n"),
    );
}

const STORED: &str = "write    [x]  3 B  sha-256 11507a0e…  from the manifest\n";

/// What is set and asked, what the device file says, whether the update goes on.
#[test]
fn conditions_are_decided_from_what_the_device_file_says() {
    let place = place();
    for (asked, more, goes_on) in [
        (
            "{ set = { use-before = \"2027-01-01T00:00:00Z\" } }, { check = \"use-before\" },",
            "[now]\ntime = \"2026-12-31T23:59:59Z\"\n",
            true,
        ),
        (
            "{ set = { use-before = \"2027-01-01T00:00:00Z\" } }, { check = \"use-before\" },",
            "[now]\ntime = \"2027-01-01T00:00:00Z\"\n",
            false,
        ),
        ("{ set = { use-before = \"2027-01-01T00:00:00Z\" } }, { check = \"use-before\" },", "", false),
        (
            "{ set = { battery-min = \"1 Wh\" } }, { check = \"battery-min\" },",
            "[now]\nbattery = \"1000 mWh\"\n",
            true,
        ),
        (
            "{ set = { battery-min = \"1 Wh\" } }, { check = \"battery-min\" },",
            "[now]\nbattery = \"999 mWh\"\n",
            false,
        ),
        ("{ set = { battery-min = \"1 Wh\" } }, { check = \"battery-min\" },", "", false),
        ("{ set = { priority = 10 } }, { check = \"authorized\" },", "[now]\npermits-priority = 10\n", true),
        ("{ set = { priority = 10 } }, { check = \"authorized\" },", "[now]\npermits-priority = 9\n", false),
        ("{ set = { priority = 10 } }, { check = \"authorized\" },", "", false),
        ("{ set = { version = \">=1.2\" } }, { check = \"version\" },", "version = \"1.2.3\"\n", true),
        ("{ set = { version = \">=1.2\" } }, { check = \"version\" },", "version = \"1.1\"\n", false),
        ("{ set = { version = \">=1.2\" } }, { check = \"version\" },", "", false),
        (
            "{ set = { vendor = \"pen:32473\" } }, { check = \"vendor\" },",
            "identity = { vendor = [\"example.com\", \"pen:32473\"] }\n",
            true,
        ),
        ("{ set = { vendor = \"pen:32473\" } }, { check = \"vendor\" },", "", false),
        (
            "{ set = { class = \"uuid:8e68c3d5-6a2f-4b8e-9c5d-0f3b8a6d2e41\" } }, { check = \"class\" },",
            "identity = { class = \"uuid:8e68c3d5-6a2f-4b8e-9c5d-0f3b8a6d2e41\" }\n",
            true,
        ),
    ] {
        update(&place, asked);
        let ran = simulate(&place, &device(more), "");
        assert_eq!(ran.status, if goes_on { 0 } else { 1 }, "{asked} {more}: {}", ran.err);
        assert_eq!(ran.text().contains(STORED), goes_on, "{asked} {more}: {}", ran.text());
        assert_eq!(ran.err.starts_with("refused[E1011]"), !goes_on, "{asked} {more}: {}", ran.err);
    }
}

/// Events; the clock goes on to where they happen.
#[test]
fn a_device_waits_by_its_own_clock() {
    let place = place();
    let noon = "[now]\ntime = \"2026-11-25T12:00:00Z\"\n";
    for (event, more, until) in [
        ("time = \"2026-11-25T13:00:00Z\"", noon, Some("2026-11-25T13:00:00Z")),
        ("time-of-day-utc = \"23:00\"", noon, Some("2026-11-25T23:00:00Z")),
        // 2026-11-25 is a Wednesday.
        ("day-of-week-utc = \"friday\"", noon, Some("2026-11-27T00:00:00Z")),
        (
            "time-of-day = \"20:00\"",
            "[now]\ntime = \"2026-11-25T12:00:00Z\"\nzone = \"CET-1CEST,M3.5.0,M10.5.0/3\"\n",
            Some("2026-11-25T19:00:00Z"),
        ),
        ("power = 2", "[now]\npower = 2\n", Some("")),
        ("power = 2", "[now]\npower = 1\n", None),
    ] {
        update(&place, &format!("{{ set = {{ wait = {{ {event} }} }} }}, {{ do = \"wait\" }},"));
        let ran = simulate(&place, &device(more), "");
        match until {
            Some(until) => {
                assert_eq!(ran.status, 0, "{event}: {}", ran.err);
                let waits =
                    format!("wait     the events that the manifest names have not happened, until {until}\n");
                assert_eq!(ran.text().contains(&waits), !until.is_empty(), "{event}: {}", ran.text());
            }
            None => {
                assert_eq!(ran.status, 1, "{event}: {}", ran.err);
                assert!(ran.err.starts_with("refused[E0563]: the device waits: "), "{event}: {}", ran.err);
                assert!(!ran.text().contains(STORED), "{event}: {}", ran.text());
            }
        }
    }
    // Events that never come together.
    update(
        &place,
        "{ set = { wait = { day-of-week = \"friday\", day-of-week-utc = \"monday\" } } }, { do = \"wait\" },",
    );
    let ran = simulate(&place, &device(&format!("{noon}zone = \"UTC0\"\n")), "");
    assert!(ran.err.starts_with("refused[E0563]: the device waits: "), "{}", ran.err);
    // The clock is kept.
    update(&place, "{ set = { wait = { time = \"2026-11-25T13:00:00Z\" } } }, { do = \"wait\" },");
    let ran = simulate(&place, &device(noon), "--state s").ok();
    assert!(ran.text().contains("wait "), "{}", ran.text());
    let ran = simulate(&place, &device(noon), "--state s").ok();
    assert!(!ran.text().contains("wait "), "{}", ran.text());
    // Without a clock, or a zone, the event isn't known.
    for (event, more) in [
        ("time = 0", ""),
        ("time-of-day = \"20:00\"", noon),
        ("other-device = { device = \"hex:00\", version = [\">=1\"] }", noon),
    ] {
        update(&place, &format!("{{ set = {{ wait = {{ {event} }} }} }}, {{ do = \"wait\" }},"));
        let ran = simulate(&place, &device(more), "");
        assert!(ran.err.starts_with("refused[E1061]: "), "{event}: {}", ran.err);
    }
}

#[test]
fn the_owner_is_asked_whatever_the_manifest_says() {
    let place = place();
    update(&place, "");
    let evening = "[now]\ntime = \"2026-11-25T21:00:00Z\"\n";
    let blackout = "[owner]\nblackout = { windows = [{ from = \"20:00\", to = \"04:30\" }] }\n";
    let ran = simulate(&place, &device(&format!("{evening}{blackout}")), "").ok();
    let wanted =
        "wait     the owner does not let anything be changed at this time, until 2026-11-26T04:30:00Z\n"
            .to_owned()
            + STORED;
    assert!(ran.text().contains(&wanted), "{}", ran.text());
    for (more, code, note) in [
        (
            blackout.to_owned(),
            "E1062",
            "note: the owner has set times for updates, and there is no trusted clock",
        ),
        (
            "[owner]\nveto = [[\"x\"]]\n".to_owned(),
            "E1062",
            "note: the owner does not let this component be changed",
        ),
        (
            "[now]\nfree-storage = 63\n[owner]\nstorage-free = 64\n".to_owned(),
            "E0563",
            "refused[E0563]: the device waits: less storage would stay free than the owner asks for",
        ),
    ] {
        let ran = simulate(&place, &device(&more), "");
        assert!(ran.err.starts_with(&format!("refused[{code}]: ")), "{more}: {}", ran.err);
        assert!(ran.err.lines().any(|line| line == note), "{more}: {}", ran.err);
        assert!(!ran.text().contains(STORED), "{more}: {}", ran.text());
    }
}

#[test]
fn custom_commands_are_those_that_the_device_has() {
    let place = place();
    sign(&place, &["[\"x\"]"], "install = [{ custom = -300, argument = 1 }]\n");
    let ran = simulate(&place, &device("[supports]\ncustom-commands = [-300]\n"), "").ok();
    assert!(ran.text().contains("custom   [x]  -300\n"), "{}", ran.text());
    let ran = simulate(&place, &device("[supports]\ncustom-commands = [-301]\n"), "");
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("unknown command"), "{}", ran.err);
    assert!(ran.err.contains("under [supports] in the device file"), "{}", ran.err);
}

const TREE: &str = "[files]\nunder = [\"usr\"]\ncapacity = 64\n";

#[test]
fn p_199_components_are_files_with_their_metadata() {
    let place = place();
    sign(
        &place,
        &["[\"usr\", \"bin\"]", "[\"usr\", \"bin\", \"tool\"]", "[\"usr\", \"link\"]"],
        "install = [\n\
         { select = 0 }, { set = { content = \"\", metadata = { type = \"directory\" } } }, { do = \"write\" },\n\
         { select = 1 }, { set = { content = \"run\", metadata = { permissions = [\"read\"], users = [{ actor = 0, permissions = [\"read\", \"write\", \"execute\"] }], modified = \"2026-01-02T03:04:05Z\" } } }, { do = \"write\" },\n\
         { select = 2 }, { set = { content = \"/usr/bin/tool\", metadata = { type = \"symlink\" } } }, { do = \"write\" },\n\
         ]\n",
    );
    let ran = simulate(&place, &device(TREE), "--state s").ok();
    assert!(ran.text().contains("write    [usr/bin/tool]  3 B  sha-256 "), "{}", ran.text());
    assert!(place.path("s/files/usr/bin").is_dir());
    assert_eq!(place.read("s/files/usr/bin/tool"), b"run");
    assert_eq!(place.read("s/files/usr/link"), b"run", "the link leads to the device's file");
    let found = std::fs::metadata(place.path("s/files/usr/bin/tool")).unwrap();
    let modified = found.modified().unwrap().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    // date -u -d 2026-01-02T03:04:05Z +%s
    assert_eq!(modified.as_secs(), 1_767_323_045);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777, 0o744);
    // Memory has no directories.
    sign(
        &place,
        &["[\"x\"]"],
        "install = [{ set = { content = \"\", metadata = { type = \"directory\" } } }, { do = \"write\" }]\n",
    );
    let ran = simulate(&place, &device(""), "");
    assert!(ran.err.starts_with("refused[E1031]: "), "{}", ran.err);
}

#[test]
fn p_200_a_manifest_does_not_get_out_of_the_tree() {
    let place = place();
    place.write("secret", "secret").write("first/usr/own", "own");
    let tree = format!("{TREE}directory = \"first\"\n");
    // Identifiers that are no way are no components.
    for id in [
        "[\"usr\", \"..\", \"secret\"]",
        "[\"usr\", \"../../secret\"]",
        "[\"usr\", \"\"]",
        "[\"usr\", \"a\\u0000b\"]",
        "[\"usr\", \"/secret\"]",
    ] {
        sign(&place, &[id], "install = [{ set = { content = \"new\" } }, { do = \"write\" }]\n");
        let ran = simulate(&place, &device(&tree), "");
        assert!(ran.err.starts_with("refused[E1001]: "), "{id}: {}", ran.err);
    }
    // A link that a manifest makes doesn't lead out.
    for target in ["../../secret", "/../secret", "../.."] {
        let content = format!(
            "install = [{{ set = {{ content = \"{target}\", metadata = {{ type = \"symlink\" }} }} }}, {{ do = \"write\" }}]\n"
        );
        sign(&place, &["[\"usr\", \"link\"]"], &content);
        let ran = simulate(&place, &device(&tree), "--state s");
        assert!(ran.err.starts_with("refused[E1031]: "), "{target}: {}", ran.err);
        assert!(ran.err.contains("help: links are not followed"), "{target}: {}", ran.err);
        assert!(std::fs::symlink_metadata(place.path("s/files/usr/link")).is_err(), "{target}");
    }
    // One that is there is not followed, inside or outside.
    #[cfg(unix)]
    for target in ["..", "usr"] {
        let name = format!("s-{}", target.len());
        update(&place, "");
        simulate(&place, &device(&tree), &format!("--state {name}")).ok();
        std::os::unix::fs::symlink(target, place.path(&format!("{name}/files/usr/away"))).unwrap();
        sign(
            &place,
            &["[\"usr\", \"away\", \"own\"]"],
            "install = [{ set = { content = \"new\" } }, { do = \"write\" }]\n",
        );
        let ran = simulate(&place, &device(&tree), &format!("--state {name}"));
        assert!(ran.err.starts_with("refused[E1031]: "), "{target}: {}", ran.err);
    }
    assert_eq!(place.read("secret"), b"secret");
    assert_eq!(place.read("first/usr/own"), b"own");
}

#[test]
fn p_010_a_device_refuses_what_it_does_not_implement() {
    let place = place();
    // The alternative is never reached.
    let optional = "{ try = [[{ set = { content = \"new\" } }], [{ set = { battery-min = 1 } }, { check = \"battery-min\" }]] },";
    for (before, more, code) in [
        (optional, "[supports]\nupdate-management = false\n", Some("E0312")),
        (optional, "[supports]\ntrust-domains = false\n", None),
        ("{ do = \"unlink\" },", "[supports]\ntrust-domains = false\n", Some("E0309")),
        ("{ do = \"unlink\" },", "[supports]\nupdate-management = false\n", None),
    ] {
        update(&place, before);
        let ran = simulate(&place, &device(more), "--state s");
        match code {
            None => assert_eq!(ran.status, 0, "{before} {more}: {}", ran.err),
            Some(code) => {
                assert_eq!(ran.status, 1, "{before} {more}: {}", ran.err);
                assert!(ran.err.starts_with(&format!("refused[{code}]: ")), "{before} {more}: {}", ran.err);
                assert!(ran.err.contains("note: nothing ran, and nothing was changed\n"), "{}", ran.err);
                assert!(!ran.text().contains("write"), "{}", ran.text());
            }
        }
    }
}

/// Who reads that a condition doesn't hold learns what was asked for, and what the device has.
#[test]
fn a_condition_that_does_not_hold_is_told_with_both_sides() {
    let place = place();
    for (asked, more, wanted) in [
        (
            "{ set = { use-before = \"2027-01-01T00:00:00Z\" } }, { check = \"use-before\" },",
            "[now]\ntime = \"2027-01-02T00:00:00Z\"\n",
            &[
                "note: the manifest sets use-before to 2027-01-01 00:00:00 UTC",
                "note: the device's clock says 2027-01-02 00:00:00 UTC",
                "help: the manifest has expired: build it with a later use-before",
            ][..],
        ),
        (
            "{ set = { use-before = \"2027-01-01T00:00:00Z\" } }, { check = \"use-before\" },",
            "",
            &[
                "note: the device has no clock that can be trusted",
                "help: give the device a clock: [now] time in the device file",
            ],
        ),
        (
            "{ set = { battery-min = \"1 Wh\" } }, { check = \"battery-min\" },",
            "[now]\nbattery = \"999 mWh\"\n",
            &["note: the manifest sets battery-min to 1,000 mWh", "note: the battery holds 999 mWh"],
        ),
        (
            "{ set = { priority = 10 } }, { check = \"authorized\" },",
            "[now]\npermits-priority = 9\n",
            &[
                "note: the manifest sets priority to 10",
                "note: the device's application permits 9 and smaller numbers",
            ],
        ),
        (
            "{ set = { version = \">=1.2\" } }, { check = \"version\" },",
            "version = \"1.1\"\n",
            &["note: the manifest sets version to 1.2 or higher", "note: it has 1.1"],
        ),
        (
            "{ set = { class = \"uuid:00000000-0000-4000-8000-000000000001\" } }, { check = \"class\" },",
            "identity = { class = \"uuid:00000000-0000-4000-8000-000000000002\" }\n",
            &[
                "note: the manifest sets class to 00000000-0000-4000-8000-000000000001",
                "note: identifiers of the class that the device has: uuid:00000000-0000-4000-8000-000000000002",
            ],
        ),
    ] {
        update(&place, asked);
        let ran = simulate(&place, &device(more), "");
        assert_eq!(ran.status, 1, "{}", ran.err);
        for line in wanted {
            assert!(ran.err.lines().any(|said| said == *line), "{line:?} is not in\n{}", ran.err);
        }
    }
}
