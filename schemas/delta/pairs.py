"""Pairs of small images in each instruction set, always the same: functions that refer to each other, moved and changed.

Only where things lie is computed; a reference is written by `References.aim`. That it is right is not assumed here: what is
checked is that the new image comes out whose bytes went in.
"""

import random
from dataclasses import dataclass
from types import SimpleNamespace

from header import AARCH64, NONE, RISCV, THUMB, XTENSA
from references import (
    ADD, ADRP, B, BL, BRANCH, CALL, DATA, JAL, L32R, LOWER, POINTER, SHORT, UPPER, WORD, Reference, References,
)  # fmt: skip

ADDRESS, DATA_START, DATA_SIZE = 0x08000000, 0x20000000, 0x10000
NAMES = {NONE: "none", THUMB: "thumb", RISCV: "riscv", AARCH64: "aarch64", XTENSA: "xtensa"}


@dataclass
class Pair:
    name: str
    instructions: int
    old: bytes
    new: bytes
    # Whether it has addresses of the image and of data.
    addresses: bool = True


@dataclass
class Item:
    """A reference: the word without its target, and what it names: a function's number or an offset of data."""

    kind: int
    form: int
    length: int
    word: int
    named: int


def _word(kind, named):
    return [Item(kind, WORD, 4, 0, named)]


def _halves(kind, first, second, named, forms):
    return [Item(kind, forms[0], 4, first, named), Item(kind, forms[1], 4, second, named)]


def _choices(instructions, function, variable):
    """Ways to refer to a function and a variable."""
    if instructions == THUMB:
        return [[Item(BRANCH, BL, 4, word, function)] for word in (0xD000F000, 0xD000F000, 0x9000F000)]
    if instructions == AARCH64:
        branches = [[Item(BRANCH, B, 4, word, function)] for word in (0x94000000, 0x14000000)]
        return [*branches, _halves(BRANCH, 0x90000003, 0x91000063, function, (ADRP, ADD))]
    if instructions == XTENSA:
        calls = [[Item(BRANCH, CALL, 3, word, function)] for word in (0x5, 0x25, 0x35)]
        # L32R of what is before it: the beginning of an earlier function has to do.
        return [*calls, [Item(POINTER, L32R, 3, 0x21, 0)]]
    if instructions == RISCV:
        halves = (UPPER, LOWER)
        return [
            [Item(BRANCH, JAL, 4, 0xEF, function)],
            [Item(BRANCH, SHORT, 2, 0xA001, function)],
            [Item(BRANCH, SHORT, 2, 0x2001, function)],
            _halves(BRANCH, 0x297, 0x280E7, function, halves),  # AUIPC, JALR
            _halves(BRANCH, 0x297, 0x52A023, function, halves),  # AUIPC, SW
            _halves(POINTER, 0x337, 0x30313, function, halves),  # LUI, ADDI
            _halves(DATA, 0x337, 0x32303, variable, halves),  # LUI, LW
        ]
    return []


class _Program:
    def __init__(self, instructions, count, seed):
        self.instructions = instructions
        self.source = random.Random(seed)
        self.functions = {number: self._function(number, count) for number in range(count)}
        header = SimpleNamespace(instructions=instructions, image_address=ADDRESS)
        self.references = References(header, b"")

    def _noise(self, halfwords):
        return b"".join(self.source.randrange(0x2000, 0x8000).to_bytes(2, "little") for _ in range(halfwords))

    def _function(self, number, count):
        parts = [self._noise(2)]
        for _ in range(self.source.randrange(2, 6)):
            # Near ones, as a short branch reaches no others, and now and then the same one.
            function = (number + self.source.randrange(-4, 5)) % count
            choices = _choices(self.instructions, function, 8 * self.source.randrange(40))
            if choices:
                parts.append(self.source.choice(choices))
            parts.append(self._noise(2 * self.source.randrange(1, 8)))
        # Aligned as words must be, behind instructions of two or three bytes.
        parts.append(bytes(-sum(map(_length, parts)) % 4))
        parts.append(_word(POINTER, function))
        parts.append(_word(DATA, 8 * self.source.randrange(40)))
        return parts

    def image(self, order, shift, tail):
        """The functions in this order; variables past the tenth lie `shift` bytes further on."""
        starts, at = {}, 0
        for number in order:
            starts[number] = at
            at += sum(map(_length, self.functions[number]))
        out = bytearray()
        for number in order:
            for part in self.functions[number]:
                if isinstance(part, bytes):
                    out += part
                    continue
                for item in part:
                    out += self._bytes(item, starts, shift, len(out))
        return bytes(out) + tail

    def _bytes(self, item, starts, shift, at):
        if item.kind == DATA:
            target = DATA_START + item.named + (shift if item.named >= 80 else 0)
        else:
            target = starts.get(item.named, 0)
            if item.kind == POINTER and self.instructions == THUMB:
                target += 1
        absolute = item.kind != BRANCH and item.form != WORD
        reference = Reference(item.kind, item.form, item.length, target, absolute)
        return self.references.aim(reference, item.word, at, target).to_bytes(4, "little")[: item.length]


def _length(part):
    return len(part) if isinstance(part, bytes) else sum(item.length for item in part)


def _program_pair(instructions, count, seed, quiet):
    """`quiet` bytes at the end of both stay as they are."""
    program = _Program(instructions, count, seed)
    tail = program._noise(quiet // 2)
    order = list(range(count))
    old = program.image(order, 0, tail)
    # Two functions change places, one gets other bytes, one is new and one goes, one refers to what it didn't.
    order[2], order[count // 2] = order[count // 2], order[2]
    order.remove(count - 2)
    program.functions[1] = [program._noise(4), *program.functions[1]]
    program.functions[3] = program._function(5, count)
    program.functions[count] = program._function(count // 2, count)
    order.insert(4, count)
    new = bytearray(program.image(order, 16, tail))
    for _ in range(4):
        new[program.source.randrange(len(new) - quiet)] ^= 1 << program.source.randrange(8)
    return old, bytes(new)


def _repeating_pair(count, shift=8, odd=0):
    """Pieces of the old image come again, and words point behind them: where these places have moved says a segment that is
    asked after all pieces, so no longer from 8 on. The first half moves by `shift`, the second one further, so that
    predicting words pays. With `odd`, the words are odd, as addresses of Thumb's functions are."""
    source = random.Random(11)
    code = source.randbytes(900)
    targets = [source.randrange(384, 900) for _ in range(60)]

    def words(first, second):
        shifted = ((target | odd) + (first if target < 600 else second) for target in targets)
        return b"".join((ADDRESS + target).to_bytes(4, "little") for target in shifted)

    pieces = b"".join(source.randbytes(4) + code[at : at + 24] for at in range(120, 120 + 30 * count, 30))
    new = source.randbytes(shift) + code[:600] + source.randbytes(44 - shift) + code[600:] + words(shift, 44) + pieces
    return code + words(0, 0), new


def pairs():
    made = [Pair(f"repeating-{count}", NONE, *_repeating_pair(count)) for count in (7, 8)]
    # A function that moves by an odd number of bytes, as far as segments know: its address stays odd.
    made.append(Pair("oddly-moved", THUMB, *_repeating_pair(0, 7, 1)))
    for instructions, name in NAMES.items():
        for count, quiet in ((10, 0), (24, 2200)):
            old, new = _program_pair(instructions, count, 1000 * instructions + count, quiet)
            made.append(Pair(f"{name}-{count}", instructions, old, new))
    source = random.Random(7)
    noise = source.randbytes(600)
    for instructions, name in NAMES.items():
        # An odd number of bytes goes before all that was, so that no instruction keeps its alignment.
        new = source.randbytes(3) + noise[:300] + source.randbytes(20) + noise[330:]
        made.append(Pair(f"{name}-noise", instructions, noise, new, addresses=False))
    made.append(Pair("all-new", NONE, b"?", source.randbytes(40), addresses=False))
    made.append(Pair("nothing-left", NONE, noise, b"!", addresses=False))
    return made
