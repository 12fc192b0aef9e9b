//! Owned documents of every kind that a reader accepts.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use suit_core::cbor::Writer;
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{
    Algorithm, ComponentTextKey, Condition, EnvelopeKey, FileType, ManifestKey, Tag, TextKey,
    VersionComparison,
};
use suit_core::owned::{
    Actor, Command, ComponentId, Custom, Digest, Envelope, LanguageText, Manifest, Member, Metadata,
    OtherDevice, Parameter, Selection, Text, VendorId, VersionMatch, WaitInfo,
};

fn bytes() -> BoxedStrategy<Vec<u8>> {
    // Around the steps of a string's head, too.
    prop_oneof![8 => vec(any::<u8>(), 0..6), 1 => vec(any::<u8>(), 22..26), 1 => vec(any::<u8>(), 254..258)]
        .boxed()
}

fn text() -> BoxedStrategy<String> {
    vec(any::<char>(), 0..6).prop_map(String::from_iter).boxed()
}

fn uint() -> BoxedStrategy<u64> {
    prop_oneof![0..30_u64, 250..260_u64, 65_530..65_540_u64, any::<u64>()].boxed()
}

fn int() -> BoxedStrategy<i64> {
    prop_oneof![-30..30_i64, -260..260_i64, any::<i64>()].boxed()
}

pub(crate) fn digest() -> BoxedStrategy<Digest> {
    let hashes: Vec<_> = Algorithm::ALL.iter().filter(|algorithm| algorithm.digest_len().is_some()).collect();
    select(hashes)
        .prop_flat_map(|algorithm| {
            let len = algorithm.digest_len().unwrap();
            vec(any::<u8>(), len).prop_map(|bytes| Digest { algorithm: *algorithm, bytes })
        })
        .boxed()
}

fn component_id() -> BoxedStrategy<ComponentId> {
    vec(bytes(), 0..3).prop_map(ComponentId).boxed()
}

fn policy() -> BoxedStrategy<ReportPolicy> {
    (0..16_u64).prop_map(|bits| ReportPolicy::new(bits).unwrap()).boxed()
}

fn version() -> BoxedStrategy<Vec<i64>> {
    vec(int(), 1..5).boxed()
}

fn comparison() -> BoxedStrategy<VersionMatch> {
    (select(VersionComparison::ALL), version())
        .prop_map(|(comparison, version)| VersionMatch { comparison, version })
        .boxed()
}

fn custom(parameter: bool) -> BoxedStrategy<Custom> {
    let last =
        if parameter { any::<bool>().prop_map(Custom::Bool).boxed() } else { Just(Custom::Nil).boxed() };
    prop_oneof![
        int().prop_map(Custom::Int),
        text().prop_map(Custom::Text),
        bytes().prop_map(Custom::Bytes),
        last
    ]
    .boxed()
}

fn custom_label() -> BoxedStrategy<i64> {
    prop_oneof![-300..=-257_i64, i64::MIN..=-257].boxed()
}

/// Order of a key's encoding (RFC 8949 §4.2.1).
fn encoded(write: impl FnOnce(&mut Writer<Vec<u8>>)) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer);
    writer.into_inner()
}

fn encoded_int(value: i64) -> Vec<u8> {
    encoded(|writer| {
        let Ok(()) = writer.int(value);
    })
}

fn encoded_actor(actor: &Actor) -> Vec<u8> {
    encoded(|writer| {
        let Ok(()) = match actor {
            Actor::Int(value) => writer.int(*value),
            Actor::Bytes(value) => writer.bytes(value),
            Actor::Text(value) => writer.text(value),
            Actor::Uuid(value) => writer.tag(Tag::Uuid).and_then(|()| writer.bytes(value)),
        };
    })
}

/// In the order of their keys' encodings, each key once.
fn in_order<T>(mut list: Vec<T>, key: impl Fn(&T) -> Vec<u8>) -> Vec<T> {
    list.sort_by_key(|item| key(item));
    list.dedup_by_key(|item| key(item));
    list
}

fn actor() -> BoxedStrategy<Actor> {
    prop_oneof![
        int().prop_map(Actor::Int),
        bytes().prop_map(Actor::Bytes),
        text().prop_map(Actor::Text),
        any::<[u8; 16]>().prop_map(Actor::Uuid)
    ]
    .boxed()
}

fn metadata() -> BoxedStrategy<Metadata> {
    let permissions =
        || vec((actor(), uint()), 0..4).prop_map(|list| in_order(list, |(actor, _)| encoded_actor(actor)));
    let times = (option::of(uint()), option::of(uint()));
    let lists = (permissions(), permissions(), permissions());
    (option::of(uint()), lists, option::of(select(FileType::ALL)), times, option::of(actor()))
        .prop_map(|(default_permissions, lists, file_type, times, creator)| Metadata {
            default_permissions,
            user_permissions: lists.0,
            group_permissions: lists.1,
            role_permissions: lists.2,
            file_type,
            modification_time: times.0,
            creation_time: times.1,
            creator,
        })
        .boxed()
}

fn wait_info() -> BoxedStrategy<WaitInfo> {
    let device =
        (bytes(), vec(comparison(), 1..3)).prop_map(|(device, versions)| OtherDevice { device, versions });
    let signed = (int(), option::of(int()), option::of(int()));
    let unsigned = vec(option::of(uint()), 5);
    (signed, option::of(device), unsigned)
        .prop_map(|(signed, other_device_version, unsigned)| WaitInfo {
            authorization: Some(signed.0),
            power: signed.1,
            network: signed.2,
            other_device_version,
            time: unsigned[0],
            time_of_day: unsigned[1],
            day_of_week: unsigned[2],
            time_of_day_utc: unsigned[3],
            day_of_week_utc: unsigned[4],
        })
        .boxed()
}

/// COSE_Encrypt with one recipient.
const ENCRYPTION_INFO: [u8; 20] = [
    0xd8, 0x60, 0x84, 0x43, 0xa1, 0x01, 0x01, 0xa0, 0xf6, 0x81, 0x83, 0x40, 0xa1, 0x01, 0x22, 0x44, 1, 2, 3,
    4,
];

fn parameter(indices: Vec<u64>, shared: bool) -> BoxedStrategy<Parameter> {
    let standard = prop_oneof![
        any::<[u8; 16]>().prop_map(|id| Parameter::VendorIdentifier(VendorId::Uuid(id))),
        bytes().prop_map(|oid| Parameter::VendorIdentifier(VendorId::Pen(oid))),
        any::<[u8; 16]>().prop_map(Parameter::ClassIdentifier),
        any::<[u8; 16]>().prop_map(Parameter::DeviceIdentifier),
        digest().prop_map(Parameter::ImageDigest),
        uint().prop_map(Parameter::UseBefore),
        uint().prop_map(Parameter::ComponentSlot),
        any::<bool>().prop_map(Parameter::StrictOrder),
        any::<bool>().prop_map(Parameter::SoftFailure),
        uint().prop_map(Parameter::ImageSize),
        bytes().prop_map(Parameter::Content),
        Just(Parameter::EncryptionInfo(ENCRYPTION_INFO.into())),
        text().prop_map(Parameter::Uri),
        select(indices).prop_map(Parameter::SourceComponent),
        bytes().prop_map(Parameter::InvokeArgs),
        bytes().prop_map(Parameter::FetchArguments),
        uint().prop_map(Parameter::MinimumBattery),
        int().prop_map(Parameter::UpdatePriority),
        comparison().prop_map(Parameter::Version),
        wait_info().prop_map(Parameter::WaitInfo),
        metadata().prop_map(Parameter::ComponentMetadata),
    ];
    if shared {
        return standard.boxed();
    }
    let custom = (custom_label(), custom(true)).prop_map(|(label, value)| Parameter::Custom(label, value));
    prop_oneof![10 => standard, 1 => custom].boxed()
}

fn parameters(indices: &[u64], shared: bool) -> BoxedStrategy<Vec<Parameter>> {
    vec(parameter(indices.to_vec(), shared), 1..6)
        .prop_map(|list| in_order(list, |parameter| encoded_int(parameter.label())))
        .boxed()
}

fn selection(indices: &[u64]) -> BoxedStrategy<Selection> {
    prop_oneof![
        select(indices.to_vec()).prop_map(Selection::One),
        Just(Selection::All),
        subsequence(indices.to_vec(), 1..=indices.len()).prop_shuffle().prop_map(Selection::Several)
    ]
    .boxed()
}

/// A list of these for some indices, in their order.
fn by_index<T: core::fmt::Debug + Clone + 'static>(
    indices: &[u64],
    list: BoxedStrategy<Vec<T>>,
) -> BoxedStrategy<Vec<(u64, Vec<T>)>> {
    btree_map(select(indices.to_vec()), list, 1..=indices.len())
        .prop_map(|map| map.into_iter().collect())
        .boxed()
}

fn command(indices: &[u64], shared: bool) -> BoxedStrategy<Command> {
    let condition = (select(Condition::ALL), policy())
        .prop_map(|(condition, policy)| Command::Condition(condition, policy));
    let always = prop_oneof![
        condition,
        selection(indices).prop_map(Command::SetComponentIndex),
        parameters(indices, shared).prop_map(Command::SetParameters),
        parameters(indices, shared).prop_map(Command::OverrideParameters),
    ];
    let flat = if shared {
        always.boxed()
    } else {
        prop_oneof![
            4 => always,
            2 => (select(Act::ALL), policy()).prop_map(|(act, policy)| Command::Act(act, policy)),
            1 => by_index(indices, parameters(indices, false)).prop_map(Command::OverrideMultiple),
            1 => by_index(indices, vec(int(), 1..4).boxed()).prop_map(Command::CopyParams),
            1 => (custom_label(), custom(false)).prop_map(|(code, argument)| Command::Custom(code, argument)),
        ]
        .boxed()
    };
    flat.prop_recursive(3, 16, 3, |inner| {
        let sequence = || vec(inner.clone(), 1..3);
        prop_oneof![
            (vec(sequence(), 2..4), any::<bool>())
                .prop_map(|(list, nothing)| Command::TryEach(list, nothing)),
            sequence().prop_map(Command::RunSequence)
        ]
    })
    .boxed()
}

/// Begins with set-component-index, as several components want it.
fn sequence(indices: &[u64], shared: bool) -> BoxedStrategy<Vec<Command>> {
    (selection(indices), vec(command(indices, shared), 0..4))
        .prop_map(|(selection, mut commands)| {
            commands.insert(0, Command::SetComponentIndex(selection));
            commands
        })
        .boxed()
}

fn member<T: core::fmt::Debug + Clone + 'static>(inline: BoxedStrategy<T>) -> BoxedStrategy<Member<T>> {
    prop_oneof![2 => inline.prop_map(Member::Inline), 1 => digest().prop_map(Member::Severed)].boxed()
}

fn sections(indices: Vec<u64>) -> BoxedStrategy<Vec<(ManifestKey, Member<Vec<Command>>)>> {
    const KEYS: [ManifestKey; 8] = [
        ManifestKey::Validate,
        ManifestKey::Load,
        ManifestKey::Invoke,
        ManifestKey::DependencyResolution,
        ManifestKey::PayloadFetch,
        ManifestKey::CandidateVerification,
        ManifestKey::Install,
        ManifestKey::Uninstall,
    ];
    subsequence(&KEYS[..], 0..4)
        .prop_flat_map(move |keys| {
            let section = |key| {
                let inline = sequence(&indices, false);
                let severable = !matches!(
                    key,
                    ManifestKey::Validate | ManifestKey::Load | ManifestKey::Invoke | ManifestKey::Uninstall
                );
                let member = if severable { member(inline) } else { inline.prop_map(Member::Inline).boxed() };
                (Just(key), member)
            };
            keys.into_iter().map(section).collect::<Vec<_>>()
        })
        .boxed()
}

fn texts() -> BoxedStrategy<Text> {
    let component = btree_map(select(ComponentTextKey::ALL), text(), 1..4);
    let manifest = btree_map(select(TextKey::ALL), text(), 1..4);
    let language = (manifest, btree_map(component_id(), component, 0..3))
        .prop_map(|(manifest, components)| LanguageText { manifest, components });
    btree_map(select(vec!["de", "en", "de-CH-1901", "x"]).prop_map(Into::into), language, 1..3).boxed()
}

pub(crate) fn manifest() -> BoxedStrategy<Manifest> {
    let head =
        (uint(), btree_set(component_id(), 1..4), btree_map(0..6_u64, option::of(component_id()), 0..3));
    head.prop_flat_map(|(sequence_number, components, dependencies)| {
        let count = u64::try_from(components.len()).unwrap();
        let mut indices: Vec<_> = (0..count).chain(dependencies.keys().copied()).collect();
        indices.sort_unstable();
        indices.dedup();
        let common = (Just(components), Just(dependencies), option::of(sequence(&indices, true)));
        let small = (option::of(text()), option::of(component_id()), option::of(version()));
        let members = (option::of(member(bytes())), option::of(member(texts())));
        (Just(sequence_number), common, small, sections(indices), members)
    })
    .prop_map(|(sequence_number, common, small, sections, members)| Manifest {
        sequence_number,
        components: common.0.into_iter().collect(),
        dependencies: common.1,
        shared: common.2,
        reference_uri: small.0,
        component_id: small.1,
        set_version: small.2,
        sections: sections.into_iter().collect(),
        coswid: members.0,
        text: members.1,
    })
    .boxed()
}

pub(crate) fn envelope() -> BoxedStrategy<Envelope> {
    let severable: Vec<_> = EnvelopeKey::ALL[2..].to_vec();
    let all = severable.len();
    let severed = subsequence(severable, 0..=all)
        .prop_flat_map(|keys| keys.into_iter().map(|key| (Just(key), bytes())).collect::<Vec<_>>());
    let unknown = int().prop_filter("registered", |key| EnvelopeKey::from_code(*key).is_none());
    let unknown = vec((unknown, bytes()), 0..3).prop_map(|list| in_order(list, |(key, _)| encoded_int(*key)));
    let payloads = vec((text(), bytes()), 0..3).prop_map(|list| {
        in_order(list, |(name, _)| {
            encoded(|writer| {
                let Ok(()) = writer.text(name);
            })
        })
    });
    let parts = (vec(bytes(), 0..3), bytes(), severed, unknown, payloads);
    (any::<bool>(), digest(), parts)
        .prop_map(|(tagged, digest, (blocks, manifest, severed, unknown, payloads))| Envelope {
            tagged,
            digest,
            blocks,
            manifest,
            severed,
            unknown,
            payloads,
        })
        .boxed()
}
