//! Reports: sound ones, and those with one fault made from them.

use crate::keys::{Key, key};
use crate::node::{Node, bytes, nil, tag, wrap};
use crate::numbers::{manifest, parameter, report};
use crate::{array, map};
use core::fmt::Write as _;

/// A report, and what must happen to it.
#[derive(Clone, Debug)]
pub struct Report {
    /// File name without its ending.
    pub name: &'static str,
    rule: &'static str,
    comment: &'static str,
    sibling: Option<&'static str>,
    /// Name of the key that is trusted, for one that is protected.
    key: Option<&'static str>,
    bytes: Vec<u8>,
    expected: Option<Refusal>,
}

#[derive(Clone, Debug)]
struct Refusal {
    stage: &'static str,
    error: &'static str,
    detail: Option<&'static str>,
    offset: Option<usize>,
}

/// COSE number of SHA-256.
const SHA_256: i64 = -16;

/// SHA-256 of nothing that is here: 32 times 07.
fn reference(uri: &str) -> Node {
    array![uri, array![SHA_256, bytes([7; 32])]]
}

fn place(section: i64, offset: i64, properties: Node) -> Node {
    array![Node::from(Vec::new()), section, offset, 0, properties]
}

fn no_properties() -> Node {
    map! {}
}

fn success() -> Node {
    map! {
        report::RECORDS => Node::from(Vec::new()),
        report::RESULT => true,
        report::REFERENCE => reference(""),
    }
}

fn failure() -> Node {
    let image = || wrap(array![SHA_256, bytes([0xab; 32])]);
    map! {
        report::NONCE => bytes([1, 2, 3]),
        report::RECORDS => array![
            // The class was another one: shared sequence, of the second dependency's first one.
            array![array![1, 0], manifest::COMMON, 82, 1, map! { parameter::CLASS => bytes([0x5a; 16]) }],
            // Size and version of [h'00'].
            map! {
                0 => array![bytes([0])],
                parameter::SIZE => 34_768,
                parameter::VERSION => wrap(array![3, array![1, 2, -1, 3]]),
            },
        ],
        report::RESULT => map! {
            report::CODE => 510,
            report::RECORD => place(manifest::INSTALL, 24, map! { parameter::DIGEST => image() }),
            report::REASON => 10,
        },
        report::REFERENCE => reference("coap://[2001:db8::1]/m"),
    }
}

fn pending() -> Node {
    map! {
        report::RECORDS => Node::from(Vec::new()),
        report::RESULT => map! {
            report::CODE => 0,
            report::RECORD => place(manifest::INVOKE, 1, no_properties()),
            report::REASON => 12,
        },
        report::REFERENCE => reference(""),
    }
}

fn capabilities() -> Node {
    map! {
        report::RECORDS => Node::from(Vec::new()),
        report::RESULT => map! {
            report::CODE => 309,
            report::RECORD => place(0, 0, no_properties()),
            report::REASON => 5,
        },
        report::CAPABILITIES => map! {
            1 => array![array![bytes([0])], array![bytes("app"), true]],
            2 => array![1, 2, 3, 23],
            3 => array![1, 2, 3, 14],
            4 => array![-9, SHA_256],
            10 => array![1],
        },
        report::REFERENCE => reference(""),
    }
}

/// A COSE_Sign1 or COSE_Mac0 with this payload attached, by this key.
fn protected(payload: &[u8], key: &Key) -> Node {
    let is_mac = key.algorithm.starts_with("HMAC");
    let header = map! { 1 => key.code };
    let context = if is_mac { "MAC0" } else { "Signature1" };
    let signed = array![context, wrap(header.clone()), bytes([]), bytes(payload)].encode();
    let message =
        array![wrap(header), map! { 4 => bytes(key.id) }, bytes(payload), bytes(key.sign(&signed)),];
    tag(if is_mac { 17 } else { 18 }, message)
}

type Fault = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>, fn(&mut Node));

/// Made from `failure`.
const FAILURE: &[Fault] = &[
    ("no-records", "R 4", "no list of records", "MissingKey", Some("3"), |node| {
        node.remove(report::RECORDS).mark_end();
    }),
    ("no-result", "R 4", "no result", "MissingKey", Some("4"), |node| {
        node.remove(report::RESULT).mark_end();
    }),
    ("no-reference", "R 4", "about no manifest", "MissingKey", Some("99"), |node| {
        node.remove(report::REFERENCE).mark_end();
    }),
    ("result-false", "R 4.2", "false for a result", "WrongType", Some("OneOfSeveral"), |node| {
        node.key(report::RESULT).set(false).mark();
    }),
    ("no-code", "R 4.2", "a failure without a code", "MissingKey", Some("5"), |node| {
        node.key(report::RESULT).remove(report::CODE).mark_end();
    }),
    ("no-place", "R 4.2", "a failure without a place", "MissingKey", Some("6"), |node| {
        node.key(report::RESULT).remove(report::RECORD).mark_end();
    }),
    ("no-reason", "R 4.2", "a failure without a reason", "MissingKey", Some("7"), |node| {
        node.key(report::RESULT).remove(report::REASON).mark_end();
    }),
    ("unknown-reason", "R 4.2", "reason 13", "UnknownReason", None, |node| {
        node.key(report::RESULT).key(report::REASON).set(13).mark();
    }),
    ("unknown-key", "R 4", "key 5 beside the result", "UnknownKey", None, |node| {
        node.insert(5, 0).mark();
    }),
    ("keys-out-of-order", "P-001", "the result before the records", "KeyOrder", None, |node| {
        node.pairs().swap(1, 2);
        node.entry(report::RECORDS).0.mark();
    }),
    ("key-twice", "RFC 8949 §3.1", "two nonces", "DuplicateKey", None, |node| {
        let nonce = node.entry(report::NONCE).clone();
        node.pairs().insert(1, nonce);
        node.pairs()[1].0.mark();
    }),
    ("nonce-text", "R 4", "a nonce of text", "WrongType", Some("Bytes"), |node| {
        node.key(report::NONCE).set("abc").mark();
    }),
    ("uri-bytes", "R 4", "a URI of bytes", "WrongType", Some("Text"), |node| {
        node.key(report::REFERENCE).item(0).set(bytes("coap:")).mark();
    }),
    ("digest-wrapped", "R 4", "the digest in a byte string", "WrongType", Some("Array"), |node| {
        let digest = node.key(report::REFERENCE).item(1).clone();
        node.key(report::REFERENCE).item(1).set(wrap(digest)).mark();
    }),
    ("digest-short", "M 10", "31 bytes of SHA-256", "DigestLength", None, |node| {
        node.key(report::REFERENCE).item(1).item(1).set(bytes([7; 31])).mark();
    }),
    ("record-short", "R 3", "a record without properties", "TooFewItems", None, |node| {
        let record = node.key(report::RECORDS).item(0);
        record.items().pop();
        record.mark();
    }),
    ("record-long", "R 3", "a record with a sixth item", "TooManyItems", None, |node| {
        let record = node.key(report::RECORDS).item(0);
        record.append(0);
        record.mark();
    }),
    ("record-path-negative", "R 3", "dependency -1", "WrongType", Some("Uint"), |node| {
        node.key(report::RECORDS).item(0).item(0).item(1).set(-1).mark();
    }),
    ("record-offset-negative", "R 3", "byte -1", "WrongType", Some("Uint"), |node| {
        node.key(report::RECORDS).item(0).item(2).set(-1).mark();
    }),
    ("record-unknown-parameter", "R 3", "a measured parameter 6", "UnknownParameter", None, |node| {
        node.key(report::RECORDS).item(0).item(4).insert(6, 0).mark();
    }),
    ("record-parameter-type", "R 3", "a class of 15 bytes", "WrongLength", None, |node| {
        let properties = node.key(report::RECORDS).item(0).item(4);
        properties.key(parameter::CLASS).set(bytes([0x5a; 15])).mark();
    }),
    (
        "entry-bytes",
        "R 4.1",
        "an entry that is neither array nor map",
        "WrongType",
        Some("OneOfSeveral"),
        |node| {
            node.key(report::RECORDS).item(0).set(bytes([])).mark();
        },
    ),
    ("system-no-component", "R 4.1", "properties of nothing", "MissingKey", Some("0"), |node| {
        node.key(report::RECORDS).item(1).remove(0).mark_end();
    }),
    (
        "system-no-property",
        "R 4.1",
        "a component of which nothing was measured",
        "TooFewItems",
        None,
        |node| {
            let system = node.key(report::RECORDS).item(1);
            system.remove(parameter::SIZE);
            system.remove(parameter::VERSION).mark();
        },
    ),
    (
        "records-indefinite",
        "RFC 8949 §4.2.1",
        "records of indefinite length",
        "IndefiniteLength",
        None,
        |node| {
            node.key(report::RECORDS).indefinite().mark();
        },
    ),
];

/// Made from `capabilities`.
const CAPABILITIES: &[Fault] = &[
    ("capability-no-algorithms", "R 6", "no list of algorithms", "MissingKey", Some("4"), |node| {
        node.key(report::CAPABILITIES).remove(4).mark_end();
    }),
    ("capability-empty-list", "R 6", "an empty list of commands", "TooFewItems", None, |node| {
        node.key(report::CAPABILITIES).key(2).set(Node::from(Vec::new())).mark();
    }),
    ("capability-true-in-front", "R 6", "true before a part", "WrongType", Some("Bytes"), |node| {
        let component = node.key(report::CAPABILITIES).key(1).item(1);
        component.items().swap(0, 1);
        component.item(0).mark();
    }),
    ("capability-false", "R 6", "false at the end of a component", "WrongType", Some("Bytes"), |node| {
        node.key(report::CAPABILITIES).key(1).item(1).item(1).set(false).mark();
    }),
    ("capability-unknown-key", "R 6", "key 11", "UnknownKey", None, |node| {
        node.key(report::CAPABILITIES).insert(11, array![1]).mark();
    }),
    ("capability-bytes-key", "R 6", "a byte string as key", "UnknownKey", None, |node| {
        node.key(report::CAPABILITIES).add(bytes([1]), array![1]).mark();
    }),
];

/// Made from `sign1`: its fault is in the message.
const MESSAGE: &[Fault] = &[
    ("message-detached", "R 8", "no payload", "WrongType", Some("Bytes"), |node| {
        node.inner().item(2).set(nil()).mark();
    }),
    ("message-three-items", "RFC 9052 §4.2", "no signature", "TooFewItems", None, |node| {
        node.inner().items().pop();
        node.inner().mark();
    }),
    ("message-sign", "R 8", "the tag of COSE_Sign", "UnknownBlock", None, |node| {
        *node = tag(98, node.inner().clone());
        node.mark();
    }),
    ("message-no-algorithm", "RFC 9052 §3.1", "no algorithm", "MissingAlgorithm", None, |node| {
        node.inner().item(0).set(bytes([])).mark();
    }),
];

fn fault(
    sibling: &'static str,
    base: &Node,
    key: Option<&'static str>,
    stage: &'static str,
    fault: &Fault,
) -> Report {
    let (name, rule, comment, error, detail, change) = *fault;
    let mut node = base.clone();
    change(&mut node);
    let (bytes, offset) = node.encode_marked();
    let expected = Some(Refusal { stage, error, detail, offset });
    Report { name, rule, comment, sibling: Some(sibling), key, bytes, expected }
}

fn sound(name: &'static str, rule: &'static str, comment: &'static str, node: &Node) -> Report {
    Report { name, rule, comment, sibling: None, key: None, bytes: node.encode(), expected: None }
}

/// Every report.
///
/// # Panics
/// Never: each payload stands in its message.
#[must_use]
pub fn all() -> Vec<Report> {
    let mut reports = vec![
        sound("success", "R 4", "nothing recorded, and all done", &success()),
        sound("failure", "R 4", "a record, system properties, and a failure", &failure()),
        sound("invoke-pending", "P-255", "before an invocation whose outcome is open", &pending()),
        sound("capabilities", "P-256", "a command was not supported", &capabilities()),
    ];
    let payload = failure().encode();
    for (name, by, comment) in [
        ("sign1", "k1", "COSE_Sign1 with ESP256"),
        ("sign1-ed25519", "ed25519", "COSE_Sign1 with Ed25519"),
        ("mac0", "hmac", "COSE_Mac0 with HMAC-256"),
    ] {
        let node = protected(&payload, key(by));
        reports.push(Report {
            key: Some(by),
            sibling: Some("failure"),
            ..sound(name, "P-252", comment, &node)
        });
    }
    reports.extend(FAILURE.iter().map(|one| fault("failure", &failure(), None, "report", one)));
    reports
        .extend(CAPABILITIES.iter().map(|one| fault("capabilities", &capabilities(), None, "report", one)));
    let message = protected(&payload, key("k1"));
    reports.extend(MESSAGE.iter().map(|one| fault("sign1", &message, Some("k1"), "message", one)));
    // The message is sound, and its payload is not: the signature is over that payload.
    let mut inner = failure();
    inner.key(report::RESULT).key(report::REASON).set(13).mark();
    let (payload, offset) = inner.encode_marked();
    let before = protected(&payload, key("k1")).encode();
    let at = before.windows(payload.len()).position(|bytes| bytes == payload).expect("it is in there");
    reports.push(Report {
        key: Some("k1"),
        sibling: Some("sign1"),
        bytes: before,
        expected: Some(Refusal {
            stage: "report",
            error: "UnknownReason",
            detail: None,
            offset: offset.map(|offset| at + offset),
        }),
        ..sound("sign1-unknown-reason", "R 4.2", "signed, with reason 13", &inner)
    });
    let refused = Refusal { stage: "signature", error: "NoTrustedSignature", detail: None, offset: None };
    for (name, comment, by, trusted, index) in [
        ("sign1-changed-payload", "one bit of the nonce changed", "k1", "k1", 2),
        ("sign1-changed-signature", "one bit of the signature changed", "k1", "k1", 3),
        ("sign1-other-key", "signed by another key", "k2", "k1", usize::MAX),
        ("mac0-changed-tag", "one bit of the tag changed", "hmac", "hmac", 3),
        ("mac0-other-key", "a tag by another key", "hmac-2", "hmac", usize::MAX),
    ] {
        let mut node = protected(&failure().encode(), key(by));
        if index != usize::MAX {
            let mut content = node.inner().item(index).content();
            // In the payload the nonce stands behind a5 02 43; of a signature the same byte will do.
            content[4] ^= 1;
            node.inner().item(index).set(bytes(content));
        }
        reports.push(Report {
            key: Some(trusted),
            sibling: Some(if by.starts_with("hmac") { "mac0" } else { "sign1" }),
            expected: Some(refused.clone()),
            ..sound(name, "P-252", comment, &node)
        });
    }
    reports
}

impl Report {
    /// The document.
    #[must_use]
    pub fn encode(&self) -> &[u8] {
        &self.bytes
    }

    /// The text of the file beside the document.
    ///
    /// # Panics
    /// Never: it is written into memory.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| writeln!(text, "{key} = \"{value}\"").expect("memory");
        line("comment", self.comment);
        line("rule", self.rule);
        if let Some(sibling) = self.sibling {
            line("sibling", sibling);
        }
        if let Some(key) = self.key {
            line("key", key);
        }
        match &self.expected {
            None => line("verdict", "accepted"),
            Some(refusal) => {
                line("verdict", "refused");
                line("stage", refusal.stage);
                line("error", refusal.error);
                if let Some(detail) = refusal.detail {
                    line("detail", detail);
                }
                if let Some(offset) = refusal.offset {
                    writeln!(text, "offset = {offset}").expect("memory");
                }
            }
        }
        text
    }
}
