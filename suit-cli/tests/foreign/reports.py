"""Reports: ours as cbor2 and cwt read and verify them, those of cwt as we do. The payload is attached.

The reports of `testvectors/reports` are what the device's writer makes, byte by byte: a test of that crate sees to it.
"""

import tomllib
from pathlib import Path

import cbor2
import cwt

from cose import with_algorithm
from tool import Checks, Tool, flip

VECTORS = Path(__file__).resolve().parents[3] / "testvectors"
# File, key, tag, COSE number.
OURS = [("sign1", "k1", 18, -9), ("sign1-ed25519", "ed25519", 18, -19), ("mac0", "hmac", 17, 5)]


def known_key(name: str) -> cwt.COSEKey:
    """A key of the vectors, for verifying."""
    table = tomllib.loads((VECTORS / "keys" / f"{name}.toml").read_text())
    kid = bytes.fromhex(table["key_id"])
    if table["algorithm"] == "HMAC-256":
        return cwt.COSEKey.from_symmetric_key(bytes.fromhex(table["secret"]), alg="HS256", kid=kid)
    point = bytes.fromhex(table["public"])
    if table["algorithm"] == "Ed25519":
        parts = {1: 1, -1: 6, -2: point, 3: -19}
    else:
        parts = {1: 2, -1: 1, -2: point[1:33], -3: point[33:], 3: -9}
    return cwt.COSEKey.from_bytes(cbor2.dumps({2: kid, **parts}))


def verified(message: bytes, key: cwt.COSEKey) -> bytes | None:
    """The payload, if cwt says that it is authentic. Anything that it raises is a no."""
    try:
        return cwt.COSE.new().decode(message, key)
    except Exception:
        return None


def run(suit: Tool, check: Checks) -> None:
    plain = (VECTORS / "reports" / "failure.report").read_bytes()
    report = cbor2.loads(plain)
    check.equal("report: members in their order", list(report), [2, 3, 4, 99])
    check.equal("report: one encoding", cbor2.dumps(report, canonical=True), plain)
    (record, system), result, (uri, digest) = report[3], report[4], report[99]
    check.equal("report: record", record, [[1, 0], 3, 82, 1, {2: b"\x5a" * 16}])
    version = cbor2.dumps([3, [1, 2, -1, 3]])
    check.equal("report: system properties", system, {0: [b"\x00"], 14: 34768, 28: version})
    image = cbor2.dumps([-16, b"\xab" * 32])
    check.equal("report: result", result, {5: 510, 6: [[], 20, 24, 0, {3: image}], 7: 10})
    check.equal("report: reference", (uri, digest), ("coap://[2001:db8::1]/m", [-16, b"\x07" * 32]))

    stranger = known_key("k2")
    for name, key_name, tag, number in OURS:
        message = (VECTORS / "reports" / f"{name}.report").read_bytes()
        made = cbor2.loads(message)
        header = (made.tag, made.value[0], made.value[1])
        check.equal(f"{name}: header", header, (tag, cbor2.dumps({1: number}), {4: key_name.encode()}))
        key = known_key(key_name)
        check.equal(f"{name}: cwt verifies ours", verified(message, key), plain)
        check(f"{name}: cwt refuses another key", verified(message, stranger) is None)
        check(f"{name}: cwt refuses a changed signature", verified(flip(message, -1), key) is None)
        at = message.index(plain) + 4
        check(f"{name}: cwt refuses a changed report", verified(flip(message, at), key) is None)

    for kind, number in (("p256", -9), ("ed25519", -19)):
        suit.must(f"key gen --type {kind} -o {kind}.pem --public {kind}.pub")
        suit.must(f"key convert {kind}.pem --to cose --private -o {kind}.cose")
        theirs(suit, check, kind, f"{kind}.pub", with_algorithm(suit.read(f"{kind}.cose"), number), plain)
    suit.must("key gen --type hmac-256 -o mac.cose")
    secret = cbor2.loads(suit.read("mac.cose"))[-1]
    theirs(suit, check, "mac", "mac.cose", cwt.COSEKey.from_symmetric_key(secret, alg="HS256"), plain)


def theirs(suit: Tool, check: Checks, role: str, trust: str, key: cwt.COSEKey, plain: bytes) -> None:
    """cwt protects a report, we verify and show it."""
    message = cwt.COSE.new(alg_auto_inclusion=True).encode(plain, key)
    suit.write("theirs.report", message)
    ran = suit(f"report decode theirs.report --trust {trust}")
    check(f"report: we verify cwt's by {role}", ran.status == 0 and f": by {role}\n" in ran.out.decode(), ran)
    suit.write("changed.report", flip(message, -1))
    ran = suit(f"report decode changed.report --trust {trust}")
    check(f"report: we refuse cwt's by {role} with a changed signature", ran.is_refused(1, "E0504"), ran)
