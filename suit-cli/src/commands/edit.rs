//! `suit edit`: changes what lies outside of the signed bytes. The manifest and its digest go through as they are.

use crate::cli::ChangedFile;
use crate::cli::edit::{EditAction, EditArgs};
use crate::commands::verify;
use crate::error::{Code, Exit, Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::hex;
use crate::output::{Console, Output, Target};
use crate::render::no_envelope;
use crate::signers::EVERYTHING;
use std::ffi::OsString;
use std::path::Path;
use suit_core::cbor::{Reader, Writer};
use suit_core::digest::Digest;
use suit_core::labels::{EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_core::{Envelope, ErrorKind, Manifest, Tagging, owned};

/// What can be severed, in the order of the registry.
const SEVERABLE: [ManifestKey; 6] = [
    ManifestKey::CoSwid,
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
    ManifestKey::Text,
];

/// Runs the verb.
///
/// # Errors
/// 0904 to 0907 the change is refused; 05xx with `--trust`, the result does not hold; 01xx to 04xx, 06xx, 07xx for the
/// files.
pub(crate) fn run(args: &EditArgs, console: &Console) -> Outcome<Exit> {
    let edit = |path: &Path, changed: &ChangedFile, change: &dyn Fn(&mut Subject<'_>) -> Outcome<String>| {
        changed.check()?;
        let input = Input::read(path)?;
        let mut subject = Subject::open(&input, console)?;
        let done = change(&mut subject)?;
        subject.finish(&done, path, changed, &args.trust, console)
    };
    match &args.action {
        EditAction::Sever { envelope, member, changed } => {
            let members = named(member)?;
            edit(envelope, changed, &|subject| subject.sever(&members))
        }
        EditAction::Attach { envelope, from, member, changed } => {
            let members = named(member)?;
            let source = Input::read(from)?;
            edit(envelope, changed, &|subject| subject.attach(&members, &source))
        }
        EditAction::Embed { envelope, payload, changed } => {
            let payloads = payload.iter().map(read_payload).collect::<Outcome<Vec<_>>>()?;
            edit(envelope, changed, &|subject| subject.embed(&payloads, console))
        }
        EditAction::Strip { envelope, payload, signatures, changed } => {
            if payload.is_empty() && !signatures {
                return Err(Failure::new(codes::USAGE, "it is not said what to strip")
                    .help("give --payload NAME, --payload '*' or --signatures"));
            }
            edit(envelope, changed, &|subject| subject.strip(payload, *signatures))
        }
        EditAction::Extract { envelope, payload, member, output } => {
            extract(envelope, payload.as_deref(), member.as_deref(), output)
        }
    }?;
    Ok(Exit::Done)
}

/// The members with these names, each once: an envelope that has one twice is read by nobody.
fn named(names: &[String]) -> Outcome<Vec<ManifestKey>> {
    let mut members = Vec::new();
    for name in names {
        let member = member_named(name)?;
        if !members.contains(&member) {
            members.push(member);
        }
    }
    Ok(members)
}

fn member_named(name: &str) -> Outcome<ManifestKey> {
    SEVERABLE.into_iter().find(|key| key.name() == name).ok_or_else(|| {
        Failure::new(codes::USAGE, format!("'{name}' is not a severable member"))
            .help(format!("the severable members are {}", SEVERABLE.map(ManifestKey::name).join(", ")))
    })
}

/// M §8.4.12: a member has the same number in the manifest and in the envelope.
fn in_envelope(key: ManifestKey) -> Option<EnvelopeKey> {
    EnvelopeKey::from_code(key.code())
}

/// `NAME=FILE`, read.
fn read_payload(word: &OsString) -> Outcome<(String, Input)> {
    let malformed = || {
        Failure::new(codes::USAGE, format!("'{}' is not NAME=FILE", word.display()))
            .help("write for example --payload '#firmware=fw.bin'")
    };
    let (name, file) = word.to_str().and_then(|word| word.split_once('=')).ok_or_else(malformed)?;
    if name.is_empty() || file.is_empty() {
        return Err(malformed());
    }
    Ok((name.to_owned(), Input::read(Path::new(file))?))
}

/// An envelope that is being changed.
struct Subject<'a> {
    input: &'a Input,
    borrowed: Envelope<'a>,
    manifest: Manifest<'a>,
    owned: owned::Envelope,
}

impl<'a> Subject<'a> {
    fn open(input: &'a Input, console: &Console) -> Outcome<Self> {
        let borrowed = parse(input)?;
        if !borrowed.is_tagged() {
            console.warn(
                Failure::document(&input.name, suit_core::Error::new(ErrorKind::Untagged, 0))
                    .help("it stays so; devices that follow the document refuse it"),
            );
        }
        let manifest = Manifest::parse(borrowed.manifest().content())
            .map_err(|error| Failure::document(&input.name, error))?;
        let owned = owned::Envelope::from(&borrowed);
        Ok(Self { input, borrowed, manifest, owned })
    }

    fn refuse(&self, code: Code, message: String) -> Failure {
        Failure::new(code, message).at(Place::file(&self.input.name))
    }

    /// The digest that the manifest holds for a member.
    ///
    /// # Errors
    /// E0904 the member stands in the manifest, E0905 it has none.
    fn severed_digest(&self, key: ManifestKey) -> Outcome<Digest<'a>> {
        let digest = match key {
            ManifestKey::Text => self.manifest.text().map(digest_of),
            ManifestKey::CoSwid => self.manifest.coswid().map(digest_of),
            _ => self.manifest.section(key).map(digest_of),
        };
        match digest {
            Some(Some(digest)) => Ok(digest),
            Some(None) => {
                Err(self.refuse(codes::EDIT_INLINE, format!("{} is part of the signed manifest", key.name())))
            }
            None => Err(self
                .refuse(codes::EDIT_MISSING, format!("the manifest has no {}", key.name()))
                .help("`suit inspect` shows what it has")),
        }
    }

    fn has_member(&self, key: ManifestKey) -> bool {
        in_envelope(key).is_some_and(|member| self.borrowed.member(member).is_some())
    }

    fn sever(&mut self, members: &[ManifestKey]) -> Outcome<String> {
        let chosen: Vec<_> = if members.is_empty() {
            SEVERABLE
                .into_iter()
                .filter(|key| self.has_member(*key) && self.severed_digest(*key).is_ok())
                .collect()
        } else {
            members.to_vec()
        };
        if chosen.is_empty() {
            return Err(self
                .refuse(codes::EDIT_MISSING, "there is nothing to sever".into())
                .help("the envelope carries no member for which the manifest holds a digest"));
        }
        for key in &chosen {
            if let Err(failure) = self.severed_digest(*key) {
                // A member that the manifest doesn't name is dead weight, and may go.
                if failure.number() == codes::EDIT_INLINE.number || !self.has_member(*key) {
                    return Err(failure);
                }
            }
            if !self.has_member(*key) {
                return Err(self
                    .refuse(codes::EDIT_MISSING, format!("the envelope carries no {}", key.name()))
                    .help("it was severed before"));
            }
            self.owned.severed.retain(|(member, _)| Some(*member) != in_envelope(*key));
        }
        Ok(format!("severed {}", names(&chosen)))
    }

    fn attach(&mut self, members: &[ManifestKey], source: &Input) -> Outcome<String> {
        let from = Envelope::parse(&source.bytes, Tagging::Optional);
        let content = |key: ManifestKey| -> Option<Reader<'_>> {
            match &from {
                Ok(envelope) => Some(envelope.member(in_envelope(key)?)?.content()),
                // A file of its own is taken for what was asked for; its digest tells.
                Err(_) => (members.len() == 1).then(|| Reader::new(&source.bytes)),
            }
        };
        if let (Err(error), true) = (&from, members.len() != 1) {
            return Err(Failure::document(&source.name, *error)
                .help("--from takes an envelope, or with one --member a file of that member's content"));
        }
        let chosen: Vec<_> = if members.is_empty() {
            let wanted = |key: &ManifestKey| self.severed_digest(*key).is_ok() && !self.has_member(*key);
            SEVERABLE.into_iter().filter(wanted).filter(|key| content(*key).is_some()).collect()
        } else {
            members.to_vec()
        };
        if chosen.is_empty() {
            return Err(self
                .refuse(codes::EDIT_MISSING, format!("'{}' has nothing that is missing here", source.name))
                .help("give the envelope that still has the members"));
        }
        for key in &chosen {
            let digest = self.severed_digest(*key)?;
            if self.has_member(*key) {
                return Err(self
                    .refuse(codes::EDIT_PRESENT, format!("the envelope carries {} already", key.name()))
                    .help("nothing is to be done; to replace it, take it out with `suit edit sever`"));
            }
            let content = content(*key).ok_or_else(|| {
                Failure::new(codes::EDIT_MISSING, format!("'{}' carries no {}", source.name, key.name()))
                    .at(Place::file(&source.name))
                    .help("give the envelope that still has the member")
            })?;
            let mut item = Writer::new(Vec::new());
            let Ok(()) = item.bytes(content.rest());
            self.check_digest(&format!("{} of '{}'", key.name(), source.name), &digest, &item.into_inner())?;
            if let Some(member) = in_envelope(*key) {
                self.owned.severed.push((member, content.rest().to_vec()));
            }
        }
        Ok(format!("attached {}", names(&chosen)))
    }

    fn check_digest(&self, what: &str, digest: &Digest<'_>, bytes: &[u8]) -> Outcome<()> {
        let computed = EVERYTHING.hash(digest.algorithm()).and_then(|hash| hash.digest(bytes).ok());
        match computed {
            Some(computed) if computed.as_bytes() == digest.bytes() => Ok(()),
            computed => {
                let value =
                    computed.map_or_else(|| "no digest".to_owned(), |computed| hex(computed.as_bytes()));
                let message = format!("{what} does not have the digest that the manifest holds");
                Err(self.refuse(codes::EDIT_DIGEST, message).note(format!("it has {value}")).note(format!(
                    "the manifest holds {} {}",
                    digest.algorithm().name(),
                    hex(digest.bytes())
                )))
            }
        }
    }

    fn embed(&mut self, payloads: &[(String, Input)], console: &Console) -> Outcome<String> {
        let expected = verify::expected(&self.borrowed, &self.manifest);
        for (name, input) in payloads {
            if self.owned.payloads.iter().any(|(other, _)| other == name) {
                return Err(self
                    .refuse(codes::EDIT_PRESENT, format!("the envelope carries '{name}' already"))
                    .help("to replace it, drop it with `suit edit strip --payload` first"));
            }
            let mut is_fetched = false;
            for one in expected.iter().filter(|one| one.uri == name) {
                is_fetched = true;
                let Some(digest) = one.digest.filter(|_| !one.is_encrypted) else { continue };
                let what = format!("'{}'", input.name);
                if one.is_dependency {
                    let envelope = parse(input)?;
                    self.check_digest(&what, &digest, envelope.manifest().item())?;
                } else {
                    self.check_digest(&what, &digest, &input.bytes)?;
                }
            }
            if !is_fetched {
                console.warn(
                    self.refuse(codes::EDIT_MISSING, format!("the manifest fetches nothing called '{name}'"))
                        .help("devices take no notice of it"),
                );
            }
            self.owned.payloads.push((name.clone(), input.bytes.clone()));
        }
        let list: Vec<_> = payloads.iter().map(|(name, _)| name.as_str()).collect();
        Ok(format!("embedded {}", list.join(", ")))
    }

    fn strip(&mut self, names: &[String], signatures: bool) -> Outcome<String> {
        let mut done = Vec::new();
        for name in names {
            let before = self.owned.payloads.len();
            if name == "*" {
                self.owned.payloads.clear();
            } else {
                self.owned.payloads.retain(|(other, _)| other != name);
            }
            if self.owned.payloads.len() == before {
                return Err(no_payload(&self.input.name, name, &self.borrowed));
            }
            done.push(if name == "*" { "all payloads".to_owned() } else { name.clone() });
        }
        if signatures {
            if self.owned.blocks.is_empty() {
                return Err(self
                    .refuse(codes::EDIT_MISSING, "there is no signature to drop".into())
                    .help("the envelope is not signed"));
            }
            self.owned.blocks.clear();
            done.push("signatures".to_owned());
        }
        Ok(format!("dropped {}", done.join(", ")))
    }

    /// Writes the result, after it was checked.
    fn finish(
        &self,
        done: &str,
        path: &Path,
        changed: &ChangedFile,
        trust: &[String],
        console: &Console,
    ) -> Outcome<()> {
        let encoded = self.owned.encode();
        let target = changed.target(path);
        // What was signed must have come through. The writer is ours: anything else is a bug.
        let again = Envelope::parse(&encoded, Tagging::Optional).expect("what was just written can be read");
        assert_eq!(again.manifest().item(), self.borrowed.manifest().item(), "the manifest has changed");
        assert_eq!(
            again.authentication().signed(),
            self.borrowed.authentication().signed(),
            "the digest has changed"
        );
        if !trust.is_empty() {
            verify::still_holds(&encoded, &target.name(), trust, console)?;
        }
        changed.open(path)?.finish_with(&encoded)?;
        console.note(&format!(
            "{}: {done}, {} B -> {} B",
            target.name(),
            self.input.bytes.len(),
            encoded.len()
        ));
        Ok(())
    }
}

fn digest_of<'a, T>(part: Severable<'a, T>) -> Option<Digest<'a>> {
    match part {
        Severable::Severed(digest) => Some(digest),
        Severable::Inline(_) => None,
    }
}

fn names(members: &[ManifestKey]) -> String {
    members.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ")
}

fn parse(input: &Input) -> Outcome<Envelope<'_>> {
    Envelope::parse(&input.bytes, Tagging::Optional)
        .map_err(|error| no_envelope(&input.name, &input.bytes, error))
}

fn no_payload(file: &str, name: &str, envelope: &Envelope<'_>) -> Failure {
    let names: Vec<_> = envelope
        .members()
        .filter_map(|(key, _)| match key {
            suit_core::envelope::MemberKey::Payload(name) => Some(name),
            _ => None,
        })
        .collect();
    let help = if names.is_empty() {
        "it carries no payloads".to_owned()
    } else {
        format!("it carries {}", names.join(", "))
    };
    Failure::new(codes::EDIT_MISSING, format!("the envelope carries no payload '{name}'"))
        .at(Place::file(file))
        .help(help)
}

fn extract(path: &Path, payload: Option<&str>, member: Option<&str>, output: &Target) -> Outcome<()> {
    let member = member.map(member_named).transpose()?;
    let input = Input::read(path)?;
    let envelope = parse(&input)?;
    let content = match (payload, member) {
        (Some(name), _) => envelope.payload(name).ok_or_else(|| no_payload(&input.name, name, &envelope))?,
        (None, Some(key)) => {
            let found = in_envelope(key).and_then(|member| envelope.member(member));
            let found = found.ok_or_else(|| {
                Failure::new(codes::EDIT_MISSING, format!("the envelope carries no {}", key.name()))
                    .at(Place::file(&input.name))
                    .help("it is severed, or stands in the manifest: `suit inspect` shows where")
            })?;
            found.content()
        }
        (None, None) => {
            return Err(Failure::new(codes::USAGE, "it is not said what to extract")
                .help("give --payload or --member"));
        }
    };
    Output::plan().reading(path).open(output)?.finish_with(content.rest())
}
