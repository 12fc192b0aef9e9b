//! Judges test vectors: takes each as far as a device does before it runs anything, and prints a line of what became of
//! it. The same as `tests/vectors.rs` does, without `std`.

use core::fmt::{self, Write};
use core::num::NonZeroU8;

use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::{Envelope, Error, Tagging};
use suit_verify_nostd::crypto::{
    Crypto, Ed25519, EdDsa, Es256, Esp256, Esp384, Hmac256, Sha256, Sha384, Sha512,
};
use suit_verify_nostd::{
    AuthenticationError, Budget, Part, SignedManifest, TrustAnchor, TrustStore, authenticate,
};

const CRYPTO: Crypto<'static> = Crypto {
    signatures: &[&Esp256, &Es256, &Esp384, &Ed25519, &EdDsa],
    macs: &[&Hmac256],
    hashes: &[&Sha256, &Sha384, &Sha512],
};

/// Where documents come from and lines go to.
pub trait Host: Write {
    /// Reads a whole file; `None` if that can't be done, or `room` is too small.
    fn read<'r>(&mut self, path: &str, room: &'r mut [u8]) -> Option<&'r [u8]>;
}

/// Judges every vector of `list` with the keys of `keys`, one line each, and the result one line each:
///
/// - a key is its name, its algorithm, its identifier and its bytes, the last two in hexadecimal digits;
/// - a vector is its path, `tagged` or `untagged`, how many keys must have signed, and the names of the trusted keys with
///   commas between them, or `-`;
/// - a result is the path, then `accepted`, the keys that signed and the members that are missing, or `refused`, the stage,
///   the error, its detail and its offset; `-` for what isn't there.
///
/// # Errors
/// If a line or a document can't be read, or a result not be written.
pub fn judge_all(host: &mut dyn Host, keys: &str, list: &str, room: &mut [u8]) -> Result<(), fmt::Error> {
    let mut known = [Key::NONE; KEYS_MAX];
    let mut count = 0;
    for line in keys.lines() {
        *known.get_mut(count).ok_or(fmt::Error)? = Key::read(line).ok_or(fmt::Error)?;
        count += 1;
    }
    let known = known.get(..count).unwrap_or_default();
    for line in list.lines() {
        let [path, tagging, required, trusted] = fields(line).ok_or(fmt::Error)?;
        let tagging = if tagging == "untagged" { Tagging::Optional } else { Tagging::Required };
        let required = required.parse().map_err(|_| fmt::Error)?;
        let document = host.read(path, room).ok_or(fmt::Error)?;
        write!(host, "{path} ")?;
        judge(host, document, tagging, known, trusted, required)?;
        host.write_str("\n")?;
    }
    Ok(())
}

/// Most keys that a list may have.
const KEYS_MAX: usize = 16;

fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut fields = line.split(' ');
    let mut found = [""; N];
    for field in &mut found {
        *field = fields.next()?;
    }
    fields.next().is_none().then_some(found)
}

/// A key of the list, in memory of its own.
#[derive(Clone, Copy)]
struct Key<'l> {
    name: &'l str,
    algorithm: Algorithm,
    id: Hex<32>,
    bytes: Hex<97>,
}

/// Bytes that were written in hexadecimal digits.
#[derive(Clone, Copy)]
struct Hex<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Hex<N> {
    fn read(digits: &str) -> Option<Self> {
        let length = digits.len() / 2;
        let mut bytes = [0; N];
        for (at, byte) in bytes.get_mut(..length)?.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self { bytes, length })
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl<'l> Key<'l> {
    const NONE: Self = Self {
        name: "",
        algorithm: Algorithm::Esp256,
        id: Hex { bytes: [0; 32], length: 0 },
        bytes: Hex { bytes: [0; 97], length: 0 },
    };

    fn read(line: &'l str) -> Option<Self> {
        let [name, algorithm, id, bytes] = fields(line)?;
        let algorithm = Algorithm::from_name(algorithm)?;
        Some(Self { name, algorithm, id: Hex::read(id)?, bytes: Hex::read(bytes)? })
    }
}

fn judge(
    host: &mut dyn Host,
    document: &[u8],
    tagging: Tagging,
    known: &[Key<'_>],
    trusted: &str,
    required: NonZeroU8,
) -> Result<(), fmt::Error> {
    let envelope = match Envelope::parse(document, tagging) {
        Ok(envelope) => envelope,
        Err(error) => return refused(host, "envelope", error.into()),
    };
    // In the order of the vector, as the trust store has it.
    let mut names = [""; KEYS_MAX];
    let mut anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &[], None); KEYS_MAX];
    let mut count = 0;
    for name in trusted.split(',').filter(|name| *name != "-") {
        let key = known.iter().find(|key| key.name == name).ok_or(fmt::Error)?;
        let anchor = TrustAnchor::new(key.algorithm, key.bytes.bytes(), Some(key.id.bytes()), &CRYPTO);
        *anchors.get_mut(count).ok_or(fmt::Error)? = anchor.map_err(|_| fmt::Error)?;
        *names.get_mut(count).ok_or(fmt::Error)? = name;
        count += 1;
    }
    let anchors = anchors.get(..count).ok_or(fmt::Error)?;
    let store = TrustStore::new(anchors).map_err(|_| fmt::Error)?.requiring(required);
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
    let signed = names.iter().enumerate().filter(|(index, _)| verified.contains(*index));
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
