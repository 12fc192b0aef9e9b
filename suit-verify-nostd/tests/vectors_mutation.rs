//! Mutants of every vector: no panic, no hang, nothing accepted that nobody signed, no quarrel between readers.
//!
//! `MUTANTS=1000000 cargo test --release …` makes a million; the default is what CI can afford. Half of them are changed
//! anywhere and keep their signatures; the other half is changed in the manifest or a severed member, then digested and
//! signed again, so that the change gets past authentication. Mutant n is the same in every run.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors_support;

use std::collections::{BTreeMap, BTreeSet};
use suit_core::cbor::Reader;
use suit_core::grammar::{Context, ENVELOPE_TAGGED, Item, Visitor, walk};
use suit_core::{Envelope, Error, Manifest, Tagging, owned};
use testvectors_generator::draft::{Draft, block_for, mac_for, sign_for};
use testvectors_generator::keys::key;
use testvectors_generator::node::{Kind, Node, bytes, raw, wrap};
use testvectors_generator::parse::parse;
use vectors_support::crowd;
use vectors_support::mutate::{Random, mutate_bytes, mutate_tree};
use vectors_support::neutral::{Compared, compare};
use vectors_support::{Key, Outcome, Vector, judge, keys, vectors};

const DEFAULT: u64 = 20_000;

struct World {
    vectors: Vec<Vector>,
    keys: BTreeMap<String, Key>,
    /// Trees of the vectors that have one.
    trees: Vec<Option<Node>>,
    /// What mutants take items from.
    donors: Vec<Node>,
    /// Manifests, as byte strings with their heads, that were signed.
    signed: BTreeSet<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let vectors = vectors();
        let trees: Vec<_> = vectors.iter().map(|vector| parse(&vector.suit)).collect();
        let is_signed =
            |vector: &&Vector| !matches!(vector.text("stage"), Some("envelope" | "authentication"));
        let signed = vectors.iter().filter(is_signed).map(|vector| {
            Envelope::parse(&vector.suit, vector.tagging()).unwrap().manifest().item().to_vec()
        });
        let signed = signed.collect();
        let donors = trees.iter().flatten().step_by(7).cloned().collect();
        Self { keys: keys(), trees, donors, signed, vectors }
    }

    fn trusted(&self, vector: &Vector) -> Vec<&Key> {
        vector.names("keys").iter().map(|name| &self.keys[name]).collect()
    }
}

/// What became of the mutants.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Verdict, or stage and error.
    fates: BTreeMap<String, u64>,
    /// Manifests that the owned model gave back byte for byte.
    rebuilt: u64,
    compared: Compared,
}

impl crowd::Tally for Tally {
    fn add(&mut self, other: &Self) {
        for (fate, count) in &other.fates {
            *self.fates.entry(fate.clone()).or_default() += count;
        }
        self.rebuilt += other.rebuilt;
        self.compared += other.compared;
    }
}

impl Tally {
    fn sum(&self, prefix: &str) -> u64 {
        self.fates.iter().filter(|(fate, _)| fate.starts_with(prefix)).map(|(_, count)| count).sum()
    }
}

/// Goes on after every fault, and sees to it that what is entered is left.
#[derive(Default)]
struct Balance<'a> {
    context: Context<'a>,
    open: usize,
    faults: usize,
}

impl<'a> Visitor<'a> for Balance<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, _: Error) -> Result<(), Error> {
        self.faults += 1;
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        self.open += usize::from(item.value.has_parts());
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        Some(&mut self.context)
    }

    fn enters_payload(&self, _: &'a [u8]) -> bool {
        true
    }

    fn leave(&mut self, _: usize) {
        self.open = self.open.checked_sub(1).expect("something is open");
    }
}

/// What every input has to stand, whatever it is.
fn stands(document: &[u8], tally: &mut Tally) {
    let mut balance = Balance::default();
    walk(ENVELOPE_TAGGED, &mut Reader::new(document), &mut balance).expect("faults are taken");
    assert_eq!(balance.open, 0, "entered, but not left");
    // Every fault belongs to a byte; a byte has a few at most.
    assert!(balance.faults <= 8 * (document.len() + 1), "{} faults", balance.faults);
    tally.compared += compare(document).unwrap();
    let Ok(envelope) = Envelope::parse(document, Tagging::Optional) else { return };
    assert_eq!(owned::Envelope::from(&envelope).encode(), document, "the owned envelope has other bytes");
    let Ok(manifest) = Manifest::parse(envelope.manifest().content()) else { return };
    // The owned model refuses faults of the text, which a device doesn't read.
    if let Ok(owned) = owned::Manifest::try_from(&manifest) {
        assert_eq!(
            owned.encode(),
            envelope.manifest().content().rest(),
            "the owned manifest has other bytes"
        );
        tally.rebuilt += 1;
    }
}

fn fate(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { .. } => "accepted".to_owned(),
        Outcome::Refused { stage, error, .. } => format!("refused, {stage}, {error}"),
    }
}

/// A mutant that keeps its signatures.
fn kept(world: &World, random: &mut Random, tally: &mut Tally) {
    let at = random.below(world.vectors.len());
    let vector = &world.vectors[at];
    let mutant = match &world.trees[at] {
        Some(tree) if random.one_in(2) => {
            let mut tree = tree.clone();
            mutate_tree(random, &mut tree, &world.donors);
            tree.encode()
        }
        _ => {
            let mut mutant = vector.suit.clone();
            mutate_bytes(random, &mut mutant);
            mutant
        }
    };
    stands(&mutant, tally);
    let required = vector.number("required").map_or(1, |number| number.try_into().unwrap());
    let outcome = judge(&mutant, vector.tagging(), &world.trusted(vector), required);
    // Past authentication, the manifest must be one that was signed; then its digest is the signed one too.
    if !matches!(outcome, Outcome::Refused { stage: "envelope" | "authentication", .. }) {
        let envelope = Envelope::parse(&mutant, vector.tagging()).unwrap();
        assert!(
            world.signed.contains(envelope.manifest().item()),
            "{}: authenticated, never signed",
            vector.path
        );
    }
    *tally.fates.entry(format!("kept: {}", fate(&outcome))).or_default() += 1;
}

/// A mutant whose digests and signatures were computed after the change.
fn renewed(world: &World, random: &mut Random, tally: &mut Tally) {
    let tree = loop {
        let tree = &world.trees[random.below(world.trees.len())];
        if let Some(tree) = tree.clone()
            && let Some(draft) = signable(tree, random)
        {
            break draft;
        }
    };
    let (mut draft, by) = tree;
    let severed: Vec<_> = [14, 15, 16, 18, 20, 23]
        .into_iter()
        .filter(|key| draft.envelope().find(*key).is_some_and(|member| is_string(member)))
        .collect();
    let member = if severed.is_empty() || random.one_in(2) { 3 } else { *random.pick(&severed) };
    let target = draft.envelope().key(member);
    if random.one_in(3) {
        let mut content = target.content();
        mutate_bytes(random, &mut content);
        *target = wrap(raw(content));
    } else {
        let mut content = target.clone();
        if let Kind::Wrapped(items) = &mut content.kind {
            items.iter_mut().for_each(|item| mutate_tree(random, item, &world.donors));
        }
        *target = content;
    }
    draft.renew();
    let mutant = draft.root.encode();
    stands(&mutant, tally);
    let outcome = judge(&mutant, Tagging::Required, &[&world.keys[by]], 1);
    // The digest fits and the signature is good, so nothing may be refused for want of them.
    if let Outcome::Refused { stage: "authentication", error, .. } = &outcome {
        panic!("signed again, and refused: {error}");
    }
    *tally.fates.entry(format!("renewed: {}", fate(&outcome))).or_default() += 1;
}

const fn is_string(node: &Node) -> bool {
    matches!(node.kind, Kind::Wrapped(_) | Kind::Bytes(_))
}

/// The document with one block of ours, if it is an envelope, and the key's name. Most are MACs, which are cheap.
fn signable(mut tree: Node, random: &mut Random) -> Option<(Draft, &'static str)> {
    let Kind::Tag(107, _) = tree.kind else { return None };
    let Kind::Map(_) = tree.inner().kind else { return None };
    let manifest = tree.inner().find(3)?;
    if !is_string(manifest) {
        return None;
    }
    let (block, by) = match random.below(64) {
        0 => (block_for(key("k1")), "k1"),
        1 => (block_for(key("p384")), "p384"),
        2..8 => (block_for(key("ed25519")), "ed25519"),
        8..10 => (sign_for(bytes([]), &[key("ed25519")]), "ed25519"),
        10..24 => (mac_for(key("hmac")), "hmac"),
        _ => (block_for(key("hmac")), "hmac"),
    };
    let new = Draft::with_blocks(testvectors_generator::map! {}, vec![block], &[key(by)]);
    *tree.inner().find(2)? = new.clone().envelope().key(2).clone();
    Some((Draft { root: tree, signers: new.signers }, by))
}

#[test]
fn mutants() {
    let number = crowd::number(DEFAULT);
    let world = World::new();
    let tally = crowd::crowd(number, |index, random, tally: &mut Tally| {
        let make = if index.is_multiple_of(2) { kept } else { renewed };
        make(&world, random, tally);
    });
    println!("{:#?}", tally.fates);
    for half in ["kept", "renewed"] {
        let accepted = tally.sum(&format!("{half}: accepted"));
        println!("{half}: {accepted} accepted, {} refused", tally.sum(half) - accepted);
    }
    println!("owned model gave back {} manifests", tally.rebuilt);
    println!("readers: {:?}", tally.compared);
    assert_eq!(tally.sum(""), number, "every mutant has its fate");
    for fate in
        ["kept: accepted", "renewed: accepted", "renewed: refused, manifest", "renewed: refused, member"]
    {
        assert!(tally.sum(fate) > 0, "no mutant: {fate}");
    }
}
