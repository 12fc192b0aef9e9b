//! Who signed an envelope, signature by signature. Whether that is enough is for [`suit_verify_nostd::authenticate`] to
//! say; this tells the person what there is.

use crate::keys::Key;
use suit_core::Error;
use suit_core::cose::{AlgorithmId, Block, Header, ToBeSigned};
use suit_core::envelope::Authentication;
use suit_core::labels::{Algorithm, Tag};
use suit_verify_nostd::Crypto;
use suit_verify_nostd::crypto::{Ed25519, EdDsa, Es256, Esp256, Esp384, Hmac256, Sha256, Sha384, Sha512};

/// Everything that the device crate brings along, the deprecated identifiers included.
pub(crate) const EVERYTHING: Crypto<'static> = Crypto {
    signatures: &[&Esp256, &Esp384, &Ed25519, &Es256, &EdDsa],
    macs: &[&Hmac256],
    hashes: &[&Sha256, &Sha384, &Sha512],
};

/// One signature or MAC of an envelope, borrowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signer<'a> {
    /// 0-based number of the authentication block that it stands in.
    pub(crate) block: usize,
    /// The kind of that block.
    pub(crate) structure: Tag,
    /// The algorithm that it is made with, from the protected header.
    pub(crate) algorithm: AlgorithmId<'a>,
    /// The key identifier, a hint that nobody vouches for.
    pub(crate) key_id: Option<&'a [u8]>,
    /// `None` for a COSE_Mac whose key can't be learnt.
    message: Option<ToBeSigned<'a>>,
    signature: &'a [u8],
}

impl<'a> Signer<'a> {
    /// The algorithm, if it is one that this tool knows.
    pub(crate) fn known_algorithm(&self) -> Option<Algorithm> {
        match self.algorithm {
            AlgorithmId::Known(algorithm) => Some(algorithm),
            _ => None,
        }
    }

    /// The algorithm's name, or its number.
    pub(crate) fn algorithm_name(&self) -> String {
        match self.algorithm {
            AlgorithmId::Known(algorithm) => algorithm.name().to_owned(),
            AlgorithmId::Other(number) => number.to_string(),
            AlgorithmId::Text(name) => name.to_owned(),
        }
    }

    /// Whether the way to its key is one that this tool can go.
    pub(crate) fn is_usable(&self) -> bool {
        self.message.is_some()
    }

    /// Whether this key made it, under the algorithm that it names.
    pub(crate) fn is_by(&self, key: &Key) -> bool {
        let (Some(algorithm), Some(message)) = (self.known_algorithm(), self.message) else { return false };
        if !key.kind.algorithms().contains(&algorithm) {
            return false;
        }
        if let Some(verifier) = EVERYTHING.signature(algorithm) {
            verifier.verify(key.verifying(), &message, self.signature).is_ok()
        } else if let Some(verifier) = EVERYTHING.mac(algorithm) {
            verifier.verify(key.verifying(), &message, self.signature).is_ok()
        } else {
            false
        }
    }
}

/// All signatures and MACs, in the order of the envelope.
///
/// # Errors
/// The first fault of a block.
pub(crate) fn signers<'a>(authentication: &Authentication<'a>) -> Result<Vec<Signer<'a>>, Error> {
    let payload = authentication.signed();
    let mut signers = Vec::new();
    for (number, content) in authentication.blocks().enumerate() {
        of_block(number, &Block::parse(content)?, payload, &mut signers)?;
    }
    Ok(signers)
}

/// The signatures or the MAC of one block that stands for itself.
///
/// # Errors
/// As [`signers`].
pub(crate) fn of_block<'a>(
    number: usize,
    block: &Block<'a>,
    payload: &'a [u8],
    signers: &mut Vec<Signer<'a>>,
) -> Result<(), Error> {
    let mut add = |structure, header: &Header<'a>, key_id, message, signature| -> Result<(), Error> {
        let algorithm = header.protected_algorithm()?;
        signers.push(Signer { block: number, structure, algorithm, key_id, message, signature });
        Ok(())
    };
    match block {
        Block::Sign1(one) => {
            let message = ToBeSigned::sign1(one.header().protected(), payload);
            add(Tag::CoseSign1, one.header(), one.header().key_id(), Some(message), one.signature())
        }
        Block::Mac0(one) => {
            let message = ToBeSigned::mac0(one.header().protected(), payload);
            add(Tag::CoseMac0, one.header(), one.header().key_id(), Some(message), one.signature())
        }
        Block::Sign(sign) => {
            for signer in sign.signers() {
                let signer = signer?;
                let message = sign.to_be_signed(&signer, payload);
                add(
                    Tag::CoseSign,
                    signer.header(),
                    signer.header().key_id(),
                    Some(message),
                    signer.signature(),
                )?;
            }
            Ok(())
        }
        Block::Mac(mac) => {
            let direct = mac.recipients().find(|recipient| {
                recipient.header().algorithm() == Some(AlgorithmId::Known(Algorithm::Direct))
            });
            let message = direct.map(|_| ToBeSigned::mac(mac.header().protected(), payload));
            let key_id = direct.and_then(|recipient| recipient.header().key_id()).or(mac.header().key_id());
            add(Tag::CoseMac, mac.header(), key_id, message, mac.tag())
        }
    }
}
