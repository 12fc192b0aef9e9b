//! PEM (RFC 7468) as openssl writes it: one key, for elliptic curves perhaps with a block of parameters before it.

use super::Source;
use super::der::{self, Curve};
use super::parse::Parts;
use crate::error::{Code, Failure, Outcome, codes};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";

/// Whether there is a PEM block anywhere in it.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes())
}

/// A block: its label, and its text with the lines around it.
struct Block<'a> {
    label: &'a str,
    text: &'a str,
}

/// Reads the key in a PEM file. Text around the blocks, such as `openssl … -text` writes it, is ignored.
///
/// # Errors
/// E0704 and the errors of [`der`]; E0706 encrypted, E0709 several keys, E0720 a certificate.
pub(super) fn parse(source: &Source, bytes: &[u8]) -> Outcome<Parts> {
    let name = &source.name;
    let text = core::str::from_utf8(bytes).map_err(|_| {
        source.failure(codes::KEY_PEM, format!("'{name}' is PEM with bytes that are not text"))
    })?;
    let mut parameters = None;
    let mut keys = Vec::new();
    for block in blocks(source, text)? {
        match block.label {
            "EC PARAMETERS" => parameters = Some(der::named_curve(source, &decode(source, &block)?)?),
            _ => keys.push(block),
        }
    }
    match keys.as_slice() {
        [] => Err(source
            .failure(codes::KEY_UNKNOWN, format!("'{name}' holds the parameters of a curve, but no key"))),
        [key] => read(source, key, parameters),
        several => {
            let labels: Vec<_> = several.iter().map(|block| block.label).collect();
            Err(source.failure(
                codes::KEY_SEVERAL,
                format!("'{name}' holds {} PEM blocks: {}", labels.len(), labels.join(", ")),
            ))
        }
    }
}

fn read(source: &Source, block: &Block<'_>, parameters: Option<Curve>) -> Outcome<Parts> {
    let name = &source.name;
    let refuse = |code: Code, what: &str| -> Failure { source.failure(code, format!("'{name}' is {what}")) };
    match block.label {
        "EC PRIVATE KEY" if block.text.contains("ENCRYPTED") => {
            Err(refuse(codes::KEY_ENCRYPTED, "encrypted"))
        }
        // Some tools write PKCS#8 under the other label; openssl reads it by its structure, and so does this.
        "EC PRIVATE KEY" | "PRIVATE KEY" => der::private(source, &decode(source, block)?, parameters),
        "PUBLIC KEY" => der::spki(source, &decode(source, block)?),
        "ENCRYPTED PRIVATE KEY" => Err(refuse(codes::KEY_ENCRYPTED, "encrypted")),
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => Err(refuse(codes::KEY_KIND, "an RSA key")),
        "DSA PRIVATE KEY" | "DSA PUBLIC KEY" => Err(refuse(codes::KEY_KIND, "a DSA key")),
        "OPENSSH PRIVATE KEY" => Err(refuse(codes::KEY_UNKNOWN, "a key in the form of OpenSSH")
            .help("write it in PKCS#8, in a copy: ssh-keygen -p -m pkcs8 -N '' -f COPY")),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            Err(refuse(codes::KEY_CERTIFICATE, "a certificate, not a key"))
        }
        label => {
            Err(refuse(codes::KEY_UNKNOWN, &format!("a PEM file of '{label}', which is no kind of key")))
        }
    }
}

/// The blocks of a file, from BEGIN line to END line.
fn blocks<'a>(source: &Source, text: &'a str) -> Outcome<Vec<Block<'a>>> {
    let malformed = |what: String| source.failure(codes::KEY_PEM, what);
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        rest = &rest[start..];
        let label = rest[BEGIN.len()..].split("-----").next().unwrap_or_default();
        if label.contains('\n') {
            return Err(malformed(format!("'{}' has a BEGIN line without its end", source.name)));
        }
        let end = format!("-----END {label}-----");
        let length = rest.find(&end).map(|at| at + end.len()).ok_or_else(|| {
            malformed(format!("'{}' has no line '{end}' for its '{BEGIN}{label}-----'", source.name))
        })?;
        // A second BEGIN before the END would belong to another block.
        if rest[BEGIN.len()..length].contains(BEGIN) {
            return Err(malformed(format!(
                "'{}' has a '{BEGIN}{label}-----' without its END line",
                source.name
            )));
        }
        blocks.push(Block { label, text: &rest[..length] });
        rest = &rest[length..];
    }
    Ok(blocks)
}

/// What the base64 text of a block stands for.
fn decode(source: &Source, block: &Block<'_>) -> Outcome<Zeroizing<Vec<u8>>> {
    let malformed = |error: pem_rfc7468::Error| {
        let what = match error {
            pem_rfc7468::Error::Base64(_) | pem_rfc7468::Error::Length => "its text is not base64",
            pem_rfc7468::Error::HeaderDisallowed => "it has headers, as only encrypted keys of old have",
            _ => "its lines are not as RFC 7468 has them",
        };
        source.failure(codes::KEY_PEM, format!("'{}' is malformed PEM: {what}", source.name))
    };
    let mut decoder = pem_rfc7468::Decoder::new_detect_wrap(block.text.as_bytes()).map_err(malformed)?;
    // All of it at once: a buffer that grows leaves copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(decoder.remaining_len()));
    decoder.decode_to_end(&mut content).map_err(malformed)?;
    Ok(content)
}
