//! Views of envelopes and manifests, and the rules that join their parts.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::hex;
use std::collections::BTreeMap;
use suit_core::cbor::Reader;
use suit_core::command::{Act, Operation, ReportPolicy, Selection};
use suit_core::envelope::{MemberKey, looks_tagged};
use suit_core::labels::{Algorithm, Condition, EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_core::owned::{self, Command, ComponentId, Digest, Member, Parameter};
use suit_core::parameter::{self, Custom};
use suit_core::{Envelope, Error, ErrorKind, Manifest, Tagging};

const POLICY: u64 = 5;

fn policy() -> ReportPolicy {
    ReportPolicy::new(POLICY).unwrap()
}

fn id(parts: &[&str]) -> ComponentId {
    ComponentId(parts.iter().map(|part| part.as_bytes().to_vec()).collect())
}

fn digest(byte: u8) -> Digest {
    Digest { algorithm: Algorithm::Sha256, bytes: vec![byte; 32] }
}

fn select(index: u64) -> Command {
    Command::SetComponentIndex(owned::Selection::One(index))
}

fn full() -> owned::Manifest {
    let commands = |code| vec![select(0), Command::Condition(code, policy())];
    owned::Manifest {
        sequence_number: 300,
        dependencies: BTreeMap::from([(1, None), (5, Some(id(&["dep", ""])))]),
        components: vec![id(&["main"]), id(&[])],
        shared: Some(commands(Condition::VendorIdentifier)),
        reference_uri: Some("https://example.com".into()),
        component_id: Some(id(&["root", "manifest"])),
        set_version: Some(vec![1, 2, -1, 3]),
        sections: BTreeMap::from([
            (ManifestKey::Validate, Member::Inline(commands(Condition::ImageMatch))),
            (ManifestKey::Install, Member::Severed(digest(7))),
        ]),
        coswid: Some(Member::Inline(vec![0xa0])),
        text: Some(Member::Severed(digest(8))),
    }
}

#[test]
fn members() {
    let encoded = full().encode();
    let manifest = Manifest::parse(Reader::new(&encoded)).unwrap();
    assert_eq!(manifest.sequence_number(), 300);
    assert_eq!(manifest.reference_uri(), Some("https://example.com"));
    let parts: Vec<_> = manifest.component_id().unwrap().parts().map(<[u8]>::to_vec).collect();
    assert_eq!(parts, [b"root".to_vec(), b"manifest".to_vec()]);
    assert_eq!(manifest.set_version().unwrap().parts().collect::<Vec<_>>(), [1, 2, -1, 3]);

    let components = manifest.components();
    assert_eq!((components.len(), components.is_empty()), (2, false));
    assert_eq!(components.get(0).unwrap().encoded(), hex("81 44 6d61696e"));
    assert_eq!(components.get(1).unwrap().encoded(), hex("80"));
    assert!(components.get(2).is_none() && components.get(u64::MAX).is_none());

    let dependencies = manifest.dependencies();
    assert_eq!((dependencies.len(), dependencies.is_empty()), (2, false));
    assert!(dependencies.contains(1) && dependencies.contains(5));
    assert!(!dependencies.contains(0) && !dependencies.contains(4));
    let prefixes: Vec<_> =
        dependencies.iter().map(|dependency| dependency.prefix.map(|id| id.parts().count())).collect();
    assert_eq!(prefixes, [None, Some(2)]);

    let shared: Vec<_> = manifest.shared_sequence().unwrap().commands().map(Result::unwrap).collect();
    assert!(matches!(shared[0].operation, Operation::SetComponentIndex(Selection::One(0))));
    let Operation::Condition(condition, bits) = shared[1].operation else { panic!("{:?}", shared[1]) };
    assert_eq!((condition, bits.bits()), (Condition::VendorIdentifier, 5));

    let Some(Severable::Inline(validate)) = manifest.section(ManifestKey::Validate) else { panic!("inline") };
    assert_eq!(validate.encoded(), hex("84 0c 00 03 05"));
    // Offsets are those of the whole input.
    assert_eq!(encoded[validate.offset()..][..5], hex("84 0c 00 03 05"));
    let offsets: Vec<_> =
        validate.commands().map(|command| command.unwrap().offset - validate.offset()).collect();
    assert_eq!(offsets, [1, 3]);
    let Some(Severable::Severed(install)) = manifest.section(ManifestKey::Install) else { panic!("severed") };
    assert_eq!((install.algorithm(), install.bytes()), (Algorithm::Sha256, &[7; 32][..]));
    assert!(manifest.section(ManifestKey::Load).is_none(), "not there");
    assert!(manifest.section(ManifestKey::Common).is_none(), "no section");
    assert!(manifest.section(ManifestKey::Text).is_none(), "no section");
    assert!(matches!(manifest.coswid(), Some(Severable::Inline(content)) if content.rest() == [0xa0]));
    assert!(matches!(manifest.text(), Some(Severable::Severed(digest)) if digest.bytes() == [8; 32]));
}

#[test]
fn members_that_are_not_there() {
    let bare = owned::Manifest { components: vec![id(&[])], ..owned::Manifest::default() }.encode();
    let manifest = Manifest::parse(Reader::new(&bare)).unwrap();
    assert_eq!(manifest.sequence_number(), 0);
    assert!(manifest.reference_uri().is_none() && manifest.component_id().is_none());
    assert!(manifest.set_version().is_none() && manifest.shared_sequence().is_none());
    assert!(manifest.text().is_none() && manifest.coswid().is_none());
    assert!(manifest.dependencies().is_empty());
    assert!(ManifestKey::ALL.iter().all(|key| manifest.section(*key).is_none()));
}

#[test]
fn commands_and_parameters() {
    let mut model = full();
    let parameters = vec![
        Parameter::ImageSize(9),
        Parameter::Uri("a".into()),
        Parameter::Custom(-257, owned::Custom::Bool(true)),
    ];
    let commands = vec![
        Command::SetComponentIndex(owned::Selection::Several(vec![5, 0])),
        Command::OverrideParameters(parameters.clone()),
        Command::TryEach(
            vec![vec![Command::Act(Act::Fetch, policy())], vec![Command::Act(Act::Write, policy())]],
            true,
        ),
        Command::RunSequence(vec![select(1)]),
        Command::OverrideMultiple(vec![(0, parameters), (1, vec![Parameter::ComponentSlot(2)])]),
        Command::CopyParams(vec![(0, vec![3, 14])]),
        Command::Custom(-300, owned::Custom::Nil),
        Command::SetComponentIndex(owned::Selection::All),
    ];
    model.sections.insert(ManifestKey::Load, Member::Inline(commands));
    let encoded = model.encode();
    let manifest = Manifest::parse(Reader::new(&encoded)).unwrap();
    let Some(Severable::Inline(load)) = manifest.section(ManifestKey::Load) else { panic!("inline") };
    let found: Vec<_> = load.commands().map(|command| command.unwrap().operation).collect();
    assert_eq!(found.len(), 8);

    let Operation::SetComponentIndex(Selection::Several(indices)) = found[0] else {
        panic!("{:?}", found[0])
    };
    assert_eq!(indices.collect::<Vec<_>>(), [5, 0]);
    let Operation::OverrideParameters(list) = found[1] else { panic!("{:?}", found[1]) };
    let list: Vec<_> = list.map(Result::unwrap).collect();
    assert_eq!(
        list,
        [
            parameter::Parameter::ImageSize(9),
            parameter::Parameter::Uri("a"),
            parameter::Parameter::Custom(-257, Custom::Bool(true))
        ]
    );
    assert_eq!(list.iter().map(parameter::Parameter::label).collect::<Vec<_>>(), [14, 21, -257]);
    let Operation::TryEach(alternatives) = found[2] else { panic!("{:?}", found[2]) };
    let alternatives: Vec<_> =
        alternatives.map(|alternative| alternative.map(|s| s.encoded().to_vec())).collect();
    assert_eq!(alternatives, [Some(hex("82 15 05")), Some(hex("82 12 05")), None]);
    let Operation::RunSequence(inner) = found[3] else { panic!("{:?}", found[3]) };
    assert_eq!(inner.encoded(), hex("82 0c 01"));
    let Operation::OverrideMultiple(components) = found[4] else { panic!("{:?}", found[4]) };
    let components: Vec<_> = components.parameters().map(|(index, list)| (index, list.count())).collect();
    assert_eq!(components, [(0, 3), (1, 1)]);
    let Operation::CopyParams(components) = found[5] else { panic!("{:?}", found[5]) };
    let components: Vec<_> =
        components.labels().map(|(index, labels)| (index, labels.collect::<Vec<_>>())).collect();
    assert_eq!(components, [(0, vec![3, 14])]);
    assert!(matches!(found[6], Operation::Custom(-300, Custom::Nil)));
    assert!(matches!(found[7], Operation::SetComponentIndex(Selection::All)));
}

/// The longest list that there may be is searched to its last item, too.
#[test]
fn an_index_twice_in_the_longest_list() {
    let components = (0..255_u8).map(|number| ComponentId(vec![vec![number]])).collect();
    let manifest = owned::Manifest { components, ..full() };
    let encoded = owned::Manifest { dependencies: BTreeMap::new(), ..manifest }.encode();
    let manifest = Manifest::parse(Reader::new(&encoded)).unwrap();
    let check = |last: u8| {
        // 24 indices in one byte each, 230 in two, and the last one in two as well.
        let indices: Vec<u8> =
            (0..254).flat_map(|index| if index < 24 { vec![index] } else { vec![24, index] }).collect();
        let section = [&[0x82, 0x0c, 0x98, 255], &indices[..], &[24, last]].concat();
        manifest.check_section(Reader::new(&section)).map(drop)
    };
    assert_eq!(check(254), Ok(()));
    let last = 4 + 24 + 2 * 230;
    assert_eq!(check(24), Err(Error::new(ErrorKind::DuplicateIndex, last)));
    assert_eq!(check(253), Err(Error::new(ErrorKind::DuplicateIndex, last)));
}

/// A section that was severed is held against the manifest that it belongs to.
#[test]
fn severed_sections() {
    let encoded = full().encode();
    let manifest = Manifest::parse(Reader::new(&encoded)).unwrap();
    let check = |section: &str| {
        let input = [&[0; 1000][..], &hex(section)].concat();
        manifest.check_section(Reader::at_byte(&input, 1000)).map(drop)
    };
    // Two components and a dependency at 5: three targets.
    assert_eq!(check("84 0c 05 03 0f"), Ok(()));
    assert_eq!(check("82 03 0f"), Err(Error::new(ErrorKind::MissingComponentIndex, 1001)));
    assert_eq!(check("82 0c 02"), Err(Error::new(ErrorKind::ComponentIndex, 1002)));
    assert_eq!(check("82 0c 83 00 05 00"), Err(Error::new(ErrorKind::DuplicateIndex, 1005)));
    assert_eq!(check("82 0c 00 00"), Err(Error::new(ErrorKind::TrailingBytes, 1003)));
    assert_eq!(check("80"), Err(Error::new(ErrorKind::TooFewItems, 1000)));
    // UM §5.7: override-multiple selects, too.
    assert_eq!(check("84 18 22 a1 00 a1 05 00 03 0f"), Ok(()));
}

#[test]
fn envelopes() {
    let model = owned::Envelope {
        tagged: true,
        digest: digest(1),
        blocks: vec![vec![0xd2], vec![]],
        manifest: full().encode(),
        severed: vec![(EnvelopeKey::Install, hex("82 0c 00"))],
        unknown: vec![(-5, b"five".to_vec())],
        payloads: vec![("#a".into(), b"payload".to_vec())],
    };
    let encoded = model.encode();
    let envelope = Envelope::parse(&encoded, Tagging::Required).unwrap();
    assert!(envelope.is_tagged() && looks_tagged(&encoded));
    let authentication = envelope.authentication();
    assert_eq!((authentication.len(), authentication.is_empty()), (2, false));
    assert_eq!(authentication.digest().bytes(), [1; 32]);
    assert_eq!(
        authentication.signed(),
        [&hex("82 2f 58 20")[..], &[1; 32]].concat(),
        "without the string's head"
    );
    let blocks: Vec<_> = authentication.blocks().map(|block| block.rest().to_vec()).collect();
    assert_eq!(blocks, [vec![0xd2], vec![]]);
    let content = envelope.manifest().content();
    assert_eq!(content.rest(), model.manifest);
    assert_eq!(encoded[content.offset()..][..model.manifest.len()], model.manifest);
    let item = envelope.manifest().item();
    assert_eq!(
        &item[item.len() - model.manifest.len()..],
        model.manifest,
        "the item has a head before the content"
    );
    assert_eq!(item[0], 0x58, "a length of one byte");
    assert_eq!(envelope.member(EnvelopeKey::Install).unwrap().item(), hex("43 82 0c 00"));
    assert!(envelope.member(EnvelopeKey::Text).is_none());
    assert_eq!(envelope.payload("#a").unwrap().rest(), b"payload");
    assert!(envelope.payload("#b").is_none());
    let keys: Vec<_> = envelope.members().map(|(key, _)| key).collect();
    assert_eq!(
        keys,
        [
            MemberKey::Known(EnvelopeKey::AuthenticationWrapper),
            MemberKey::Known(EnvelopeKey::Manifest),
            MemberKey::Known(EnvelopeKey::Install),
            MemberKey::Unknown(-5),
            MemberKey::Payload("#a")
        ]
    );

    let untagged = owned::Envelope { tagged: false, ..model }.encode();
    assert_eq!(untagged, encoded[2..]);
    assert!(!looks_tagged(&untagged));
    assert!(!Envelope::parse(&untagged, Tagging::Optional).unwrap().is_tagged());
    assert_eq!(
        Envelope::parse(&untagged, Tagging::Required).unwrap_err(),
        Error::new(ErrorKind::Untagged, 0)
    );
    // Inside another document, offsets are that document's.
    let inside = [&[0; 500], &untagged[..]].concat();
    let at = Envelope::parse_at(Reader::at_byte(&inside, 500), Tagging::Required).unwrap_err();
    assert_eq!(at, Error::new(ErrorKind::Untagged, 500));
}
