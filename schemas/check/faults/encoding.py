"""Faults of the encoding (M 8.1)."""

from cbor2 import dumps

from faults import SKIP, fault
from tree import Raw, Wrapped, encode

# ---- Encoding (M 8.1) ----


@fault("bytes after the item", "file")
def _(slot, rng):
    slot.put(Raw(encode(slot.whole) + b"\x00"))


@fault(
    "bytes after a wrapped item",
    "manifest",
    "common",
    "authentication",
    "sequence",
    "shared",
    "digest",
    "version",
    "wait",
    "metadata",
)
def _(slot, rng):
    if not isinstance(slot.whole, Wrapped):
        return SKIP
    slot.put(Wrapped(Raw(encode(slot.node) + b"\xf6")))


@fault("cut short", "file", "manifest", "common", "authentication", "sequence", "shared", "digest")
def _(slot, rng):
    data = encode(slot.node)[:-1]
    slot.put(Wrapped(Raw(data)) if isinstance(slot.whole, Wrapped) else Raw(data))


def _entries(node):
    return [(dumps(key), encode(node[key])) for key in sorted(node, key=dumps)]


@fault("keys out of order", "envelope", "manifest", "common", "parameters", "shared parameters")
def _(slot, rng):
    entries = _entries(slot.node)
    if len(entries) < 2:
        return SKIP
    entries[0], entries[1] = entries[1], entries[0]
    _put_map(slot, len(entries), entries)


@fault("key twice", "envelope", "manifest", "common", "parameters", "shared parameters")
def _(slot, rng):
    entries = _entries(slot.node)
    _put_map(slot, len(entries) + 1, entries[:1] + entries)


def _put_map(slot, count, entries):
    if count > 23:
        return SKIP
    raw = Raw(bytes([0xA0 + count]) + b"".join(key + value for key, value in entries))
    slot.put(Wrapped(raw) if isinstance(slot.whole, Wrapped) else raw)


@fault("indefinite length", "manifest", "common", "sequence", "shared", "component")
def _(slot, rng):
    node = slot.node
    if isinstance(node, dict):
        raw = Raw(b"\xbf" + b"".join(key + value for key, value in _entries(node)) + b"\xff")
    else:
        raw = Raw(b"\x9f" + b"".join(encode(item) for item in node) + b"\xff")
    slot.put(Wrapped(raw) if isinstance(slot.whole, Wrapped) else raw)


@fault("head longer than needed", "policy")
def _(slot, rng):
    slot.put(Raw(bytes([0x18, slot.node])))
