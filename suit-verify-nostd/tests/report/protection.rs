//! What protects a report: signatures and MACs, made and checked.

use suit_core::cbor::Reader;
use suit_core::cose::ProtectedReport;
use suit_core::envelope::Authentication;
use suit_core::labels::Algorithm;
use suit_core::{Error, ErrorKind};
use suit_verify_nostd::crypto::Message;
use suit_verify_nostd::report::{
    Ed25519Key, Ending, Esp256Key, Finished, Hmac256Key, OVERHEAD, ProtectError, Recorder, ReportSigner,
    ReportWriter, SignFault, verify,
};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore};

use crate::common::{ALL, Key, array, bstr, hex, text};
use crate::{WRAPPER, failed};

fn with_report<T>(then: impl FnOnce(Finished<'_>) -> T) -> T {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let mut memory = vec![0; 512];
    let mut writer = ReportWriter::begin(&mut memory, &authentication, None, Some(b"nonce")).unwrap();
    writer.record(&failed());
    then(writer.finish(Ending::Success, None).unwrap())
}

fn plain() -> Vec<u8> {
    with_report(|finished| finished.bytes().to_vec())
}

fn secret(digits: &str) -> [u8; 32] {
    hex(digits).try_into().unwrap()
}

/// Each of our keys, its like in another implementation, its kind of message, and its algorithm's encoding.
fn keys() -> [(Box<dyn ReportSigner>, Key, u8, &'static str, &'static str); 3] {
    let k1 = secret("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
    let ed = secret("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    [
        (Box::new(Esp256Key::new(&k1, Some(b"k1")).unwrap()), Key::k1(), 0xd2, "Signature1", "28"),
        (Box::new(Ed25519Key::new(&ed, Some(b"k1"))), Key::ed25519(), 0xd2, "Signature1", "32"),
        (Box::new(Hmac256Key::new(&[0x61; 32], Some(b"k1")).unwrap()), Key::mac(), 0xd1, "MAC0", "05"),
    ]
}

fn trusted(message: &[u8], key: &Key) -> Result<u8, AuthenticationError> {
    let raw = key.raw();
    let anchors = [TrustAnchor::new(key.algorithm(), &raw, None, &ALL).unwrap()];
    let trust = TrustStore::new(&anchors).unwrap();
    let report = ProtectedReport::parse(Reader::new(message))?;
    verify(&report, &trust, &ALL, &mut Budget::new()).map(|anchors| anchors.len())
}

/// The message is the one that is made here by hand, with the signature of another implementation; all three algorithms
/// are deterministic.
#[test]
fn p_252_messages_byte_by_byte() {
    for (mut ours, theirs, tag, context, algorithm) in keys() {
        let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
        let header = [&[0xa1, 0x01][..], &hex(algorithm)].concat();
        let signed = array(&[text(context), bstr(&header), bstr(&[]), bstr(&plain())]);
        let expected = [
            vec![tag],
            array(&[bstr(&header), hex("a1 04 42 6b31"), bstr(&plain()), bstr(&theirs.sign(&signed))]),
        ];
        assert_eq!(message, expected.concat(), "{context} {algorithm}");
        assert_eq!(trusted(&message, &theirs), Ok(1));
        let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
        assert_eq!(report.payload().rest(), plain());
    }
}

#[test]
fn p_252_one_wrong_bit_is_refused() {
    for (mut ours, theirs, ..) in keys() {
        let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
        for index in 0..message.len() {
            let mut wrong = message.clone();
            wrong[index] ^= 1;
            // The unprotected header is not covered, and the key's identifier in it is only a hint:
            // d2 84 43 a10128 a1 04 42 6b31
            let is_hint = [7, 9, 10].contains(&index);
            match trusted(&wrong, &theirs) {
                Ok(_) => assert!(is_hint, "byte {index}"),
                Err(AuthenticationError::NoTrustedSignature | AuthenticationError::Malformed(_)) => {
                    assert!(!is_hint, "byte {index}");
                }
                Err(other) => panic!("byte {index}: {other}"),
            }
        }
    }
}

#[test]
fn other_keys_and_other_kinds_are_refused() {
    let message =
        |mut key: Box<dyn ReportSigner>| with_report(|report| report.protect(&mut *key).unwrap().to_vec());
    let [signed, ..] = keys().map(|(ours, ..)| message(ours));
    assert_eq!(trusted(&signed, &Key::k2()), Err(AuthenticationError::NoTrustedSignature));
    assert_eq!(trusted(&signed, &Key::mac()), Err(AuthenticationError::NoTrustedSignature));
    // As a MAC, the message names an algorithm that is none.
    let mut as_mac = signed.clone();
    as_mac[0] = 0xd1;
    assert_eq!(trusted(&as_mac, &Key::k1()), Err(AuthenticationError::NoTrustedSignature));
    // The algorithm must be protected.
    let unprotected = hex("d2 84 40 a1 01 28 41 a0 41 00");
    assert_eq!(
        trusted(&unprotected, &Key::k1()),
        Err(AuthenticationError::Malformed(Error::new(ErrorKind::UnprotectedAlgorithm, 4)))
    );
}

#[test]
fn tries_are_counted() {
    let [(mut ours, theirs, ..), ..] = keys();
    let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
    let raw = theirs.raw();
    let anchors = [TrustAnchor::new(theirs.algorithm(), &raw, None, &ALL).unwrap()];
    let trust = TrustStore::new(&anchors).unwrap();
    let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
    let mut budget = Budget::new();
    budget.attempts = 0;
    let refused = verify(&report, &trust, &ALL, &mut budget).map(|anchors| anchors.len());
    assert!(matches!(refused, Err(AuthenticationError::BudgetExhausted(_))), "{refused:?}");
}

/// A signer of any form.
struct Engine {
    key_id: Option<Vec<u8>>,
    len: usize,
    result: Result<(), SignFault>,
}

impl ReportSigner for Engine {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HssLms
    }

    fn key_id(&self) -> Option<&[u8]> {
        self.key_id.as_deref()
    }

    fn signature_len(&self) -> usize {
        self.len
    }

    fn sign(&mut self, message: &dyn Message, out: &mut [u8]) -> Result<(), SignFault> {
        let mut sum = 0_u8;
        message.feed(&mut |piece| sum = piece.iter().fold(sum, |sum, byte| sum.wrapping_add(*byte)));
        out.fill(sum);
        assert_eq!(out.len(), self.len);
        self.result
    }
}

#[test]
fn signers_of_other_forms() {
    let protect = |key_id: Option<usize>, len, result| {
        let mut engine = Engine { key_id: key_id.map(|len| vec![b'k'; len]), len, result };
        with_report(|finished| finished.protect(&mut engine).map(<[u8]>::to_vec))
    };
    // Heads of signatures of one, two and three bytes; memory of 512 bytes has room for 256.
    for (len, head) in [(0, "40"), (23, "57"), (24, "5818"), (256, "590100")] {
        let message = protect(None, len, Ok(())).unwrap();
        let start = message.len() - len - head.len() / 2;
        assert_eq!(message[start..message.len() - len], hex(head));
        assert_eq!(message[..7], hex("d2 84 44 a101382d a0")[..7], "{{1: -46}}, no key identifier");
        let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
        assert_eq!((report.payload().rest(), report.signature().len()), (&plain()[..], len));
    }
    // 40 bytes of a key's identifier have room for certain.
    assert!(protect(Some(40), 64, Ok(())).is_ok());
    assert_eq!(protect(Some(200), 64, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, 500, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, usize::MAX, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, 64, Err(SignFault)), Err(ProtectError::SignFault));
}

/// Whatever fits into the memory can be protected in it.
#[test]
fn there_is_room_for_protection_in_every_memory() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let k1 = secret("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
    let least = OVERHEAD + authentication.signed().len();
    for len in [least, least + 1, least + 200, least + 1000] {
        let mut memory = vec![0; len];
        let mut writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
        (0..100).for_each(|_| writer.record(&failed()));
        let mut key = Esp256Key::new(&k1, Some(&[7; 40])).unwrap();
        let message = writer.finish(Ending::Success, None).unwrap().protect(&mut key).unwrap();
        assert_eq!(trusted(message, &Key::k1()), Ok(1), "{len}");
    }
}

#[test]
fn keys_that_are_none() {
    assert!(Esp256Key::new(&[0; 32], None).is_err());
    assert!(Esp256Key::new(&[0xff; 32], None).is_err());
    assert!(Hmac256Key::new(&[1; 15], None).is_err());
    let shown = format!("{:?}", Hmac256Key::new(&[0x5a; 32], None).unwrap());
    assert_eq!(shown, "Hmac256Key { key_id: None, .. }");
}
