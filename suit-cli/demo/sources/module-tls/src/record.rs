//! Record headers, nonces and padding.

/// Longest encrypted record: 2^14 + 256 bytes (RFC 8446 §5.2).
const MAX_CIPHERTEXT: u16 = 16_640;

/// The length of an encrypted record, from its header; `None` if the header is not one of TLS 1.3.
pub(crate) fn length(header: &[u8; 5]) -> Option<u16> {
    let &[kind, major, minor, high, low] = header;
    let length = u16::from_be_bytes([high, low]);
    // §5.2: opaque_type is application_data (23), legacy_record_version is 0x0303.
    (kind == 23 && major == 3 && minor == 3 && (1..=MAX_CIPHERTEXT).contains(&length)).then_some(length)
}

/// The nonce of a record: the sequence number, padded on the left, exclusive-or the static IV (RFC 8446 §5.3).
pub(crate) fn nonce(iv: &[u8; 12], sequence: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (to, from) in nonce.iter_mut().rev().zip(sequence.to_le_bytes()) {
        *to ^= from;
    }
    nonce
}

/// Content type and length of an inner plaintext, after its padding of zeros was taken off (RFC 8446 §5.4).
#[cfg(feature = "padding")]
pub(crate) fn unpad(inner: &[u8]) -> Option<(u8, usize)> {
    // §5.4: "If a receiving implementation does not find a non-zero octet in the cleartext, it MUST terminate".
    let at = inner.iter().rposition(|&byte| byte != 0)?;
    Some((*inner.get(at)?, at))
}

/// Known answers for everything above.
pub(crate) fn self_test() -> bool {
    // The arguments go through a black box: the code has to be there, not its result.
    let see = core::hint::black_box::<&[u8; 5]>;
    let headers = length(see(&[23, 3, 3, 0x41, 0x00])) == Some(16_640)
        && length(see(&[23, 3, 3, 0x41, 0x01])).is_none()
        && length(see(&[22, 3, 3, 0, 5])).is_none();
    let iv = core::hint::black_box([0x5d, 0x31, 0x3e, 0xb2, 0x67, 0x12, 0x76, 0xee, 0x13, 0x00, 0x0b, 0x30]);
    let nonces = nonce(&iv, core::hint::black_box(0x0102))
        == [0x5d, 0x31, 0x3e, 0xb2, 0x67, 0x12, 0x76, 0xee, 0x13, 0x00, 0x0a, 0x32];
    #[cfg(feature = "padding")]
    let padding = unpad(core::hint::black_box(&[0x0e, 0x00, 0x17, 0x00, 0x00])) == Some((0x17, 2))
        && unpad(core::hint::black_box(&[0; 4])).is_none();
    #[cfg(not(feature = "padding"))]
    let padding = true;
    headers && nonces && padding
}
