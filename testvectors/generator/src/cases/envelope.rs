//! Faults of the envelope itself.

use super::Sound;
use crate::case::{Case, Refusal, envelope};
use crate::draft::Draft;
use crate::map;
use crate::node::{Kind, Node, bytes, raw, tag};

const GROUP: &str = "envelope";

/// Faults that leave digest and signature as they were: what is outside of the manifest isn't signed.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let fault = |name, rule, comment, refusal: Refusal, change: fn(&mut Draft)| {
        firmware.damage(GROUP, name, rule, comment, refusal, change)
    };
    let whole = |name, rule, comment, refusal: Refusal, rewrite: fn(Vec<u8>) -> (Vec<u8>, usize)| {
        firmware.damage(GROUP, name, rule, comment, refusal, |_| ()).rewritten(rewrite)
    };
    let payloads = sound.get("valid/integrated-payloads");
    let untagged = sound.get("authentication/untagged");
    vec![
        // The outermost item.
        {
            let refused = untagged.damage(
                GROUP,
                "untagged",
                "A-36",
                "no tag, for a reader that wants one",
                envelope("Untagged"),
                |draft| {
                    draft.root.mark();
                },
            );
            Case { untagged: false, ..refused }
        },
        fault("wrong-tag", "spec.md 3.1", "tag 108", envelope("WrongTag").of(107), |draft| {
            draft.root = tag(108, draft.root.inner().clone());
            draft.root.mark();
        }),
        fault(
            "manifest-tag",
            "spec.md 3.1",
            "the tag of a bare manifest",
            envelope("WrongTag").of(107),
            |draft| {
                draft.root = tag(1070, draft.root.inner().clone());
                draft.root.mark();
            },
        ),
        fault("array", "P-007", "an array in place of the map", envelope("WrongType").of("Map"), |draft| {
            let members =
                draft.envelope().pairs().iter().flat_map(|(key, value)| [key.clone(), value.clone()]);
            *draft.envelope() = members.collect::<Vec<_>>().into();
            draft.envelope().mark();
        }),
        fault(
            "byte-string",
            "P-003",
            "the envelope in a byte string",
            envelope("WrongType").of("Tag"),
            |draft| {
                draft.root = crate::node::wrap(draft.root.clone());
                draft.root.mark();
            },
        ),
        whole("empty", "RFC 8949 §5.3.1", "no bytes", envelope("Truncated"), |_| (Vec::new(), 0)),
        whole(
            "tag-only",
            "RFC 8949 §5.3.1",
            "the tag and nothing else",
            envelope("Truncated"),
            |mut bytes| {
                bytes.truncate(2);
                (bytes, 2)
            },
        ),
        whole(
            "half-a-tag",
            "RFC 8949 §5.3.1",
            "the first byte of the tag",
            envelope("Truncated"),
            |mut bytes| {
                bytes.truncate(1);
                (bytes, 1)
            },
        ),
        whole(
            "truncated",
            "RFC 8949 §5.3.1",
            "the last byte is missing",
            envelope("Truncated"),
            |mut bytes| {
                bytes.pop();
                let at = bytes.len();
                (bytes, at)
            },
        ),
        whole(
            "trailing-byte",
            "RFC 8949 §5.3.1",
            "a byte follows",
            envelope("TrailingBytes"),
            |mut bytes| {
                bytes.push(0);
                let at = bytes.len() - 1;
                (bytes, at)
            },
        ),
        whole("two-envelopes", "RFC 8949 §5.3.1", "the same once more", envelope("TrailingBytes"), |bytes| {
            ([&bytes[..], &bytes].concat(), bytes.len())
        }),
        // Members.
        fault("no-authentication", "P-007", "key 2 is missing", envelope("MissingKey").of(2), |draft| {
            draft.envelope().remove(2).mark_end();
            draft.envelope().insert("x", bytes([]));
        }),
        fault("no-manifest", "P-007", "key 3 is missing", envelope("MissingKey").of(3), |draft| {
            draft.envelope().remove(3).mark_end();
            draft.envelope().insert("x", bytes([]));
        }),
        fault("one-member", "P-007", "only the manifest", envelope("MissingKey").of(2), |draft| {
            draft.envelope().remove(2).mark_end();
        }),
        fault("manifest-first", "P-002", "key 3 before key 2", envelope("KeyOrder"), |draft| {
            draft.envelope().pairs().swap(0, 1);
            draft.envelope().entry(2).0.mark();
        }),
        fault(
            "two-manifests",
            "RFC 8949 §5.6",
            "key 3 twice, with other bytes",
            envelope("DuplicateKey"),
            |draft| {
                let mut other = draft.envelope().key(3).clone();
                other.inner().key(2).set(4);
                draft.envelope().add(3, other).mark();
            },
        ),
        fault("two-authentications", "RFC 8949 §5.6", "key 2 twice", envelope("DuplicateKey"), |draft| {
            let first = draft.envelope().pairs()[0].clone();
            draft.envelope().pairs().insert(1, first);
            draft.envelope().pairs()[1].0.mark();
        }),
        fault(
            "manifest-not-wrapped",
            "P-003",
            "the manifest's map itself",
            envelope("WrongType").of("Bytes"),
            |draft| {
                let map = draft.manifest().clone();
                draft.envelope().key(3).set(map).mark();
            },
        ),
        fault("manifest-text", "P-003", "a text string", envelope("WrongType").of("Bytes"), |draft| {
            draft.envelope().key(3).set("manifest").mark();
        }),
        fault(
            "authentication-not-wrapped",
            "P-003",
            "the array itself",
            envelope("WrongType").of("Bytes"),
            |draft| {
                let array = draft.authentication().clone();
                draft.envelope().key(2).set(array).mark();
            },
        ),
        fault(
            "authentication-map",
            "spec.md 3.2",
            "a map in it",
            envelope("WrongType").of("Array"),
            |draft| {
                draft.envelope().key(2).inner().set(map! { 0 => bytes([]) }).mark();
            },
        ),
        fault("authentication-empty", "P-031", "not even a digest", envelope("TooFewItems"), |draft| {
            draft.authentication().items().clear();
            draft.authentication().mark();
        }),
        fault(
            "authentication-no-bytes",
            "spec.md 3.2",
            "an empty byte string",
            envelope("Truncated"),
            |draft| {
                draft.envelope().key(2).set(bytes([])).mark_end();
            },
        ),
        fault(
            "authentication-trailing-bytes",
            "RFC 8949 §5.3.1",
            "a byte follows the array",
            envelope("TrailingBytes"),
            |draft| {
                draft.envelope().key(2).append(0).mark();
            },
        ),
        fault(
            "block-not-wrapped",
            "spec.md 3.2",
            "the message itself",
            envelope("WrongType").of("Bytes"),
            |draft| {
                let block = draft.block(0).clone();
                draft.authentication().item(1).set(block).mark();
            },
        ),
        fault(
            "unknown-member-int",
            "P-003",
            "a number under an unknown key",
            envelope("WrongType").of("Bytes"),
            |draft| {
                draft.envelope().insert(1000, 0);
                draft.envelope().key(1000).mark();
            },
        ),
        fault(
            "severed-not-wrapped",
            "P-003",
            "a sequence itself",
            envelope("WrongType").of("Bytes"),
            |draft| {
                draft.envelope().insert(16, crate::array![3, 15]);
                draft.envelope().key(16).mark();
            },
        ),
        fault("key-bytes", "P-001", "a byte string as key", envelope("UnknownKey"), |draft| {
            draft.envelope().insert(bytes("x"), bytes([])).mark();
        }),
        fault("key-true", "P-001", "true as key", envelope("UnknownKey"), |draft| {
            draft.envelope().insert(true, bytes([])).mark();
        }),
        payloads.damage(
            GROUP,
            "payload-text",
            "P-139",
            "a payload of text",
            envelope("WrongType").of("Bytes"),
            |draft| {
                draft.envelope().name("#main").set("image").mark();
            },
        ),
        payloads.damage(
            GROUP,
            "payload-name-utf8",
            "RFC 8949 §3.1",
            "a name that isn't UTF-8",
            envelope("InvalidUtf8"),
            |draft| {
                let position =
                    draft.envelope().pairs().iter().position(|(key, _)| *key == Node::from("#main"));
                let (key, _) = &mut draft.envelope().pairs()[position.expect("the payload")];
                key.set(Node::from(Kind::Text(b"#m\xffin".to_vec()))).mark();
            },
        ),
        payloads.damage(
            GROUP,
            "payload-twice",
            "RFC 8949 §5.6",
            "a name twice",
            envelope("DuplicateKey"),
            |draft| {
                let position =
                    draft.envelope().pairs().iter().position(|(key, _)| *key == Node::from("#main"));
                let at = position.expect("the payload") + 1;
                draft.envelope().pairs().insert(at, ("#main".into(), bytes("another image")));
                draft.envelope().pairs()[at].0.mark();
            },
        ),
        payloads.damage(
            GROUP,
            "payload-order",
            "P-001",
            "two payloads exchanged",
            envelope("KeyOrder"),
            |draft| {
                let last = draft.envelope().pairs().pop().expect("a payload");
                let at = draft.envelope().pairs().len() - 1;
                draft.envelope().pairs().insert(at, last);
                draft.envelope().name("#main").mark = crate::node::Mark::None;
                draft.envelope().pairs()[at + 1].0.mark();
            },
        ),
        payloads.damage(
            GROUP,
            "length-first",
            "A-08",
            "a short text key before a longer integer key",
            envelope("KeyOrder"),
            |draft| {
                let at = draft
                    .envelope()
                    .pairs()
                    .iter()
                    .position(|(key, _)| *key == Node::from(""))
                    .expect("a payload");
                draft.envelope().pairs().insert(at + 1, (1000.into(), bytes([])));
                draft.envelope().pairs()[at + 1].0.mark();
            },
        ),
        payloads.damage(
            GROUP,
            "payload-cut",
            "RFC 8949 §5.3.1",
            "the last payload states a byte too many",
            envelope("Truncated"),
            |draft| {
                let (_, last) = draft.envelope().pairs().last_mut().expect("a payload");
                let len = u64::try_from(last.content().len()).expect("small");
                last.head = crate::node::Head::States(len + 1);
                last.mark_end();
            },
        ),
        fault("huge-length", "RFC 8949 §5.3.1", "a length of 2^64-1", envelope("Truncated"), |draft| {
            let mut encoded = draft.root.encode();
            // One entry more: "x" and a byte string.
            encoded[2] += 1;
            encoded.extend([0x61, 0x78, 0x5b]);
            encoded.extend([0xff; 8]);
            draft.root = raw(encoded);
            draft.root.mark_end();
        }),
        fault("huge-map", "RFC 8949 §5.3.1", "a map of 2^32-1 entries", envelope("Truncated"), |draft| {
            draft.envelope().head = crate::node::Head::States(0xffff_ffff);
            draft.envelope().mark_end();
        }),
    ]
}
