//! Mutants of every executable vector, digested again and taken as signed: no panic, no end without an end, and nothing
//! done that the manifest doesn't permit.
//!
//! `MUTANTS=1000000 cargo test --release …` makes a million; the default is what CI can afford. Mutant n is the same in
//! every run. The signature verifier is a stub that believes everything, so that all the time goes into what is carried
//! out. What must hold, each told without the help of the code under test:
//!
//! - no more commands than the device's limit;
//! - what is written is a component that a manifest lists; among the device's components there are some that none lists;
//! - what is started has, at that moment, a digest that stands in a manifest, or is a `content` that stands in one;
//! - a sequence number never falls, and an update that fails leaves it;
//! - a rehearsal changes nothing, and what is stored fits the component (both in the device).

#![allow(clippy::unwrap_used, reason = "tests")]

mod run_support;
mod vectors_support;

use std::collections::{BTreeMap, BTreeSet};

use run_support::device::{Component, joined};
use run_support::{Ended, World};
use sha2::Digest as _;
use suit_core::Tagging;
use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::{
    Crypto, InvalidKey, InvalidSignature, Message, Sha256, Sha384, Sha512, SignatureVerifier,
};
use suit_verify_nostd::process::Options;
use suit_verify_nostd::{TrustAnchor, TrustStore};
use testvectors_generator::draft::Draft;
use testvectors_generator::node::{Kind, Node, raw, wrap};
use testvectors_generator::parse::parse;
use vectors_support::crowd::{self, crowd};
use vectors_support::mutate::{Random, mutate_bytes, mutate_tree};
use vectors_support::vectors;

const DEFAULT: u64 = 20_000;

/// A component that no manifest lists.
const DECOY: &str = "nobody's";

/// Believes everything.
struct Credulous;

impl SignatureVerifier for Credulous {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &[u8], _: &dyn Message, _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

const CREDULOUS: Crypto<'static> =
    Crypto { signatures: &[&Credulous], macs: &[], hashes: &[&Sha256, &Sha384, &Sha512] };

/// A vector to make mutants of.
struct Original {
    path: String,
    tree: Node,
    world: World,
    procedures: Vec<String>,
}

fn originals() -> Vec<Original> {
    let executable = vectors().into_iter().filter(|vector| vector.path.starts_with("run-"));
    let original = |vector: vectors_support::Vector| {
        let mut world = World::new(&vector.path, vector.expected["device"].as_table().unwrap());
        // A leniency would permit what is looked for here.
        world.options = Options::new();
        // In the first place: where a slip in the processor would end up.
        for at in [0, world.device.components.len() + 1] {
            let decoy = Component { id: DECOY.to_owned(), capacity: 1_000, ..Component::default() };
            world.device.components.insert(at, decoy);
        }
        let runs = vector.expected["run"].as_array().unwrap();
        Original {
            tree: parse(&vector.suit).unwrap(),
            world,
            procedures: runs.iter().map(|run| run["procedure"].as_str().unwrap().to_owned()).collect(),
            path: vector.path,
        }
    };
    executable.map(original).collect()
}

/// What became of the mutants.
#[derive(Clone, Debug, Default)]
struct Tally {
    fates: BTreeMap<String, u64>,
    commands: u64,
    written: u64,
    started: u64,
}

impl crowd::Tally for Tally {
    fn add(&mut self, other: &Self) {
        for (fate, count) in &other.fates {
            *self.fates.entry(fate.clone()).or_default() += count;
        }
        self.commands += other.commands;
        self.written += other.written;
        self.started += other.started;
    }
}

/// Envelopes inside of this one, or payloads of the device, that could be dependencies.
fn is_envelope(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xd8, 0x6b])
}

/// Changes what the signature covers: the manifest, a severed member, or the manifest of a dependency in the envelope; then
/// computes the digests that depend on it.
fn mutate(random: &mut Random, tree: &Node, donors: &[Node]) -> Vec<u8> {
    let mut draft = Draft { root: tree.clone(), signers: Vec::new() };
    let inside = draft.envelope().pairs().iter().position(|(key, value)| {
        matches!(key.kind, Kind::Text(_))
            && matches!(value.kind, Kind::Wrapped(_))
            && is_envelope(&value.content())
    });
    if let Some(inside) = inside.filter(|_| random.one_in(2)) {
        let value = &mut draft.envelope().pairs()[inside].1;
        let mut dependency = Draft { root: value.inner().clone(), signers: Vec::new() };
        let digest = |draft: &mut Draft| draft.authentication().item(0).content();
        let before = digest(&mut dependency);
        change(random, dependency.envelope().key(3), donors);
        dependency.renew();
        let after = digest(&mut dependency);
        *value = wrap(dependency.root);
        // The dependent means the changed one.
        let mut manifest = draft.envelope().key(3).content();
        if let Some(at) = manifest.windows(before.len()).position(|it| it == before) {
            manifest[at..at + after.len()].copy_from_slice(&after);
        }
        *draft.envelope().key(3) = wrap(raw(manifest));
    } else {
        let severed: Vec<_> =
            [15, 16, 18, 20].into_iter().filter(|key| draft.envelope().find(*key).is_some()).collect();
        let member = if severed.is_empty() || random.one_in(2) { 3 } else { *random.pick(&severed) };
        change(random, draft.envelope().key(member), donors);
    }
    draft.renew();
    draft.root.encode()
}

fn change(random: &mut Random, member: &mut Node, donors: &[Node]) {
    match random.below(6) {
        0 => {
            let mut content = member.content();
            mutate_bytes(random, &mut content);
            *member = wrap(raw(content));
        }
        1 => mutate_tree(random, member.inner(), donors),
        _ => {
            for _ in 0..=random.below(3) {
                change_commands(random, member, donors);
            }
        }
    }
}

/// Changes commands as commands: what comes out is sound more often than not.
fn change_commands(random: &mut Random, member: &mut Node, donors: &[Node]) {
    let Some(commands) = pick_sequence(random, member) else { return };
    let count = commands.len() / 2;
    let at = 2 * random.below(count);
    match random.below(6) {
        0 if count > 1 => {
            commands.drain(at..at + 2);
        }
        1 => {
            let command = commands[at..at + 2].to_vec();
            let to = 2 * random.below(count + 1);
            commands.splice(to..to, command);
        }
        2 => {
            let other = 2 * random.below(count);
            commands.swap(at, other);
            commands.swap(at + 1, other + 1);
        }
        3 => {
            let mut donor = random.pick(donors).clone();
            if let Some(theirs) = pick_sequence(random, &mut donor) {
                let from = 2 * random.below(theirs.len() / 2);
                let to = 2 * random.below(count + 1);
                commands.splice(to..to, theirs[from..from + 2].to_vec());
            }
        }
        4 => {
            let code = [1, 2, 3, 5, 6, 7, 8, 14, 18, 21, 22, 23, 24, 31, 33];
            if let Kind::Uint(_) = commands[at + 1].kind {
                commands[at] = Node::from(*random.pick(&code));
            }
        }
        _ => {
            // A small number here or there: another index, another policy, another parameter.
            let argument = &mut commands[at + 1];
            argument.kind = match argument.kind {
                Kind::Uint(_) => Kind::Uint(random.below(4).try_into().unwrap()),
                Kind::Map(ref pairs) if !pairs.is_empty() => {
                    let mut pairs = pairs.clone();
                    let at = random.below(pairs.len());
                    if let Kind::Uint(_) = pairs[at].1.kind {
                        pairs[at].1 = Node::from(i64::try_from(random.below(5)).unwrap());
                    } else {
                        pairs.remove(at);
                    }
                    Kind::Map(pairs)
                }
                ref other => other.clone(),
            };
        }
    }
}

/// Whether this is an array that looks like a sequence: an even number of items, in the places of codes numbers.
fn is_sequence(node: &Node) -> bool {
    let number = |node: &Node| matches!(node.kind, Kind::Uint(_) | Kind::Nint(_));
    match &node.kind {
        Kind::Array(items) => {
            !items.is_empty() && items.len().is_multiple_of(2) && items.iter().step_by(2).all(number)
        }
        _ => false,
    }
}

fn count_sequences(node: &Node) -> usize {
    let inside = match &node.kind {
        Kind::Array(items) | Kind::Wrapped(items) => items.iter().map(count_sequences).sum(),
        Kind::Map(pairs) => pairs.iter().map(|(_, value)| count_sequences(value)).sum(),
        Kind::Tag(_, content) => count_sequences(content),
        _ => 0,
    };
    inside + usize::from(is_sequence(node))
}

/// The sequence with this number in the order of the encoding.
fn nth_sequence<'n>(node: &'n mut Node, number: &mut usize) -> Option<&'n mut Vec<Node>> {
    if is_sequence(node) {
        if *number == 0 {
            return Some(node.items());
        }
        *number -= 1;
    }
    match &mut node.kind {
        Kind::Array(items) | Kind::Wrapped(items) => items.iter_mut().find_map(|it| nth_sequence(it, number)),
        Kind::Map(pairs) => pairs.iter_mut().find_map(|(_, value)| nth_sequence(value, number)),
        Kind::Tag(_, content) => nth_sequence(content, number),
        _ => None,
    }
}

/// A sequence somewhere in a tree, if there is one.
fn pick_sequence<'n>(random: &mut Random, node: &'n mut Node) -> Option<&'n mut Vec<Node>> {
    match count_sequences(node) {
        0 => None,
        count => nth_sequence(node, &mut random.below(count)),
    }
}

/// Envelopes in sight of the device: the one it is given, those inside of it, and those that it holds or can fetch.
fn envelopes(envelope: &[u8], world: &World) -> Vec<Vec<u8>> {
    let contents = world.device.components.iter().filter_map(|it| it.content.clone());
    let mut found: Vec<_> = contents.chain(world.payloads.values().cloned()).collect();
    if let Some(Kind::Tag(107, members)) = parse(envelope).map(|node| node.kind)
        && let Kind::Map(pairs) = members.kind
    {
        let string = |node: &Node| matches!(node.kind, Kind::Wrapped(_) | Kind::Bytes(_));
        let values = pairs.into_iter().map(|(_, value)| value).filter(string);
        found.extend(values.map(|value| value.content()));
    }
    found.retain(|it| is_envelope(it));
    found.push(envelope.to_vec());
    found
}

/// The components that the manifest of an envelope lists, and what it may put before those of its dependencies.
fn listed(envelope: &[u8]) -> Option<(Vec<String>, Vec<String>)> {
    let mut draft = Draft { root: parse(envelope)?, signers: Vec::new() };
    let id = |node: &Node| match &node.kind {
        Kind::Array(parts) => {
            let parts: Vec<_> = parts.iter().map(Node::content).collect();
            joined(parts.iter().map(Vec::as_slice))
        }
        _ => String::new(),
    };
    let common = draft.common();
    let Kind::Array(components) = &common.find(2)?.kind else { return None };
    let components = components.iter().map(id).collect();
    let mut prefixes = Vec::new();
    if let Some(Node { kind: Kind::Map(dependencies), .. }) = common.find(1) {
        for (_, metadata) in dependencies {
            prefixes.extend(metadata.find(1).map(|prefix| id(prefix)));
        }
    }
    Some((components, prefixes))
}

/// What the manifests permit to be written.
fn named(envelopes: &[Vec<u8>]) -> BTreeSet<String> {
    // An envelope that can't be taken apart here has no manifest that a device would read.
    let listed = |it: &Vec<u8>| std::panic::catch_unwind(|| listed(it)).ok().flatten();
    let all: Vec<_> = envelopes.iter().filter_map(listed).collect();
    let mut named = BTreeSet::new();
    for (components, prefixes) in &all {
        named.extend(components.iter().cloned());
        // In the published form a dependency is stored at its prefix.
        named.extend(prefixes.iter().cloned());
        for prefix in prefixes {
            for (inside, _) in &all {
                named.extend(inside.iter().map(|it| format!("{prefix}/{it}")));
            }
        }
    }
    named
}

fn stands_in(envelopes: &[Vec<u8>], wanted: &[u8]) -> bool {
    envelopes.iter().any(|it| it.windows(wanted.len()).any(|window| window == wanted))
}

/// A byte string with its head.
fn string(content: &[u8]) -> Vec<u8> {
    testvectors_generator::node::bytes(content).encode()
}

/// Whether a manifest gives a digest of this, or the thing itself as parameter `content`.
fn vouched_for(envelopes: &[Vec<u8>], content: &[u8]) -> bool {
    let digests = [
        sha2::Sha256::digest(content).to_vec(),
        sha2::Sha384::digest(content).to_vec(),
        sha2::Sha512::digest(content).to_vec(),
    ];
    digests.iter().any(|digest| stands_in(envelopes, &string(digest)))
        || stands_in(envelopes, &[&[18], &string(content)[..]].concat())
}

fn carry_out(originals: &[Original], donors: &[Node], random: &mut Random, tally: &mut Tally) {
    let original = random.pick(originals);
    let mut world = original.world.clone();
    let mutant = mutate(random, &original.tree, donors);
    // A payload, or a content, that isn't the right one, now and then.
    if random.one_in(4)
        && let Some(payload) = world.payloads.values_mut().next()
    {
        mutate_bytes(random, payload);
    }
    if random.one_in(4)
        && let Some(content) = world.device.components.iter_mut().find_map(|it| it.content.as_mut())
    {
        mutate_bytes(random, content);
        content.truncate(1_000);
    }
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &[], None)];
    let trust = TrustStore::new(&anchors).unwrap();
    let envelopes = envelopes(&mutant, &world);
    let named = named(&envelopes);
    // Those of the vector, and one more.
    let more = ["update", "invocation", "uninstall", "rehearsal"];
    let procedures = original.procedures.iter().map(String::as_str).chain([*random.pick(&more)]);
    for procedure in procedures {
        let floors = world.device.floors.clone();
        let before = world.device.contents();
        world.device.commands = 0;
        let ended = world.run(&mutant, Tagging::Required, &trust, CREDULOUS, procedure);
        let device = &mut world.device;
        assert!(device.commands <= world.limits.commands, "{}: too many commands", original.path);
        for handle in core::mem::take(&mut device.touched) {
            let id = device.name(handle).to_owned();
            assert!(id != DECOY && named.contains(&id), "{}: {id} was written", original.path);
            tally.written += 1;
        }
        for (handle, content) in core::mem::take(&mut device.started) {
            let id = device.name(handle);
            assert!(vouched_for(&envelopes, &content), "{}: {id} was started", original.path);
            assert!(procedure != "rehearsal", "{}: {id} was started", original.path);
            tally.started += 1;
        }
        for (id, floor) in &floors {
            assert!(device.floors[id] >= *floor, "{}: a sequence number fell", original.path);
        }
        let fate = match ended {
            Ended::Done => "done".to_owned(),
            Ended::Waiting => "waiting".to_owned(),
            Ended::Failed(failure) => failure.error.name().to_owned(),
        };
        if fate != "done" || procedure != "update" {
            assert_eq!(device.floors, floors, "{}: a sequence number was kept", original.path);
        }
        if procedure == "rehearsal" {
            assert_eq!(device.contents(), before, "{}: a rehearsal stored something", original.path);
        }
        tally.commands += u64::from(device.commands);
        *tally.fates.entry(fate).or_default() += 1;
        device.trace.clear();
    }
}

#[test]
fn mutants() {
    let number = crowd::number(DEFAULT);
    let originals = originals();
    let donors: Vec<_> = originals.iter().map(|original| original.tree.clone()).collect();
    let tally = crowd(number, |_, random, tally: &mut Tally| carry_out(&originals, &donors, random, tally));
    println!("{:#?}", tally.fates);
    println!(
        "{} procedures, {} commands, {} components written, {} started",
        tally.fates.values().sum::<u64>(),
        tally.commands,
        tally.written,
        tally.started
    );
    // Else the mutants are refused before anything happens, and nothing was tried.
    let done = tally.fates.get("done").copied().unwrap_or_default();
    assert!(done * 10 > number && tally.started * 100 > number, "hardly anything was carried out");
}

/// The oracle finds what it looks for.
#[test]
fn the_oracle_is_not_blind() {
    let originals = originals();
    let original = originals.iter().find(|it| it.path == "run-templates/download").unwrap();
    let envelope = original.tree.encode();
    let envelopes = envelopes(&envelope, &original.world);
    assert_eq!(named(&envelopes), BTreeSet::from(["main".to_owned()]));
    let image = original.world.payloads.values().next().unwrap();
    assert!(vouched_for(&envelopes, image));
    assert!(!vouched_for(&envelopes, b"what was there before"));
    let dependent = originals.iter().find(|it| it.path == "run-dependencies/prefix").unwrap();
    let named = named(&self::envelopes(&dependent.tree.encode(), &dependent.world));
    assert!(named.contains("sub/lib") && named.contains("dep") && !named.contains(DECOY), "{named:?}");
}
