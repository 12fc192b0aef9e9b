//! Parameters: every one, and what each of them must not be.

use super::Sound;
use super::sound::{
    CLASS, DEVICE, IMAGE, VENDOR, component, identity, image_digest, image_size, manifest as whole,
};
use crate::array;
use crate::case::{Case, Refusal, manifest};
use crate::draft::{Draft, SHA_384, SHA_512, digest};
use crate::keys::key;
use crate::map;
use crate::node::{Node, bytes, nil, tag, uint, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::sequence;

const GROUP: &str = "parameters";

/// A manifest that sets these parameters in its shared sequence.
fn shared(parameters: Node) -> Node {
    whole(
        array![component("main")],
        sequence![c::OVERRIDE, parameters, c::VENDOR, 15],
        map! { m::VALIDATE => sequence![c::IMAGE_MATCH, 15] },
    )
}

/// The identity with these parameters behind it.
fn with(more: Node) -> Node {
    let mut parameters = identity();
    for (key, value) in more.clone().pairs() {
        parameters.insert(key.clone(), value.clone());
    }
    shared(parameters)
}

fn sound_case(name: &'static str, rule: &'static str, comment: &'static str, manifest: Node) -> Case {
    Case::accepted(GROUP, name, rule, comment, Draft::new(manifest, key("k1")), "k1")
}

/// COSE_Encrypt with a wrapped key, as firmware-encryption §5.1 has it.
fn encryption_by_key_wrap() -> Node {
    let recipient = array![bytes([]), map! { 1 => -3, 4 => bytes("kid-1") }, bytes([0x4b; 24])];
    tag(96, array![wrap(map! { 1 => 1 }), map! { 5 => bytes([7; 12]) }, nil(), array![recipient]])
}

/// COSE_Encrypt by Diffie-Hellman, as firmware-encryption §5.2 has it.
fn encryption_by_agreement() -> Node {
    let ephemeral = map! { 1 => 2, -1 => 1, -2 => bytes([0x58; 32]), -3 => bytes([0x9e; 32]) };
    let recipient =
        array![wrap(map! { 1 => -29 }), map! { -1 => ephemeral, 4 => bytes("kid-2") }, bytes([0x4b; 24])];
    tag(96, array![bytes([]), map! { 1 => -65534, 5 => bytes([7; 16]) }, nil(), array![recipient]])
}

/// All nine events.
fn events() -> Node {
    map! {
        1 => -5,
        2 => 1,
        3 => -1,
        4 => array![bytes("gateway"), array![array![2, array![1, 0]], array![5, array![2]]]],
        5 => 1_800_000_000,
        6 => 10_800,
        7 => 0,
        8 => 82_800,
        9 => 6,
    }
}

/// Every key, and actors of every kind.
fn metadata() -> Node {
    map! {
        1 => 0b101,
        2 => map! { 0 => 1, "root" => 0x3fff },
        3 => map! { bytes("staff") => 4, "wheel" => 7, tag(37, bytes(DEVICE)) => 1 },
        4 => map! { 24 => 1, -1 => 2 },
        5 => 1,
        6 => tag(1, 1_700_000_000.into()),
        7 => tag(1, 0.into()),
        8 => tag(37, bytes(VENDOR)),
    }
}

fn comparisons() -> Node {
    let alternative = |comparison: i64, version: Node| {
        sequence![c::OVERRIDE, map! { p::VERSION => wrap(array![comparison, version]) }, c::VERSION, 15]
    };
    whole(
        array![component("main")],
        sequence![c::OVERRIDE, identity(), c::VENDOR, 15],
        map! { m::VALIDATE => sequence![c::TRY_EACH, array![
            alternative(1, array![1]),
            alternative(2, array![1, 2]),
            alternative(3, array![1, 2, 3]),
            alternative(4, array![1, 2, 3, -1, 4]),
            alternative(5, array![2, 0, -3]),
        ]] },
    )
}

/// The sound vectors of this file.
pub(super) fn sound() -> Vec<Case> {
    let all = map! {
        p::VENDOR => bytes(VENDOR),
        p::CLASS => bytes(CLASS),
        p::DIGEST => wrap(digest(SHA_384, IMAGE)),
        p::USE_BEFORE => 4_000_000_000,
        p::SLOT => 1,
        p::STRICT_ORDER => false,
        p::SOFT_FAILURE => true,
        p::SIZE => image_size(),
        p::CONTENT => bytes(IMAGE),
        p::ENCRYPTION_INFO => wrap(encryption_by_key_wrap()),
        p::URI => "coaps://[2001:db8::1]/main",
        p::SOURCE => 0,
        p::INVOKE_ARGS => bytes("--quiet"),
        p::DEVICE => bytes(DEVICE),
        p::FETCH_ARGS => bytes([]),
        p::MINIMUM_BATTERY => 0,
        p::UPDATE_PRIORITY => -7,
        p::VERSION => wrap(array![3, array![1]]),
        p::WAIT_INFO => wrap(events()),
        p::METADATA => wrap(metadata()),
    };
    let everything = whole(
        array![component("main")],
        sequence![c::OVERRIDE, identity(), c::VENDOR, 15],
        map! { m::VALIDATE => sequence![c::RUN_SEQUENCE, sequence![c::OVERRIDE, all.clone()], c::SET_PARAMETERS, all] },
    );
    let custom = map! {
        p::DEVICE => bytes(DEVICE),
        -257 => -1,
        -258 => true,
        -259 => "text",
        -260 => bytes("bytes"),
        -65537 => 65537,
        i64::MIN => false,
    };
    let custom = whole(
        array![component("main")],
        sequence![c::OVERRIDE, identity(), c::VENDOR, 15],
        map! { m::VALIDATE => sequence![c::OVERRIDE, custom.clone(), c::SET_PARAMETERS, custom] },
    );
    let extremes = map! {
        p::VENDOR => bytes(VENDOR),
        p::DIGEST => wrap(digest(SHA_512, IMAGE)),
        p::USE_BEFORE => uint(u64::MAX),
        p::SLOT => uint(u64::MAX),
        p::SIZE => 0,
        p::CONTENT => bytes([]),
        p::URI => "",
        p::UPDATE_PRIORITY => i64::MIN,
    };
    let pen = map! { p::VENDOR => tag(112, bytes([0x82, 0xf7, 0x15])), p::CLASS => bytes(CLASS) };
    let order = sequence![
        c::OVERRIDE,
        map! { p::STRICT_ORDER => false },
        c::IMAGE_MATCH,
        15,
        c::OVERRIDE,
        map! { p::STRICT_ORDER => true },
    ];
    let mut strict_order = shared(identity());
    strict_order.insert(m::LOAD, order);
    let soft = |value: bool| sequence![c::OVERRIDE, map! { p::SOFT_FAILURE => value }, c::IMAGE_MATCH, 15];
    let mut soft_failure = shared(identity());
    soft_failure.insert(
        m::LOAD,
        sequence![c::TRY_EACH, array![soft(false), soft(true)], c::RUN_SEQUENCE, soft(true)],
    );
    vec![
        sound_case("all", "M 8.4.8", "every parameter, overridden and set", everything),
        sound_case("custom", "P-024", "labels below -256 with each kind of value", custom),
        sound_case("extremes", "M 8.4.8", "the least and the greatest values", shared(extremes)),
        sound_case("vendor-pen", "spec.md 3.1", "a private enterprise number as vendor", shared(pen)),
        sound_case("strict-order", "P-123", "order given up and asked for again", strict_order),
        sound_case("soft-failure", "P-116", "in alternatives and in a sequence", soft_failure),
        sound_case("versions", "UM 4.4", "every comparison, with pre-releases", comparisons()),
        sound_case("wait-events", "UM 4.5", "all nine events", with(map! { p::WAIT_INFO => wrap(events()) })),
        sound_case(
            "metadata",
            "UM 4.6",
            "every key, every kind of actor",
            with(map! { p::METADATA => wrap(metadata()) }),
        ),
        sound_case("metadata-empty", "UM 4.6", "no key", with(map! { p::METADATA => wrap(map! {}) })),
        sound_case(
            "symlink",
            "P-145",
            "the type of a file as text of its target",
            with(
                map! { p::CONTENT => bytes("../target"), p::METADATA => wrap(map! { 5 => 3, 8 => "installer" }) },
            ),
        ),
        sound_case(
            "encryption-key-wrap",
            "P-217",
            "COSE_Encrypt with AES key wrap",
            with(map! { p::ENCRYPTION_INFO => wrap(encryption_by_key_wrap()) }),
        ),
        sound_case(
            "encryption-agreement",
            "P-218",
            "COSE_Encrypt with ECDH",
            with(map! { p::ENCRYPTION_INFO => wrap(encryption_by_agreement()) }),
        ),
    ]
}

type Row = (&'static str, &'static str, &'static str, &'static str, fn(&mut Node));

/// Faults in `parameters/all`: name, comment, error, what the error says, change of the parameter map.
const VALUES: &[Row] = &[
    ("vendor-15-bytes", "15 bytes", "WrongLength", "", |n| {
        n.key(p::VENDOR).set(bytes([0; 15])).mark();
    }),
    ("vendor-text", "a UUID in its text form", "WrongType", "OneOfSeveral", |n| {
        n.key(p::VENDOR).set("cfbff0d1-9375-5685-968c-48ce8b15ae17").mark();
    }),
    ("vendor-uuid-tag", "a UUID with its tag", "WrongTag", "112", |n| {
        n.key(p::VENDOR).set(tag(37, bytes(VENDOR))).mark();
    }),
    ("vendor-oid-tag", "an absolute object identifier", "WrongTag", "112", |n| {
        n.key(p::VENDOR).set(tag(111, bytes([0x2b]))).mark();
    }),
    ("vendor-pen-number", "a private enterprise number as a number", "WrongType", "Bytes", |n| {
        n.key(p::VENDOR).set(tag(112, 32473.into()));
        n.key(p::VENDOR).inner().mark();
    }),
    ("class-17-bytes", "17 bytes", "WrongLength", "", |n| {
        n.key(p::CLASS).set(bytes([0; 17])).mark();
    }),
    ("class-empty", "no bytes", "WrongLength", "", |n| {
        n.key(p::CLASS).set(bytes([])).mark();
    }),
    ("class-pen", "a private enterprise number", "WrongType", "Bytes", |n| {
        n.key(p::CLASS).set(tag(112, bytes([0x82, 0xf7, 0x15]))).mark();
    }),
    ("device-text", "text", "WrongType", "Bytes", |n| {
        n.key(p::DEVICE).set("device-7").mark();
    }),
    ("use-before-negative", "before 1970", "WrongType", "Uint", |n| {
        n.key(p::USE_BEFORE).set(-1).mark();
    }),
    ("use-before-tagged", "with the tag for times", "WrongType", "Uint", |n| {
        n.key(p::USE_BEFORE).set(tag(1, 4_000_000_000.into())).mark();
    }),
    ("slot-negative", "-1", "WrongType", "Uint", |n| {
        n.key(p::SLOT).set(-1).mark();
    }),
    ("strict-order-number", "1 in place of true", "WrongType", "Bool", |n| {
        n.key(p::STRICT_ORDER).set(1).mark();
    }),
    ("soft-failure-nil", "nil", "WrongType", "Bool", |n| {
        n.key(p::SOFT_FAILURE).set(nil()).mark();
    }),
    ("size-negative", "-1", "WrongType", "Uint", |n| {
        n.key(p::SIZE).set(-1).mark();
    }),
    ("size-text", "text", "WrongType", "Uint", |n| {
        n.key(p::SIZE).set("42").mark();
    }),
    ("content-text", "text", "WrongType", "Bytes", |n| {
        n.key(p::CONTENT).set("content").mark();
    }),
    ("uri-bytes", "a byte string", "WrongType", "Text", |n| {
        n.key(p::URI).set(bytes("https://example.com")).mark();
    }),
    ("uri-tagged", "with tag 32 (P-013)", "WrongType", "Text", |n| {
        n.key(p::URI).set(tag(32, "https://example.com".into())).mark();
    }),
    ("invoke-args-array", "a list of words", "WrongType", "Bytes", |n| {
        n.key(p::INVOKE_ARGS).set(array!["--quiet"]).mark();
    }),
    ("fetch-args-map", "a map", "WrongType", "Bytes", |n| {
        n.key(p::FETCH_ARGS).set(map! { 1 => 1 }).mark();
    }),
    ("battery-negative", "-1", "WrongType", "Uint", |n| {
        n.key(p::MINIMUM_BATTERY).set(-1).mark();
    }),
    ("priority-text", "text", "WrongType", "Int", |n| {
        n.key(p::UPDATE_PRIORITY).set("high").mark();
    }),
    // Version comparisons.
    ("version-not-wrapped", "the comparison itself (P-004)", "WrongType", "Bytes", |n| {
        n.key(p::VERSION).set(array![3, array![1]]).mark();
    }),
    ("version-comparison-0", "comparison 0", "UnknownComparison", "", |n| {
        n.key(p::VERSION).inner().item(0).set(0).mark();
    }),
    ("version-comparison-6", "comparison 6", "UnknownComparison", "", |n| {
        n.key(p::VERSION).inner().item(0).set(6).mark();
    }),
    ("version-comparison-negative", "comparison -1", "WrongType", "Uint", |n| {
        n.key(p::VERSION).inner().item(0).set(-1).mark();
    }),
    ("version-no-parts", "a version without parts", "TooFewItems", "", |n| {
        n.key(p::VERSION).inner().item(1).set(array![]).mark();
    }),
    ("version-text", "a version as text", "WrongType", "Array", |n| {
        n.key(p::VERSION).inner().item(1).set("1.0").mark();
    }),
    ("version-one-item", "no version", "TooFewItems", "", |n| {
        n.key(p::VERSION).inner().set(array![3]).mark();
    }),
    ("version-three-items", "an item more", "TooManyItems", "", |n| {
        n.key(p::VERSION).inner().set(array![3, array![1], 0]).mark();
    }),
    // Wait events.
    ("wait-info-not-wrapped", "the map itself (P-004)", "WrongType", "Bytes", |n| {
        n.key(p::WAIT_INFO).set(map! { 1 => 0 }).mark();
    }),
    ("wait-info-array", "a list of events", "WrongType", "Map", |n| {
        n.key(p::WAIT_INFO).inner().set(array![1, 2]).mark();
    }),
    ("wait-time-negative", "before 1970", "WrongType", "Uint", |n| {
        n.key(p::WAIT_INFO).inner().key(5).set(-1).mark();
    }),
    ("wait-day-text", "a day by its name", "WrongType", "Uint", |n| {
        n.key(p::WAIT_INFO).inner().key(7).set("Sunday").mark();
    }),
    ("wait-authorization-bool", "true", "WrongType", "Int", |n| {
        n.key(p::WAIT_INFO).inner().key(1).set(true).mark();
    }),
    ("wait-device-no-versions", "a device, no version", "TooFewItems", "", |n| {
        n.key(p::WAIT_INFO).inner().key(4).item(1).set(array![]).mark();
    }),
    ("wait-device-comparison", "an unknown comparison", "UnknownComparison", "", |n| {
        n.key(p::WAIT_INFO).inner().key(4).item(1).item(1).item(0).set(9).mark();
    }),
    ("wait-device-text", "a device by its name", "WrongType", "Bytes", |n| {
        n.key(p::WAIT_INFO).inner().key(4).item(0).set("gateway").mark();
    }),
    ("wait-device-one-item", "only a device", "TooFewItems", "", |n| {
        n.key(p::WAIT_INFO).inner().key(4).set(array![bytes("gateway")]).mark();
    }),
    // File metadata.
    ("metadata-not-wrapped", "the map itself (P-004)", "WrongType", "Bytes", |n| {
        n.key(p::METADATA).set(map! { 5 => 1 }).mark();
    }),
    ("metadata-file-type-0", "file type 0", "UnknownFileType", "", |n| {
        n.key(p::METADATA).inner().key(5).set(0).mark();
    }),
    ("metadata-file-type-4", "file type 4", "UnknownFileType", "", |n| {
        n.key(p::METADATA).inner().key(5).set(4).mark();
    }),
    ("metadata-permissions-negative", "negative bits", "WrongType", "Uint", |n| {
        n.key(p::METADATA).inner().key(1).set(-1).mark();
    }),
    ("metadata-permissions-number", "bits without an actor", "WrongType", "Map", |n| {
        n.key(p::METADATA).inner().key(2).set(7).mark();
    }),
    ("metadata-time-untagged", "a time without its tag", "WrongType", "Tag", |n| {
        n.key(p::METADATA).inner().key(6).set(1_700_000_000).mark();
    }),
    ("metadata-time-text", "a time as text", "WrongTag", "1", |n| {
        n.key(p::METADATA).inner().key(7).set(tag(0, "2026-11-23T00:00:00Z".into())).mark();
    }),
    ("metadata-time-negative", "a time before 1970", "WrongType", "Uint", |n| {
        n.key(p::METADATA).inner().key(6).set(tag(1, (-1).into())).inner().mark();
    }),
    ("metadata-creator-array", "a list as creator", "WrongType", "OneOfSeveral", |n| {
        n.key(p::METADATA).inner().key(8).set(array![]).mark();
    }),
    ("metadata-creator-tag", "a creator with another tag", "WrongTag", "37", |n| {
        n.key(p::METADATA).inner().key(8).set(tag(38, bytes(VENDOR))).mark();
    }),
    ("metadata-creator-short", "a UUID of 15 bytes", "WrongLength", "", |n| {
        n.key(p::METADATA).inner().key(8).set(tag(37, bytes([0; 15]))).inner().mark();
    }),
    ("metadata-actor-true", "true as actor", "UnknownKey", "", |n| {
        n.key(p::METADATA).inner().key(2).insert(true, 1).mark();
    }),
    ("metadata-actor-array", "a list as actor", "UnknownKey", "", |n| {
        n.key(p::METADATA).inner().key(3).insert(array![1], 1).mark();
    }),
    ("metadata-actor-tag", "an actor with another tag", "WrongTag", "37", |n| {
        n.key(p::METADATA).inner().key(2).insert(tag(38, bytes(VENDOR)), 1).mark();
    }),
    // Encryption info.
    ("encryption-not-wrapped", "the message itself (P-004)", "WrongType", "Bytes", |n| {
        let message = n.key(p::ENCRYPTION_INFO).inner().clone();
        n.key(p::ENCRYPTION_INFO).set(message).mark();
    }),
    ("encryption-untagged", "without tag", "WrongType", "Tag", |n| {
        let message = n.key(p::ENCRYPTION_INFO).inner().inner().clone();
        n.key(p::ENCRYPTION_INFO).inner().set(message).mark();
    }),
    ("encryption-encrypt0", "COSE_Encrypt0", "WrongTag", "96", |n| {
        n.key(p::ENCRYPTION_INFO).inner().set(tag(16, array![bytes([]), map! {}, nil()])).mark();
    }),
    ("encryption-no-recipients", "no recipients", "TooFewItems", "", |n| {
        n.key(p::ENCRYPTION_INFO).inner().inner().item(3).set(array![]).mark();
    }),
    ("encryption-iv-text", "an initialisation vector of text", "WrongType", "Bytes", |n| {
        n.key(p::ENCRYPTION_INFO).inner().inner().item(1).key(5).set("seven").mark();
    }),
    ("encryption-recipient-short", "a recipient of two items", "TooFewItems", "", |n| {
        let recipient = n.key(p::ENCRYPTION_INFO).inner().inner().item(3).item(0);
        recipient.items().pop();
        recipient.mark();
    }),
    // A label that fits none of the types.
    ("label-huge", "a label beyond 64 bits with a sign", "UnknownParameter", "", |n| {
        n.insert(uint(1 << 63), 0).mark();
    }),
];

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let all = sound.get("parameters/all");
    let custom = sound.get("parameters/custom");
    let firmware = sound.get("valid/firmware");
    let mut cases: Vec<_> = VALUES
        .iter()
        .map(|(name, comment, error, detail, change)| {
            let refusal = if detail.is_empty() { manifest(error) } else { manifest(error).of(detail) };
            all.fault(GROUP, name, "M 8.4.8", comment, refusal, |draft| {
                change(draft.section(m::VALIDATE).argument(c::SET_PARAMETERS));
            })
        })
        .collect();
    let value = |name, comment, refusal: Refusal, value: Node| {
        custom.fault(GROUP, name, "spec.md 3.7", comment, refusal, |draft| {
            draft.section(m::VALIDATE).argument(c::OVERRIDE).key(-257).set(value).mark();
        })
    };
    let delta = sound.get("valid/install-delta");
    let base = |name, comment, refusal: Refusal, value: Node| {
        delta.fault(GROUP, name, "P-235", comment, refusal, |draft| {
            draft.section(m::INSTALL).argument(c::OVERRIDE).key(p::DELTA_BASE).set(value).mark();
        })
    };
    let several = || manifest("WrongType").of("OneOfSeveral");
    cases.extend([
        value("custom-array", "a list as value of a custom parameter", several(), array![1]),
        value("custom-map", "a map as value of a custom parameter", several(), map! { 1 => 1 }),
        value("custom-tagged", "a tag as value of a custom parameter", several(), tag(1, 0.into())),
        base("delta-base-beyond", "a base that is no component", manifest("ComponentIndex"), 3.into()),
        base("delta-base-negative", "a base before the first", manifest("WrongType").of("Uint"), (-1).into()),
        base("delta-base-text", "a base by name", manifest("WrongType").of("Uint"), "base".into()),
        firmware.fault(
            GROUP,
            "delta-base-in-shared",
            "P-022",
            "the base of a delta in the shared sequence",
            manifest("ForbiddenParameter"),
            |draft| {
                draft.shared().argument(c::OVERRIDE).add(p::DELTA_BASE, 0).mark();
            },
        ),
        value("custom-nil", "nil as value of a custom parameter", manifest("WrongType").of("Bool"), nil()),
        firmware.fault(
            GROUP,
            "custom-in-shared",
            "P-022",
            "a custom parameter in the shared sequence",
            manifest("ForbiddenParameter"),
            |draft| {
                draft.shared().argument(c::OVERRIDE).add(-257, 0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "custom-in-shared-nested",
            "P-022",
            "a custom parameter in a sequence that the shared sequence runs",
            manifest("ForbiddenParameter"),
            |draft| {
                let inner = sequence![c::SET_PARAMETERS, map! { p::DIGEST => image_digest(), -300 => 0 }];
                draft.shared().command(c::RUN_SEQUENCE, inner);
                let inner = draft.shared().argument(c::RUN_SEQUENCE).inner();
                inner.argument(c::SET_PARAMETERS).entry(-300).0.mark();
            },
        ),
    ]);
    cases
}
