//! Where keys come from: a path, `file:PATH`, `env:NAME`. Keys in tokens (`pkcs11:`) and behind helper programs
//! (`helper:`) have their words here, so that they are refused as what they are.

use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most bytes that a key file can have. The largest sensible one, a JWK with all its members, has a thousand.
const LARGEST: usize = 64 * 1024;

/// A key's bytes, not looked at yet, and what to call them.
pub(crate) struct Source {
    /// How messages call it.
    pub(super) name: String,
    /// Name of the key's owner, see [`super::Key::role`].
    pub(super) role: String,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether the name says that these are hex digits of a secret.
    pub(super) is_hex: bool,
}

impl Source {
    /// Reads what a key URI leads to.
    ///
    /// # Errors
    /// E0701 unreadable, E0702 a kind of URI that is not supported yet, E0703 too large, E0723 a key in place of a URI.
    pub(crate) fn read(uri: &str) -> Outcome<Self> {
        // Not quoted: it is a secret, and messages end up in logs.
        if uri.contains("-----BEGIN") || uri.contains('\n') || uri.starts_with('{') || uri.starts_with("hex:")
        {
            return Err(Failure::new(
                codes::KEY_ON_COMMAND_LINE,
                "the key itself stands on the command line",
            ));
        }
        if let Some(name) = uri.strip_prefix("env:") {
            return Self::environment(name);
        }
        for (scheme, what) in
            [("pkcs11:", "keys in PKCS#11 tokens"), ("helper:", "keys behind helper programs")]
        {
            if uri.starts_with(scheme) {
                let message = format!("{what} are not supported yet: '{uri}'");
                return Err(Failure::new(codes::KEY_SCHEME, message).help(
                    "they arrive later; today sign in two steps with --export-tbs and --import-sig, \
                     or give a path, file:PATH or env:NAME",
                ));
            }
        }
        match uri.strip_prefix("file:") {
            // RFC 8089: an empty authority is this machine.
            Some(path) => Self::file(Path::new(path.strip_prefix("//").unwrap_or(path))),
            None if uri == "-" => Self::standard_input(),
            None => Self::file(Path::new(uri)),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// E0701 unreadable, E0703 too large.
    pub(crate) fn file(path: &Path) -> Outcome<Self> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            let reason = Failure::read(&name, &error);
            Failure::new(codes::KEY_READ, reason.message().replacen("can't read", "can't read the key", 1))
        };
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().is_ok_and(|found| found.is_dir()) {
            return Err(unreadable(ErrorKind::IsADirectory.into())
                .help("give one key file; --trust takes directories"));
        }
        // Room for all of it at once: a buffer that grows leaves copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(vec![0; LARGEST + 1]);
        let mut length = 0;
        let mut file = file;
        while length < bytes.len() {
            match file.read(&mut bytes[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error)),
            }
        }
        if length > LARGEST {
            let message = format!("'{name}' has more than {LARGEST} bytes and can't be a key");
            return Err(Failure::new(codes::KEY_UNKNOWN, message).at(Place::file(&name)));
        }
        bytes.truncate(length);
        let is_hex = path.extension().is_some_and(|extension| extension == "hex");
        Ok(Self { role: role(path), name, bytes, is_hex })
    }

    fn environment(name: &str) -> Outcome<Self> {
        let Some(value) = std::env::var_os(name) else {
            let message = format!("the environment variable '{name}' is not set");
            return Err(Failure::new(codes::KEY_READ, message)
                .help("set it to the key in PEM or as JWK, or to hex: and the digits of a MAC secret"));
        };
        Ok(Self {
            name: format!("env:{name}"),
            role: name.to_owned(),
            bytes: Zeroizing::new(value.into_encoded_bytes()),
            is_hex: false,
        })
    }

    fn standard_input() -> Outcome<Self> {
        let input = Input::read(Path::new("-"))?;
        let (name, bytes) = (input.name, Zeroizing::new(input.bytes));
        Ok(Self { role: name.clone(), name, bytes, is_hex: false })
    }

    /// An error about it.
    pub(super) fn failure(&self, code: crate::error::Code, message: impl Into<String>) -> Failure {
        Failure::new(code, message).at(Place::file(&self.name))
    }
}

/// `keys/vendor.pub.pem` belongs to `vendor`.
fn role(path: &Path) -> String {
    let mut stem = PathBuf::from(path.file_stem().unwrap_or(path.as_os_str()));
    for part in ["pub", "public", "key", "priv"] {
        if stem.extension().is_some_and(|extension| extension == part) {
            stem.set_extension("");
        }
    }
    stem.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_the_names_of_files() {
        for (path, wanted) in [
            ("vendor.pub", "vendor"),
            ("keys/vendor.pem", "vendor"),
            ("keys/vendor.pub.pem", "vendor"),
            ("vendor-2026.1.cose", "vendor-2026.1"),
            ("vendor", "vendor"),
            (".hidden", ".hidden"),
        ] {
            assert_eq!(role(Path::new(path)), wanted, "{path}");
        }
    }

    #[test]
    fn a_key_on_the_command_line_is_not_repeated() {
        for secret in ["-----BEGIN PRIVATE KEY-----\nSECRET", "hex:SECRET", "{\"d\":\"SECRET\"}"] {
            let failure = Source::read(secret).map(|_| ()).expect_err("refused");
            assert_eq!(failure.number(), 723);
            assert!(!format!("{failure:?}").contains("SECRET"));
        }
    }
}
