"""Faults of envelope, authentication, manifest, common and text."""

from cbor2 import CBORTag

from faults import SKIP, fault
from tree import SECTIONS, SEVERABLE_SEQUENCES, Wrapped

# ---- Envelope and authentication (M 8.2, 8.3) ----


@fault("wrong tag", "file")
def _(slot, rng):
    if not isinstance(slot.whole, CBORTag):
        return SKIP
    slot.whole.tag = rng.choice((106, 108, 1070, 18))


@fault("tag inside the envelope's tag", "envelope")
def _(slot, rng):
    slot.put(CBORTag(107, slot.whole) if isinstance(slot.holder, CBORTag) else CBORTag(107, CBORTag(107, slot.whole)))


@fault("required key missing", "envelope")
def _(slot, rng):
    del slot.node[rng.choice((2, 3))]


@fault("required key missing", "manifest")
def _(slot, rng):
    del slot.node[rng.choice((1, 2, 3))]


@fault("required key missing", "common")
def _(slot, rng):
    del slot.node[2]


@fault("unknown key", "manifest", "common")
def _(slot, rng):
    slot.node[rng.choice((0, 13, 17, 19, 99, -1, -300))] = b"\xf6"


@fault("member that is not in a byte string", "envelope")
def _(slot, rng):
    slot.node[rng.choice((0, 1, 13, 17, 99, -1, "#name"))] = rng.choice(([], {}, 1, None, "text"))


@fault("key that is neither integer nor text", "envelope", "manifest", "common")
def _(slot, rng):
    slot.node[rng.choice((b"\x02", (2,), None))] = b"\xf6"


@fault(
    "not wrapped in a byte string",
    "authentication",
    "manifest",
    "common",
    "sequence",
    "shared",
    "block",
    "version",
    "wait",
    "metadata",
    "encryption",
)
def _(slot, rng):
    slot.put(slot.node)


@fault(
    "wrapped twice", "authentication", "manifest", "common", "sequence", "shared", "digest", "block", "version", "wait"
)
def _(slot, rng):
    if not isinstance(slot.whole, Wrapped):
        return SKIP
    slot.put(Wrapped(slot.whole))


@fault(
    "text in place of bytes",
    "authentication",
    "manifest",
    "common",
    "sequence",
    "shared",
    "block",
    "payload",
    "version",
    "wait",
    "metadata",
    "encryption",
)
def _(slot, rng):
    slot.put("text")


@fault(
    "bytes that are no CBOR",
    "authentication",
    "manifest",
    "common",
    "sequence",
    "shared",
    "digest",
    "block",
    "version",
    "wait",
)
def _(slot, rng):
    if not isinstance(slot.whole, Wrapped):
        return SKIP
    slot.put(b"\x1c\xff")


@fault("authentication without digest", "authentication")
def _(slot, rng):
    slot.node.pop(0)


@fault("digest of wrong type", "digest")
def _(slot, rng):
    alg, value = slot.node
    wrong = rng.choice(
        (value, "text", 7, {1: alg}, [value, alg], [alg], [alg, value.hex()], [alg, value, 0], [str(alg), value], None)
    )
    slot.put(Wrapped(wrong) if isinstance(slot.whole, Wrapped) or isinstance(wrong, bytes) else wrong)


@fault("digest of wrong length", "digest")
def _(slot, rng):
    slot.node[1] = rng.choice((b"", slot.node[1][:-1], slot.node[1] + b"\x00"))


@fault("digest of unknown algorithm", "digest")
def _(slot, rng):
    slot.node[0] = rng.choice((0, -15, -17, 16, -257))


@fault("digest wrapped or bare where it must be the other", "digest")
def _(slot, rng):
    slot.put(slot.node if isinstance(slot.whole, Wrapped) else Wrapped(slot.node))


@fault("COSE tag missing or wrong", "block")
def _(slot, rng):
    if rng.random() < 0.5:
        slot.put(Wrapped(slot.node.value))
    else:
        # 16 and 96 encrypt; 97 and 98 have another number or kind of members than 17 and 18.
        slot.node.tag = rng.choice((16, 96, 107)) if slot.node.tag in (97, 98) else rng.choice((16, 96, 97, 98))


@fault("COSE payload attached", "cose")
def _(slot, rng):
    slot.node[2] = rng.choice((b"", b"\x82\x2f\x40", True))


@fault("COSE member of wrong type", "cose")
def _(slot, rng):
    at = rng.choice((0, 1, 3))
    slot.node[at] = rng.choice(("text", 1, None, CBORTag(24, b"")))


@fault("COSE member missing or added", "cose")
def _(slot, rng):
    if rng.random() < 0.5:
        slot.node.pop()
    else:
        slot.node.append(None)


@fault("COSE algorithm not protected", "cose")
def _(slot, rng):
    if len(slot.node) == 4 and isinstance(slot.node[3], list):
        slot.node[3][0][0] = rng.choice((b"", b"\xa0"))
    else:
        slot.node[0] = rng.choice((b"", b"\xa0", b"\xa1\x04\x41\x31"))


# ---- Manifest and common (M 8.4) ----


@fault("version is not 1", "manifest")
def _(slot, rng):
    slot.node[1] = rng.choice((0, 2, -1, "1", b"\x01", True))


@fault("sequence number is no unsigned integer", "manifest")
def _(slot, rng):
    slot.node[2] = rng.choice((-1, "0", b"\x00", 1.0, None, CBORTag(2, b"\x01")))


@fault("reference-uri of wrong type", "manifest")
def _(slot, rng):
    slot.node[4] = rng.choice((b"http://example.com", 4, CBORTag(32, "http://example.com")))


@fault("section of wrong type", "manifest")
def _(slot, rng):
    slot.node[rng.choice(SECTIONS)] = rng.choice((7, "text", {20: 0}, None, True, [], [3, 15]))


@fault("digest for a section that cannot be severed", "manifest")
def _(slot, rng):
    slot.node[rng.choice((7, 8, 9, 24))] = [-16, bytes(32)]


@fault("digest in the envelope in place of a section", "envelope")
def _(slot, rng):
    slot.node[rng.choice(SEVERABLE_SEQUENCES)] = [-16, bytes(32)]


@fault("manifest-component-id of wrong type", "manifest")
def _(slot, rng):
    slot.node[5] = rng.choice((Wrapped([b"\x00"]), "id", ["id"], [0], {}))


@fault("set-version of wrong type", "manifest")
def _(slot, rng):
    slot.node[6] = rng.choice(([1, 0], Wrapped([]), Wrapped(["1"]), "1.0", Wrapped({})))


@fault("CoSWID of wrong type", "manifest")
def _(slot, rng):
    slot.node[14] = rng.choice(
        (Wrapped([]), Wrapped({0: "id"}), {}, "text", Wrapped({0: 1, 1: "n", 2: {31: "e", 33: 1}, 12: 0}))
    )


@fault("no components", "components")
def _(slot, rng):
    slot.put([])


@fault("components of wrong type", "components")
def _(slot, rng):
    slot.put(rng.choice((Wrapped(slot.node), {}, b"\x00", 1, None)))


@fault("component identifier of wrong type", "component")
def _(slot, rng):
    slot.put(rng.choice((b"\x00", "name", 0, {}, ["name"], [0], [b"\x00", None], [[b"\x00"]], True)))


@fault("dependencies of wrong form", "common")
def _(slot, rng):
    slot.node[1] = rng.choice(
        ({}, [0], {-1: {}}, {"0": {}}, {0: []}, {0: {1: b"\x00"}}, {0: {2: [b"\x00"]}}, Wrapped({0: {}}))
    )


# ---- Text (M 8.4.4) ----


@fault("text map of wrong form", "text")
def _(slot, rng):
    slot.put(Wrapped(rng.choice(({}, {1: {}}, {"en": []}, {"en": "text"}, []))))


@fault("language tag of wrong form", "text")
def _(slot, rng):
    slot.node[rng.choice(("", "-", "en-", "abcdefghi", "e1", "en_GB", "en-abcdefghi"))] = {1: "text"}


@fault("unknown text label", "language", "component text")
def _(slot, rng):
    slot.node[rng.choice((0, 9, 99, -1))] = "text"


@fault("text that is no text", "language", "component text")
def _(slot, rng):
    slot.node[rng.choice((1, 2, 3, 4))] = rng.choice((b"text", 1, None, ["text"]))


@fault("component key of wrong type", "language")
def _(slot, rng):
    slot.node[rng.choice(("00", b"\x00", ("name",), (0,)))] = {1: "text"}
