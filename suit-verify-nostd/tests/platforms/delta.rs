//! install-delta on NOR flash, as recipes write it: from the bank that runs into the other one, and, for a component with one
//! bank, beside it and copied over. The power is cut at every write and every erasure.

use sha2::Digest as _;
use suit_core::command::Act;
use suit_core::delta::Header;
use suit_core::delta::create::{Options, Profile, make};
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter};
use suit_verify_nostd::platform::{Handle, Identifier};
use suit_verify_nostd::platforms::Identity;
use suit_verify_nostd::platforms::nor_flash::{Bank, NorBuffers, NorComponent, NorLayout, NorPlatform, View};
use suit_verify_nostd::{Procedure, ProcessError};

use crate::build::{
    CLASS, VENDOR, act, check, index, manifest, put, seal, seq, sha256, shared, size, uri, vendor, with,
};
use crate::flash::Model;
use crate::nor_flash::{Starts, content, image};
use crate::processor::carry_out_with;

const TARGET: Handle = Handle(0);
/// Where the new image of a component with one bank is made.
const NEW: Handle = Handle(2);

const FULL: &str = "coap://updates/full";
const DELTA: &str = "coap://updates/delta";

type Device<'f, const R: usize, const W: usize, const E: usize> =
    NorPlatform<'static, 'f, &'f mut Model<R, W, E>, Starts>;

/// How the component that is updated lies in the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// In two banks, of which the one that runs is the base.
    TwoBanks,
    /// In one, with another one beside it.
    OneBank,
}

/// Blocks of each bank.
const BLOCKS: u32 = 3;

/// The component, the place for deltas and the one for new images, the journal behind.
fn layout(kind: Kind, unit: usize, block: u32) -> NorLayout<'static> {
    const IDENTITY: Identity<'_> =
        Identity { vendor: &[Identifier::Uuid(VENDOR)], class: &[Identifier::Uuid(CLASS)], device: &[] };
    let bank = |number| Bank { start: number * BLOCKS * block, size: BLOCKS * block, slot: None };
    let component = |id, banks: Vec<Bank>| NorComponent { id, identity: IDENTITY, banks: banks.leak() };
    let target = match kind {
        Kind::TwoBanks => vec![bank(0), bank(1)],
        Kind::OneBank => vec![bank(0)],
    };
    let components = vec![
        component(&[b"app"], target),
        component(&[b"app", b"delta"], vec![bank(2)]),
        component(&[b"app", b"new"], vec![bank(3)]),
    ];
    NorLayout {
        components: components.leak(),
        floors: &[None],
        journal_start: 4 * BLOCKS * block,
        // The least that is allowed, so that the journal is compacted during the update.
        journal_size: (12 * 24_u32.next_multiple_of(unit as u32)).next_multiple_of(block),
    }
}

/// An update as the power goes and comes again.
#[derive(Clone)]
struct Case<const R: usize, const W: usize, const E: usize> {
    kind: Kind,
    flash: Model<R, W, E>,
    old: Vec<u8>,
    new: Vec<u8>,
    delta: Vec<u8>,
    envelopes: [Vec<u8>; 2],
}

impl<const R: usize, const W: usize, const E: usize> Case<R, W, E> {
    /// A device that has the old image.
    fn new(kind: Kind) -> Self {
        let layout = layout(kind, W.max(R), E as u32);
        let flash = Model::new((layout.journal_start as usize + 2 * layout.journal_size as usize) / E);
        let old = image(2 * E + E / 3, 1);
        let mut new = old.clone();
        new.splice(E / 2..E / 2 + 9, *b"something else in the middle");
        let first = |image: &[u8]| *sha2::Sha256::digest(image).first_chunk().unwrap();
        let memory = Profile::S.memory();
        let options =
            Options { memory, old_check: first(&old), new_check: first(&new), ..Options::default() };
        let delta = make(&old, &new, &options).unwrap().payload;
        let envelopes = [whole(&old), by_delta(kind, &old, &new, &delta)].map(|manifest| seal(&manifest));
        let mut case = Self { kind, flash, old, new, delta, envelopes };
        let [before, _] = &case.envelopes.clone();
        case.update(before).unwrap();
        case
    }

    fn started<T>(&mut self, test: impl FnOnce(&mut Device<'_, R, W, E>) -> T) -> T {
        let page = W.max(64);
        let (mut page, mut scratch) = (vec![0; page], vec![0; 256]);
        let buffers = NorBuffers { page: &mut page, scratch: &mut scratch };
        let platform = NorPlatform::new(
            &mut self.flash,
            Starts(Vec::new()),
            layout(self.kind, W.max(R), E as u32),
            buffers,
        );
        test(&mut platform.expect("the layout fits").running_as(&[(TARGET, &[b"app", b"running"])]))
    }

    /// Carries an update out, and says what was fetched.
    fn update(&mut self, envelope: &[u8]) -> Result<Vec<String>, ProcessError> {
        let (full, delta, kind) = (
            if envelope == self.envelopes[0] { self.old.clone() } else { self.new.clone() },
            self.delta.clone(),
            self.kind,
        );
        let needed = Header::parse(&delta).unwrap().0.memory() as usize;
        self.started(|platform| {
            let offered = [(FULL, &full[..]), (DELTA, &delta[..])];
            let fetched =
                carry_out_with(platform, envelope, Procedure::Update, &offered, &mut vec![0; needed])?;
            if kind == Kind::TwoBanks {
                platform.promote(TARGET).map_err(ProcessError::Platform)?;
            }
            Ok(fetched.into_iter().map(|(uri, _)| uri).collect())
        })
    }

    /// The update by delta, with the power cut at this operation, if it has so many. What it fetched if it wasn't cut.
    fn cut(&mut self, at: u32) -> Option<Vec<String>> {
        self.flash.cut = Some(self.flash.operations + at);
        let envelope = self.envelopes[1].clone();
        let result = self.update(&envelope);
        let was_cut = self.flash.operations >= self.flash.cut.unwrap();
        assert_eq!(result.is_err(), was_cut, "cut at operation {at}: {result:?}");
        self.flash.cut = None;
        result.ok()
    }

    /// After whatever happened one image is whole: the old one or the new one, never a mixture that counts as complete.
    fn one_is_whole(&mut self, what: &str) {
        let (old, new) = (self.old.clone(), self.new.clone());
        let kind = self.kind;
        self.started(|platform| {
            platform.set_view(View::Running);
            let installed = content(platform, TARGET);
            let beside = content(platform, NEW);
            let known = |image: &Option<Vec<u8>>| image.as_ref().is_none_or(|it| *it == old || *it == new);
            assert!(known(&installed), "{what}: a mixture counts as complete");
            assert!(beside.as_ref().is_none_or(|it| *it == new), "{what}: a mixture counts as the new image");
            // While it is copied over, the new one is whole beside it.
            assert!(
                installed.is_some() || (kind == Kind::OneBank && beside.is_some()),
                "{what}: nothing is whole"
            );
            if kind == Kind::TwoBanks {
                platform.set_view(View::Spare);
                let spare = content(platform, TARGET);
                assert!(known(&spare), "{what}: a mixture counts as complete");
            }
        });
    }

    /// The update goes through. What it fetched.
    fn finish(&mut self, what: &str) -> Vec<String> {
        let envelope = self.envelopes[1].clone();
        self.update(&envelope).unwrap_or_else(|error| panic!("{what}: {error:?}"))
    }

    fn is_updated(&mut self, what: &str) {
        let new = self.new.clone();
        self.started(|platform| {
            platform.set_view(View::Running);
            assert_eq!(content(platform, TARGET), Some(new), "{what}");
        });
    }
}

fn is(image: &[u8]) -> Command {
    put(vec![sha256(image), size(image)])
}

/// Who may install it.
fn common(image: &[u8]) -> Vec<Command> {
    seq([
        vec![index(0), put(vec![vendor(VENDOR), Parameter::ClassIdentifier(CLASS)]), is(image)],
        vec![check(Condition::VendorIdentifier), check(Condition::ClassIdentifier)],
    ])
}

fn full(target: u64) -> Vec<Command> {
    vec![index(target), put(vec![uri(FULL)]), act(Act::Fetch), check(Condition::ImageMatch)]
}

fn whole(image: &[u8]) -> Manifest {
    let mut manifest =
        with(shared(manifest(&["app", "app/delta"]), common(image)), ManifestKey::Install, full(0));
    manifest.sequence_number = 1;
    manifest
}

/// What the recipes write for a component with a delta.
fn by_delta(kind: Kind, old: &[u8], new: &[u8], delta: &[u8]) -> Manifest {
    let rebuild = |base: u64, target: u64| {
        seq([
            vec![index(base), is(old), check(Condition::ImageMatch)],
            vec![index(1), put(vec![sha256(delta), size(delta), uri(DELTA)])],
            vec![act(Act::Fetch), check(Condition::ImageMatch)],
            vec![index(target), put(vec![Parameter::SourceComponent(1), Parameter::DeltaBase(base)])],
            vec![act(Act::InstallDelta), check(Condition::ImageMatch)],
        ])
    };
    let there = |component| vec![index(component), check(Condition::ImageMatch)];
    let (components, install) = match kind {
        Kind::TwoBanks => (
            ["app", "app/delta", "app/running"],
            vec![index(0), Command::TryEach(vec![rebuild(2, 0), full(0)], false)],
        ),
        Kind::OneBank => (
            ["app", "app/delta", "app/new"],
            seq([
                vec![index(2), is(new)],
                vec![Command::TryEach(vec![there(0), there(2), rebuild(0, 2), full(2)], false)],
                vec![index(0), is(new), put(vec![Parameter::SourceComponent(2)])],
                vec![act(Act::Copy), check(Condition::ImageMatch)],
            ]),
        ),
    };
    let mut manifest = with(shared(manifest(&components), common(new)), ManifestKey::Install, install);
    manifest.sequence_number = 2;
    manifest
}

/// The power goes at each operation of the update; then the next run goes through, or it is cut too. How many times the power
/// went, and how many of them left the delta or the new image there, so that nothing had to be fetched again.
fn cut_everywhere<const R: usize, const W: usize, const E: usize>(kind: Kind) -> [u32; 2] {
    let [mut cut, mut kept] = [0; 2];
    for at in 1.. {
        let mut case = Case::<R, W, E>::new(kind);
        let mut what = format!("cut at operation {at}");
        if let Some(fetched) = case.cut(at) {
            assert_eq!(fetched, [DELTA]);
            case.is_updated("not cut");
            break;
        }
        cut += 1;
        case.one_is_whole(&what);
        let mut again = case.clone();
        let fetched = case.finish(&what);
        assert!(fetched.is_empty() || fetched == [DELTA], "{what}: {fetched:?}");
        case.is_updated(&what);
        kept += u32::from(fetched.is_empty());
        // At another operation each time, and not at all where the next run has less.
        if again.cut(1 + at * 7 % 40).is_none() {
            what.push_str(", and again in the next run");
            again.one_is_whole(&what);
            again.finish(&what);
        }
        again.is_updated(&what);
    }
    [cut, kept]
}

macro_rules! geometries {
    ($($name:ident: $read:literal, $write:literal, $erase:literal;)*) => {
        $(mod $name {
            use super::{Case, FULL, Kind, cut_everywhere};

            #[test]
            fn p_077_s11_a_delta_between_two_banks_survives_a_cut_at_any_operation() {
                let [cut, kept] = cut_everywhere::<$read, $write, $erase>(Kind::TwoBanks);
                assert!(kept > 0 && kept < cut, "{kept} of {cut}");
            }

            #[test]
            fn p_077_s11_a_delta_beside_the_only_bank_survives_a_cut_at_any_operation() {
                let [cut, kept] = cut_everywhere::<$read, $write, $erase>(Kind::OneBank);
                assert!(kept > 0 && kept < cut, "{kept} of {cut}");
            }

            #[test]
            fn p_232_a_device_with_another_base_takes_the_full_image() {
                for kind in [Kind::TwoBanks, Kind::OneBank] {
                    let mut case = Case::<$read, $write, $erase>::new(kind);
                    // The same device when the delta is for another version.
                    case.envelopes[1] = case.for_another_base();
                    assert_eq!(case.finish("with another base"), [FULL]);
                    case.is_updated("with another base");
                }
            }
        })*
    };
}

geometries! {
    bytewise: 1, 1, 256;
    words: 1, 4, 256;
    double_words: 4, 8, 512;
    coarse_reads: 16, 4, 256;
    whole_pages: 1, 256, 1024;
}

impl<const R: usize, const W: usize, const E: usize> Case<R, W, E> {
    fn for_another_base(&self) -> Vec<u8> {
        let base = image(self.old.len(), 3);
        seal(&by_delta(self.kind, &base, &self.new, &self.delta))
    }
}
