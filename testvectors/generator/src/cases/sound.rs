//! Sound manifests: every section, every command, the ways to nest and to select.

use crate::case::Case;
use crate::draft::{Draft, SHA_256, digest};
use crate::keys::key;
use crate::node::{Node, bytes, nil, uint, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::{array, map, sequence};

/// UUIDv5 of "example.com" in the DNS namespace.
pub(super) const VENDOR: [u8; 16] =
    [0xcf, 0xbf, 0xf0, 0xd1, 0x93, 0x75, 0x56, 0x85, 0x96, 0x8c, 0x48, 0xce, 0x8b, 0x15, 0xae, 0x17];
/// UUIDv5 of "board" in the vendor's namespace.
pub(super) const CLASS: [u8; 16] =
    [0xd9, 0xc0, 0x3f, 0x90, 0x56, 0x8d, 0x55, 0x53, 0xb0, 0xaa, 0x28, 0xb2, 0x4d, 0xf9, 0x0f, 0xcc];
/// UUIDv5 of "device-7" in the vendor's namespace.
pub(super) const DEVICE: [u8; 16] =
    [0x1b, 0xf9, 0x2d, 0x40, 0x55, 0x5f, 0x5b, 0xc2, 0x83, 0x26, 0x58, 0xd2, 0xd3, 0x94, 0x7e, 0x5e];
/// Stands for an image.
pub(super) const IMAGE: &[u8] = b"This image does nothing, and does it well.";

const POLICY: i64 = 15;

/// Wrapped digest of the image.
pub(super) fn image_digest() -> Node {
    wrap(digest(SHA_256, IMAGE))
}

pub(super) fn image_size() -> Node {
    uint(IMAGE.len().try_into().expect("small"))
}

/// Identifies the device and the image: how most shared sequences begin.
pub(super) fn identity() -> Node {
    map! {
        p::VENDOR => bytes(VENDOR),
        p::CLASS => bytes(CLASS),
        p::DIGEST => image_digest(),
        p::SIZE => image_size(),
    }
}

/// A component identifier of one part.
pub(super) fn component(part: &str) -> Node {
    array![bytes(part)]
}

/// A manifest with these components, shared sequence and further members.
pub(super) fn manifest(components: Node, shared: Node, members: Node) -> Node {
    let common = map! { common::COMPONENTS => components, common::SHARED => shared };
    let mut manifest = map! { m::VERSION => 1, m::SEQUENCE_NUMBER => 3, m::COMMON => wrap(common) };
    for (key, value) in members.clone().pairs() {
        manifest.insert(key.clone(), value.clone());
    }
    manifest
}

pub(super) fn compatible() -> Node {
    sequence![c::OVERRIDE, identity(), c::VENDOR, POLICY, c::CLASS, POLICY]
}

fn draft(manifest: Node) -> Draft {
    Draft::new(manifest, key("k1"))
}

fn sound(name: &'static str, rule: &'static str, comment: &'static str, manifest: Node) -> Case {
    Case::accepted("valid", name, rule, comment, draft(manifest), "k1")
}

/// The firmware update that many vectors are made from.
fn firmware() -> Node {
    manifest(
        array![component("main")],
        compatible(),
        map! {
            m::REFERENCE_URI => "https://updates.example.com/main.suit",
            m::VALIDATE => sequence![c::IMAGE_MATCH, POLICY],
            m::INVOKE => sequence![c::INVOKE, 2],
            m::INSTALL => sequence![
                c::OVERRIDE, map! { p::URI => "https://updates.example.com/main.bin" },
                c::FETCH, 2,
                c::IMAGE_MATCH, POLICY,
            ],
        },
    )
}

/// What RFC 9393 requires: tag, name, entity with its role (tag creator), version of the tag.
fn coswid() -> Node {
    map! { 0 => "example.com/main", 1 => "main", 2 => map! { 31 => "Example", 33 => 1 }, 12 => 0 }
}

/// Dependencies, text and every section.
fn every_member() -> Node {
    let section = |code: i64| sequence![c::SET_INDEX, 0, code, POLICY];
    let mut manifest = manifest(
        array![component("main"), component("other")],
        sequence![c::SET_INDEX, 0, c::OVERRIDE, identity(), c::VENDOR, POLICY],
        map! {
            m::REFERENCE_URI => "https://updates.example.com/all.suit",
            m::COMPONENT_ID => array![bytes("manifests"), bytes("all")],
            m::SET_VERSION => wrap(array![1, 2, 3]),
            m::VALIDATE => section(c::IMAGE_MATCH),
            m::LOAD => section(c::COPY),
            m::INVOKE => section(c::INVOKE),
            m::COSWID => wrap(coswid()),
            m::DEPENDENCY_RESOLUTION => section(c::FETCH),
            m::PAYLOAD_FETCH => section(c::FETCH),
            m::CANDIDATE_VERIFICATION => section(c::IMAGE_MATCH),
            m::INSTALL => section(c::COPY),
            m::TEXT => wrap(map! { "en" => map! { 1 => "Everything." } }),
            m::UNINSTALL => section(c::UNLINK),
        },
    );
    let dependencies = map! { 0 => map! {}, 1 => map! { 1 => component("dependency") } };
    manifest.key(m::COMMON).inner().insert(common::DEPENDENCIES, dependencies);
    manifest
}

/// Every condition, in the shared sequence and in a section.
fn conditions() -> Node {
    let mut parameters = identity();
    parameters.insert(p::USE_BEFORE, 4_000_000_000);
    parameters.insert(p::SLOT, 1);
    parameters.insert(p::CONTENT, bytes(IMAGE));
    parameters.insert(p::DEVICE, bytes(DEVICE));
    parameters.insert(p::MINIMUM_BATTERY, 500);
    parameters.insert(p::UPDATE_PRIORITY, -1);
    parameters.insert(p::VERSION, wrap(array![2, array![1, 2]]));
    let all = [1, 2, 3, 4, 5, 6, 7, 8, 14, 24, 25, 26, 27, 28];
    let pairs = || all.iter().zip((0..16).cycle()).flat_map(|(code, policy)| [(*code).into(), policy.into()]);
    let shared: Vec<Node> = [c::OVERRIDE.into(), parameters].into_iter().chain(pairs()).collect();
    manifest(
        array![component("main")],
        wrap(shared.into()),
        map! { m::VALIDATE => wrap(pairs().collect::<Vec<_>>().into()) },
    )
}

/// Every directive.
fn directives() -> Node {
    let mut manifest = manifest(
        array![component("main"), component("staging"), component("dependency")],
        sequence![c::SET_INDEX, true, c::OVERRIDE, identity(), c::VENDOR, POLICY],
        map! {
            m::DEPENDENCY_RESOLUTION => sequence![
                c::SET_INDEX, 2,
                c::DEPENDENCY_INTEGRITY, POLICY,
                c::PROCESS_DEPENDENCY, 0,
            ],
            m::INSTALL => sequence![
                c::SET_INDEX, array![0, 1],
                c::SET_PARAMETERS, map! { p::URI => "a" },
                c::OVERRIDE, map! { p::CONTENT => bytes("c"), p::SOURCE => 1 },
                c::TRY_EACH, array![sequence![c::FETCH, 1], sequence![c::WRITE, 3], nil()],
                c::RUN_SEQUENCE, sequence![c::COPY, 4],
                c::SWAP, 5,
                c::WAIT, 6,
                c::UNLINK, 7,
                c::OVERRIDE_MULTIPLE, map! { 0 => map! { p::SLOT => 0 }, 1 => map! { p::SLOT => 1 } },
                c::COPY_PARAMS, map! { 0 => array![p::DIGEST, p::SIZE], 1 => array![p::SLOT] },
            ],
            m::INVOKE => sequence![c::SET_INDEX, 0, c::INVOKE, 8],
        },
    );
    manifest.key(m::COMMON).inner().insert(common::DEPENDENCIES, map! { 2 => map! {} });
    manifest
}

/// Two slots: the pattern of spec.md P-141.
fn a_b() -> Node {
    let slot = |number: i64, image: &[u8]| {
        let parameters = map! { p::DIGEST => wrap(digest(SHA_256, image)), p::SIZE => 9 };
        sequence![c::OVERRIDE, map! { p::SLOT => number }, c::SLOT, 5, c::OVERRIDE, parameters]
    };
    let fetch = |number: i64, uri: &str| {
        sequence![c::OVERRIDE, map! { p::SLOT => number }, c::SLOT, 5, c::OVERRIDE, map! { p::URI => uri }]
    };
    manifest(
        array![component("main")],
        sequence![
            c::OVERRIDE,
            map! { p::VENDOR => bytes(VENDOR), p::CLASS => bytes(CLASS) },
            c::VENDOR,
            POLICY,
            c::CLASS,
            POLICY,
            c::TRY_EACH,
            array![slot(0, b"for slot A"), slot(1, b"for slot B")],
        ],
        map! {
            m::VALIDATE => sequence![c::IMAGE_MATCH, POLICY],
            m::INSTALL => sequence![
                c::TRY_EACH, array![fetch(0, "a.bin"), fetch(1, "b.bin")],
                c::FETCH, 2,
                c::IMAGE_MATCH, POLICY,
            ],
        },
    )
}

/// run-sequence and try-each in each other, as deep as the reader goes.
fn nested() -> Node {
    let inner = sequence![c::OVERRIDE, map! { p::SOFT_FAILURE => true }, c::IMAGE_MATCH, POLICY];
    let other = || sequence![c::ABORT, 0];
    let mut manifest = firmware();
    manifest.key(m::INSTALL).inner().command(
        c::RUN_SEQUENCE,
        sequence![
            c::TRY_EACH,
            array![
                sequence![c::RUN_SEQUENCE, sequence![c::TRY_EACH, array![inner, other()]]],
                other(),
                nil()
            ]
        ],
    );
    manifest
}

fn with_install(mut manifest: Node, install: Node) -> Node {
    *manifest.key(m::INSTALL) = install;
    manifest
}

fn two() -> Node {
    manifest(
        array![component("main"), component("other")],
        sequence![c::SET_INDEX, true, c::OVERRIDE, identity(), c::VENDOR, POLICY],
        map! { m::VALIDATE => sequence![c::SET_INDEX, array![1, 0], c::IMAGE_MATCH, POLICY] },
    )
}

/// An image made from another component's by a delta in a third one.
fn install_delta() -> Node {
    let rebuilt = map! { p::SOURCE => 2, p::DELTA_BASE => 1 };
    manifest(
        array![component("main"), component("base"), component("delta")],
        sequence![c::SET_INDEX, true, c::OVERRIDE, identity(), c::VENDOR, POLICY],
        map! { m::INSTALL => sequence![c::SET_INDEX, 0, c::OVERRIDE, rebuilt, c::INSTALL_DELTA, 2] },
    )
}

fn minimal() -> Node {
    let common = wrap(map! { common::COMPONENTS => array![component("main")] });
    map! { m::VERSION => 1, m::SEQUENCE_NUMBER => 0, m::COMMON => common }
}

/// A dependency whose envelope stands in that of the dependent, by the text's reading of indices.
fn integrated_dependency() -> Draft {
    let inner = draft(firmware());
    let stated = inner.clone().authentication().item(0).clone();
    let mut manifest = manifest(
        array![component("main"), component("dependency")],
        sequence![c::SET_INDEX, 1, c::OVERRIDE, map! { p::DIGEST => stated }],
        map! {
            m::VALIDATE => sequence![c::SET_INDEX, 1, c::DEPENDENCY_INTEGRITY, POLICY, c::PROCESS_DEPENDENCY, 0],
            m::DEPENDENCY_RESOLUTION => sequence![
                c::SET_INDEX, 1,
                c::SET_PARAMETERS, map! { p::URI => "#dependency" },
                c::FETCH, 2,
                c::DEPENDENCY_INTEGRITY, POLICY,
                c::PROCESS_DEPENDENCY, 0,
            ],
        },
    );
    manifest.key(m::COMMON).inner().insert(common::DEPENDENCIES, map! { 1 => map! {} });
    let mut dependent = draft(manifest);
    dependent.envelope().insert("#dependency", wrap(inner.root));
    dependent
}

fn integrated_payloads() -> Draft {
    let mut draft = draft(with_install(
        firmware(),
        sequence![c::OVERRIDE, map! { p::URI => "#main" }, c::FETCH, 2, c::IMAGE_MATCH, POLICY],
    ));
    draft.envelope().insert("#main", bytes(IMAGE));
    draft.envelope().insert("", bytes([]));
    draft.envelope().insert("https://updates.example.com/other.bin", bytes("fetched on the way"));
    draft
}

fn unknown_members() -> Draft {
    let mut draft = draft(firmware());
    for key in [1, 17, 24, 1000, -1, -1000] {
        draft.envelope().insert(key, bytes("nobody knows"));
    }
    draft
}

/// The sound vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    let second = "a second opinion on the same bytes: sizes around the steps of CBOR heads";
    let mut sizes = minimal();
    *sizes.key(m::SEQUENCE_NUMBER) = uint(u64::MAX);
    let parts: Vec<Node> = [0, 23, 24, 255, 256].map(|len| array![bytes(vec![0x2e; len])]).into();
    *sizes.key(m::COMMON).inner().key(common::COMPONENTS) = parts.into();
    let mut beyond = firmware();
    beyond
        .key(m::COMMON)
        .inner()
        .insert(common::DEPENDENCIES, map! { 1 => map! { 1 => component("dependency") }, 7 => map! {} });
    for key in [m::VALIDATE, m::INVOKE, m::INSTALL] {
        let commands = beyond.key(key).commands();
        commands.splice(0..0, [c::SET_INDEX.into(), 0.into()]);
    }
    let shared = beyond.key(m::COMMON).inner().key(common::SHARED).commands();
    shared.splice(0..0, [c::SET_INDEX.into(), array![0, 1, 7]]);
    let plain = |draft: Draft, name, rule, comment| Case::accepted("valid", name, rule, comment, draft, "k1");
    vec![
        sound("minimal", "P-007", "nothing but what every manifest must have", minimal()),
        sound("firmware", "P-137", "one component: fetched, checked, started", firmware()),
        sound("every-member", "M 8.4", "every member that a manifest can have, all inline", every_member()),
        sound(
            "conditions",
            "M 8.4.9",
            "every condition, in the shared sequence and in a section",
            conditions(),
        ),
        sound("directives", "M 8.4.10", "every directive, reporting policies 0 to 8", directives()),
        sound("a-b", "P-141", "the image for slot A or for slot B", a_b()),
        sound("nested", "M 8.4.10.2, 8.4.10.8", "try-each and run-sequence in each other", nested()),
        sound("two-components", "P-101", "component indices true and a list", two()),
        sound("sizes", "RFC 8949 §4.2.1", second, sizes),
        sound(
            "dependency-beyond",
            "A-02",
            "dependencies beyond the components, as the published examples have them",
            beyond,
        ),
        sound(
            "custom-commands",
            "P-024",
            "commands below -256 with each kind of argument",
            with_install(
                firmware(),
                sequence![-257, 1, -258, -1, -259, "text", -260, bytes("bytes"), -65537, nil()],
            ),
        ),
        sound("install-delta", "P-235", "the custom directive that installs a delta", install_delta()),
        plain(integrated_dependency(), "integrated-dependency", "P-165", "a dependency in the envelope"),
        plain(integrated_payloads(), "integrated-payloads", "P-139", "payloads in the envelope"),
        plain(
            unknown_members(),
            "unknown-members",
            "A-35",
            "integer keys that no document defines are not signed, and ignored",
        ),
    ]
}

/// Manifest of the vector `valid/firmware`, signed by this key: for tests that need an envelope of their own.
///
/// # Panics
/// If there is no such key.
#[must_use]
pub fn sample(name: &str) -> Draft {
    Draft::new(firmware(), key(name))
}

/// Manifests that together use the whole model: for tests that make envelopes of their own.
#[must_use]
pub fn bases() -> Vec<Node> {
    vec![minimal(), firmware(), every_member(), conditions(), directives(), a_b(), nested(), two()]
}
