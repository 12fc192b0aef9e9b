"""Signatures and MACs: ours as cwt verifies them, those of cwt as we do, with the payload detached."""

import cbor2
import cwt

from tool import Checks, Tool, blocks, digest, envelope, flip, manifest

# COSE name of an algorithm, kind of key, COSE number, whether it is deprecated.
SIGNATURES = [
    ("ESP256", "p256", -9, False),
    ("ES256", "p256", -7, True),
    ("ESP384", "p384", -51, False),
    ("Ed25519", "ed25519", -19, False),
    ("EdDSA", "ed25519", -8, True),
]
HMAC = 5
DIRECT = -6
KID = b"mac-1"


def with_algorithm(cose_key: bytes, number: int) -> cwt.COSEKey:
    """A key for cwt, for just this algorithm."""
    return cwt.COSEKey.from_bytes(cbor2.dumps({**cbor2.loads(cose_key), 3: number}))


def verifies(block: bytes, key: object, payload: bytes) -> bool:
    """Whether cwt says so. Anything that it raises is a no."""
    try:
        cwt.COSE.new().decode(block, key, detached_payload=payload)
        return True
    except Exception:
        return False


def detached(message: bytes) -> bytes:
    """A message of cwt without its payload."""
    tag = cbor2.loads(message)
    tag.value[2] = None
    return cbor2.dumps(tag)


def run(suit: Tool, check: Checks) -> None:
    content = manifest(1)
    payload = digest(content)
    suit.write("unsigned.suit", envelope(content))
    keys = {}
    for kind in ("p256", "p384", "ed25519"):
        suit.must(f"key gen --type {kind} -o {kind}.pem --public {kind}.pub")
        suit.must(f"key convert {kind}.pem --to cose --private -o {kind}.cose")
        keys[kind] = suit.read(f"{kind}.cose")
    suit.must("key gen --type p256 -o stranger.pem --public stranger.pub")
    suit.must("key convert stranger.pem --to cose --private -o stranger.cose")

    for name, kind, number, deprecated in SIGNATURES:
        allow = f" --allow {name.lower()}" if deprecated else ""
        ours(suit, check, name, kind, with_algorithm(keys[kind], number), number, deprecated, payload)
        theirs(suit, check, name, kind, with_algorithm(keys[kind], number), allow, content)
    several(suit, check, keys, content)
    macs(suit, check, content)


def ours(suit, check, name, kind, key, number, deprecated, payload) -> None:
    """We sign with COSE_Sign1, cwt verifies."""
    flag = f" --alg {name.lower()}" if deprecated else ""
    suit.must(f"sign unsigned.suit --key {kind}.pem{flag} -o signed.suit")
    (block,) = blocks(suit.read("signed.suit"))
    tag = cbor2.loads(block)
    check.equal(f"{name}: our block", (tag.tag, tag.value[:3]), (18, [cbor2.dumps({1: number}), {}, None]))
    check(f"{name}: cwt verifies ours", verifies(block, key, payload))
    check(f"{name}: cwt refuses ours over another digest", not verifies(block, key, flip(payload, -1)))
    check(f"{name}: cwt refuses ours with a changed signature", not verifies(flip(block, -1), key, payload))


def theirs(suit, check, name, kind, key, allow, content) -> None:
    """cwt signs with COSE_Sign1, we verify."""
    payload = digest(content)
    message = cwt.COSE.new(alg_auto_inclusion=True).encode(payload, key)
    block = detached(message)
    suit.write("theirs.suit", envelope(content, block))
    ran = suit(f"verify theirs.suit --trust {kind}.pub{allow}")
    check(f"{name}: we verify cwt's", ran.status == 0 and f"{name} in COSE_Sign1: by {kind}" in ran.out.decode(), ran)
    if allow:
        ran = suit(f"verify theirs.suit --trust {kind}.pub")
        check(f"{name}: only where it is allowed", ran.is_refused(1, "E0504"), ran)
    ran = suit(f"verify theirs.suit --trust stranger.pub{allow}")
    check(f"{name}: not for another key", ran.is_refused(1, "E0504"), ran)
    suit.write("changed.suit", envelope(content, flip(block, -1)))
    ran = suit(f"verify changed.suit --trust {kind}.pub{allow}")
    check(f"{name}: we refuse cwt's with a changed signature", ran.is_refused(1, "E0504"), ran)
    suit.write("moved.suit", envelope(manifest(2), block))
    ran = suit(f"verify moved.suit --trust {kind}.pub{allow}")
    check(f"{name}: we refuse cwt's for another manifest", ran.is_refused(1, "E0504"), ran)
    suit.write("attached.suit", envelope(content, message))
    ran = suit(f"verify attached.suit --trust {kind}.pub{allow}")
    check(f"{name}: we refuse an attached payload", ran.is_refused(3, "E0401"), ran)


def several(suit, check, keys, content) -> None:
    """COSE_Sign with three signers."""
    payload = digest(content)
    numbers = {"p256": -9, "p384": -51, "ed25519": -19}
    flags = " ".join(f"--key {kind}.pem" for kind in numbers)
    suit.must(f"sign unsigned.suit {flags} --cose-sign --kid thumbprint -o several.suit")
    (block,) = blocks(suit.read("several.suit"))
    tag = cbor2.loads(block)
    check.equal("COSE_Sign: our body", (tag.tag, tag.value[:3]), (98, [b"", {}, None]))
    for kind, number in numbers.items():
        kid = bytes.fromhex(suit.must(f"key kid {kind}.pem").out.decode())
        key = cwt.COSEKey.from_bytes(cbor2.dumps({**cbor2.loads(keys[kind]), 2: kid, 3: number}))
        check(f"COSE_Sign: cwt verifies the signature by {kind}", verifies(block, key, payload))
        check(f"COSE_Sign: cwt refuses another digest for {kind}", not verifies(block, key, flip(payload, -1)))

    signers = [
        cwt.Signer.new(with_algorithm(keys[kind], number), protected={1: number}) for kind, number in numbers.items()
    ]
    block = detached(cwt.COSE.new().encode(payload, signers=signers))
    check.equal("COSE_Sign: cwt made one", cbor2.loads(block).tag, 98)
    suit.write("several.suit", envelope(content, block))
    trust = " ".join(f"--trust {kind}.pub" for kind in numbers)
    ran = suit(f"verify several.suit {trust} --require {','.join(numbers)}")
    check("COSE_Sign: we verify all three of cwt's", ran.status == 0, ran)
    ran = suit("verify several.suit --trust stranger.pub")
    check("COSE_Sign: not for another key", ran.is_refused(1, "E0504"), ran)
    # The last signer is the last thing in the block.
    suit.write("several.suit", envelope(content, flip(block, -1)))
    ran = suit(f"verify several.suit {trust} --require {','.join(numbers)}")
    check("COSE_Sign: we miss a changed signature", ran.is_refused(1, "E0550"), ran)


def macs(suit, check, content) -> None:
    """COSE_Mac0, and COSE_Mac with a direct recipient."""
    payload = digest(content)
    suit.must("key gen --type hmac-256 -o mac.cose")
    suit.must("key gen --type hmac-256 -o other.cose")
    secret = cbor2.loads(suit.read("mac.cose"))[-1]
    key = cwt.COSEKey.from_symmetric_key(secret, alg="HS256", kid=KID)
    for flag, tag in (("", 17), (f" --mac-recipients --kid text:{KID.decode()}", 97)):
        what = {17: "COSE_Mac0", 97: "COSE_Mac"}[tag]
        suit.must(f"sign unsigned.suit --mac mac.cose{flag} -o mac.suit")
        (block,) = blocks(suit.read("mac.suit"))
        made = cbor2.loads(block)
        check.equal(f"{what}: our block", (made.tag, made.value[:3]), (tag, [cbor2.dumps({1: HMAC}), {}, None]))
        if tag == 97:
            check.equal(f"{what}: our recipient", made.value[4], [[b"", {1: DIRECT, 4: KID}, b""]])
        check(f"{what}: cwt verifies ours", verifies(block, key, payload))
        check(f"{what}: cwt refuses ours over another digest", not verifies(block, key, flip(payload, -1)))

        recipients = []
        if tag == 97:
            recipients = [cwt.Recipient.new(unprotected={1: DIRECT, 4: KID})]
        message = cwt.COSE.new(alg_auto_inclusion=True).encode(payload, key, recipients=recipients)
        block = detached(message)
        check.equal(f"{what}: cwt made one", cbor2.loads(block).tag, tag)
        suit.write("mac.suit", envelope(content, block))
        ran = suit("verify mac.suit --trust mac.cose")
        check(f"{what}: we verify cwt's", ran.status == 0 and f"HMAC-256 in {what}" in ran.out.decode(), ran)
        ran = suit("verify mac.suit --trust other.cose")
        check(f"{what}: not for another secret", ran.is_refused(1, "E0504"), ran)
        suit.write("moved.suit", envelope(manifest(2), block))
        ran = suit("verify moved.suit --trust mac.cose")
        check(f"{what}: we refuse cwt's for another manifest", ran.is_refused(1, "E0504"), ran)
