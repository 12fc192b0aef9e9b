//! `suit sign`, seen from outside.

mod signing;

use sha2::{Digest as _, Sha256};
use signing::{Place, example_0, hex, item_digest, to_hex};

/// spec.md §5.2: RFC 6979 signature of the first example by K1.
const EXAMPLE_SIGNATURE: &str = "8679a7bde316a9c8a7dd701f3f153f011368749fce6c12e4e2c9f704d3bd104f\
                                 b77559d2d9723ac9ce550dc69e7bf8cc3a1a460dc6f2b851780bd23cf6669c29";
#[test]
fn the_first_example_is_signed_byte_for_byte() {
    let place = Place::with_example();
    let unsigned = place.read("fw.suit");
    // spec.md §7.2: 161 bytes without, 237 with a signature; the manifest's digest.
    assert_eq!(unsigned.len(), 161);
    let digest = item_digest(&example_0().encode());
    assert_eq!(to_hex(&digest.bytes), "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af");

    let ran = place.say("sign fw.suit --key k1.pem -o signed.suit").ok();
    assert_eq!(ran.text(), "signed signed.suit  ESP256 by k1.pem in COSE_Sign1\n");
    let signed = place.read("signed.suit");
    assert_eq!(signed.len(), 237);
    // The wrapper by hand: [digest, 18([{1: -9}, {}, nil, signature])], everything else unchanged.
    let block = [hex("d28443a10128a0f65840"), hex(EXAMPLE_SIGNATURE)].concat();
    let wrapper = [hex("82"), unsigned[7..7 + 38].to_vec(), hex("584a"), block].concat();
    let wanted = [&unsigned[..4], &hex("5873")[..], &wrapper[..], &unsigned[45..]].concat();
    assert_eq!(to_hex(&signed), to_hex(&wanted));
    // interop/SHA256SUMS, libcsuit/suit_manifest_exp0.suit
    assert_eq!(to_hex(&Sha256::digest(&signed)), GOLDEN);
}

/// SHA-256 of the published file.
const GOLDEN: &str = "17a1db3e68296651c3edaaaf6bd33b3fe427bae9eb5a07678e3ceb0de075f4f6";
