//! Signing in two steps: the bytes go out, the signature comes back, and no private key is needed here.

use super::DigestRecord;
use super::blocks::{self, Use};
use crate::cli::sign::{SignArgs, SignFormat};
use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::{Key, Kind, hex, prehash, unhex};
use crate::output::{Console, Output, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use suit_core::Envelope;
use suit_core::cose::ToBeSigned;
use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::Message;

/// What is to be signed, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ToBeSignedRecord {
    /// Always `suit-tbs/1`.
    format: &'static str,
    /// COSE name of the algorithm, such as `ESP256`.
    algorithm: &'static str,
    /// Its COSE number.
    algorithm_id: i64,
    /// Sig_structure (RFC 9052 §4.4) in hex: sign these bytes.
    to_be_signed: String,
    /// For ECDSA, their hash: for signers that take a hash in place of the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    prehash: Option<DigestRecord>,
    /// Digest of the manifest, for people who compare it with what they approved.
    manifest_digest: DigestRecord,
}

/// A signature, as JSON, version 1.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureRecord {
    /// `suit-signature/1`.
    format: String,
    /// The signature in hex: r and s, or the 64 bytes of Ed25519.
    signature: String,
}

/// Writes what is to be signed.
///
/// # Errors
/// 07xx for the key, 06xx for the file, E0099 for a form that has no such bytes.
pub(super) fn export(
    args: &SignArgs,
    envelope: &Envelope<'_>,
    target: &Target,
    wanted: Option<Algorithm>,
    console: &Console,
) -> Outcome<()> {
    let key = args.public.as_deref().map(Key::read).transpose()?;
    let algorithm = match &key {
        Some(key) if key.kind.is_secret() => {
            let message = format!("'{}' is a secret for MACs, not a public key", key.name);
            return Err(key.failure(codes::KEY_SECRET, message).help("a MAC is made in one step: --mac"));
        }
        Some(key) => key.algorithm_for(wanted)?,
        None => wanted.unwrap_or(Algorithm::Esp256),
    };
    if algorithm == Algorithm::Hmac256 {
        return Err(
            Failure::new(codes::USAGE, "a MAC is not made in two steps").help("make it in one: --mac URI")
        );
    }
    let message = to_be_signed(algorithm, envelope.authentication().signed());
    let hash = prehash(algorithm, &message);
    let bytes = match args.format {
        SignFormat::Text | SignFormat::Raw => message,
        SignFormat::Prehash => {
            let (_, hash) = hash.ok_or_else(|| {
                Failure::new(
                    codes::USAGE,
                    format!("{} signs the bytes themselves, not their hash", algorithm.name()),
                )
                .help("export them with --format raw")
            })?;
            hash
        }
        SignFormat::Der => {
            return Err(Failure::new(
                codes::USAGE,
                "der is a form of signatures, not of what is to be signed",
            )
            .help("export with --format raw, import what openssl makes of it with --format der"));
        }
        SignFormat::Json => {
            let record = ToBeSignedRecord {
                format: "suit-tbs/1",
                algorithm: algorithm.name(),
                algorithm_id: algorithm.code(),
                to_be_signed: hex(&message),
                prehash: hash
                    .map(|(hash, value)| DigestRecord { algorithm: hash.name(), value: hex(&value) }),
                manifest_digest: envelope.authentication().digest().into(),
            };
            let mut text = serde_json::to_vec_pretty(&record).expect("texts and numbers always serialise");
            text.push(b'\n');
            text
        }
    };
    let is_text = args.format == SignFormat::Json;
    let plan = Output::plan().reading(&args.envelope);
    let plan = key.iter().fold(plan, |plan, key| plan.reading(Path::new(&key.name)));
    let output = if is_text { plan.text() } else { plan }.open(target)?;
    output.finish_with(&bytes)?;
    if key.is_none() && wanted.is_none() {
        console.note("these bytes are for ESP256; --pub KEY or --alg says otherwise");
    }
    Ok(())
}

/// Sig_structure of a COSE_Sign1.
fn to_be_signed(algorithm: Algorithm, payload: &[u8]) -> Vec<u8> {
    let mut protected = Vec::new();
    let mut message = Vec::new();
    let Ok(()) = write_protected(algorithm, &mut protected);
    Message::feed(&ToBeSigned::sign1(&protected, payload), &mut |piece| message.extend_from_slice(piece));
    message
}

fn write_protected(algorithm: Algorithm, out: &mut Vec<u8>) -> Result<(), core::convert::Infallible> {
    let mut writer = suit_core::cbor::Writer::new(Vec::new());
    writer.map(1)?;
    writer.int(suit_core::labels::HeaderLabel::Algorithm.code())?;
    writer.int(algorithm.code())?;
    out.extend(writer.into_inner());
    Ok(())
}

/// A block around a signature that was made elsewhere, which is verified first.
///
/// # Errors
/// E0903 it doesn't hold, or has the wrong form; 06xx it can't be read.
pub(super) fn import(args: &SignArgs, signer: &Use<'_>, file: &Path, payload: &[u8]) -> Outcome<Vec<u8>> {
    let input = Input::read(file)?;
    let refused = |message: String| Failure::new(codes::SIGN_IMPORT, message).at(Place::file(&input.name));
    let length = 2 * signer.key.kind.width();
    let signature = match args.format {
        SignFormat::Json => from_json(&input, &refused)?,
        SignFormat::Der => from_der(signer.key.kind, &input.bytes).ok_or_else(|| {
            refused(format!(
                "'{}' is not an ECDSA signature in DER for {}",
                input.name,
                signer.key.kind.name()
            ))
            .help("give the signature as the signer wrote it")
        })?,
        SignFormat::Text | SignFormat::Raw | SignFormat::Prehash => input.bytes.clone(),
    };
    if signature.len() != length {
        let failure = refused(format!(
            "'{}' has {} bytes; a signature by {} has {length}",
            input.name,
            signature.len(),
            signer.algorithm.name()
        ));
        return Err(if from_der(signer.key.kind, &input.bytes).is_some() {
            failure.help("it is in DER, as openssl writes it: say --format der")
        } else {
            failure.help("give the signature alone: r and s, or the 64 bytes of Ed25519")
        });
    }
    let message = signer.to_be_signed(payload);
    let verifier = crate::signers::EVERYTHING.signature(signer.algorithm);
    let holds = verifier.is_some_and(|verifier| {
        verifier.verify(signer.key.verifying(), &message.as_slice(), &signature).is_ok()
    });
    if !holds {
        let message = format!(
            "the signature in '{}' does not hold for '{}' and this manifest with {}: nothing was written",
            input.name,
            signer.key.name,
            signer.algorithm.name()
        );
        return Err(refused(message).help(
            "export again with this --pub, sign exactly those bytes with its private key, and import that signature",
        ));
    }
    Ok(blocks::sign1(signer, signature))
}

fn from_json(input: &Input, refused: &impl Fn(String) -> Failure) -> Outcome<Vec<u8>> {
    let wrong = || {
        refused(format!("'{}' is not a signature in JSON", input.name))
            .help("write {\"format\": \"suit-signature/1\", \"signature\": \"hex digits\"}")
    };
    let record: SignatureRecord = serde_json::from_slice(&input.bytes).map_err(|_| wrong())?;
    if record.format != "suit-signature/1" {
        return Err(wrong());
    }
    unhex(record.signature.as_bytes()).map(|bytes| bytes.to_vec()).ok_or_else(wrong)
}

/// r and s of `Ecdsa-Sig-Value` (RFC 3279 §2.2.3), each with its full length.
fn from_der(kind: Kind, der: &[u8]) -> Option<Vec<u8>> {
    match kind {
        Kind::P256 => Some(p256::ecdsa::Signature::from_der(der).ok()?.to_bytes().to_vec()),
        Kind::P384 => Some(p384::ecdsa::Signature::from_der(der).ok()?.to_bytes().to_vec()),
        Kind::Ed25519 | Kind::Hmac256 => None,
    }
}
