//! Rules for authors: each breaks alone, is named where it breaks, and the description beside it that keeps the rule is
//! silent.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a helper of tests that fails has to fail the test"
)]

mod signing;

use signing::Place;
use std::path::Path;

/// A description that breaks one rule. `«…»` marks the place; replacing `from` by `to` mends it.
struct Case {
    code: &'static str,
    message: &'static str,
    text: &'static str,
    from: &'static str,
    to: &'static str,
}

/// Around a component with everything that authors should say.
const HEAD: &str = "\
format = 'suit/1'
[manifest]
sequence = 1
[device]
vendor = 'example.com'
class = 'x'
[[component]]
id = ['a']
digest = 'sha-256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
size = 5
";

/// The same, with two components and a shared sequence by hand.
const BY_HAND: &str = "\
format = 'suit/1'
[manifest]
sequence = 1
[[component]]
name = 'a'
id = ['a']
[[component]]
name = 'b'
id = ['b']
";

const DIGEST: &str = "sha-256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

const CASES: &[Case] = &[
    Case {
        code: "W0250",
        message: "the envelope has no CBOR tag",
        text: "HEAD[envelope]\ntagged = «false»\n",
        from: "false",
        to: "true",
    },
    Case {
        code: "W0251",
        message: "the dependency 1 is not one of the 1 listed components",
        text: "HEAD«[[dependency]]»\nindex = 1\n",
        from: "index = 1",
        to: "id = ['other']",
    },
    Case {
        code: "W0252",
        message: "the shared sequence does not check the vendor and the class",
        text: "BY_HAND[sequence]\nshared = «[{ select = 'a' }, { set = { vendor = 'example.com', class = 'x' } }]»\n",
        from: "} }]",
        to: "} }, { check = 'vendor' }, { check = 'class' }]",
    },
    Case {
        code: "W0252",
        message: "the shared sequence does not check the class",
        text: "format = 'suit/1'\n[manifest]\nsequence = 1\n[[component]]\nid = ['a']\n«[device]»\nvendor = 'example.com'\n",
        from: "vendor = 'example.com'",
        to: "vendor = 'example.com'\nclass = 'x'",
    },
    Case {
        code: "W0253",
        message: "something else is checked before vendor and class",
        text: "BY_HAND[sequence]\nshared = [{ select = 'a' }, { set = { vendor = 'example.com', class = 'x', slot = 1 } }, \
               «{ check = 'slot' }», { check = 'vendor' }, { check = 'class' }]\n",
        from: "{ check = 'slot' }, { check = 'vendor' }, { check = 'class' }",
        to: "{ check = 'vendor' }, { check = 'class' }, { check = 'slot' }",
    },
    Case {
        code: "W0254",
        message: "'class' is not a UUID of version 3, 4 or 5: uuid:00112233-4455-1677-8899-aabbccddeeff",
        text: "format = 'suit/1'\n[manifest]\nsequence = 1\n[[component]]\nid = ['a']\n«[device]»\nvendor = 'example.com'\n\
               class = 'uuid:00112233-4455-1677-8899-aabbccddeeff'\n",
        from: "-1677-",
        to: "-4677-",
    },
    Case {
        code: "W0255",
        message: "the dependency 1 is processed without checking its integrity before",
        text: "HEAD[[dependency]]\nid = ['other']\n[sequence]\ninstall = [{ select = 1 }, { set = { digest = 'DIGEST' } }, \
               { check = 'image' }, «{ do = 'process-dependency' }»]\n",
        from: "check = 'image'",
        to: "check = 'dependency-integrity'",
    },
    // Fetching again makes the check void.
    Case {
        code: "W0255",
        message: "the dependency 1 is processed without checking its integrity before",
        text: "HEAD[[dependency]]\nid = ['other']\n[sequence]\ninstall = [{ select = 1 }, \
               { set = { digest = 'DIGEST', uri = 'coap://h/x' } }, { check = 'dependency-integrity' }, { do = 'fetch' }, \
               «{ do = 'process-dependency' }»]\n",
        from: "{ check = 'dependency-integrity' }, { do = 'fetch' }",
        to: "{ do = 'fetch' }, { check = 'dependency-integrity' }",
    },
    Case {
        code: "W0256",
        message: "the dependency '#d' has a section 'validate', and this manifest has none",
        text: "HEAD«[[dependency]]»\nid = ['other']\n[payloads]\n'#d' = 'file:dependency.suit'\n[sequence]\n\
               install = [{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit', uri = '#d' } }, { do = 'fetch' }, \
               { check = 'dependency-integrity' }, { do = 'process-dependency' }]\n",
        from: "[sequence]\n",
        to: "[sequence]\nvalidate = [{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit' } }, \
             { check = 'dependency-integrity' }, { do = 'process-dependency' }]\n",
    },
    Case {
        code: "W0256",
        message: "'validate' does not process the dependency '#d', which has this section too",
        text: "HEAD[[dependency]]\nid = ['other']\n[payloads]\n'#d' = 'file:dependency.suit'\n[sequence]\n\
               validate = «[{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit' } }, { check = 'dependency-integrity' }]»\n\
               install = [{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit', uri = '#d' } }, { do = 'fetch' }, \
               { check = 'dependency-integrity' }, { do = 'process-dependency' }]\n",
        from: "{ check = 'dependency-integrity' }]\ninstall",
        to: "{ check = 'dependency-integrity' }, { do = 'process-dependency' }]\ninstall",
    },
    Case {
        code: "W0257",
        message: "'#d' has 128 B, not 153 B",
        text: "HEAD[[dependency]]\nid = ['other']\n[payloads]\n'#d' = 'file:dependency.suit'\n[sequence]\n\
               validate = [{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit' } }, \
               { check = 'dependency-integrity' }, { do = 'process-dependency' }]\n\
               install = [{ select = 1 }, { set = { digest = 'manifest-of:dependency.suit', size = 153, uri = '#d' } }, \
               «{ do = 'fetch' }», { check = 'dependency-integrity' }, { do = 'process-dependency' }]\n",
        from: "size = 153",
        to: "size = 128",
    },
    Case {
        code: "W0258",
        message: "'#p' does not have the digest that is set for component 0",
        text: "HEAD[payloads]\n'#p' = 'world'\n[sequence]\ninstall = [{ set = { uri = '#p' } }, «{ do = 'fetch' }», \
               { check = 'image' }]\n",
        from: "'world'",
        to: "'hello'",
    },
    Case {
        code: "W0258",
        message: "'#p' has 5 B, not 6 B",
        text: "HEAD[payloads]\n'#p' = 'hello'\n[sequence]\ninstall = [{ set = { uri = '#p', size = 6 } }, «{ do = 'fetch' }», \
               { check = 'image' }]\n",
        from: "size = 6",
        to: "size = 5",
    },
    Case {
        code: "W0259",
        message: "'install' is severed, but with 19 bytes it is hardly larger than its digest",
        text: "HEAD[envelope]\nseverable = [«'install'»]\n[sequence]\n\
               install = [{ set = { uri = 'coap://h/x' } }, { do = 'fetch' }, { check = 'image' }]\n",
        from: "coap://h/x",
        to: "coap://a-host-with-a-longer-name/x",
    },
    Case {
        code: "W0260",
        message: "component 1 has a size, but no digest",
        text: "TWO[sequence]\ninstall = [{ select = 'b' }, «{ set = { size = 7 } }»]\n",
        from: "{ size = 7 }",
        to: "{ size = 7, digest = 'DIGEST' }",
    },
    Case {
        code: "W0261",
        message: "component 1 is fetched, and no digest says what it must be",
        text: "TWO[sequence]\ninstall = [{ select = 'b' }, { set = { uri = 'coap://h/x' } }, «{ do = 'fetch' }»]\n",
        from: "{ uri",
        to: "{ digest = 'DIGEST', uri",
    },
    Case {
        code: "W0262",
        message: "the digest is only set if nothing set it before",
        text: "TWO[sequence]\nvalidate = [{ select = 'b' }, «{ set-if-unset = { digest = 'DIGEST' } }», { check = 'image' }]\n",
        from: "set-if-unset",
        to: "set",
    },
    Case {
        code: "W0263",
        message: "'copy' needs 'source', which is not set for component 0",
        text: "TWO[sequence]\ninstall = [{ select = 'a' }, { set = { uri = 'coap://h/x' } }, «{ do = 'copy' }»]\n",
        from: "uri = 'coap://h/x'",
        to: "source = 'b'",
    },
    // Set in one alternative is as good as set: the device takes one of them. Set for another component is not.
    Case {
        code: "W0263",
        message: "'slot' needs 'slot', which is not set for component 1",
        text: "TWO[sequence]\ninstall = [{ select = 'a' }, { try = [[{ set = { slot = 1 } }], [{ set = { slot = 2 } }]] }, \
               { select = 'b' }, «{ check = 'slot' }»]\n",
        from: "{ select = 'b' }, ",
        to: "",
    },
    // What install set is not there when the device starts.
    Case {
        code: "W0263",
        message: "'image' needs 'digest', which is not set for component 1",
        text: "TWO[sequence]\ninstall = [{ select = 'b' }, { set = { digest = 'DIGEST' } }]\n\
               validate = [{ select = 'b' }, «{ check = 'image' }»]\n",
        from: "validate = [{ select = 'b' }, ",
        to: "validate = [{ select = 'b' }, { set = { digest = 'DIGEST' } }, ",
    },
    Case {
        code: "W0264",
        message: "'soft-failure' outside of 'try' and 'run' makes devices abort",
        text: "HEAD[sequence]\nvalidate = [«{ set = { soft-failure = true } }», { check = 'image' }]\n",
        from: "{ set = { soft-failure = true } }, { check = 'image' }",
        to: "{ run = [{ set = { soft-failure = true } }, { check = 'image' }] }",
    },
    Case {
        code: "W0265",
        message: "'content' holds 300 B",
        text: "HEAD[sequence]\ninstall = [«{ set = { content = 'file:large.bin' } }», { do = 'write' }]\n",
        from: "file:large.bin",
        to: "hello",
    },
    Case {
        code: "W0266",
        message: "there is text about [\"b\"], which is not a component",
        text: "HEAD[text.«en»]\n[[text.en.component]]\nid = ['b']\ndescription = 'other'\n",
        from: "id = ['b']",
        to: "id = ['a']",
    },
    Case {
        code: "W0267",
        message: "'current-version' has a control character, U+001b",
        text: "HEAD[text.«en»]\n[[text.en.component]]\nof = 0\ncurrent-version = \"1\\u001b[2J\"\n",
        from: "\\u001b[2J",
        to: ".0",
    },
    Case {
        code: "W0268",
        message: "the numbers of the version are not those of a semantic version",
        text: "format = 'suit/1'\n[manifest]\nsequence = 1\nversion = «[1, 2, 3, 4]»\n[device]\nvendor = 'example.com'\n\
               class = 'x'\n[[component]]\nid = ['a']\n",
        from: ", 4]",
        to: "]",
    },
    Case {
        code: "W0268",
        message: "the numbers to compare with are not those of a semantic version",
        text: "HEAD[sequence]\ninstall = [«{ set = { version = { compare = '>', version = [1, 2, 3, 4] } } }», { check = 'version' }]\n",
        from: ", 4]",
        to: "]",
    },
    Case {
        code: "W0269",
        message: "no command asks for the payload '#p'",
        text: "HEAD[payloads]\n«'#p'» = 'hello'\n[sequence]\ninstall = [{ set = { uri = 'coap://h/p' } }, { do = 'fetch' }]\n",
        from: "coap://h/p",
        to: "#p",
    },
    Case {
        code: "W0270",
        message: "'#q' is to come from the envelope, which does not have it",
        text: "HEAD[sequence]\ninstall = [«{ set = { uri = '#q' } }», { do = 'fetch' }]\n",
        from: "'#q'",
        to: "'coap://h/q'",
    },
    Case {
        code: "W0271",
        message: "a component is selected inside another command",
        text: "TWO[sequence]\ninstall = [{ select = 'a' }, { run = [«{ select = 'b' }», { set = { slot = 1 } }] }, { set = { slot = 2 } }]\n",
        from: "{ select = 'a' }, { run = [{ select = 'b' }, ",
        to: "{ select = 'b' }, { run = [",
    },
    Case {
        code: "W0272",
        message: "'digest' is not used: the shared sequence is written out",
        text: "format = 'suit/1'\n[manifest]\nsequence = 1\n[[component]]\nid = ['a']\ndigest = «'DIGEST'»\n[sequence]\n\
               shared = [{ set = { vendor = 'example.com', class = 'x' } }, { check = 'vendor' }, { check = 'class' }]\n",
        from: "digest = 'DIGEST'\n",
        to: "",
    },
];

/// Two components, of which the first has everything.
const TWO: &str = "\
format = 'suit/1'
[manifest]
sequence = 1
[device]
vendor = 'example.com'
class = 'x'
[[component]]
name = 'a'
id = ['a']
digest = 'sha-256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
[[component]]
name = 'b'
id = ['b']
";

fn expand(text: &str) -> String {
    text.replace("DIGEST", DIGEST).replace("BY_HAND", BY_HAND).replace("HEAD", HEAD).replace("TWO", TWO)
}

fn place() -> Place {
    let place = Place::new();
    place.write("large.bin", [7; 300]);
    // A dependency with install and validate.
    place.write(
        "dependency.toml",
        "format = 'suit/1'\n[manifest]\nsequence = 1\n[[component]]\nid = ['d']\n[sequence]\n\
         shared = [{ set = { vendor = 'example.com', class = 'x' } }, { check = 'vendor' }, { check = 'class' }]\n\
         install = [{ set = { content = 'x' } }, { do = 'write' }]\nvalidate = [{ set = { content = 'x' } }, { check = 'content' }]\n",
    );
    place.say("build dependency.toml --deny-warnings").ok();
    assert_eq!(place.read("dependency.suit").len(), 128, "the cases name its size");
    place
}

/// Code, message, and line and column.
type Warning = (String, String, Option<(u64, u64)>);

/// Each warning that was printed.
fn warnings(err: &str) -> Vec<Warning> {
    err.lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        })
        .filter(|said| said["level"] == "warning")
        .map(|said| {
            let text = |name: &str| said[name].as_str().unwrap().to_owned();
            assert!(said["help"].is_string(), "{said}");
            (
                text("code"),
                text("message"),
                Some((said["line"].as_u64().unwrap(), said["column"].as_u64().unwrap())),
            )
        })
        .collect()
}

#[test]
fn every_rule_is_broken_alone_and_kept_beside_it() {
    let place = place();
    for case in CASES {
        let marked = expand(case.text);
        let (from, to) = (expand(case.from), expand(case.to));
        let at = marked.find('«').map(|start| {
            let before = &marked[..start];
            let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
            (before.matches('\n').count() as u64 + 1, column as u64)
        });
        let text = marked.replace(['«', '»'], "");
        assert!(text.contains(&from), "{}: {from}\n{text}", case.code);
        place.write("case.toml", &text);
        let ran = place.say("build case.toml -o case.suit --format json");
        assert_eq!(ran.status, 0, "{}: {}", case.code, ran.err);
        assert_eq!(
            warnings(&ran.err),
            [(case.code.to_owned(), case.message.to_owned(), at)],
            "{}\n{text}",
            case.code
        );
        let ran = place.say("build case.toml -o denied.suit --deny-warnings");
        assert_eq!((ran.status, place.has("denied.suit")), (5, false), "{}: {}", case.code, ran.err);
        assert!(ran.err.contains("error[E0920]: a warning, and warnings are denied\n"), "{}", ran.err);

        place.write("mended.toml", text.replacen(&from, &to, 1));
        let ran = place.say("build mended.toml -o mended.suit --format json");
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{} mended", case.code);
    }
}

#[test]
fn every_rule_has_a_case() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error/codes.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let numbers = source.lines().filter_map(|line| line.split_once(" = 2")?.1.split_once(" Refused"));
    let rules: Vec<_> = numbers.map(|(digits, _)| format!("W02{digits}")).collect();
    assert!(rules.len() >= 20, "{rules:?}");
    for rule in rules {
        assert!(CASES.iter().any(|case| case.code == rule), "{rule} has no case");
    }
}
