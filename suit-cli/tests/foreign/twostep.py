"""Signing in two steps with openssl as the signer elsewhere, and openssl as a verifier of what we sign."""

from tool import Checks, Tool, blocks, digest, envelope, manifest

import cbor2


def run(suit: Tool, check: Checks) -> None:
    content = manifest(1)
    suit.write("unsigned.suit", envelope(content))
    suit.openssl("ecparam -name prime256v1 -genkey -out p256.pem")
    suit.openssl("ecparam -name secp384r1 -genkey -out p384.pem")
    suit.openssl("genpkey -algorithm ED25519 -out ed25519.pem")
    for kind in ("p256", "p384", "ed25519"):
        suit.openssl(f"pkey -in {kind}.pem -pubout -out {kind}.pub")

    for kind, number, hash_name in (("p256", -9, "sha256"), ("p384", -51, "sha384"), ("ed25519", -19, None)):
        suit.must(f"sign unsigned.suit --export-tbs {kind}.tbs --pub {kind}.pub")
        wanted = cbor2.dumps(["Signature1", cbor2.dumps({1: number}), b"", digest(content)])
        check.equal(f"{kind}: what is to be signed", suit.read(f"{kind}.tbs"), wanted)
        if hash_name:
            signature = suit.openssl(f"dgst -{hash_name} -sign {kind}.pem {kind}.tbs")
            form = " --format der"
        else:
            signature = suit.openssl(f"pkeyutl -sign -rawin -inkey {kind}.pem -in {kind}.tbs")
            form = ""
        suit.write(f"{kind}.sig", signature)
        suit.must(f"sign unsigned.suit --import-sig {kind}.sig --pub {kind}.pub{form} -o {kind}.suit")
        ran = suit(f"verify {kind}.suit --trust {kind}.pub")
        check(f"{kind}: openssl's signature is in and holds", ran.status == 0, ran)

        suit.write("other.suit", envelope(manifest(2)))
        ran = suit(f"sign other.suit --import-sig {kind}.sig --pub {kind}.pub{form} -o wrong.suit")
        check(f"{kind}: it is not taken for another manifest", ran.is_refused(5, "E0903"), ran)
        check(f"{kind}: and nothing was written", not suit.path("wrong.suit").exists())

        # And the other way round.
        suit.must(f"sign unsigned.suit --key {kind}.pem -o ours.suit")
        signature = cbor2.loads(blocks(suit.read("ours.suit"))[0]).value[3]
        if hash_name:
            half = len(signature) // 2
            suit.write("ours.sig", sequence(signature[:half], signature[half:]))
            line = f"dgst -{hash_name} -verify {kind}.pub -signature ours.sig {kind}.tbs"
        else:
            suit.write("ours.sig", signature)
            line = f"pkeyutl -verify -rawin -pubin -inkey {kind}.pub -sigfile ours.sig -in {kind}.tbs"
        said = suit.openssl(line)
        check(f"{kind}: openssl verifies ours", b"Verified" in said, said)

    suit.must("sign unsigned.suit --export-tbs p256.hash --pub p256.pub --format prehash")
    suit.write("p256.sig", suit.openssl("pkeyutl -sign -inkey p256.pem -in p256.hash"))
    suit.must("sign unsigned.suit --import-sig p256.sig --pub p256.pub --format der -o hashed.suit")
    ran = suit("verify hashed.suit --trust p256.pub")
    check("a signature over the exported hash holds", ran.status == 0, ran)


def sequence(r: bytes, s: bytes) -> bytes:
    """ECDSA-Sig-Value in DER."""

    def integer(value: bytes) -> bytes:
        value = value.lstrip(b"\x00") or b"\x00"
        if value[0] >= 0x80:
            value = b"\x00" + value
        return bytes([2, len(value)]) + value

    content = integer(r) + integer(s)
    return bytes([0x30, len(content)]) + content
