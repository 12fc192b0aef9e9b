//! What verification adds to what was said.

use super::document::Document;
use super::hash::sha256;
use super::model::{Inspection, Standing, Verification};
use crate::error::{Exit, Failure};
use suit_core::cbor::Writer;
use suit_core::labels::{Algorithm, EnvelopeKey};
use suit_core::owned::{Digest, Envelope};
use suit_verify_nostd::AuthenticationError;

impl Document<'_> {
    /// A bare manifest in an envelope that nobody has signed.
    pub(crate) fn in_an_envelope(&self) -> Vec<u8> {
        let manifest = self.root().map(|root| self.encoded(self.content(root))).unwrap_or_default();
        let mut item = Writer::new(Vec::new());
        let Ok(()) = item.bytes(manifest);
        let bytes = sha256(&item.into_inner());
        let digest = Digest { algorithm: Algorithm::Sha256, bytes };
        let (blocks, severed, unknown, payloads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Envelope { tagged: true, digest, blocks, manifest: manifest.to_vec(), severed, unknown, payloads }
            .encode()
    }
}

impl Inspection {
    /// Notes for each signature, in order, by whose key it is.
    pub(crate) fn note_signers(&mut self, roles: impl Iterator<Item = Option<String>>) {
        let signers = self.document.envelope.iter_mut().flat_map(|envelope| &mut envelope.signers);
        for (signer, role) in signers.zip(roles) {
            signer.verified = Some(role.is_some());
            signer.role = role;
        }
    }

    /// Notes the answer of the device's own code.
    pub(crate) fn note_verdict(&mut self, refusal: Option<&Failure>) {
        if let Some(envelope) = &mut self.document.envelope {
            let reasons = refusal.map(|refusal| refusal.messages().map(str::to_owned).collect());
            envelope.verification = Some(Verification {
                holds: refusal.is_none(),
                signatures: true,
                reasons: reasons.unwrap_or_default(),
            });
        }
    }

    /// Says whether the digests hold, for which no key is needed.
    pub(crate) fn check_digests(&mut self, file: &str) -> Option<Failure> {
        let envelope = self.document.envelope.as_mut()?;
        let mut broken = Vec::new();
        match envelope.digest.as_ref().and_then(|digest| digest.matches) {
            Some(true) => {}
            Some(false) => broken.push(AuthenticationError::DigestMismatch),
            None => broken.push(AuthenticationError::UnsupportedDigest),
        }
        let differ = envelope.severed.iter().filter(|member| member.standing == Standing::Differs);
        broken.extend(differ.filter_map(|member| {
            Some(AuthenticationError::SeveredMismatch { member: EnvelopeKey::from_name(&member.member)? })
        }));
        envelope.verification = Some(Verification {
            holds: broken.is_empty(),
            signatures: false,
            reasons: broken.iter().map(ToString::to_string).collect(),
        });
        Failure::all(broken.into_iter().map(|error| {
            Failure::numbered(error.number(), Exit::No, error.to_string()).at(crate::error::Place::file(file))
        }))
    }
}
