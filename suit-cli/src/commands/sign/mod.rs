//! `suit sign`: adds signatures or MACs, or has them made elsewhere.

mod blocks;
mod elsewhere;
mod wrapper;

use crate::cli::sign::{SignArgs, SignFormat};
use crate::error::{Exit, Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::{Key, KidArg, algorithm_named, hex};
use crate::output::{Console, Plan};
use crate::render::no_envelope;
use crate::signers::{self, EVERYTHING};
use blocks::Use;
pub(crate) use elsewhere::{SignatureRecord, ToBeSignedRecord};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;
use suit_core::cbor::Reader;
use suit_core::cose::Block;
use suit_core::labels::{Algorithm, Tag};
use suit_core::{Envelope, ErrorKind, Manifest, Tagging};
use wrapper::Wrapper;

/// What was added, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Report {
    /// Always `suit-sign/1`.
    format: &'static str,
    /// The envelope that was written.
    file: String,
    /// Digest of the manifest that was signed.
    manifest_digest: DigestRecord,
    /// The signatures and MACs that were added, in their order.
    added: Vec<Added>,
    /// How many authentication blocks the envelope has now.
    blocks: usize,
}

/// A digest.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct DigestRecord {
    /// COSE name, such as `SHA-256`.
    pub(crate) algorithm: &'static str,
    /// Value in hex.
    pub(crate) value: String,
}

impl From<suit_core::digest::Digest<'_>> for DigestRecord {
    fn from(digest: suit_core::digest::Digest<'_>) -> Self {
        Self { algorithm: digest.algorithm().name(), value: hex(digest.bytes()) }
    }
}

/// A signature or MAC that was added.
#[derive(Debug, Serialize, JsonSchema)]
struct Added {
    /// COSE_Sign1, COSE_Sign, COSE_Mac0 or COSE_Mac.
    structure: &'static str,
    /// COSE name, such as `ESP256`.
    algorithm: &'static str,
    /// Where the key came from.
    key: String,
    /// Key identifier in hex, if one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
}

impl Added {
    fn new(structure: Tag, signer: &Use<'_>) -> Self {
        Self {
            structure: structure.name(),
            algorithm: signer.algorithm.name(),
            key: signer.key.name.clone(),
            key_id: signer.key_id.as_deref().map(hex),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// E0901 the digest is not the manifest's, E0902 the key has signed already, E0903 an imported signature does not hold;
/// 07xx for keys, 06xx for files, 01xx to 04xx for the envelope.
pub(crate) fn run(args: &SignArgs, console: &Console) -> Outcome<Exit> {
    let wanted = args.alg.as_deref().map(algorithm_named).transpose()?;
    let key_id = args.kid.as_deref().map(KidArg::parse).transpose()?;
    check_flags(args)?;
    if let Some(target) = &args.export_tbs {
        let input = Input::read(&args.envelope)?;
        let envelope = open(&input, console)?;
        elsewhere::export(args, &envelope, target, wanted, console)?;
        return Ok(Exit::Done);
    }
    args.changed.check()?;
    let uris = key_uris(args)?;
    let keys = uris.iter().map(|uri| Key::read(uri)).collect::<Outcome<Vec<_>>>()?;
    let secret = args.mac.as_deref().map(Key::read).transpose()?;
    let foreign = args.public.as_deref().map(Key::read).transpose()?;
    let used = |key| -> Outcome<Use<'_>> { use_of(key, wanted, key_id.as_ref()) };
    let signers = keys.iter().map(used).collect::<Outcome<Vec<_>>>()?;
    let makers = secret.iter().map(used).collect::<Outcome<Vec<_>>>()?;
    let others = foreign.iter().map(used).collect::<Outcome<Vec<_>>>()?;
    check_kinds(&signers, &makers, &others)?;

    let input = Input::read(&args.envelope)?;
    let envelope = open(&input, console)?;
    let mut wrapper = Wrapper::new(&input.bytes, &envelope)
        .ok_or_else(|| Failure::document(&input.name, suit_core::Error::new(ErrorKind::MissingKey(2), 0)))?;
    if args.replace {
        wrapper.clear();
    }
    let mut added = Vec::new();
    if let (Some(file), [signer]) = (&args.import_sig, others.as_slice()) {
        refuse_second(&wrapper, signer.key, &input.name)?;
        let block = elsewhere::import(args, signer, file, wrapper.signed())?;
        add(&mut wrapper, block, core::slice::from_ref(signer), &mut added);
    }
    if args.cose_sign {
        for (number, signer) in signers.iter().enumerate() {
            refuse_second(&wrapper, signer.key, &input.name)?;
            if let Some(twin) = signers[..number].iter().find(|other| other.key.is_same(signer.key)) {
                return Err(second(signer.key, &format!("'{}' is the same key", twin.key.name)));
            }
        }
        let block = blocks::sign(&signers, wrapper.signed())?;
        add(&mut wrapper, block, &signers, &mut added);
    } else {
        for signer in &signers {
            refuse_second(&wrapper, signer.key, &input.name)?;
            let message = signer.to_be_signed(wrapper.signed());
            let block = blocks::sign1(signer, signer.key.sign(signer.algorithm, &message)?);
            add(&mut wrapper, block, core::slice::from_ref(signer), &mut added);
        }
    }
    for maker in &makers {
        refuse_second(&wrapper, maker.key, &input.name)?;
        let make = if args.mac_recipients { blocks::mac } else { blocks::mac0 };
        let block = make(maker, wrapper.signed())?;
        add(&mut wrapper, block, core::slice::from_ref(maker), &mut added);
    }

    // A key that is overwritten is lost.
    let read = keys.iter().chain(&secret).chain(&foreign).map(|key| Path::new(&key.name));
    let plan = read.chain(args.import_sig.as_deref()).fold(args.changed.plan(&args.envelope), Plan::reading);
    let mut output = plan.open(&args.changed.target(&args.envelope))?;
    wrapper.write(&mut output)?;
    output.finish()?;
    let target = args.changed.target(&args.envelope);
    let report = Report {
        format: "suit-sign/1",
        file: target.name(),
        manifest_digest: envelope.authentication().digest().into(),
        added,
        blocks: wrapper.blocks().count(),
    };
    tell(&report, args, target.is_stdout(), console)?;
    Ok(Exit::Done)
}

fn tell(report: &Report, args: &SignArgs, is_taken: bool, console: &Console) -> Outcome<()> {
    if is_taken {
        return Ok(());
    }
    if args.format == SignFormat::Json {
        return console.print_json(report);
    }
    for added in &report.added {
        let key_id = added.key_id.as_ref().map(|kid| format!("  kid {kid}")).unwrap_or_default();
        console.print(&format!(
            "signed {}  {} by {} in {}{key_id}\n",
            report.file, added.algorithm, added.key, added.structure
        ))?;
    }
    Ok(())
}

/// What the parser of the command line can't say.
fn check_flags(args: &SignArgs) -> Outcome<()> {
    let wrong = |message: &str, help: &str| Err(Failure::new(codes::USAGE, message).help(help));
    if args.mac_recipients && args.mac.is_none() {
        return wrong("--mac-recipients is given without --mac", "say which secret: --mac URI");
    }
    if args.public.is_some() && args.import_sig.is_none() && args.export_tbs.is_none() {
        return wrong(
            "--pub is given without --export-tbs or --import-sig",
            "--trust of `suit verify` checks signatures; --key signs",
        );
    }
    let one_identifier = args.key.len() + usize::from(args.mac.is_some()) > 1
        && args.kid.as_deref().is_some_and(|kid| kid != "thumbprint");
    if one_identifier {
        return wrong(
            "one --kid is given for several keys",
            "sign with one key after the other, or say --kid thumbprint",
        );
    }
    if args.export_tbs.is_some() && (args.changed.output.is_some() || args.changed.in_place) {
        return wrong(
            "--export-tbs changes no envelope, so it goes without -o and --in-place",
            "give -o or --in-place with --import-sig",
        );
    }
    Ok(())
}

/// The keys that sign: those of the command line, else that of the environment.
fn key_uris(args: &SignArgs) -> Outcome<Vec<String>> {
    if !args.key.is_empty() || args.mac.is_some() || args.import_sig.is_some() {
        return Ok(args.key.clone());
    }
    match std::env::var("SUIT_KEY") {
        Ok(uri) if !uri.is_empty() => Ok(vec![uri]),
        _ => Err(Failure::new(codes::USAGE, "no key is given")
            .help("give --key URI, --mac URI or --export-tbs FILE")),
    }
}

fn use_of<'k>(key: &'k Key, wanted: Option<Algorithm>, key_id: Option<&KidArg>) -> Outcome<Use<'k>> {
    let key_id = match key_id {
        Some(kid) => Some(kid.resolve(key)?),
        None => key.key_id.clone(),
    };
    Ok(Use { key, algorithm: key.algorithm_for(wanted)?, key_id })
}

/// Secrets make MACs, key pairs make signatures, and imported signatures are checked with key pairs.
fn check_kinds(signers: &[Use<'_>], makers: &[Use<'_>], others: &[Use<'_>]) -> Outcome<()> {
    for key in signers.iter().map(|signer| signer.key) {
        if key.kind.is_secret() {
            let message = format!("'{}' is a secret for MACs and makes no signatures", key.name);
            return Err(key.failure(codes::KEY_SECRET, message).help("give it with --mac"));
        }
        key.private()?;
    }
    for key in makers.iter().map(|maker| maker.key) {
        if !key.kind.is_secret() {
            let message = format!("'{}' ({}) makes no MACs", key.name, key.kind.name());
            return Err(key.failure(codes::KEY_NOT_SECRET, message).help("give it with --key"));
        }
    }
    for key in others.iter().map(|other| other.key) {
        if key.kind.is_secret() {
            let message = format!("'{}' is a secret for MACs, not a public key", key.name);
            return Err(key.failure(codes::KEY_SECRET, message).help("a MAC is made in one step: --mac"));
        }
    }
    Ok(())
}

/// Reads the envelope and checks that it says the truth about its manifest.
fn open<'a>(input: &'a Input, console: &Console) -> Outcome<Envelope<'a>> {
    let envelope = Envelope::parse(&input.bytes, Tagging::Optional)
        .map_err(|error| no_envelope(&input.name, &input.bytes, error))?;
    if !envelope.is_tagged() {
        console.warn(
            Failure::document(&input.name, suit_core::Error::new(ErrorKind::Untagged, 0))
                .help("it stays so; devices that follow the document refuse it"),
        );
    }
    // M §8.3: signers MUST check the digest against the manifest just before signing.
    let stated = envelope.authentication().digest();
    let computed =
        EVERYTHING.hash(stated.algorithm()).and_then(|hash| hash.digest(envelope.manifest().item()).ok());
    match computed {
        Some(computed) if computed.as_bytes() == stated.bytes() => {}
        Some(computed) => {
            let message =
                format!("the digest in '{}' is not that of its manifest: nothing was signed", input.name);
            return Err(Failure::new(codes::SIGN_DIGEST, message)
                .at(Place::file(&input.name))
                .note(format!("it states {} {}", stated.algorithm().name(), hex(stated.bytes())))
                .note(format!(
                    "the manifest has {} {}",
                    stated.algorithm().name(),
                    hex(computed.as_bytes())
                )));
        }
        None => {
            let message =
                format!("the digest in '{}' is of the algorithm {}", input.name, stated.algorithm().name());
            return Err(Failure::new(codes::SIGN_DIGEST, message)
                .at(Place::file(&input.name))
                .help("supported are SHA-256, SHA-384 and SHA-512: build the envelope with one of them"));
        }
    }
    if let Err(error) = Manifest::parse(envelope.manifest().content()) {
        console.warn(
            Failure::document(&input.name, error)
                .help("devices refuse this manifest: `suit inspect` shows why"),
        );
    }
    Ok(envelope)
}

/// M §8.3: several blocks differ in algorithm or authority; a second signature by the same key adds nothing.
fn refuse_second(wrapper: &Wrapper<'_>, key: &Key, file: &str) -> Outcome<()> {
    for (number, block) in wrapper.blocks().enumerate() {
        let mut found = Vec::new();
        let read = Block::parse(Reader::new(block))
            .and_then(|block| signers::of_block(number, &block, wrapper.signed(), &mut found));
        // What can't be read can't be told from a signature by this key.
        read.map_err(|error| {
            Failure::document(file, error)
                .help("--replace drops the signatures that are there, this broken one too")
        })?;
        if let Some(signer) = found.iter().find(|signer| signer.is_by(key)) {
            return Err(second(key, &format!("block {number}, {}", signer.algorithm_name())));
        }
    }
    Ok(())
}

fn second(key: &Key, detail: &str) -> Failure {
    key.failure(codes::SIGN_TWICE, format!("'{}' has signed this manifest already: {detail}", key.name))
}

/// Adds a block that was just made. The device's code reads and checks it first: a signature that came out wrong, of a
/// computer with faulty memory for one, could give the private key away, and is never written.
fn add(wrapper: &mut Wrapper<'_>, block: Vec<u8>, by: &[Use<'_>], added: &mut Vec<Added>) {
    let mut found = Vec::new();
    let parsed = Block::parse(Reader::new(&block)).expect("a block that this tool made can be read");
    let number = wrapper.blocks().count();
    signers::of_block(number, &parsed, wrapper.signed(), &mut found).expect("its headers can be read");
    assert_eq!(found.len(), by.len(), "one signature for each key");
    for (signer, used) in found.iter().zip(by) {
        assert!(signer.is_by(used.key), "the signature that was just made does not hold");
        added.push(Added::new(signer.structure, used));
    }
    drop(found);
    wrapper.push(block);
}
