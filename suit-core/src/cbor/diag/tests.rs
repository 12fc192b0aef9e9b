extern crate std;

use super::*;
use crate::grammar;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

/// Hex with a comment per line behind `#`.
fn commented(lines: &str) -> Vec<u8> {
    bytes(&lines.lines().map(|line| line.split('#').next().unwrap()).collect::<String>())
}

/// RFC 8949 Appendix A, with encoding indicators where its notation leaves the encoding open.
#[test]
fn items_are_printed_as_the_standard_does() {
    for (hex, wanted) in [
        ("00", "0"),
        ("1818", "24"),
        ("1bffffffffffffffff", "18446744073709551615"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("20", "-1"),
        ("3903e7", "-1000"),
        ("f93c00", "1.0_1"),
        ("fa47c35000", "100000.0_2"),
        ("fb3ff199999999999a", "1.1_3"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f0", "simple(16)"),
        ("f8ff", "simple(255)"),
        ("d74401020304", "23(h'01020304')"),
        ("d818456449455446", "24(h'6449455446')"),
        ("40", "h''"),
        ("60", "\"\""),
        ("62225c", r#""\"\\""#),
        ("63e6b0b4", "\"水\""),
        ("80", "[]"),
        ("8301820203820405", "[1, [2, 3], [4, 5]]"),
        ("a0", "{}"),
        ("a201020304", "{1: 2, 3: 4}"),
        ("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"),
        ("a1820102a18143010203f6", "{[1, 2]: {[h'010203']: null}}"),
        ("5f42010243030405ff", "(_ h'0102', h'030405')"),
        ("7f657374726561646d696e67ff", "(_ \"strea\", \"ming\")"),
        ("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"),
        ("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}"),
        // The same values in longer heads.
        ("1801", "1_0"),
        ("390001", "-2_1"),
        ("5a0000000101", "h'01'_2"),
        ("780161", "\"a\"_0"),
        ("9b000000000000000101", "[_3 1]"),
        ("b80100f6", "{_0 0: null}"),
        ("d9006b00", "107_1(0)"),
    ] {
        assert_eq!(Diagnostic::item(Reader::new(&bytes(hex))).to_string(), wanted, "{hex}");
    }
}

#[test]
fn what_cannot_be_read_is_shown_as_a_comment() {
    for (hex, wanted) in [
        ("830102", "[1, 2]"),
        ("8201420a", "[1 / not read, 2 bytes: 420a /]"),
        ("ff01", "/ not read, 2 bytes: ff01 /"),
        ("0102", "1 / not read, 1 bytes: 02 /"),
        ("", ""),
    ] {
        assert_eq!(Diagnostic::item(Reader::new(&bytes(hex))).to_string(), wanted, "{hex}");
    }
}

#[test]
fn a_document_is_printed_with_its_names() {
    let manifest = commented(
        "a4                # map of 4
         0101              # manifest-version: 1
         0207              # sequence number: 7
         03 58 31          # common, 49 bytes
            a2             # map of 2
            02 82          # components, 2
               81 43 617070       # ['app']
               82 41 00 43 2e2f27 # a part that is no text, and one with a quote
            04 58 1f       # shared sequence, 31 bytes
               86          # array of 6
               0c 01       # set-component-index 1
               14 a2       # override-parameters, 2
                  02 50 1492af1425695e48bf429b2d51f2ab45 # class-identifier
                  04 1a 651b5c00    # use-before 2023-10-03
               02 0f       # class-identifier, policy 15
         07 43 820317      # validate: a policy that is too high",
    );
    let text = format!("{:#}", Diagnostic::document(grammar::MANIFEST, Reader::new(&manifest)));
    let wanted = "\
{
  / manifest-version / 1: 1,
  / manifest-sequence-number / 2: 7,
  / common / 3: << {
    / components / 2: [['app'], [h'00', h'2e2f27']],
    / shared-sequence / 4: << [
      / set-component-index / 12, 1,
      / override-parameters / 20, {
        / class-identifier / 2: h'1492af1425695e48bf429b2d51f2ab45' / 1492af14-2569-5e48-bf42-9b2d51f2ab45 /,
        / use-before / 4: 1696291840 / 2023-10-03 00:10:40 UTC /
      },
      / class-identifier / 2, 15
    ] >>
  } >>,
  / validate / 7: << [/ image-match / 3, / E0314 at byte 61: reporting policy above 15 / 23] >>
}";
    assert_eq!(text, wanted);
}

#[test]
fn what_is_left_of_a_string_that_was_cut_is_shown() {
    // A map of 3 with the key common and 4 of the 9 bytes that its value says: { components: [[h'…
    let cut = bytes("a3 03 49 a1028181");
    let text = format!("{:#}", Diagnostic::document(grammar::MANIFEST, Reader::new(&cut)));
    let wanted = "\
{
  / E0101 at byte 7: input ends inside an item /
  / common / 3: << {
    / components / 2: [
      [
        / E0101 at byte 7: input ends inside an item /
      ]
    ]
  } >>
  / E0101 at byte 7: input ends inside an item /
}";
    assert_eq!(text, wanted);
}

#[test]
fn what_lacks_its_wrapping_or_has_another_tag_is_shown_for_what_it_is() {
    // A manifest of one key, common, whose map is not in a byte string.
    let unwrapped = bytes("a1 03 a1 02 81 81 40");
    let text = Diagnostic::document(grammar::MANIFEST, Reader::new(&unwrapped));
    // Seven bytes are a short map, on one line.
    let wanted = "{/ E0301 at byte 2: wrong type, expected a byte string / / common / 3: {/ components / 2: [[h'']]} \
                  / E0302 at byte 7: required key 1 is missing / / E0302 at byte 7: required key 2 is missing /}";
    assert_eq!(format!("{text:#}"), wanted);
    // The tag 108 around an envelope with one severed section.
    let tagged = bytes("d86c a1 14 43 820e0f");
    let text = format!("{:#}", Diagnostic::document(grammar::ENVELOPE_TAGGED, Reader::new(&tagged)));
    assert!(text.starts_with("/ E0304 at byte 0: wrong tag, expected 107 /"), "{text}");
    assert!(text.contains("/ install / 20: << [/ abort / 14, 15] >>"), "{text}");
}

#[test]
fn an_envelope_inside_an_envelope_is_entered() {
    let envelope = commented(
        "a1                # map of 1
         6123 4a           # '#', 10 bytes
            d86b a1        # tag 107, map of 1
            6161 44        # 'a', 4 bytes
            deadbeef",
    );
    let text = format!("{:#}", Diagnostic::document(grammar::ENVELOPE, Reader::new(&envelope)));
    let wanted = "\
{
  \"#\": << 107({\"a\": h'deadbeef' / E0302 at byte 14: required key 2 is missing / / E0302 at byte 14: required key 3 \
                  is missing /}) >>
  / E0302 at byte 14: required key 2 is missing /
  / E0302 at byte 14: required key 3 is missing /
}";
    assert_eq!(text, wanted);
}

#[test]
fn nesting_beyond_the_limit_ends_in_a_comment() {
    let deep = [0x81; 100];
    let text = Diagnostic::item(Reader::new(&deep)).to_string();
    assert!(text.starts_with(&"[".repeat(grammar::DEPTH_MAX)), "{text}");
    assert!(text.contains("/ not read, 76 bytes: 8181"), "{text}");
    assert_eq!(text.matches('[').count(), text.matches(']').count());
}
