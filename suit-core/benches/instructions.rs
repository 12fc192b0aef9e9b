//! Instructions that reading and building take, counted by callgrind: `cargo bench -p suit-core` (needs valgrind and
//! `cargo install gungraun-runner`). docs/benchmarks.md keeps the figures.
#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the macros make items that are neither documented nor tidy"
)]

use core::hint::black_box;
use gungraun::{library_benchmark, library_benchmark_group, main};
use std::collections::BTreeMap;
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::{
    Command, ComponentId, Digest, Envelope, Manifest, Member, Parameter, Selection, VendorId,
};
use suit_core::{Tagging, cbor::Reader};

fn check(condition: Condition) -> Command {
    Command::Condition(condition, ReportPolicy::EVERYTHING)
}

fn act(act: Act) -> Command {
    Command::Act(act, ReportPolicy::FAILURE)
}

fn digest(byte: u8) -> Parameter {
    Parameter::ImageDigest(Digest { algorithm: Algorithm::Sha256, bytes: vec![byte; 32] })
}

fn component(part: u8) -> ComponentId {
    ComponentId(vec![vec![part]])
}

fn identity() -> [Parameter; 2] {
    [Parameter::VendorIdentifier(VendorId::Uuid([1; 16])), Parameter::ClassIdentifier([2; 16])]
}

fn set(parameters: impl IntoIterator<Item = Parameter>) -> Command {
    Command::OverrideParameters(parameters.into_iter().collect())
}

fn sections<const N: usize>(
    list: [(ManifestKey, Vec<Command>); N],
) -> BTreeMap<ManifestKey, Member<Vec<Command>>> {
    list.into_iter().map(|(key, commands)| (key, Member::Inline(commands))).collect()
}

/// Secure boot, the structure of the published example 0: one component, validate and invoke.
fn boot() -> Manifest {
    let parameters = identity().into_iter().chain([digest(0xaa), Parameter::ImageSize(34_768)]);
    Manifest {
        components: vec![component(0)],
        shared: Some(vec![
            set(parameters),
            check(Condition::VendorIdentifier),
            check(Condition::ClassIdentifier),
        ]),
        sections: sections([
            (ManifestKey::Validate, vec![check(Condition::ImageMatch)]),
            (ManifestKey::Invoke, vec![act(Act::Invoke)]),
        ]),
        ..Manifest::default()
    }
}

/// Fetch to staging, copy, load and invoke, the structure of the published example 4: three components.
fn staged() -> Manifest {
    let select = |index| Command::SetComponentIndex(Selection::One(index));
    let source = |index| set([Parameter::SourceComponent(index)]);
    Manifest {
        sequence_number: 4,
        components: vec![component(0), component(1), component(2)],
        shared: Some(vec![
            select(0),
            set(identity()),
            set([digest(0xaa), Parameter::ImageSize(34_768)]),
            check(Condition::VendorIdentifier),
            check(Condition::ClassIdentifier),
        ]),
        sections: sections([
            (
                ManifestKey::PayloadFetch,
                vec![
                    select(1),
                    set([digest(0xaa), Parameter::Uri("http://example.com/file.bin".into())]),
                    act(Act::Fetch),
                    check(Condition::ImageMatch),
                ],
            ),
            (ManifestKey::Install, vec![select(0), source(1), act(Act::Copy), check(Condition::ImageMatch)]),
            (ManifestKey::Validate, vec![select(0), check(Condition::ImageMatch)]),
            (ManifestKey::Load, vec![select(2), source(0), act(Act::Copy), check(Condition::ImageMatch)]),
            (ManifestKey::Invoke, vec![select(2), act(Act::Invoke)]),
        ]),
        ..Manifest::default()
    }
}

fn envelope(manifest: &Manifest) -> Vec<u8> {
    Envelope {
        tagged: true,
        digest: Digest { algorithm: Algorithm::Sha256, bytes: vec![0; 32] },
        blocks: vec![],
        manifest: manifest.encode(),
        severed: vec![],
        unknown: vec![],
        payloads: vec![],
    }
    .encode()
}

#[library_benchmark]
#[bench::boot(envelope(&boot()))]
#[bench::staged(envelope(&staged()))]
fn parse_envelope(bytes: Vec<u8>) -> bool {
    black_box(suit_core::Envelope::parse(black_box(&bytes), Tagging::Required)).is_ok()
}

#[library_benchmark]
#[bench::boot(boot().encode())]
#[bench::staged(staged().encode())]
fn parse_manifest(bytes: Vec<u8>) -> bool {
    black_box(suit_core::Manifest::parse(Reader::new(black_box(&bytes)))).is_ok()
}

#[library_benchmark]
#[bench::boot(boot())]
#[bench::staged(staged())]
fn build(manifest: Manifest) -> Vec<u8> {
    black_box(black_box(&manifest).encode())
}

library_benchmark_group!(name = documents; benchmarks = parse_envelope, parse_manifest, build);
main!(library_benchmark_groups = documents);
