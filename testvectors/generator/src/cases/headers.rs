//! COSE headers that break a rule.

use super::Sound;
use crate::array;
use crate::case::{Case, Refusal, authentication};
use crate::map;
use crate::node::{Node, bytes, uint, wrap};

const GROUP: &str = "headers";

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let sign1 = sound.get("authentication/sign1-esp256");
    let sign = sound.get("authentication/sign-one");
    let mac = sound.get("authentication/mac-direct");
    let mac0 = sound.get("authentication/mac0-hmac-256");
    // The items of the first block's message.
    let fault = |sibling: &Case, name, rule, comment, refusal: Refusal, change: fn(&mut Vec<Node>)| {
        sibling.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.block(0).inner().items()))
    };
    let wrong = |expected: &str| authentication("WrongType").of(expected);
    let twice = || authentication("DuplicateHeader");
    let critical = || authentication("CriticalHeader");
    vec![
        // The algorithm.
        fault(
            sign1,
            "algorithm-unprotected",
            "design §2",
            "the algorithm isn't signed",
            authentication("UnprotectedAlgorithm"),
            |items| {
                items[0] = bytes([]);
                items[1] = map! { 1 => -9 };
                items[1].entry(1).0.mark();
            },
        ),
        fault(
            mac0,
            "algorithm-unprotected-mac0",
            "design §2",
            "the algorithm isn't authenticated",
            authentication("UnprotectedAlgorithm"),
            |items| {
                items[0] = wrap(map! {});
                items[1] = map! { 1 => 5 };
                items[1].entry(1).0.mark();
            },
        ),
        fault(
            sign1,
            "algorithm-missing",
            "design §2",
            "no algorithm",
            authentication("MissingAlgorithm"),
            |items| {
                items[0] = bytes([]);
                items[0].mark();
            },
        ),
        fault(
            sign1,
            "algorithm-missing-map",
            "design §2",
            "an empty map in the protected header",
            authentication("MissingAlgorithm"),
            |items| {
                items[0] = wrap(map! {});
                items[0].mark();
            },
        ),
        fault(
            mac,
            "algorithm-missing-mac",
            "design §2",
            "the recipient has one, the message none",
            authentication("MissingAlgorithm"),
            |items| {
                items[0] = bytes([]);
                items[0].mark();
            },
        ),
        fault(
            sign,
            "algorithm-of-body",
            "RFC 9052 §4.1",
            "the body names the algorithm, the signer doesn't",
            authentication("MissingAlgorithm"),
            |items| {
                items[0] = wrap(map! { 1 => -9 });
                items[3].item(0).item(0).set(bytes([])).mark();
            },
        ),
        fault(
            sign,
            "algorithm-unprotected-signer",
            "design §2",
            "a signer's algorithm isn't signed",
            authentication("UnprotectedAlgorithm"),
            |items| {
                let signer = items[3].item(0);
                signer.item(0).set(bytes([]));
                signer.item(1).set(map! { 1 => -9 }).entry(1).0.mark();
            },
        ),
        fault(sign1, "algorithm-in-both", "design §7", "the algorithm in both headers", twice(), |items| {
            items[1] = map! { 1 => -9 };
            items[1].entry(1).0.mark();
        }),
        fault(
            sign1,
            "algorithm-in-both-differs",
            "design §7",
            "another algorithm in the unprotected header",
            twice(),
            |items| {
                items[1] = map! { 1 => -7 };
                items[1].entry(1).0.mark();
            },
        ),
        fault(
            sign1,
            "algorithm-twice",
            "RFC 8949 §5.6",
            "two algorithms in one header",
            authentication("DuplicateKey"),
            |items| {
                items[0].inner().add(1, -7).mark();
            },
        ),
        fault(
            sign1,
            "algorithm-bytes",
            "RFC 9052 §3.1",
            "a byte string as algorithm",
            wrong("OneOfSeveral"),
            |items| {
                items[0].inner().key(1).set(bytes([0x28])).mark();
            },
        ),
        fault(
            sign1,
            "algorithm-true",
            "RFC 9052 §3.1",
            "true as algorithm",
            wrong("OneOfSeveral"),
            |items| {
                items[0].inner().key(1).set(true).mark();
            },
        ),
        fault(
            sign1,
            "algorithm-huge",
            "design §7",
            "an algorithm beyond 64 bits with a sign",
            authentication("IntegerRange"),
            |items| {
                items[0].inner().key(1).set(uint(1 << 63)).mark();
            },
        ),
        // Other labels.
        fault(sign1, "kid-in-both", "design §7", "the key identifier in both headers", twice(), |items| {
            items[0].inner().add(4, bytes("k1"));
            items[1] = map! { 4 => bytes("k1") };
            items[1].entry(4).0.mark();
        }),
        fault(
            sign1,
            "unknown-in-both",
            "design §7",
            "a label without meaning here in both headers",
            twice(),
            |items| {
                items[0].inner().add(-70001, 1);
                items[1] = map! { -70001 => 2 };
                items[1].entry(-70001).0.mark();
            },
        ),
        fault(sign1, "name-in-both", "design §7", "a label by name in both headers", twice(), |items| {
            items[0].inner().add("name", 1);
            items[1] = map! { "name" => 1 };
            items[1].pairs()[0].0.mark();
        }),
        fault(
            sign,
            "signer-kid-in-both",
            "design §7",
            "the key identifier in both headers of a signer",
            twice(),
            |items| {
                let signer = items[3].item(0);
                signer.item(0).inner().add(4, bytes("k1"));
                signer.item(1).set(map! { 4 => bytes("k1") }).entry(4).0.mark();
            },
        ),
        fault(
            mac,
            "recipient-kid-in-both",
            "design §7",
            "the key identifier in both headers of a recipient",
            twice(),
            |items| {
                let recipient = items[4].item(0);
                recipient.item(0).set(wrap(map! { 4 => bytes("hmac") }));
                recipient.item(1).add(4, bytes("hmac")).mark();
            },
        ),
        fault(
            sign1,
            "kid-twice",
            "RFC 8949 §5.6",
            "two key identifiers",
            authentication("DuplicateKey"),
            |items| {
                items[1] = map! { 4 => bytes("k1"), 4 => bytes("k2") };
                items[1].pairs()[1].0.mark();
            },
        ),
        fault(
            sign1,
            "kid-twice-apart",
            "RFC 8949 §5.6",
            "two key identifiers with a label between them",
            authentication("DuplicateKey"),
            |items| {
                items[1] = map! { 4 => bytes("k1"), 3 => 0, 4 => bytes("k1") };
                items[1].pairs()[2].0.mark();
            },
        ),
        fault(
            sign1,
            "kid-text",
            "RFC 9052 §3.1",
            "a text string as key identifier",
            wrong("Bytes"),
            |items| {
                items[1] = map! { 4 => "k1" };
                items[1].key(4).mark();
            },
        ),
        fault(
            sign1,
            "label-bytes",
            "RFC 9052 §1.4",
            "a byte string as label",
            authentication("UnknownKey"),
            |items| {
                items[1] = map! { bytes("k") => 1 };
                items[1].pairs()[0].0.mark();
            },
        ),
        fault(
            sign1,
            "labels-17",
            "design: budget",
            "17 labels: one too many",
            authentication("TooManyEntries"),
            |items| {
                let labels = (100..117).map(|label| (Node::from(label), Node::from(0)));
                items[1].pairs().extend(labels);
                items[1].mark();
            },
        ),
        fault(
            sign1,
            "nested-duplicate",
            "RFC 8949 §5.6",
            "a key twice in a map inside an unknown label's value",
            authentication("DuplicateKey"),
            |items| {
                items[1] = map! { -70001 => map! { 1 => 1, 2 => 2, 1 => 3 } };
                items[1].key(-70001).pairs()[2].0.mark();
            },
        ),
        fault(
            sign1,
            "nested-indefinite",
            "design §7",
            "an array of indefinite length in an unknown label's value",
            authentication("IndefiniteLength"),
            |items| {
                items[1] = map! { -70001 => array![1] };
                items[1].key(-70001).indefinite().mark();
            },
        ),
        fault(
            sign1,
            "nested-too-deep",
            "design §3",
            "arrays in each other in an unknown label's value, one too many",
            authentication("TooDeep"),
            |items| {
                // Tag, message and header are three levels; 21 arrays make 24, the reader's limit.
                let mut value = array![];
                value.mark();
                for _ in 0..21 {
                    value = array![value];
                }
                items[1] = map! { -70001 => value };
            },
        ),
        fault(
            sign1,
            "nested-17",
            "design: budget",
            "17 entries in an unknown label's value",
            authentication("TooManyEntries"),
            |items| {
                let mut value = map! {};
                value.pairs().extend((0..17).map(|key| (Node::from(key), Node::from(0))));
                value.mark();
                items[1] = map! { -70001 => value };
            },
        ),
        // Critical labels.
        fault(
            sign1,
            "critical-unknown",
            "design §7",
            "a critical label that nobody knows",
            critical(),
            |items| {
                items[0].inner().add(2, array![1, -70001]);
                items[0].inner().add(-70001, 0);
                items[0].inner().key(2).item(1).mark();
            },
        ),
        fault(sign1, "critical-name", "design §7", "a critical label by name", critical(), |items| {
            items[0].inner().add(2, array!["name"]);
            items[0].inner().add("name", 0);
            items[0].inner().key(2).item(0).mark();
        }),
        fault(
            sign1,
            "critical-unprotected",
            "RFC 9052 §3.1",
            "the list of critical labels isn't signed",
            critical(),
            |items| {
                items[1] = map! { 2 => array![4], 4 => bytes("k1") };
                items[1].entry(2).0.mark();
            },
        ),
        fault(
            sign1,
            "critical-empty",
            "RFC 9052 §3.1",
            "an empty list of critical labels",
            authentication("TooFewItems"),
            |items| {
                items[0].inner().add(2, array![]);
                items[0].inner().key(2).mark();
            },
        ),
        fault(
            sign1,
            "critical-no-list",
            "RFC 9052 §3.1",
            "a label in place of the list",
            wrong("Array"),
            |items| {
                items[0].inner().add(2, 1);
                items[0].inner().key(2).mark();
            },
        ),
    ]
}
