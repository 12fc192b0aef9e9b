"""Faults of command sequences (M 8.4.6 to 8.4.11)."""

from cbor2 import CBORTag

from faults import fault
from tree import Wrapped

UNKNOWN_CODES = (0, 9, 10, 13, 16, 17, 30, 36, 99, -1, -255, -256)
EFFECTS = (11, 18, 21, 22, 23, 29, 31, 33)


# ---- Sequences (M 8.4.6 to 8.4.11) ----


@fault("empty sequence", "sequence", "shared")
def _(slot, rng):
    slot.put(Wrapped([]))


@fault("odd sequence", "sequence", "shared")
def _(slot, rng):
    slot.node.pop(rng.randrange(len(slot.node) // 2) * 2 + 1 if len(slot.node) == 2 else -1)


@fault("sequence is no array", "sequence", "shared")
def _(slot, rng):
    slot.put(Wrapped(rng.choice(({3: 15}, 3, None, "text", b"\x82\x03\x0f"))))


@fault("pairs in arrays of their own", "sequence", "shared")
def _(slot, rng):
    items = slot.node
    slot.put(Wrapped([items[at : at + 2] for at in range(0, len(items), 2)]))


def _insert(slot, rng, code, argument):
    at = rng.randrange(len(slot.node) // 2 + 1) * 2
    slot.node[at:at] = [code, argument]


@fault("unknown command", "sequence", "shared")
def _(slot, rng):
    _insert(slot, rng, rng.choice(UNKNOWN_CODES), rng.choice((0, 15)))


@fault("command code of wrong type", "sequence", "shared")
def _(slot, rng):
    _insert(slot, rng, rng.choice(("3", b"\x03", None, [3], 3.0, True, CBORTag(2, b"\x03"))), 15)


@fault("reporting policy out of range", "policy")
def _(slot, rng):
    slot.put(rng.choice((16, 31, 256, -1)))


@fault("reporting policy of wrong type", "policy")
def _(slot, rng):
    slot.put(rng.choice(("15", b"\x0f", None, True, [15], {}, 15.0)))


@fault("component index of wrong form", "index")
def _(slot, rng):
    slot.put(rng.choice((-1, False, [], [-1], [True], [[0]], "0", b"\x00", None, {}, Wrapped([0, 1]))))


@fault("try-each with one alternative", "try-each")
def _(slot, rng):
    slot.put([slot.node[0]] + ([None] if rng.random() < 0.5 else []))


@fault("try-each with nil not at the end", "try-each")
def _(slot, rng):
    slot.node.insert(rng.randrange(len(slot.node)), None)
    if slot.node[-1] is None and len([item for item in slot.node if item is None]) < 2:
        slot.node.reverse()


@fault("try-each of wrong type", "try-each")
def _(slot, rng):
    slot.put(
        rng.choice(
            (
                Wrapped(slot.node),
                slot.node[0],
                [],
                None,
                [alternative and alternative.value for alternative in slot.node],
            )
        )
    )


@fault("run-sequence of wrong type", "run")
def _(slot, rng):
    slot.put(rng.choice(([slot.whole], slot.node, None, 15)))


@fault("effect in the shared sequence", "shared")
def _(slot, rng):
    _insert(slot, rng, rng.choice(EFFECTS), rng.choice((0, 15)))


@fault("private-use command in the shared sequence", "shared")
def _(slot, rng):
    _insert(slot, rng, rng.choice((-257, -300, -70000)), rng.choice((0, b"", "", None)))


@fault("override-multiple or copy-params in the shared sequence", "shared")
def _(slot, rng):
    _insert(slot, rng, *rng.choice(((34, {0: {14: 1}}), (35, {0: [14]}))))


@fault("private-use command with wrong argument", "sequence")
def _(slot, rng):
    _insert(slot, rng, -257, rng.choice(([], {}, True, 1.5, CBORTag(32, ""))))


@fault("index map of wrong form", "per index")
def _(slot, rng):
    value = next(iter(slot.node.values()))
    slot.put(rng.choice(({}, [value], {-1: value}, {"0": value}, {0: type(value)()}, {0: 5})))
