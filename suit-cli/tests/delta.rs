//! Updates by delta from outside: `suit build` makes them, `suit simulate` carries them out, by the code of devices.
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use serde_json::Value;
use signing::{Place, Ran};

/// An image that resembles code: what follows from a small generator, and something of its own in the middle.
fn image(own: &str) -> Vec<u8> {
    let mut state = 7_u32;
    let mut bytes = Vec::new();
    for at in 0..6_000 {
        if at == 2_000 {
            bytes.extend(own.as_bytes());
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(state.to_be_bytes()[0]);
    }
    bytes
}

const HEAD: &str = "[manifest]\nsequence = 7\n[device]\nvendor = 'example.com'\nclass = 'lock'\n";

const MODULE: &str = "[[component]]\nname = 'tls'\nid = ['tls']\nfile = 'new.bin'\nuri = 'coap://h/new'\n\
                      [component.delta]\nbase = 'old.bin'\n";

const FULL: &str = "[[component]]\nid = ['fw']\nslots = [\n\
                    { slot = 0, file = 'new.bin', uri = 'coap://h/new' },\n\
                    { slot = 1, file = 'new-b.bin', uri = 'coap://h/new-b' },\n]\n\
                    [component.delta]\nprofile = 'S'\nslots = [\n\
                    { slot = 0, base = 'old-b.bin', uri = '#a' },\n{ slot = 1, base = 'old.bin', uri = '#b' },\n]\n";

const DEVICE: &str = "format = 'suit-device/1'\nname = 'lock'\n\
                      [identity]\nvendor = 'example.com'\nclass = 'lock'\n\
                      [[component]]\nid = ['tls']\ncapacity = '8 KiB'\nfile = 'old.bin'\n\
                      [[component]]\nid = ['tls', 'new']\ncapacity = '8 KiB'\n\
                      [[component]]\nid = ['tls', 'delta']\ncapacity = '8 KiB'\n\
                      [[component]]\nid = ['fw']\ncapacity = '8 KiB'\nrunning-id = ['fw', 'running']\n\
                      slots = [{ slot = 0, file = 'old.bin' }, { slot = 1 }]\n\
                      [[component]]\nid = ['fw', 'delta']\ncapacity = '8 KiB'\n\
                      [uris]\n'coap://h/new' = 'new.bin'\n'coap://h/new-b' = 'new-b.bin'\n'coap://h/delta' = 'kept.delta'\n";

/// A place with images, a device, and `module.toml`, `app.toml` and `full.toml`.
fn place() -> Place {
    let place = Place::new();
    place.write("old.bin", image("version 1")).write("new.bin", image("version 2, which is longer"));
    place.write("old-b.bin", image("version 1 b")).write("new-b.bin", image("version 2 b, longer"));
    place.write("kept.delta", "nothing yet").write("device.toml", DEVICE);
    for recipe in ["module", "app"] {
        place.write(
            &format!("{recipe}.toml"),
            format!("format = 'suit/1'\nrecipe = '{recipe}'\n{HEAD}{MODULE}uri = '#delta'\n"),
        );
    }
    place.write("full.toml", format!("format = 'suit/1'\nrecipe = 'full-ab'\n{HEAD}{FULL}"));
    place.say("key gen --type p256 -o v.pem --public v.pub").done();
    place
}

fn build(place: &Place, name: &str, more: &str) {
    place.say(&format!("build {name}.toml -o {name}.suit --deny-warnings {more}")).done();
    place.say(&format!("sign {name}.suit --key v.pem --in-place")).done();
}

fn simulate(place: &Place, line: &str) -> Ran {
    place.say(&format!("simulate {line} --device device.toml --trust v.pub"))
}

/// What happened: effects, with the component that they happened to.
fn effects(place: &Place, line: &str) -> Vec<String> {
    let answer = simulate(place, &format!("{line} --format json")).done().json();
    let trace = answer["trace"].as_array().unwrap();
    let told = trace.iter().filter(|line| line["component"].is_object());
    told.map(|line| {
        let id = line["component"]["id"].as_array().unwrap();
        let id: Vec<_> = id.iter().map(|part| part.as_str().unwrap()).collect();
        format!("{} {}", line["effect"].as_str().unwrap(), id.join("/"))
    })
    .collect()
}

fn change(place: &Place, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(place.read(file)).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    place.write(file, text.replace(from, to));
}

const BY_DELTA: [&str; 3] = ["fetch tls/delta", "delta tls/new", "copy tls"];

#[test]
fn s02_p_231_a_device_with_the_base_makes_the_new_image_from_a_delta() {
    let place = place();
    for name in ["module", "app"] {
        build(&place, name, "");
        assert_eq!(effects(&place, &format!("{name}.suit")), BY_DELTA);
    }
    let told = simulate(&place, "module.suit --trace text").done();
    let delta = told.text().lines().find(|line| line.starts_with("delta")).unwrap();
    assert!(delta.starts_with("delta    [tls/new]  6,026 B  sha-256 "), "{delta}");
    assert!(delta.contains("  from [tls] (6,009 B)  by the delta in [tls/delta] ("), "{delta}");
    let json = simulate(&place, "module.suit --format json").done().json();
    let line = json["trace"].as_array().unwrap().iter().find(|line| line["effect"] == "delta").unwrap();
    assert_eq!(line["base"]["size"], 6_009);
    assert_eq!(line["component"]["size"], 6_026);
    assert_eq!(line["source"]["id"], serde_json::json!(["tls", "delta"]));
    assert!(line["source"]["size"].as_u64().unwrap() < 200, "{line}");
}

#[test]
fn s03_of_two_slots_the_running_one_is_the_base_of_the_other() {
    let place = place();
    build(&place, "full", "");
    assert_eq!(effects(&place, "full.suit --state kept"), ["fetch fw/delta", "delta fw", "switch fw"]);
    // The other way round.
    change(
        &place,
        "device.toml",
        "{ slot = 0, file = 'old.bin' }, { slot = 1 }",
        "{ slot = 0 }, { slot = 1, file = 'old-b.bin' }",
    );
    change(&place, "device.toml", "slots = [{ slot = 0 }", "running = 1\nslots = [{ slot = 0 }");
    let told = simulate(&place, "full.suit --trace text").done();
    assert!(told.text().contains("\ndelta    [fw] slot 0 "), "{}", told.text());
    assert!(told.text().contains(" from [fw] slot 1 ("), "{}", told.text());
}

/// As one with two places for code that runs from either: what runs has an identifier of its own, and no slot.
#[test]
fn p_233_where_the_base_is_another_component_the_image_is_made_in_its_place_at_once() {
    let place = place();
    change(&place, "module.toml", "base = 'old.bin'\n", "base = 'old.bin'\nbase-id = ['tls', 'running']\n");
    change(&place, "device.toml", "id = ['tls']\n", "id = ['tls', 'running']\n");
    change(&place, "device.toml", "id = ['tls', 'new']\n", "id = ['tls']\n");
    build(&place, "module", "");
    assert_eq!(effects(&place, "module.suit"), ["fetch tls/delta", "delta tls"]);
    place.write("old.bin", image("version 0"));
    assert_eq!(effects(&place, "module.suit"), ["fetch tls"]);
}

#[test]
fn p_232_a_device_with_another_base_fetches_the_full_image() {
    let place = place();
    ["module", "full"].iter().for_each(|name| build(&place, name, ""));
    place.write("old.bin", image("version 0"));
    assert_eq!(effects(&place, "module.suit"), ["fetch tls/new", "copy tls"]);
    assert_eq!(effects(&place, "full.suit"), ["fetch fw", "switch fw"]);
    // As one does that has nothing yet.
    change(&place, "device.toml", "'8 KiB'\nfile = 'old.bin'", "'8 KiB'");
    assert_eq!(effects(&place, "module.suit"), ["fetch tls/new", "copy tls"]);
}

#[test]
fn p_009_a_device_without_deltas_refuses_one_manifest_and_takes_the_other() {
    let place = place();
    build(&place, "module", "");
    change(&place, "device.toml", "name = 'lock'\n", "name = 'lock'\nsupports = { delta = false }\n");
    let refused = simulate(&place, "module.suit --state kept");
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("nothing ran, and nothing was changed"), "{}", refused.err);
    assert!(!place.has("kept"));
    build(&place, "module", "--without-delta");
    assert_eq!(effects(&place, "module.suit"), ["fetch tls"]);
    let listed = place.say("inspect module.suit --format json").done().json();
    assert_eq!(listed["manifest"]["components"].as_array().map_or(1, Vec::len), 1);
}

#[test]
fn p_234_a_delta_that_was_damaged_on_the_way_is_refused_by_its_digest() {
    let place = place();
    build(&place, "module", "");
    // The one that the tool made, served from elsewhere.
    place.say("edit extract module.suit --payload #delta -o made.delta").done();
    change(&place, "module.toml", "uri = '#delta'", "uri = 'coap://h/delta'\nfile = 'made.delta'");
    build(&place, "module", "");
    let mut delta = place.read("made.delta");
    place.write("kept.delta", &delta);
    assert_eq!(effects(&place, "module.suit"), BY_DELTA);
    delta[30] ^= 1;
    place.write("kept.delta", &delta);
    assert_eq!(effects(&place, "module.suit"), ["fetch tls/delta", "fetch tls/new", "copy tls"]);
}

#[test]
fn s02_a_device_with_too_little_memory_refuses_before_it_writes() {
    let place = place();
    build(&place, "module", "");
    change(&place, "device.toml", "name = 'lock'\n", "name = 'lock'\nlimits = { delta = '1 KiB' }\n");
    let refused = simulate(&place, "module.suit --trace text --report out.report");
    assert_eq!(refused.status, 1);
    assert!(
        refused.err.starts_with("refused[E1084]: delta needs more memory than the device lends"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("install-delta in section install"), "{}", refused.err);
    assert!(!refused.text().contains("\ndelta"), "{}", refused.text());
    let explained = place.say("report explain out.report --manifest module.suit");
    let said = format!("{}{}", explained.text(), explained.err);
    assert!(said.contains("install-delta"), "{said}");
}

#[test]
fn s02_memory_for_deltas_is_a_part_of_all_that_the_device_has() {
    let place = place();
    build(&place, "module", "");
    let ran = simulate(&place, "module.suit --format json").done();
    let all = ran.json()["ended"]["cost"]["ram"].as_u64().unwrap();
    // Room is kept for sequences and parameters that this manifest doesn't need: what is missing is missing for the delta.
    let mut least = 0;
    let mut most = 2 * all;
    while most - least > 1 {
        let half = least.midpoint(most);
        let ran = simulate(&place, &format!("module.suit --limit-ram {half}"));
        match ran.status {
            0 => most = half,
            _ => least = half,
        }
    }
    let ran = simulate(&place, &format!("module.suit --limit-ram {least}"));
    assert!(ran.err.starts_with("refused[E1084]"), "{}", ran.err);
    assert!(most < all + 2048, "{most} of {all}");
}

/// Thumb's calls of places behind them, of which those past `own` lie further on.
fn calls(own: &str) -> Vec<u8> {
    let further = u32::try_from(own.len()).unwrap();
    let call = |at: u32| {
        let place = 24 * (at / 4 * 7 % 200);
        let offset = 800 + place + if place < 2_000 { 0 } else { further } - (at + 4);
        let (first, second) = (0xf000 | offset >> 12, 0xf800 | offset >> 1 & 0x7ff);
        (first | second << 16).to_le_bytes()
    };
    [(0..200).flat_map(|number| call(4 * number)).collect(), image(own)].concat()
}

#[test]
fn whose_calls_devices_predict_can_be_said() {
    let place = place();
    place.write("old.bin", calls("")).write("new.bin", calls("what is new here has forty characters..."));
    let plain = String::from_utf8(place.read("module.toml")).unwrap();
    for (name, predicted) in [("thumb", 1), ("none", 0)] {
        place.write("module.toml", format!("{plain}instructions = '{name}'\n"));
        build(&place, "module", "");
        let envelope = place.read("module.suit");
        // A delta of version 1 of the format, and its flags.
        let flags = envelope.windows(3).find(|bytes| bytes[..2] == [0xd5, 1]).unwrap()[2];
        assert_eq!(flags & 15, predicted, "{name}");
    }
    place.write("module.toml", format!("{plain}instructions = 'z80'\n"));
    let refused = place.say("build module.toml -o module.suit");
    assert!(refused.err.starts_with("error[E0207]: unknown word 'z80'"), "{}", refused.err);
}

#[test]
fn p_077_what_was_made_before_the_power_went_is_used_by_the_next_run() {
    let place = place();
    build(&place, "module", "");
    // The new image was complete, and copying it had begun: neither the base nor the new image is in its place.
    change(&place, "device.toml", "'8 KiB'\nfile = 'old.bin'", "'8 KiB'\ncontent = 'half of it'");
    change(&place, "device.toml", "id = ['tls', 'new']\n", "id = ['tls', 'new']\nfile = 'new.bin'\n");
    assert_eq!(effects(&place, "module.suit"), ["copy tls"]);
    // Installed already.
    change(&place, "device.toml", "content = 'half of it'", "file = 'new.bin'");
    assert_eq!(effects(&place, "module.suit"), Vec::<String>::new());
}

#[test]
fn a_recipe_with_a_delta_can_be_printed_as_sequences_and_inspected() {
    let place = place();
    for name in ["module", "full"] {
        build(&place, name, "");
        let printed = place.say(&format!("build {name}.toml --emit-description")).done();
        assert!(printed.text().contains("{ do = \"install-delta\" }"), "{}", printed.text());
        assert!(printed.text().contains("base = "), "{}", printed.text());
        place.write("printed.toml", printed.text());
        place.say("build printed.toml -o printed.suit").done();
        place.say(&format!("build {name}.toml -o unsigned.suit")).done();
        assert_eq!(place.read("printed.suit"), place.read("unsigned.suit"), "{name}");
        let inspected = place.say(&format!("inspect {name}.suit")).done();
        assert!(inspected.text().contains("and the delta in"), "{}", inspected.text());
    }
}

#[test]
fn a_delta_of_other_images_is_not_built_into_a_manifest() {
    let place = place();
    build(&place, "module", "");
    place.say("edit extract module.suit --payload #delta -o made.delta").done();
    let text = String::from_utf8(place.read("module.toml")).unwrap();
    place.write("with.toml", format!("{text}file = 'made.delta'\n"));
    place.say("build with.toml").done();
    let mut cut = place.read("made.delta");
    cut.truncate(24);
    for (file, content, message) in [
        ("old.bin", image("version 3"), "the delta is made for another base"),
        ("new.bin", image("another version of this length"), "the delta is made for another image"),
        ("made.delta", cut, "the delta can't be applied: "),
        ("made.delta", b"no delta".to_vec(), "the delta can't be applied: not a delta payload"),
    ] {
        let before = place.read(file);
        place.write(file, content);
        let refused = place.say("build with.toml -o other.suit --format json");
        let said: Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
        assert_eq!((refused.status, said["code"].as_str()), (3, Some("E0226")), "{}", refused.err);
        assert!(said["message"].as_str().unwrap().starts_with(message), "{}", refused.err);
        assert!(!place.has("other.suit"));
        place.write(file, before);
    }
}
