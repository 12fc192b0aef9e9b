//! Keys of the device in software, one for each algorithm whose feature is on.

macro_rules! key {
    ($feature:literal, $(#[$doc:meta])* $name:ident: $inner:ty, $algorithm:ident, $len:literal) => {
        $(#[$doc])*
        #[cfg(feature = $feature)]
        #[derive(Clone)]
        pub struct $name<'k> {
            key: $inner,
            key_id: Option<&'k [u8]>,
        }

        #[cfg(feature = $feature)]
        impl core::fmt::Debug for $name<'_> {
            // The key is left out: it is secret.
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).field("key_id", &self.key_id).finish_non_exhaustive()
            }
        }

        #[cfg(feature = $feature)]
        impl super::ReportSigner for $name<'_> {
            fn algorithm(&self) -> suit_core::labels::Algorithm {
                suit_core::labels::Algorithm::$algorithm
            }

            fn key_id(&self) -> Option<&[u8]> {
                self.key_id
            }

            fn signature_len(&self) -> usize {
                $len
            }

            fn sign(
                &mut self,
                message: &dyn crate::crypto::Message,
                out: &mut [u8],
            ) -> Result<(), super::SignFault> {
                let out: &mut [u8; $len] = out.try_into().map_err(|_| super::SignFault)?;
                *out = self.signature(message)?;
                Ok(())
            }
        }
    };
}

key!("esp256",
    /// A private key for ESP256. Signatures are deterministic (RFC 6979), so no random numbers are needed.
    Esp256Key: p256::ecdsa::SigningKey, Esp256, 64);

#[cfg(feature = "esp256")]
impl<'k> Esp256Key<'k> {
    /// The key with this secret number, 32 bytes, big-endian.
    ///
    /// # Errors
    /// [`InvalidKey`](crate::crypto::InvalidKey) if it is zero or not below the order of the group.
    pub fn new(secret: &[u8; 32], key_id: Option<&'k [u8]>) -> Result<Self, crate::crypto::InvalidKey> {
        let key = p256::ecdsa::SigningKey::from_slice(secret).map_err(|_| crate::crypto::InvalidKey)?;
        Ok(Self { key, key_id })
    }

    fn signature(&self, message: &dyn crate::crypto::Message) -> Result<[u8; 64], super::SignFault> {
        use p256::ecdsa::signature::hazmat::PrehashSigner;
        use sha2::digest::Digest;

        let mut hash = sha2::Sha256::new();
        message.feed(&mut |piece| hash.update(piece));
        let signature: p256::ecdsa::Signature =
            self.key.sign_prehash(&hash.finalize()).map_err(|_| super::SignFault)?;
        Ok(signature.to_bytes().into())
    }
}

key!("ed25519",
    /// A private key for Ed25519.
    Ed25519Key: ed25519_dalek::SigningKey, Ed25519, 64);

#[cfg(feature = "ed25519")]
impl<'k> Ed25519Key<'k> {
    /// The key with this secret of 32 bytes (RFC 8032 §5.1.5).
    #[must_use]
    pub fn new(secret: &[u8; 32], key_id: Option<&'k [u8]>) -> Self {
        Self { key: ed25519_dalek::SigningKey::from_bytes(secret), key_id }
    }

    fn signature(&self, message: &dyn crate::crypto::Message) -> Result<[u8; 64], super::SignFault> {
        use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign_byupdate};
        use ed25519_dalek::{Digest, Sha512};

        // RFC 8032 §5.1.6 hashes the message twice, which is what a message in pieces allows. The public key is this
        // secret's own, always: with another one, signatures would give the secret away.
        let secret = ExpandedSecretKey::from(self.key.as_bytes());
        let feed = |hash: &mut Sha512| {
            message.feed(&mut |piece| hash.update(piece));
            Ok(())
        };
        let signature = raw_sign_byupdate::<Sha512, _>(&secret, feed, &self.key.verifying_key());
        signature.map(|signature| signature.to_bytes()).map_err(|_| super::SignFault)
    }
}

key!("hmac-256",
    /// A secret for HMAC 256/256, shared with whoever reads the reports.
    Hmac256Key: hmac::Hmac<sha2::Sha256>, Hmac256, 32);

#[cfg(feature = "hmac-256")]
impl<'k> Hmac256Key<'k> {
    /// The key with this secret of at least 16 bytes; 32 are recommended.
    ///
    /// # Errors
    /// [`InvalidKey`](crate::crypto::InvalidKey) if it is shorter.
    pub fn new(secret: &[u8], key_id: Option<&'k [u8]>) -> Result<Self, crate::crypto::InvalidKey> {
        use crate::crypto::{Hmac256, InvalidKey, MacVerifier};
        use hmac::KeyInit;

        Hmac256.check_key(secret)?;
        Ok(Self { key: hmac::Hmac::new_from_slice(secret).map_err(|_| InvalidKey)?, key_id })
    }

    #[allow(clippy::unnecessary_wraps, reason = "as for the other keys")]
    fn signature(&self, message: &dyn crate::crypto::Message) -> Result<[u8; 32], super::SignFault> {
        use hmac::Mac;

        let mut mac = self.key.clone();
        message.feed(&mut |piece| mac.update(piece));
        Ok(mac.finalize().into_bytes().into())
    }
}
