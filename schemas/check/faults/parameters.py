"""Faults of parameters (M 8.4.8, UM 4, FE 4)."""

from cbor2 import CBORTag

from faults import fault
from tree import Wrapped

UNKNOWN_PARAMETERS = (0, 6, 7, 11, 15, 17, 20, 31, 99, -1, -255, -256)
SHORT_BYTES = {1: b"short", 2: b"", 24: b"seventeen octets."}
BYTES_ONLY = (1, 2, 18, 23, 24, 25)


# ---- Parameters (M 8.4.8, UM 4) ----


@fault("no parameter", "parameters", "shared parameters")
def _(slot, rng):
    slot.put({})


@fault("parameters are no map", "parameters", "shared parameters")
def _(slot, rng):
    slot.put(rng.choice(([], None, 15, Wrapped(slot.node), [part for pair in slot.node.items() for part in pair])))


@fault("unknown parameter", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice(UNKNOWN_PARAMETERS)] = rng.choice((0, b"", ""))


@fault("parameter label of wrong type", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice(("1", b"\x01", (1,)))] = b""


@fault("parameter of wrong type", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice(sorted(slot.node))] = rng.choice(([], {}, None, 1.5, CBORTag(32, "")))


@fault("text in place of bytes in a parameter", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice(BYTES_ONLY)] = "0123456789abcdef"


@fault("bytes in place of a number in a parameter", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice((4, 5, 14, 22, 26, 27))] = b"\x01"


@fault("negative number in a parameter", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice((4, 5, 14, 22, 26))] = -1


@fault("number in place of a truth value", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice((12, 13))] = rng.choice((0, 1, None))


@fault("URI that is not plain text", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[21] = rng.choice((b"http://example.com", CBORTag(32, "http://example.com"), 21))


@fault("identifier of wrong length", "parameters", "shared parameters")
def _(slot, rng):
    label = rng.choice(sorted(SHORT_BYTES))
    slot.node[label] = SHORT_BYTES[label]


@fault("private-use parameter in the shared sequence", "shared parameters")
def _(slot, rng):
    slot.node[rng.choice((-257, -1000))] = rng.choice((0, True, "", b""))


@fault("private-use parameter of wrong type", "parameters")
def _(slot, rng):
    slot.node[-257] = rng.choice(([], {}, None, 0.5))


@fault("version match of wrong form", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[28] = Wrapped(
        rng.choice(([0, [1]], [6, [1]], [1], [1, []], [1, 1], [1, ["1"]], [[1], 1], {1: [1]}, [3, [1], 0]))
    )


@fault("wait event of wrong form", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[29] = Wrapped(
        rng.choice(
            (
                {},
                {0: 1},
                {10: 1},
                {-1: 1},
                {1: "1"},
                {2: b""},
                {3: None},
                {4: [b"", []]},
                {4: [b""]},
                {4: ["d", [[1, [1]]]]},
                {4: [b"d", [1, [1]]]},
                {5: -1},
                {6: "23:00"},
                {7: 7},
                {7: -1},
                {8: -1},
                {9: 7},
                [1, 2],
            )
        )
    )


@fault("component metadata of wrong form", "parameters", "shared parameters")
def _(slot, rng):
    slot.node[30] = Wrapped(
        rng.choice(
            (
                {0: 1},
                {9: 1},
                {1: -1},
                {1: 16384},
                {2: {}},
                {2: 7},
                {3: {True: 1}},
                {4: {"r": "rw"}},
                {5: 0},
                {5: 4},
                {6: 1},
                {6: CBORTag(1, -1)},
                {7: CBORTag(0, "2026")},
                {8: []},
                {8: CBORTag(37, b"short")},
                [],
            )
        )
    )


@fault("encryption info of wrong form", "encryption")
def _(slot, rng):
    info = slot.node.value
    change = rng.randrange(7)
    if change == 0:
        slot.node.tag = rng.choice((16, 18, 97))
    elif change == 1:
        info[2] = b"attached"
    elif change == 2:
        info[3] = []
    elif change == 3:
        info[0] = info[0].hex()
    elif change == 4:
        info.pop()
    elif change == 5:
        info[3][0][2] = None
    else:
        info[1].pop(5, None) if info[0] else info[1].pop(1)
