//! Faults of the encoding in an authentic manifest: RFC 8949, and the stricter rules of spec.md P-001 and design §7.

use super::Sound;
use crate::case::{Case, Refusal, manifest};
use crate::draft::Draft;
use crate::node::{Head, Kind, Node, bytes, nil, raw, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::{array, map, sequence};

const GROUP: &str = "cbor";
const SHORTEST: &str = "RFC 8949 §4.2.1";

type Change = fn(&mut Draft);

/// Arguments of the install section's first override-parameters.
fn install_parameters(draft: &mut Draft) -> &mut Node {
    draft.section(m::INSTALL).argument(c::OVERRIDE)
}

fn shared_parameters(draft: &mut Draft) -> &mut Node {
    draft.shared().argument(c::OVERRIDE)
}

/// Integers and lengths in more bytes than they need.
const LONG: &[(&str, &str, Change)] = &[
    ("long-uint-1", "3 in one more byte", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).long(1).mark();
    }),
    ("long-uint-2", "3 in two more bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).long(2).mark();
    }),
    ("long-uint-4", "3 in four more bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).long(4).mark();
    }),
    ("long-uint-8", "3 in eight more bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).long(8).mark();
    }),
    ("long-uint-255", "255 in two bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(255).long(2).mark();
    }),
    ("long-uint-65535", "65535 in four bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(65535).long(4).mark();
    }),
    ("long-uint-4294967295", "4294967295 in eight bytes", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(0xffff_ffff).long(8).mark();
    }),
    ("long-nint", "the digest's algorithm, -16, in two bytes", |d| {
        shared_parameters(d).key(p::DIGEST).inner().item(0).long(1).mark();
    }),
    ("long-bytes", "the length of a byte string", |d| {
        shared_parameters(d).key(p::VENDOR).long(1).mark();
    }),
    ("long-wrapped", "the length of a byte string with a sequence in it", |d| {
        d.manifest().key(m::VALIDATE).long(2).mark();
    }),
    ("long-text", "the length of a text string", |d| {
        d.manifest().key(m::REFERENCE_URI).long(2).mark();
    }),
    ("long-array", "the length of a sequence", |d| {
        d.section(m::VALIDATE).long(1).mark();
    }),
    ("long-map", "the length of a parameter map", |d| {
        install_parameters(d).long(1).mark();
    }),
    ("long-outer-map", "the length of the manifest's map", |d| {
        d.manifest().long(1).mark();
    }),
    ("long-key", "the last key of the manifest's map", |d| {
        d.manifest().entry(m::INSTALL).0.long(2).mark();
    }),
    ("long-code", "a command's code", |d| {
        d.section(m::VALIDATE).code(c::IMAGE_MATCH).long(1).mark();
    }),
    ("long-component", "the length of a component identifier", |d| {
        d.common().key(common::COMPONENTS).item(0).long(4).mark();
    }),
    ("long-parameter-label", "a parameter's label", |d| {
        install_parameters(d).entry(p::URI).0.long(2).mark();
    }),
];

const INDEFINITE: &[(&str, &str, Change)] = &[
    ("indefinite-outer-map", "the manifest's map", |d| {
        d.manifest().indefinite().mark();
    }),
    ("indefinite-map", "a parameter map", |d| {
        install_parameters(d).indefinite().mark();
    }),
    ("indefinite-array", "a sequence", |d| {
        d.section(m::INSTALL).indefinite().mark();
    }),
    ("indefinite-components", "the list of components", |d| {
        d.common().key(common::COMPONENTS).indefinite().mark();
    }),
    ("indefinite-bytes", "a UUID in parts", |d| {
        shared_parameters(d).key(p::CLASS).indefinite().mark();
    }),
    ("indefinite-text", "a URI in parts", |d| {
        install_parameters(d).key(p::URI).indefinite().mark();
    }),
    ("indefinite-wrapped", "a section's byte string in parts", |d| {
        d.manifest().key(m::INVOKE).indefinite().mark();
    }),
];

/// Strings that end before their content, and content that ends before its items. Offsets are where the bytes end.
const TRUNCATED: &[(&str, &str, Change)] = &[
    ("truncated-section", "a section lacks its last byte", |d| {
        let mut content = d.manifest().key(m::INSTALL).content();
        content.pop();
        d.manifest().key(m::INSTALL).set(bytes(content)).mark_end();
    }),
    ("truncated-common", "common lacks its last byte", |d| {
        let mut content = d.manifest().key(m::COMMON).content();
        content.pop();
        d.manifest().key(m::COMMON).set(bytes(content)).mark_end();
    }),
    ("truncated-digest", "an image digest lacks its last byte", |d| {
        let mut content = shared_parameters(d).key(p::DIGEST).content();
        content.pop();
        shared_parameters(d).key(p::DIGEST).set(bytes(content)).mark_end();
    }),
    ("truncated-manifest", "the manifest lacks its last byte", |d| {
        let mut content = d.envelope().key(3).content();
        content.pop();
        d.envelope().key(3).set(bytes(content)).mark_end();
    }),
    ("section-empty", "a section of no bytes", |d| {
        d.manifest().key(m::VALIDATE).set(bytes([])).mark_end();
    }),
    ("manifest-empty", "a manifest of no bytes", |d| {
        d.envelope().key(3).set(bytes([])).mark_end();
    }),
    ("head-cut", "a section ends inside a head", |d| {
        d.manifest().key(m::VALIDATE).set(bytes([0x82, 0x03, 0x19, 0x01])).mark_end();
    }),
    ("count-too-great", "a sequence states more items than it has", |d| {
        d.section(m::VALIDATE).head = Head::States(4);
        d.manifest().key(m::VALIDATE).mark_end();
    }),
    ("length-too-great", "a string states more bytes than its section has", |d| {
        let install = d.section(m::VALIDATE);
        install.command(c::OVERRIDE, map! { p::URI => "a" });
        install.argument(c::OVERRIDE).key(p::URI).head = Head::States(3);
        d.manifest().key(m::VALIDATE).mark_end();
    }),
    ("length-huge", "a string of 2^64-1 bytes", |d| {
        let validate = d.section(m::VALIDATE);
        validate.command(c::OVERRIDE, map! { p::CONTENT => bytes([]) });
        validate.argument(c::OVERRIDE).key(p::CONTENT).head = Head::States(u64::MAX);
        d.manifest().key(m::VALIDATE).mark_end();
    }),
    ("count-huge", "a version of 2^32-1 parts", |d| {
        let mut version = array![2, array![1]];
        version.item(1).head = Head::States(0xffff_ffff);
        let shared = shared_parameters(d);
        shared.insert(p::VERSION, wrap(version));
        shared.key(p::VERSION).mark_end();
    }),
];

const TRAILING: &[(&str, &str, Change)] = &[
    ("trailing-manifest", "a byte follows the manifest's map", |d| {
        d.envelope().key(3).append(0).mark();
    }),
    ("trailing-common", "a byte follows common's map", |d| {
        d.manifest().key(m::COMMON).append(0).mark();
    }),
    ("trailing-shared", "a byte follows the shared sequence", |d| {
        d.common().key(common::SHARED).append(nil()).mark();
    }),
    ("trailing-section", "a second sequence follows the first", |d| {
        d.manifest().key(m::VALIDATE).append(array![c::IMAGE_MATCH, 15]).mark();
    }),
    ("trailing-digest", "a byte follows an image digest", |d| {
        shared_parameters(d).key(p::DIGEST).append(0).mark();
    }),
    ("count-too-small", "a sequence states fewer items than it has", |d| {
        let section = d.section(m::INSTALL);
        section.head = Head::States(4);
        section.item(4).mark();
    }),
];

fn strings(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let utf8 = |name, comment, content: &'static [u8]| {
        firmware.fault(GROUP, name, "RFC 8949 §3.1", comment, manifest("InvalidUtf8"), |draft| {
            draft.manifest().key(m::REFERENCE_URI).set(Node::from(Kind::Text(content.into()))).mark();
        })
    };
    vec![
        utf8("utf8-lone-byte", "a byte that begins nothing", b"ht\xfftp"),
        utf8("utf8-cut", "a sequence that is cut off", b"http\xe2\x82"),
        utf8("utf8-overlong", "a slash in two bytes", b"http:\xc0\xaf"),
        utf8("utf8-surrogate", "half of a surrogate pair", b"http\xed\xa0\x80"),
        utf8("utf8-beyond", "a code point beyond U+10FFFF", b"http\xf4\x90\x80\x80"),
        firmware.fault(
            GROUP,
            "utf8-uri",
            "RFC 8949 §3.1",
            "in a parameter",
            manifest("InvalidUtf8"),
            |draft| {
                let text = Node::from(Kind::Text(b"\x80".into()));
                install_parameters(draft).key(p::URI).set(text).mark();
            },
        ),
    ]
}

/// Items that SUIT has no use for.
fn other_items(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let fault = |name, rule, comment, refusal: Refusal, item: &'static [u8]| {
        firmware.fault(GROUP, name, rule, comment, refusal, |draft| {
            draft.manifest().key(m::SEQUENCE_NUMBER).set(raw(item)).mark();
        })
    };
    let simple = || manifest("UnsupportedSimple");
    let reserved = || manifest("ReservedHead");
    vec![
        fault("float-16", "design §7", "3.0 in half precision", simple(), &[0xf9, 0x42, 0x00]),
        fault("float-32", "design §7", "3.0 in single precision", simple(), &[0xfa, 0x40, 0x40, 0, 0]),
        fault(
            "float-64",
            "design §7",
            "3.0 in double precision",
            simple(),
            &[0xfb, 0x40, 0x08, 0, 0, 0, 0, 0, 0],
        ),
        fault("undefined", "design §7", "undefined", simple(), &[0xf7]),
        fault("simple-16", "design §7", "an unassigned simple value", simple(), &[0xf0]),
        fault("simple-255", "design §7", "a simple value in two bytes", simple(), &[0xf8, 0xff]),
        fault("simple-true-long", "RFC 8949 §3.3", "true in two bytes", simple(), &[0xf8, 0x15]),
        fault("reserved-28", "RFC 8949 §3", "additional information 28", reserved(), &[0x1c]),
        fault("reserved-29", "RFC 8949 §3", "additional information 29", reserved(), &[0x5d]),
        fault("reserved-30", "RFC 8949 §3", "additional information 30", reserved(), &[0xfe]),
        fault("indefinite-integer", "RFC 8949 §3.2", "an integer of indefinite length", reserved(), &[0x1f]),
        fault("indefinite-tag", "RFC 8949 §3.2", "a tag of indefinite length", reserved(), &[0xdf]),
        fault("break", "RFC 8949 §3.2.1", "a break code", manifest("UnexpectedBreak"), &[0xff]),
        fault(
            "bignum",
            "req USE-PARSE, design §7",
            "3 as a bignum",
            manifest("WrongType").of("Uint"),
            &[0xc2, 0x41, 0x03],
        ),
        firmware.fault(
            GROUP,
            "integer-2-to-63",
            "design §7",
            "a signed integer beyond 63 bits",
            manifest("IntegerRange"),
            |draft| {
                let parameters = install_parameters(draft);
                parameters.insert(p::UPDATE_PRIORITY, crate::node::uint(1 << 63));
                parameters.key(p::UPDATE_PRIORITY).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "integer-below",
            "design §7",
            "a negative integer beyond 63 bits",
            manifest("IntegerRange"),
            |draft| {
                let parameters = install_parameters(draft);
                parameters.insert(p::UPDATE_PRIORITY, Node::from(Kind::Nint(1 << 63)));
                parameters.key(p::UPDATE_PRIORITY).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "code-huge",
            "design §7",
            "a command's code beyond 64 bits with a sign",
            manifest("IntegerRange"),
            |draft| {
                draft.section(m::VALIDATE).command(Node::from(Kind::Nint(u64::MAX)), 15).mark();
            },
        ),
    ]
}

fn depth(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let nested = |levels: usize| {
        let mut inner = sequence![c::IMAGE_MATCH, 15];
        for _ in 1..levels {
            inner = sequence![c::RUN_SEQUENCE, inner];
        }
        inner
    };
    // The manifest's map, then one array per sequence: 23 of them make 24 levels, the reader's limit.
    let deepest = firmware.variant("valid", "deepest", "design §3", "as deep as the reader goes", |draft| {
        *draft.manifest().key(m::INSTALL) = nested(23);
    });
    let one_more = deepest.fault(
        GROUP,
        "too-deep",
        "design §3",
        "one level deeper than the reader goes",
        manifest("TooDeep"),
        |draft| {
            let mut inner = draft.manifest().key(m::INSTALL);
            for _ in 1..23 {
                inner = inner.inner().argument(c::RUN_SEQUENCE);
            }
            *inner = sequence![c::RUN_SEQUENCE, sequence![c::IMAGE_MATCH, 15]];
            inner.inner().argument(c::RUN_SEQUENCE).inner().mark();
        },
    );
    vec![deepest, one_more]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let table = |faults: &[(&'static str, &'static str, Change)], rule: &'static str, error: &'static str| {
        let case = |(name, comment, change): &(&'static str, &'static str, Change)| {
            firmware.fault(GROUP, name, rule, comment, manifest(error), change)
        };
        faults.iter().map(case).collect::<Vec<_>>()
    };
    [
        table(LONG, SHORTEST, "LongHead"),
        table(INDEFINITE, "RFC 8949 §4.2.1", "IndefiniteLength"),
        table(TRUNCATED, "RFC 8949 §5.3.1", "Truncated"),
        table(TRAILING, "RFC 8949 §5.3.1", "TrailingBytes"),
        strings(sound),
        other_items(sound),
        depth(sound),
    ]
    .concat()
}
