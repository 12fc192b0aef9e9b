//! `suit key`: makes, shows and converts keys.

use crate::cli::key::{KeyAction, KeyArgs};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::keys::{self, Form, Key, Kind, hex};
use crate::output::{Console, Output, Target};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;

/// A key without its secrets, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeyRecord {
    /// Always `suit-key/1`.
    format: &'static str,
    /// Where it is.
    key: String,
    /// P-256, P-384, Ed25519 or HMAC-256.
    kind: &'static str,
    /// COSE name of the algorithm that it is used with, such as `ESP256`.
    algorithm: String,
    /// Whether the private part, or the secret, is there.
    private: bool,
    /// The public key in hex: an uncompressed point (04, x, y), or the 32 bytes of Ed25519.
    #[serde(skip_serializing_if = "Option::is_none")]
    public: Option<String>,
    /// The identifier that the key brings along, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// Thumbprint with SHA-256 (RFC 9679) in hex; secrets have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbprint: Option<String>,
    /// What the key says that it is for: `sign`, `verify`. Absent if it doesn't say.
    #[serde(skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<&'static str>>,
}

impl KeyRecord {
    fn new(key: &Key) -> Self {
        let algorithm = key.algorithm.or(key.kind.algorithms().first().copied());
        let operations = key.operations.map(|operations| {
            let words = [(operations.sign, "sign"), (operations.verify, "verify")];
            words.into_iter().filter_map(|(is_for, word)| is_for.then_some(word)).collect()
        });
        Self {
            format: "suit-key/1",
            key: key.name.clone(),
            kind: key.kind.name(),
            algorithm: algorithm.map(|algorithm| algorithm.name().to_owned()).unwrap_or_default(),
            private: key.has_private(),
            public: (!key.kind.is_secret()).then(|| hex(key.verifying())),
            key_id: key.key_id.as_deref().map(hex),
            thumbprint: key.thumbprint().ok().map(|thumbprint| hex(&thumbprint)),
            operations,
        }
    }

    fn text(&self) -> String {
        let part = match (self.public.is_some(), self.private) {
            (false, _) => "secret",
            (true, true) => "private key",
            (true, false) => "public key",
        };
        let mut text = format!("{}  {} {part}, for {}\n", self.key, self.kind, self.algorithm);
        let mut line = |label: &str, value: &str| text.push_str(&format!("  {label:<11} {value}\n"));
        if let Some(public) = &self.public {
            line("public", public);
        }
        if let Some(kid) = &self.key_id {
            line("kid", kid);
        }
        if let Some(thumbprint) = &self.thumbprint {
            line("thumbprint", thumbprint);
        }
        if let Some(operations) = &self.operations {
            line("only for", &operations.join(", "));
        }
        text
    }
}

/// A key identifier, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeyIdRecord {
    /// Always `suit-kid/1`.
    format: &'static str,
    /// The identifier in hex.
    key_id: String,
    /// Whether it is the key's thumbprint with SHA-256 (RFC 9679).
    is_thumbprint: bool,
}

/// Runs the verb.
///
/// # Errors
/// 07xx for keys, 06xx for files.
pub(crate) fn run(args: &KeyArgs, console: &Console) -> Outcome<Exit> {
    match &args.action {
        KeyAction::Gen { kind, output, public, to, format: _ } => {
            generate(*kind, output, public.as_ref(), *to, console)
        }
        KeyAction::Show { key, format } => {
            let record = KeyRecord::new(&Key::read(key)?);
            if format.is_json() { console.print_json(&record) } else { console.print(&record.text()) }
        }
        KeyAction::Convert { key, to, private, output } => convert(&Key::read(key)?, *to, *private, output),
        KeyAction::Kid { key, format } => {
            let key = Key::read(key)?;
            let record = KeyIdRecord {
                format: "suit-kid/1",
                key_id: match &key.key_id {
                    Some(kid) => hex(kid),
                    None => hex(&key.thumbprint()?),
                },
                is_thumbprint: key.key_id.is_none(),
            };
            if format.is_json() {
                console.print_json(&record)
            } else {
                console.print(&format!("{}\n", record.key_id))
            }
        }
    }?;
    Ok(Exit::Done)
}

fn generate(
    kind: Kind,
    output: &Target,
    public: Option<&Target>,
    to: Option<Form>,
    console: &Console,
) -> Outcome<()> {
    let form = to.unwrap_or(if kind.is_secret() { Form::Cose } else { Form::Pem });
    if let (Form::C | Form::Rust, _) = (form, kind) {
        return Err(Failure::new(codes::KEY_FORM, "new keys are written as pem, cose or jwk")
            .help("make an array of the public key with `suit key convert`"));
    }
    if kind.is_secret() && public.is_some() {
        return Err(Failure::new(codes::KEY_SECRET, "a secret has no public part").help("leave --public out"));
    }
    if public == Some(output) {
        return Err(Failure::new(codes::USAGE, "both parts of the key would go to one file")
            .help("give --public another name"));
    }
    // Both files are begun before either appears: if one can't be written, neither is.
    let plan = |is_text: bool| if is_text { Output::plan().text() } else { Output::plan() };
    let mut private_file = plan(form.is_text()).private().open(output)?;
    let mut public_file =
        public.map(|target| plan(form.is_text()).keep_existing().open(target)).transpose()?;
    let role = match output {
        Target::File(path) => path.file_stem().map(|stem| stem.display().to_string()),
        Target::Stdout => None,
    };
    let key = keys::generate(kind, &output.name(), role.as_deref().unwrap_or("key"))?;
    private_file.put(&keys::write(&key, form, true)?)?;
    if let Some(file) = &mut public_file {
        file.put(&keys::write(&key, form, false)?)?;
    }
    private_file.finish()?;
    if let Some(file) = public_file {
        let finished = file.finish();
        if let (Err(_), Target::File(path)) = (&finished, output) {
            // It was made a moment ago, and nobody can have used it.
            let _ = std::fs::remove_file(path);
        }
        finished?;
    }
    console.note(&format!("made {}  {}, only you can read it", output.name(), kind.name()));
    Ok(())
}

fn convert(key: &Key, form: Form, private: bool, output: &Target) -> Outcome<()> {
    let written = keys::write(key, form, private)?;
    let plan = if form.is_text() { Output::plan().text() } else { Output::plan() };
    let plan = plan.reading(Path::new(key.name.as_str()));
    let plan = if private { plan.private() } else { plan };
    plan.open(output)?.finish_with(&written)
}
