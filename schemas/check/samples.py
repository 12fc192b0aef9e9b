"""Documents made for the self-test: together they use every rule of the schema.

Published vectors leave much of it untouched (COSE_Sign, COSE_Mac, reports, most wait events, …). Each sample
is written from the tables of the drafts; digests, signatures and keys are filler, since no schema looks at them.
"""

from cbor2 import CBORTag

from tree import Raw, Wrapped, encode

SHA256 = [-16, bytes(32)]
UUID = bytes(range(16))
DIGEST = Wrapped(SHA256)
ESP256 = Wrapped({1: -9})
SIGN1 = Wrapped(CBORTag(18, [ESP256, {}, None, bytes(64)]))
COMPATIBLE = [20, {1: UUID, 2: UUID, 3: DIGEST, 14: 1024}, 1, 15, 2, 15]


def envelope(members=None, shared=COMPATIBLE, blocks=(SIGN1,), common=None, severed=None, digest=SHA256):
    """A tagged envelope; `members` go into the manifest, `severed` into the envelope."""
    base = {2: [[b"\x00"]], 4: Wrapped(shared)}
    manifest = {1: 1, 2: 3, 3: Wrapped({**base, **(common or {})}), **(members or {})}
    return CBORTag(107, {2: Wrapped([Wrapped(digest), *blocks]), 3: Wrapped(manifest), **(severed or {})})


def sequence(*items):
    return Wrapped(list(items))


def nested(levels):
    """run-sequence within run-sequence."""
    inner = sequence(3, 15)
    for _ in range(levels):
        inner = sequence(32, inner)
    return inner


def encryption(protected, unprotected, recipient):
    return Wrapped(CBORTag(96, [protected, unprotected, None, [recipient]]))


WRAP = [b"", {1: -3, 4: b"kid-1"}, bytes(24)]
EC2 = {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}
OKP = {1: 1, -1: 4, -2: bytes(32)}
HEADERS = {2: [1, "x"], 3: "application/suit", 4: b"kid", 5: bytes(12), 7: 0, -70000: None, "x": [1]}

RECORD = [[1, 0], 20, 17, 0, {3: DIGEST, -257: 5}]
REPORT = {
    2: b"nonce",
    3: [RECORD, {0: [b"\x00"], 14: 512}],
    4: {5: -1, 6: RECORD, 7: 10},
    8: {
        1: [[b"\x00", True], [b"\x01"]],
        2: [1, 2],
        3: [1],
        4: [-16, -9],
        5: [2],
        6: [3],
        7: [2],
        8: [1],
        9: [1],
        10: [1],
        (3, 4): [20],
    },
    99: ["", SHA256],
}


def good():
    """(name, root, bytes) of documents that must be accepted."""
    trees = {
        "least": envelope(),
        "no-block": envelope(blocks=()),
        "digests": envelope(
            {
                15: [-18, bytes(32)],
                16: [-43, bytes(48)],
                18: [-44, bytes(64)],
                20: [-45, bytes(64)],
                23: SHA256,
                14: SHA256,
            }
        ),
        "sections-inline": envelope(
            {
                4: "http://example.com/",
                5: [b"\x01", b"\x02"],
                6: Wrapped([1, 2, 3, -3, 4]),
                7: sequence(3, 15),
                8: sequence(20, {22: 0}, 22, 2),
                9: sequence(23, 2),
                15: sequence(21, 2, 7, 15, 11, 0),
                16: sequence(21, 2),
                18: sequence(3, 15),
                20: sequence(18, 0, 31, 0),
                24: sequence(33, 0),
            }
        ),
        "sections-severed": envelope(
            {label: SHA256 for label in (14, 15, 16, 18, 20, 23)},
            severed={
                14: Wrapped(
                    {
                        0: UUID,
                        1: "n",
                        2: [{15: "en", 31: "e", 32: "example.com", 33: [1, 2], 34: 0}, {31: "f", 33: "x"}],
                        11: True,
                        12: 0,
                        13: "1.0",
                    }
                ),
                15: sequence(11, 0),
                16: sequence(21, 2),
                18: sequence(3, 15),
                20: sequence(18, 0),
                23: Wrapped({"en": {1: "text"}}),
                "#payload": b"payload",
            },
        ),
        "dependency-inside": envelope(severed={"#dependency": encode(envelope())}),
        "unassigned": envelope(severed={0: b"", 1: b"", 17: b"", -1: b"", 99: b""}),
        "sign": envelope(
            blocks=(Wrapped(CBORTag(98, [b"", {}, None, [[ESP256, {4: b"a"}, bytes(64)], [ESP256, {}, bytes(64)]]])),)
        ),
        "mac0": envelope(blocks=(Wrapped(CBORTag(17, [Wrapped({1: 5}), HEADERS, None, bytes(32)])),)),
        "mac": envelope(
            blocks=(
                Wrapped(
                    CBORTag(
                        97,
                        [
                            Wrapped({1: 5}),
                            {},
                            None,
                            bytes(32),
                            [[b"", {1: -6}, b""], [Wrapped({1: -29}), {}, None, [[b"", {}, b"k"]]]],
                        ],
                    )
                ),
            )
        ),
        "dependencies": envelope(common={1: {0: {}, 1: {1: [b"\x05"]}}}),
        "conditions": envelope(
            shared=[item for code in (1, 2, 3, 4, 5, 6, 7, 8, 14, 24, 25, 26, 27, 28) for item in (code, code % 16)]
        ),
        "control": envelope(
            {
                20: sequence(
                    12,
                    True,
                    12,
                    [0, 1],
                    15,
                    [sequence(3, 15), sequence(14, 0), None],
                    19,
                    {12: False, 13: True},
                    20,
                    {21: "#a", 25: b"", 23: b""},
                    32,
                    nested(3),
                    34,
                    {0: {14: 1}, 1: {-257: "x"}},
                    35,
                    {0: [14, -257]},
                    29,
                    0,
                    -257,
                    None,
                    -300,
                    b"",
                    -301,
                    "",
                    -302,
                    -1,
                    -25717,
                    2,
                )
            }
        ),
        "control-shared": envelope(
            shared=[
                12,
                0,
                15,
                [sequence(5, 5), sequence(19, {5: 1}, 5, 5)],
                19,
                {3: DIGEST},
                20,
                {4: 0},
                32,
                sequence(1, 15),
            ]
        ),
        "parameters": envelope(
            {
                7: sequence(
                    20,
                    {
                        1: CBORTag(112, b"\x01"),
                        2: UUID,
                        3: DIGEST,
                        4: 2**64 - 1,
                        5: 0,
                        12: True,
                        13: False,
                        14: 0,
                        18: b"",
                        21: "",
                        22: 0,
                        23: b"",
                        24: UUID,
                        25: b"",
                        26: 0,
                        27: -5,
                        28: Wrapped([2, [1, 0, -1]]),
                        -257: 1,
                        -258: True,
                        -259: "x",
                        -260: b"",
                        -25699: 0,
                    },
                )
            }
        ),
        "wait": envelope(
            {
                20: sequence(
                    20,
                    {
                        29: Wrapped(
                            {1: -1, 2: 5, 3: 1, 4: [b"id", [[5, [1]], [1, [0, 1]]]], 5: 1, 6: 3600, 7: 0, 8: 1, 9: 6}
                        )
                    },
                    29,
                    0,
                )
            }
        ),
        "metadata": envelope(
            {
                20: sequence(
                    20,
                    {
                        30: Wrapped(
                            {
                                1: 16383,
                                2: {CBORTag(37, UUID): 1, "root": 2, b"x": 0, 7: 3},
                                3: {1: 0},
                                4: {"r": 1},
                                5: 3,
                                6: CBORTag(1, 5),
                                7: CBORTag(1, 0),
                                8: CBORTag(37, UUID),
                            }
                        )
                    },
                )
            }
        ),
        "text": envelope(
            {
                23: Wrapped(
                    {
                        "en-GB": {1: "a", 2: "b", 3: "c", 4: "d", (b"\x00",): {label: "x" for label in range(1, 9)}},
                        "de": {},
                    }
                )
            }
        ),
        "coswid": envelope({14: Wrapped({0: "id", 1: "n", 2: {31: "e", 33: 1}, 12: 0})}),
        "coswid-any-order": envelope({14: Wrapped(Raw(bytes.fromhex("a4006269640c000161" "6e02a2182101181f6165")))}),
        "encrypted": envelope(
            {
                20: sequence(
                    20,
                    {19: encryption(Wrapped({1: 1}), {5: bytes(12)}, WRAP)},
                    22,
                    2,
                    20,
                    {
                        19: encryption(
                            b"",
                            {1: -65534, 5: bytes(16)},
                            [Wrapped({1: -29}), {4: b"k", 7: 0, -1: EC2, -20: b"salt"}, bytes(24)],
                        )
                    },
                    18,
                    2,
                    20,
                    {19: encryption(b"", {1: -65529}, [Wrapped({1: -31}), {-1: OKP}, bytes(40)])},
                )
            }
        ),
        "nesting-at-limit": envelope({20: nested(30)}),
    }
    result = [(name, None, encode(tree)) for name, tree in trees.items()]
    result.append(("untagged", "suit-envelope", encode(envelope().value)))
    manifest = envelope().value[3].value
    result.append(("bare-manifest", "suit-manifest-tagged", encode(CBORTag(1070, manifest))))
    result.append(("report", "suit-report", encode(REPORT)))
    result.append(("report-success", "suit-report", encode({3: [], 4: True, 99: ["", SHA256]})))
    signed = [ESP256, {}, Wrapped(REPORT), bytes(64)]
    result.append(("report-signed", "suit-report-protected", encode(CBORTag(18, signed))))
    inner = Wrapped(CBORTag(16, [Wrapped({1: 1}), {5: bytes(12)}, b"ciphertext"]))
    result.append(
        ("report-encrypted", "suit-report-protected", encode(CBORTag(17, [Wrapped({1: 5}), {}, inner, bytes(32)])))
    )
    return result


def bad():
    """(name, root, bytes) of documents with one fault that no mutant has; each must be refused."""

    def block(item):
        return encode(envelope(blocks=(Wrapped(item),)))

    def info(*parts):
        return encode(envelope({20: sequence(20, {19: encryption(*parts)})}))

    def report(**changes):
        changed = {**REPORT, **{int(key[1:]): value for key, value in changes.items()}}
        return encode({key: value for key, value in changed.items() if value is not ...})

    least = envelope()
    broken = encode(envelope({7: sequence(3, 16)}))
    return [
        ("unassigned label without byte string", None, encode(envelope(severed={13: 1}))),
        ("untagged where the tag is due", "suit-envelope-tagged", encode(least.value)),
        ("tagged where none is due", "suit-envelope", encode(least)),
        ("nothing", None, b""),
        ("fault in an integrated dependency", None, encode(envelope(severed={"#dependency": broken}))),
        (
            "fault in a dependency's dependency",
            None,
            encode(envelope(severed={"#a": encode(envelope(severed={"#b": broken}))})),
        ),
        ("nesting beyond the limit", None, encode(envelope({20: nested(31)}))),
        ("effect in a shared alternative", None, encode(envelope(shared=[15, [sequence(5, 5), sequence(21, 2)]]))),
        ("effect in a shared run-sequence", None, encode(envelope(shared=[32, sequence(18, 0)]))),
        (
            "private use in a shared alternative",
            None,
            encode(envelope(shared=[15, [sequence(5, 5), sequence(20, {-257: 1})]])),
        ),
        (
            "unknown command in an alternative",
            None,
            encode(envelope({20: sequence(15, [sequence(3, 15), sequence(13, 0)])})),
        ),
        ("empty alternative", None, encode(envelope({20: sequence(15, [sequence(3, 15), sequence()])}))),
        ("fault in a severed copy", None, encode(envelope({20: SHA256}, severed={20: sequence(3, 16)}))),
        ("COSE_Sign without signatures", None, block(CBORTag(98, [b"", {}, None, []]))),
        (
            "COSE_Sign with a signature's algorithm missing",
            None,
            block(CBORTag(98, [b"", {}, None, [[b"", {1: -9}, bytes(64)]]])),
        ),
        ("COSE_Mac without recipients", None, block(CBORTag(97, [Wrapped({1: 5}), {}, None, bytes(32), []]))),
        ("algorithm as bytes", None, block(CBORTag(18, [Wrapped({1: b"ESP256"}), {}, None, bytes(64)]))),
        ("key id as text", None, block(CBORTag(18, [ESP256, {4: "kid"}, None, bytes(64)]))),
        ("empty crit", None, block(CBORTag(18, [Wrapped({1: -9, 2: []}), {}, None, bytes(64)]))),
        ("AEAD algorithm not protected", None, info(b"", {1: 1, 5: bytes(12)}, WRAP)),
        ("counter mode in the protected header", None, info(Wrapped({1: -65534}), {5: bytes(16)}, WRAP)),
        ("short nonce", None, info(Wrapped({1: 1}), {5: bytes(11)}, WRAP)),
        ("short counter block", None, info(b"", {1: -65534, 5: bytes(12)}, WRAP)),
        ("signature algorithm as cipher", None, info(Wrapped({1: -9}), {5: bytes(12)}, WRAP)),
        (
            "key wrap with something protected",
            None,
            info(Wrapped({1: 1}), {5: bytes(12)}, [Wrapped({1: -3}), {}, bytes(24)]),
        ),
        (
            "key agreement without public key",
            None,
            info(Wrapped({1: 1}), {5: bytes(12)}, [Wrapped({1: -29}), {4: b"k"}, bytes(24)]),
        ),
        (
            "public key without y",
            None,
            info(Wrapped({1: 1}), {5: bytes(12)}, [Wrapped({1: -29}), {-1: {1: 2, -1: 1, -2: bytes(32)}}, bytes(24)]),
        ),
        ("CoSWID without entity", None, encode(envelope({14: Wrapped({0: "id", 1: "n", 12: 0})}))),
        ("CoSWID entity without role", None, encode(envelope({14: Wrapped({0: "id", 1: "n", 2: {31: "e"}, 12: 0})}))),
        (
            "text keys of a manifest's text out of order",
            None,
            encode(envelope({23: Wrapped(Raw(bytes.fromhex("a1" "62656e" "a2" "026161" "016162")))})),
        ),
        (
            "manifest's tag inside an envelope",
            None,
            encode(CBORTag(107, {**least.value, 3: Wrapped(CBORTag(1070, least.value[3].value))})),
        ),
        ("bare manifest without its tag", "suit-manifest-tagged", encode(least.value[3].value)),
        ("report without reference", "suit-report", report(_99=...)),
        ("report without result", "suit-report", report(_4=...)),
        ("report with result false", "suit-report", report(_4=False)),
        ("report with unknown reason", "suit-report", report(_4={5: 0, 6: RECORD, 7: 13})),
        ("report record too short", "suit-report", report(_3=[RECORD[:4]])),
        ("report record with text path", "suit-report", report(_3=[["0"] + RECORD[1:]])),
        ("system properties without component", "suit-report", report(_3=[{14: 1}])),
        ("system properties without property", "suit-report", report(_3=[{0: [b"\x00"]}])),
        ("capabilities without algorithms", "suit-report", report(_8={1: [[b""]], 2: [1], 3: [1]})),
        ("signed report without payload", "suit-report-protected", encode(CBORTag(18, [ESP256, {}, None, bytes(64)]))),
        ("report without protection", "suit-report-protected", encode(REPORT)),
    ]
