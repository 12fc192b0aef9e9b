//! Takes a vector as far as a device does before it runs anything.

use core::fmt::{self, Write};

use suit_core::cbor::Reader;
use suit_core::cose::ProtectedReport;
use suit_core::labels::ManifestKey;
use suit_core::report::Report;
use suit_core::{Envelope, Error};
use suit_verify_nostd::report::verify;
use suit_verify_nostd::{AuthenticationError, Budget, Part, SignedManifest, authenticate};

use super::lines::{Anchors, Key};
use super::{CRYPTO, Host, Vector};

pub(super) fn judge(host: &mut dyn Host, vector: &Vector<'_>, known: &[Key<'_>]) -> fmt::Result {
    write!(host, "{} ", vector.path)?;
    say(host, vector, known)?;
    host.write_str("\n")
}

pub(super) fn judge_report(host: &mut dyn Host, vector: &Vector<'_>, known: &[Key<'_>]) -> fmt::Result {
    write!(host, "{} ", vector.path)?;
    match report(vector, known)? {
        Ok(()) => host.write_str("accepted - -")?,
        Err((stage, error)) => refused(host, stage, error)?,
    }
    host.write_str("\n")
}

/// What is wrong with a report, and at which stage.
fn report(
    vector: &Vector<'_>,
    known: &[Key<'_>],
) -> Result<Result<(), (&'static str, AuthenticationError)>, fmt::Error> {
    let mut content = Reader::new(vector.document);
    if vector.trusted != "-" {
        let message = match ProtectedReport::parse(content) {
            Ok(message) => message,
            Err(error) => return Ok(Err(("message", error.into()))),
        };
        let anchors = Anchors::of(vector, known).ok_or(fmt::Error)?;
        let store = anchors.store(vector).ok_or(fmt::Error)?;
        match verify(&message, &store, &CRYPTO, &mut Budget::new()) {
            Ok(_) => {}
            Err(error @ AuthenticationError::Malformed(_)) => return Ok(Err(("message", error))),
            Err(error) => return Ok(Err(("signature", error))),
        }
        content = message.payload();
    }
    Ok(Report::parse(content).map(drop).map_err(|error| ("report", error.into())))
}

fn say(host: &mut dyn Host, vector: &Vector<'_>, known: &[Key<'_>]) -> fmt::Result {
    let envelope = match Envelope::parse(vector.document, vector.tagging) {
        Ok(envelope) => envelope,
        Err(error) => return refused(host, "envelope", error.into()),
    };
    let anchors = Anchors::of(vector, known).ok_or(fmt::Error)?;
    let store = anchors.store(vector).ok_or(fmt::Error)?;
    let authenticated = match authenticate(&envelope, &store, &CRYPTO, &mut Budget::new()) {
        Ok(authenticated) => authenticated,
        Err(error) => return refused(host, "authentication", error),
    };
    let manifest = match authenticated.manifest() {
        Ok(manifest) => manifest,
        Err(error) => return refused(host, "manifest", error.into()),
    };
    let mut missing = [None; MEMBERS];
    if let Err(error) = members(&manifest, &mut missing) {
        return refused(host, "member", error);
    }
    let all =
        authenticate(&envelope, &store.thorough(), &CRYPTO, &mut Budget::new()).map_err(|_| fmt::Error)?;
    host.write_str("accepted ")?;
    let verified = all.verified();
    let signed = anchors.names().iter().enumerate().filter(|(index, _)| verified.contains(*index));
    join(host, signed.map(|(_, name)| *name))?;
    host.write_str(" ")?;
    join(host, missing.iter().flatten().map(|key| key.name()))
}

const MEMBERS: usize = ManifestKey::ALL.len() + 2;

/// Takes every severable member and notes those that are missing.
fn members(
    manifest: &SignedManifest<'_>,
    missing: &mut [Option<ManifestKey>; MEMBERS],
) -> Result<(), AuthenticationError> {
    let mut slots = missing.iter_mut();
    let mut note = |key: ManifestKey, is_missing: bool| {
        if let (true, Some(slot)) = (is_missing, slots.next()) {
            *slot = Some(key);
        }
    };
    for key in ManifestKey::ALL {
        note(*key, matches!(manifest.section(*key, &CRYPTO)?, Part::Missing(_)));
    }
    note(ManifestKey::Text, matches!(manifest.text(&CRYPTO)?, Part::Missing(_)));
    note(ManifestKey::CoSwid, matches!(manifest.coswid(&CRYPTO)?, Part::Missing(_)));
    Ok(())
}

fn refused(host: &mut dyn Host, stage: &str, error: AuthenticationError) -> fmt::Result {
    write!(host, "refused {stage} {} ", error.name())?;
    match error {
        AuthenticationError::Malformed(Error { kind, offset }) => {
            inside(host, &kind)?;
            return write!(host, " {offset}");
        }
        AuthenticationError::TooFewSignatures { verified, required } => {
            write!(host, "{verified}/{required}")?;
        }
        AuthenticationError::SeveredMismatch { member } => host.write_str(member.name())?,
        other => inside(host, &other)?,
    }
    host.write_str(" -")
}

/// What an error says beside its name: the parentheses of its debug form, or `-`.
fn inside(host: &mut dyn Host, error: &dyn fmt::Debug) -> fmt::Result {
    struct Parentheses<'h> {
        host: &'h mut dyn Host,
        depth: usize,
        any: bool,
    }
    impl Write for Parentheses<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for character in text.chars() {
                if character == ')' {
                    self.depth -= 1;
                }
                if self.depth > 0 {
                    self.any = true;
                    // A blank would end the field.
                    self.host.write_char(if character == ' ' { '_' } else { character })?;
                }
                if character == '(' {
                    self.depth += 1;
                }
            }
            Ok(())
        }
    }
    let mut parentheses = Parentheses { host, depth: 0, any: false };
    write!(parentheses, "{error:?}")?;
    if parentheses.any { Ok(()) } else { host.write_str("-") }
}

fn join<'n>(host: &mut dyn Host, names: impl Iterator<Item = &'n str>) -> fmt::Result {
    let mut any = false;
    for name in names {
        if any {
            host.write_str(",")?;
        }
        host.write_str(name)?;
        any = true;
    }
    if any { Ok(()) } else { host.write_str("-") }
}
