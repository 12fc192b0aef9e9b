//! COSE messages of the wrong build.

use super::Sound;
use crate::case::{Case, Refusal, authentication};
use crate::map;
use crate::node::{Node, bytes, nil, wrap};

const GROUP: &str = "cose";

/// The four messages: sound vector, and what stands where the payload has to be nil.
const MESSAGES: [(&str, &str, &str, &str); 4] = [
    ("authentication/sign1-esp256", "attached-sign1", "attached-empty-sign1", "payload-false-sign1"),
    ("authentication/sign-one", "attached-sign", "attached-empty-sign", "payload-false-sign"),
    ("authentication/mac0-hmac-256", "attached-mac0", "attached-empty-mac0", "payload-false-mac0"),
    ("authentication/mac-direct", "attached-mac", "attached-empty-mac", "payload-false-mac"),
];

fn payloads(sound: &Sound) -> Vec<Case> {
    let mut cases = Vec::new();
    for (path, attached, empty, not_nil) in MESSAGES {
        let sibling = sound.get(path);
        let refused = || authentication("AttachedPayload");
        cases.push(sibling.fault(
            GROUP,
            attached,
            "P-033",
            "the right digest attached",
            refused(),
            |draft| {
                let payload = draft.authentication().item(0).content();
                draft.block(0).inner().item(2).set(bytes(payload)).mark();
            },
        ));
        cases.push(sibling.fault(GROUP, empty, "P-033", "an empty payload attached", refused(), |draft| {
            draft.block(0).inner().item(2).set(bytes([])).mark();
        }));
        let refused = authentication("WrongType").of("Nil");
        cases.push(sibling.fault(GROUP, not_nil, "P-033", "false in place of nil", refused, |draft| {
            draft.block(0).inner().item(2).set(false).mark();
        }));
    }
    cases
}

fn build(sound: &Sound) -> Vec<Case> {
    let sign1 = sound.get("authentication/sign1-esp256");
    let sign = sound.get("authentication/sign-one");
    let mac = sound.get("authentication/mac-direct");
    let fault = |sibling: &Case, name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        sibling.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.block(0)))
    };
    let wrong = |expected: &str| authentication("WrongType").of(expected);
    vec![
        fault(
            sign1,
            "sign1-three-items",
            "RFC 9052 §4.2",
            "no signature",
            authentication("TooFewItems"),
            |node| {
                node.inner().items().pop();
                node.inner().mark();
            },
        ),
        fault(
            sign1,
            "sign1-five-items",
            "RFC 9052 §4.2",
            "an item more",
            authentication("TooManyItems"),
            |node| {
                node.inner().append(nil());
                node.inner().mark();
            },
        ),
        fault(sign1, "sign1-map", "RFC 9052 §4.2", "a map in place of the array", wrong("Array"), |node| {
            node.inner().set(map! { 1 => -9 }).mark();
        }),
        fault(
            sign1,
            "signature-text",
            "RFC 9052 §4.2",
            "a text string as signature",
            wrong("Bytes"),
            |node| {
                node.inner().item(3).set("signature").mark();
            },
        ),
        fault(
            sign1,
            "protected-map",
            "RFC 9052 §3",
            "the protected header not wrapped",
            wrong("Bytes"),
            |node| {
                node.inner().item(0).set(map! { 1 => -9 }).mark();
            },
        ),
        fault(
            sign1,
            "protected-array",
            "RFC 9052 §3",
            "an array in the protected header",
            wrong("Map"),
            |node| {
                node.inner().item(0).inner().set(crate::array![1, -9]).mark();
            },
        ),
        fault(
            sign1,
            "protected-trailing-bytes",
            "RFC 8949 §5.3.1",
            "a byte follows the protected header's map",
            authentication("TrailingBytes"),
            |node| {
                node.inner().item(0).append(0).mark();
            },
        ),
        fault(
            sign1,
            "protected-cut",
            "RFC 8949 §5.3.1",
            "the protected header ends inside its map",
            authentication("Truncated"),
            |node| {
                node.inner().item(0).set(bytes([0xa1, 0x01])).mark_end();
            },
        ),
        fault(
            sign1,
            "unprotected-bytes",
            "RFC 9052 §3",
            "the unprotected header wrapped",
            wrong("Map"),
            |node| {
                node.inner().item(1).set(wrap(map! {})).mark();
            },
        ),
        fault(sign1, "unprotected-nil", "RFC 9052 §3", "nil as unprotected header", wrong("Map"), |node| {
            node.inner().item(1).set(nil()).mark();
        }),
        sign1.fault(
            GROUP,
            "block-trailing-bytes",
            "RFC 8949 §5.3.1",
            "a byte follows the message",
            authentication("TrailingBytes"),
            |draft| {
                draft.authentication().item(1).append(0).mark();
            },
        ),
        sign1.fault(
            GROUP,
            "block-empty",
            "M 8.3",
            "an empty byte string",
            authentication("Truncated"),
            |draft| {
                draft.authentication().item(1).set(bytes([])).mark_end();
            },
        ),
        fault(
            sign,
            "sign-no-signers",
            "RFC 9052 §4.1",
            "no signers",
            authentication("TooFewItems"),
            |node| {
                node.inner().item(3).items().clear();
                node.inner().item(3).mark();
            },
        ),
        fault(
            sign,
            "sign-signer-short",
            "RFC 9052 §4.1",
            "a signer without signature",
            authentication("TooFewItems"),
            |node| {
                node.inner().item(3).item(0).items().pop();
                node.inner().item(3).item(0).mark();
            },
        ),
        fault(
            sign,
            "sign-signature-in-place",
            "RFC 9052 §4.1",
            "a signature where the signers are",
            wrong("Array"),
            |node| {
                node.inner().item(3).set(bytes([0; 64])).mark();
            },
        ),
        fault(
            mac,
            "mac-four-items",
            "RFC 9052 §6.1",
            "no recipients",
            authentication("TooFewItems"),
            |node| {
                node.inner().items().pop();
                node.inner().mark();
            },
        ),
        fault(
            mac,
            "mac-recipient-of-recipient",
            "RFC 9052 §5.1",
            "recipients within a recipient",
            authentication("TooManyItems"),
            |node| {
                let recipient = node.inner().item(4).item(0);
                let inner = recipient.clone();
                recipient.append(crate::array![inner]);
                recipient.mark();
            },
        ),
        fault(
            mac,
            "mac-recipient-key-text",
            "RFC 9052 §5.1",
            "text as encrypted key",
            wrong("OneOfSeveral"),
            |node| {
                node.inner().item(4).item(0).item(2).set("key").mark();
            },
        ),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [payloads(sound), build(sound)].concat()
}
