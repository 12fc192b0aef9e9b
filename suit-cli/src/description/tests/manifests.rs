//! Any manifest that the strict reader accepts.

#![allow(clippy::as_conversions, reason = "numbers of items in a test")]

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{
    Algorithm, CUSTOM_MAX, ComponentTextKey, Condition, FileType, ManifestKey, ParameterKey, TextKey,
    VersionComparison,
};
use suit_core::owned::{
    Actor, Command, ComponentId, Custom, Digest, LanguageText, Manifest, Member, Metadata, OtherDevice,
    Parameter, Selection, VendorId, VersionMatch, WaitInfo,
};

/// Nested sequences inside each other; the reader allows six (`suit_core::grammar::DEPTH_MAX`).
const NESTING: u32 = 4;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let prefix = select(vec!["", "hex:", "b64:", "file:", "text:", "uuid:", "é\n\u{202e}"]);
    prop_oneof![
        vec(any::<u8>(), 0..6),
        (prefix, "[ -~]{0,6}").prop_map(|(prefix, rest)| format!("{prefix}{rest}").into_bytes()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let prefix = select(vec!["", "hex:", "file:", "text:", "\"", "\\", "\u{1b}", "größe\r\n"]);
    (prefix, any::<String>()).prop_map(|(prefix, rest)| format!("{prefix}{rest}"))
}

/// Small numbers, and those at the ends of the range.
fn uint() -> impl Strategy<Value = u64> {
    prop_oneof![0..40_u64, any::<u64>(), Just(u64::MAX), Just(1_u64 << 63)]
}

fn int() -> impl Strategy<Value = i64> {
    prop_oneof![-10..40_i64, any::<i64>(), Just(i64::MIN), Just(i64::MAX)]
}

fn digest() -> impl Strategy<Value = Digest> {
    let hashes =
        [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512, Algorithm::Shake128, Algorithm::Shake256];
    (select(hashes.to_vec()), any::<u8>()).prop_map(|(algorithm, byte)| Digest {
        algorithm,
        bytes: vec![byte; algorithm.digest_len().unwrap()],
    })
}

fn component_id() -> impl Strategy<Value = ComponentId> {
    vec(bytes(), 0..4).prop_map(ComponentId)
}

fn version() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![vec(0..20_i64, 1..4), vec(-4..4_i64, 1..7), vec(int(), 1..3)]
}

fn version_match() -> impl Strategy<Value = VersionMatch> {
    (select(VersionComparison::ALL.to_vec()), version())
        .prop_map(|(comparison, version)| VersionMatch { comparison, version })
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        int().prop_map(Actor::Int),
        bytes().prop_map(Actor::Bytes),
        text().prop_map(Actor::Text),
        any::<[u8; 16]>().prop_map(Actor::Uuid),
    ]
}

fn permissions() -> impl Strategy<Value = Vec<(Actor, u64)>> {
    vec((actor(), uint()), 0..3).prop_map(|list| {
        let mut unique: Vec<(Actor, u64)> = Vec::new();
        for (actor, bits) in list {
            if unique.iter().all(|(known, _)| *known != actor) {
                unique.push((actor, bits));
            }
        }
        unique
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    (
        option::of(uint()),
        permissions(),
        permissions(),
        permissions(),
        option::of(select(FileType::ALL.to_vec())),
        option::of(uint()),
        option::of(uint()),
        option::of(actor()),
    )
        .prop_map(
            |(default_permissions, users, groups, roles, file_type, modified, created, creator)| Metadata {
                default_permissions,
                user_permissions: users,
                group_permissions: groups,
                role_permissions: roles,
                file_type,
                modification_time: modified,
                creation_time: created,
                creator,
            },
        )
}

fn wait() -> impl Strategy<Value = WaitInfo> {
    let other =
        (bytes(), vec(version_match(), 1..3)).prop_map(|(device, versions)| OtherDevice { device, versions });
    let signed = (option::of(int()), option::of(int()), option::of(int()));
    let times = (option::of(uint()), option::of(uint()), option::of(0..9_u64));
    let utc = (option::of(uint()), option::of(0..9_u64));
    (signed, option::of(other), times, utc).prop_map(|(signed, other, times, utc)| {
        let mut events = WaitInfo {
            authorization: signed.0,
            power: signed.1,
            network: signed.2,
            other_device_version: other,
            time: times.0,
            time_of_day: times.1,
            day_of_week: times.2,
            time_of_day_utc: utc.0,
            day_of_week_utc: utc.1,
        };
        // UM §4.5: at least one.
        if events == WaitInfo::default() {
            events.power = Some(0);
        }
        events
    })
}

/// An encrypted payload's COSE_Encrypt, A128GCM with a wrapped key; only its form matters.
fn encryption_info() -> impl Strategy<Value = Vec<u8>> {
    any::<[u8; 12]>().prop_map(|iv| {
        let head = [0xd8, 0x60, 0x84, 0x43, 0xa1, 0x01, 0x01, 0xa1, 0x05, 0x4c];
        let tail = [0xf6, 0x81, 0x83, 0x40, 0xa1, 0x01, 0x22, 0x41, 0x00];
        [&head[..], &iv, &tail].concat()
    })
}

fn custom(in_command: bool) -> impl Strategy<Value = Custom> {
    let last =
        if in_command { Just(Custom::Nil).boxed() } else { any::<bool>().prop_map(Custom::Bool).boxed() };
    prop_oneof![
        int().prop_map(Custom::Int),
        text().prop_map(Custom::Text),
        bytes().prop_map(Custom::Bytes),
        last
    ]
}

fn label() -> impl Strategy<Value = i64> {
    prop_oneof![Just(CUSTOM_MAX), Just(i64::MIN), i64::MIN..=CUSTOM_MAX]
}

fn parameter(targets: u64, shared: bool) -> BoxedStrategy<Parameter> {
    let vendor = prop_oneof![
        any::<[u8; 16]>().prop_map(VendorId::Uuid),
        bytes().prop_map(VendorId::Pen),
        Just(VendorId::Pen(vec![0x81, 0xfd, 0x59])),
    ];
    let known = prop_oneof![
        vendor.prop_map(Parameter::VendorIdentifier),
        any::<[u8; 16]>().prop_map(Parameter::ClassIdentifier),
        any::<[u8; 16]>().prop_map(Parameter::DeviceIdentifier),
        digest().prop_map(Parameter::ImageDigest),
        uint().prop_map(Parameter::UseBefore),
        uint().prop_map(Parameter::ComponentSlot),
        any::<bool>().prop_map(Parameter::StrictOrder),
        any::<bool>().prop_map(Parameter::SoftFailure),
        uint().prop_map(Parameter::ImageSize),
        bytes().prop_map(Parameter::Content),
        encryption_info().prop_map(Parameter::EncryptionInfo),
        text().prop_map(Parameter::Uri),
        (0..targets).prop_map(Parameter::SourceComponent),
        bytes().prop_map(Parameter::InvokeArgs),
        bytes().prop_map(Parameter::FetchArguments),
        uint().prop_map(Parameter::MinimumBattery),
        int().prop_map(Parameter::UpdatePriority),
        version_match().prop_map(Parameter::Version),
        wait().prop_map(Parameter::WaitInfo),
        metadata().prop_map(Parameter::ComponentMetadata),
    ];
    if shared {
        known.boxed()
    } else {
        let own = (label(), custom(false)).prop_map(|(label, value)| Parameter::Custom(label, value));
        prop_oneof![20 => known, 3 => own].boxed()
    }
}

fn parameters(targets: u64, shared: bool) -> impl Strategy<Value = Vec<Parameter>> {
    vec(parameter(targets, shared), 1..6).prop_map(|list| {
        let mut unique: BTreeMap<i64, Parameter> = BTreeMap::new();
        for parameter in list {
            unique.insert(parameter.label(), parameter);
        }
        unique.into_values().collect()
    })
}

fn policy() -> impl Strategy<Value = ReportPolicy> {
    prop_oneof![Just(15), Just(2), 0..16_u64].prop_map(|bits| ReportPolicy::new(bits).unwrap())
}

fn selection(targets: u64) -> impl Strategy<Value = Command> {
    let several =
        btree_set(0..targets, 1..4).prop_map(|set| Selection::Several(set.into_iter().rev().collect()));
    prop_oneof![(0..targets).prop_map(Selection::One), Just(Selection::All), several]
        .prop_map(Command::SetComponentIndex)
}

fn override_multiple(targets: u64) -> impl Strategy<Value = Command> {
    btree_map(0..targets, parameters(targets, false), 1..3)
        .prop_map(|entries| Command::OverrideMultiple(entries.into_iter().collect()))
}

fn command(targets: u64, shared: bool) -> impl Strategy<Value = Command> {
    let anywhere = prop_oneof![
        (select(Condition::ALL.to_vec()), policy())
            .prop_map(|(condition, policy)| Command::Condition(condition, policy)),
        selection(targets),
        parameters(targets, shared).prop_map(Command::SetParameters),
        parameters(targets, shared).prop_map(Command::OverrideParameters),
    ];
    let leaf = if shared {
        anywhere.boxed()
    } else {
        let labels = prop_oneof![select(ParameterKey::ALL.to_vec()).prop_map(ParameterKey::code), int()];
        let copy = btree_map(0..targets, vec(labels, 1..4), 1..3)
            .prop_map(|entries| Command::CopyParams(entries.into_iter().collect()));
        prop_oneof![
            5 => anywhere,
            2 => (select(Act::ALL.to_vec()), policy()).prop_map(|(act, policy)| Command::Act(act, policy)),
            1 => override_multiple(targets),
            1 => copy,
            1 => (label(), custom(true)).prop_map(|(code, argument)| Command::Custom(code, argument)),
        ]
        .boxed()
    };
    leaf.prop_recursive(NESTING, 20, 3, |inner| {
        let sequence = || vec(inner.clone(), 1..4);
        prop_oneof![
            (vec(sequence(), 2..4), any::<bool>())
                .prop_map(|(list, nothing)| Command::TryEach(list, nothing)),
            sequence().prop_map(Command::RunSequence),
        ]
    })
}

/// Where there are several components, a sequence begins by saying which it means.
fn sequence(targets: u64, shared: bool) -> BoxedStrategy<Vec<Command>> {
    let rest = vec(command(targets, shared), 1..5);
    if targets < 2 {
        return rest.boxed();
    }
    let first = if shared {
        selection(targets).boxed()
    } else {
        prop_oneof![selection(targets), override_multiple(targets)].boxed()
    };
    (first, rest).prop_map(|(first, rest)| [vec![first], rest].concat()).boxed()
}

fn member<T: core::fmt::Debug + Clone + 'static>(
    inline: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<Member<T>>> {
    prop_oneof![
        3 => Just(None),
        3 => inline.prop_map(|inline| Some(Member::Inline(inline))),
        1 => digest().prop_map(|digest| Some(Member::Severed(digest))),
    ]
}

fn language() -> impl Strategy<Value = LanguageText> {
    let about = btree_map(select(ComponentTextKey::ALL.to_vec()), text(), 1..4);
    let language =
        (btree_map(select(TextKey::ALL.to_vec()), text(), 0..3), btree_map(component_id(), about, 0..3));
    language.prop_map(|(mut manifest, components)| {
        if manifest.is_empty() && components.is_empty() {
            manifest.insert(TextKey::UpdateDescription, String::new());
        }
        LanguageText { manifest, components }
    })
}

fn sections(targets: u64) -> impl Strategy<Value = BTreeMap<ManifestKey, Member<Vec<Command>>>> {
    let whole = vec(option::of(sequence(targets, false)), 4);
    let severable = vec(member(sequence(targets, false)), 4);
    (whole, severable).prop_map(|(whole, severable)| {
        let plain = [ManifestKey::Validate, ManifestKey::Load, ManifestKey::Invoke, ManifestKey::Uninstall];
        let others = [
            ManifestKey::DependencyResolution,
            ManifestKey::PayloadFetch,
            ManifestKey::CandidateVerification,
            ManifestKey::Install,
        ];
        let whole = plain.into_iter().zip(whole).filter_map(|(key, list)| Some((key, Member::Inline(list?))));
        whole
            .chain(others.into_iter().zip(severable).filter_map(|(key, member)| Some((key, member?))))
            .collect()
    })
}

/// Any manifest.
pub(super) fn manifest() -> impl Strategy<Value = Manifest> {
    let components =
        btree_set(component_id(), 1..4).prop_map(|set| set.into_iter().rev().collect::<Vec<_>>());
    (components, option::of(option::of(component_id())), 0..2_u64).prop_flat_map(
        |(components, dependency, beyond)| {
            let listed = components.len() as u64;
            // A dependency that is a listed component, or the index behind them.
            let dependencies: BTreeMap<_, _> =
                dependency.map(|prefix| (listed - 1 + beyond, prefix)).into_iter().collect();
            let targets = listed + dependencies.keys().filter(|index| **index >= listed).count() as u64;
            let head = (uint(), option::of(text()), option::of(component_id()), option::of(version()));
            let body = (
                option::of(sequence(targets, true)),
                sections(targets),
                member(vec(any::<u8>(), 0..20)),
                member(btree_map("[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8}){0,2}", language(), 1..3)),
            );
            (head, body).prop_map(move |(head, body)| Manifest {
                sequence_number: head.0,
                dependencies: dependencies.clone(),
                components: components.clone(),
                shared: body.0,
                reference_uri: head.1,
                component_id: head.2,
                set_version: head.3,
                sections: body.1,
                coswid: body.2,
                text: body.3,
            })
        },
    )
}
