#!/usr/bin/env python3
"""Check that apply.py and the program `suit` read deltas alike.

    python3 schemas/delta/check.py SUIT [--corpus DIR] [--mutants N] [--seed N]

SUIT makes deltas of pairs in each instruction set and profile, and of a few of the corpus; apply.py must make the new
images. Then both get mutants of these deltas: both must refuse one, or make the same bytes of it. Exit status: 0 alike, 1 not.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import references
from apply import apply, decode
from header import read_header
from model import DECISIONS, Model
from pairs import ADDRESS, DATA_SIZE, DATA_START, NAMES, pairs
from refused import Refused

PROFILES = ("s", "m", "l")
# Small ones, of each instruction set that the corpus has.
CORPUS = ("m3-programmer-tiny", "rv-esp32c3-boot-patch", "bc-microdot-minor")
# Mutants are made of deltas whose images are no larger, for the time they take.
MUTANT_IMAGE_MAX = 1800


class Suit:
    """The program, run in a folder of its own."""

    def __init__(self, program, folder):
        self.program = Path(program).resolve()
        self.folder = Path(folder)

    def run(self, *arguments):
        return subprocess.run(
            [self.program, *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )

    def write(self, name, data):
        (self.folder / name).write_bytes(data)

    def make(self, old, new, profile, options):
        self.write("old.bin", old)
        self.write("new.bin", new)
        files = ("--base", "old.bin", "--target", "new.bin", "-o", "made.delta")
        ran = self.run("-q", "delta", "make", *files, "--profile", profile, *options)
        if ran.returncode:
            sys.exit(f"suit makes no delta: {ran.stderr}")
        return (self.folder / "made.delta").read_bytes()

    def apply(self, old, delta):
        """The new image; None if it is refused."""
        self.write("old.bin", old)
        self.write("mutant.delta", delta)
        made = self.folder / "made.bin"
        made.unlink(missing_ok=True)
        ran = self.run("-q", "delta", "apply", "--base", "old.bin", "mutant.delta", "-o", made.name)
        if ran.returncode == 0:
            return made.read_bytes()
        if ran.returncode < 0 or ran.returncode == 101 or made.exists():
            sys.exit(f"suit doesn't refuse but fails, status {ran.returncode}: {ran.stderr}")
        return None


class Seen:
    """What the decoder met, so that a pair that no longer shows something is noticed."""

    def __init__(self):
        self.forms, self.decisions = Counter(), Counter()
        find, bit = references.References.find, Model.bit

        def found(this, *arguments):
            reference = find(this, *arguments)
            if reference:
                self.forms[this.instructions, reference.kind, reference.form] += 1
            return reference

        def read(this, decision, contexts, which):
            value = bit(this, decision, contexts, which)
            self.decisions[decision[0], value] += 1
            return value

        references.References.find, Model.bit = found, read

    def lacking(self):
        r = references
        halves = (r.UPPER, r.LOWER)
        forms = [(instructions, kind, r.WORD) for instructions in NAMES for kind in (r.POINTER, r.DATA)]
        forms += [(1, r.BRANCH, r.BL)]
        forms += [(2, r.BRANCH, form) for form in (r.JAL, r.SHORT, *halves)]
        forms += [(2, kind, form) for kind in (r.POINTER, r.DATA) for form in halves]
        forms += [(3, r.BRANCH, form) for form in (r.B, r.ADRP, r.ADD)]
        forms += [(4, r.BRANCH, r.CALL), (4, r.POINTER, r.L32R)]
        lacking = [f"form {form}" for form in forms if not self.forms[form]]
        decisions = [(decision[0], value) for decision in DECISIONS for value in (0, 1)]
        return lacking + [f"decision {each}" for each in decisions if not self.decisions[each]]


def ours(old, delta):
    try:
        return apply(old, delta)
    except Refused:
        return None


def mend(old, delta):
    """The delta with the end and the check that its own bits ask for; None if it goes wrong before."""
    try:
        header = read_header(delta)
        if header.old_size != len(old):
            return None
        # It may need bytes after its last one; zeros do.
        image, coder = decode(old, delta + bytes(4 * len(delta)), header)
    except Refused:
        return None
    count, number = coder.last()
    coded = coder.data[: coder.at - 4] + number.to_bytes(4, "big")[:count]
    return delta[: header.length - 4] + sha256(image).digest()[:4] + coded


KINDS = (
    "header", "header, mended", "coded", "coded, mended", "late, mended", "base, mended",
    "cut off", "longer", "last byte",
)  # fmt: skip


def mutant(source, kind, old, delta):
    """An old image and a delta with a fault; says whether it was mended if it was to be."""
    length = read_header(delta).length
    changed = bytearray(delta)
    what, _, mended = kind.partition(", ")
    if what == "header":
        changed[source.randrange(length)] ^= 1 << source.randrange(8)
    elif what == "cut off":
        del changed[source.randrange(len(changed)) :]
    elif what == "longer":
        changed += source.randbytes(source.randrange(1, 6))
    elif what == "last byte":
        changed[-1] = source.randrange(256)
    elif what == "base":
        old = bytearray(old)
        for _ in range(3):
            old[source.randrange(len(old))] = source.randrange(256)
        old = bytes(old)
        changed[length - 8 : length - 4] = sha256(old).digest()[:4]
    elif len(changed) > length:
        begin = max(length, len(changed) * 3 // 4) if what == "late" else length
        changed[source.randrange(begin, len(changed))] ^= 1 << source.randrange(8)
    changed = bytes(changed)
    if mended:
        again = mend(old, changed)
        return old, again or changed, again is not None
    return old, changed, True


def check_pairs(suit, corpus):
    """Deltas of images that are small enough for mutants, each with its old image."""
    small, size = [], 0
    cases = []
    for pair in pairs():
        options = ["--instructions", NAMES[pair.instructions]]
        if pair.addresses:
            options += ["--base-address", hex(ADDRESS), "--data", f"{DATA_START:#x}+{DATA_SIZE}"]
        cases += [(pair.name, pair.old, pair.new, profile, options) for profile in PROFILES]
        # Made for one slot, and applied from one image to another.
        slot = -(-max(len(pair.old), len(pair.new)) // 256) * 256
        in_place = [*options, "--in-place", "--slot", str(slot), "--page", "256"]
        cases.append((f"{pair.name} in place", pair.old, pair.new, "s", in_place))
    for name in CORPUS if corpus else ():
        old, new = ((corpus / name / f"{which}.bin").read_bytes() for which in ("old", "new"))
        cases.append((name, old, new, "m", []))
    for name, old, new, profile, options in cases:
        delta = suit.make(old, new, profile, options)
        size += len(delta)
        try:
            applied = apply(old, delta)
        except Refused as why:
            sys.exit(f"{name}, profile {profile}: apply.py refuses what suit made: {why}")
        if applied != new:
            sys.exit(f"{name}, profile {profile}: apply.py makes another image")
        if max(len(old), len(new)) <= MUTANT_IMAGE_MAX:
            small.append((f"{name}, profile {profile}", old, delta))
    print(f"deltas: {len(cases)} applied, {size} bytes")
    return small


def check_mutants(suit, deltas, count, seed):
    source = random.Random(seed)
    verdicts = Counter()
    for turn in range(count):
        name, old, delta = source.choice(deltas)
        kind = KINDS[turn % len(KINDS)]
        old, changed, mended = mutant(source, kind, old, delta)
        mine, theirs = ours(old, changed), suit.apply(old, changed)
        if mine != theirs:
            says = ["refuses it" if each is None else f"makes {sha256(each).hexdigest()}" for each in (mine, theirs)]
            sys.exit(
                f"mutant {turn} ({kind}) of {name}: apply.py {says[0]}, suit {says[1]}: "
                f"{changed.hex()} on {old.hex()}"
            )
        verdicts[kind if mended else f"{kind} in vain", "refused" if mine is None else "applied"] += 1
    for (kind, verdict), number in sorted(verdicts.items()):
        print(f"  {number:4} {kind}: {verdict}")
    if not any(verdict == "applied" for _, verdict in verdicts):
        sys.exit("no mutant is applied: nothing is compared but refusals")
    print(f"mutants: {count} judged alike")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suit")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        suit = Suit(options.suit, folder)
        seen = Seen()
        small = check_pairs(suit, options.corpus)
        lacking = seen.lacking()
        if lacking:
            sys.exit(f"no pair shows: {', '.join(lacking)}")
        check_mutants(suit, small, options.mutants, options.seed)


if __name__ == "__main__":
    main()
