//! Every vector and many mutants, in every form.

use crate::render::{Document, Inspection, Kind, Tree, edn, hex};
use suit_core::cbor::{Major, Reader};
use suit_core::cose::Block;
use suit_core::envelope::MemberKey;
use suit_core::labels::ManifestKey;
use suit_core::{Envelope, Error, Tagging};

/// What the strict reader says first, layer by layer as a device reads.
fn strict(bytes: &[u8]) -> Result<(), Error> {
    let envelope = Envelope::parse(bytes, Tagging::Optional)?;
    for block in envelope.authentication().blocks() {
        Block::parse(block)?;
    }
    let manifest = suit_core::Manifest::parse(envelope.manifest().content())?;
    for (key, value) in envelope.members() {
        let MemberKey::Known(key) = key else { continue };
        let section = ManifestKey::from_code(key.code()).and_then(|key| manifest.section(key));
        if section.is_some() {
            manifest.check_section(value.content())?;
        }
    }
    Ok(())
}

fn every_form(bytes: &[u8]) -> Document<'_> {
    let is_map = Reader::new(bytes).peek() == Some(Major::Map);
    let kind = Kind::Envelope { tagged: !is_map };
    let document = Document::read(bytes, kind);
    let inspection = Inspection::of("f", &document);
    let tree = Tree::of(&inspection, true);
    assert!(tree.lines().count() > 1);
    assert!(serde_json::to_string(&inspection).unwrap().starts_with('{'));
    let (mut notation, mut annotated) = (Vec::new(), Vec::new());
    edn(&document, None, &mut notation).unwrap();
    hex(&document, None, &mut annotated).unwrap();
    let annotated = String::from_utf8(annotated).unwrap();
    assert_eq!(bytes_of(&annotated), bytes, "{annotated}");
    document
}

/// The bytes in annotated hex, each line at its offset.
fn bytes_of(annotated: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in annotated.lines().filter(|line| !line.starts_with(' ')) {
        let (offset, rest) = line.split_once("  ").expect(line);
        assert_eq!(usize::from_str_radix(offset, 16).unwrap(), bytes.len(), "{line}");
        let digits = rest.split("  ").next().unwrap();
        bytes.extend(digits.split(' ').map(|pair| u8::from_str_radix(pair, 16).expect(line)));
    }
    bytes
}

pub(crate) fn vectors() -> Vec<(String, Vec<u8>)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    let mut folders = vec![root.join("testvectors"), root.join("../shared/interop")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "suit") {
                files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    if files.is_empty() {
        println!("skipped: no vectors beside this crate");
    }
    files
}

#[test]
fn every_vector_prints_in_every_form_with_the_fault_that_the_strict_reader_finds() {
    for (name, bytes) in vectors() {
        let document = every_form(&bytes);
        if let Err(error) = strict(&bytes) {
            assert!(document.faults.iter().any(|fault| fault.error == error), "{name}: {error}");
        }
    }
}

#[test]
fn mutants_print_in_every_form_with_the_fault_that_the_strict_reader_finds() {
    let files: Vec<_> = vectors().into_iter().filter(|(_, bytes)| (1..2000).contains(&bytes.len())).collect();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(bound.max(1)).unwrap()).unwrap()
    };
    for round in 0..3_000 {
        let Some((name, bytes)) = files.get(next(files.len())) else { return };
        let mut mutant = bytes.clone();
        match next(4) {
            0 => mutant.truncate(next(bytes.len())),
            1 => mutant.insert(next(bytes.len()), u8::try_from(next(256)).unwrap()),
            2 => drop(mutant.remove(next(bytes.len()))),
            _ => {
                let at = next(bytes.len());
                mutant[at] ^= 1 << next(8);
            }
        }
        let document = every_form(&mutant);
        if let Err(error) = strict(&mutant) {
            let found = document.faults.iter().any(|fault| fault.error == error);
            assert!(found, "round {round}, {name}: {error}\n{mutant:02x?}\n{:?}", document.faults);
        }
    }
}

/// A reader of the notation by others, which knows nothing of ours.
#[test]
fn the_notation_of_every_sound_vector_is_read_back_as_the_same_bytes() {
    for (name, bytes) in vectors() {
        let document = every_form(&bytes);
        if !document.faults.is_empty() {
            continue;
        }
        let mut notation = Vec::new();
        edn(&document, None, &mut notation).unwrap();
        let notation = without_escapes(&String::from_utf8(notation).unwrap());
        let read =
            cbor_diag::parse_diag(&notation).unwrap_or_else(|error| panic!("{name}: {error}\n{notation}"));
        assert!(read.to_bytes() == bytes, "{name}\n{notation}");
    }
}

/// That reader knows no other escapes than those of the quote and the backslash; JSON, whose notation of text is that of
/// RFC 8949 §8, has more.
fn without_escapes(notation: &str) -> String {
    let mut out = String::new();
    let mut units = Vec::new();
    let mut letters = notation.chars();
    while let Some(letter) = letters.next() {
        let plain = if letter == '\\' { letters.next() } else { None };
        if plain == Some('u') {
            let digits: String = letters.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap());
            continue;
        }
        out.push_str(&String::from_utf16(&core::mem::take(&mut units)).unwrap_or_default());
        match plain {
            None => out.push(letter),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}
