"""Instructions and words that name a place ("References" in docs/delta-format.md): found, and aimed anew."""

from dataclasses import dataclass

from header import AARCH64, RISCV, THUMB, XTENSA

MASK = 0xFFFFFFFF
BRANCH, POINTER, DATA = 1, 2, 3
# What an instruction is, and so how a target is put in. Of pairs, each half is a form of its own.
WORD, BL, JAL, SHORT, UPPER, LOWER, B, ADRP, ADD, CALL, L32R = range(11)
WHOLE = (BL, JAL, SHORT, B, CALL, L32R)

# For JAL, C.J and C.JAL: (lowest bit in the word, lowest bit in the offset, how many bits).
JAL_BITS = ((31, 20, 1), (12, 12, 8), (20, 11, 1), (21, 1, 10))
SHORT_BITS = (
    (12, 11, 1), (8, 10, 1), (9, 8, 2), (6, 7, 1), (7, 6, 1), (2, 5, 1), (11, 4, 1), (3, 1, 3),
)  # fmt: skip


@dataclass
class Reference:
    kind: int
    form: int
    length: int
    # An offset of the old image, or an address of data.
    target: int
    # Half of a LUI pair, whose value is an address and not a distance.
    absolute: bool = False


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def gather(word, places):
    offset = 0
    for in_word, in_offset, count in places:
        offset |= (word >> in_word & (1 << count) - 1) << in_offset
    return offset


def scatter(word, places, offset):
    for in_word, in_offset, count in places:
        ones = (1 << count) - 1
        word = word & ~(ones << in_word) | (offset >> in_offset & ones) << in_word
    return word


def _branch(instructions, word, at):
    """What needs no neighbour: form, length, target."""
    if instructions == THUMB:
        f, g = word & 0xFFFF, word >> 16
        if f & 0xF800 == 0xF000 and g & 0xD000 in (0xD000, 0x9000):
            s = f >> 10 & 1
            upper = s << 24 | (g >> 13 & 1 ^ s ^ 1) << 23 | (g >> 11 & 1 ^ s ^ 1) << 22
            offset = signed(upper | (f & 0x3FF) << 12 | (g & 0x7FF) << 1, 25)
            return BL, 4, at + 4 + offset & MASK
    elif instructions == RISCV:
        if word & 0x7F == 0x6F:
            return JAL, 4, at + signed(gather(word, JAL_BITS), 21) & MASK
        if word & 0xE003 in (0xA001, 0x2001):
            return SHORT, 2, at + signed(gather(word, SHORT_BITS), 12) & MASK
    elif instructions == AARCH64:
        if word & 0x7C000000 == 0x14000000:
            return B, 4, at + signed((word & 0x3FFFFFF) << 2, 28) & MASK
    elif instructions == XTENSA:
        if word & 0xF == 5:
            return CALL, 3, (at & ~3) + 4 + signed((word >> 6 & 0x3FFFF) << 2, 20) & MASK
        back = 0x40000 - ((word >> 8 & 0xFFFF) << 2)
        if word & 0xF == 1 and back <= 0x8000:
            return L32R, 3, (at + 3 & ~3) - back & MASK
    return None


def _low(first, second):
    """The low part that `second` adds to the upper one of `first`; None if it is no lower of it."""
    if second >> 15 & 31 != first >> 7 & 31:
        return None
    opcode = second & 0x7F
    if opcode in (0x03, 0x07, 0x67) or (opcode == 0x13 and not second & 0x7000):
        return signed(second >> 20, 12)
    if opcode in (0x23, 0x27):
        return signed(second >> 25 << 5 | second >> 7 & 31, 12)
    return None


def _riscv_pair(opcode, last, here, following):
    """The half that `here` is, and the sum of both; None if it is none."""
    if here & 0x7F == opcode:
        form, first, second = UPPER, here, following
    elif last & 0x7F == opcode:
        form, first, second = LOWER, last, here
    else:
        return None
    low = _low(first, second)
    return None if low is None else (form, (first & 0xFFFFF000) + low & MASK)


def _is_adrp(word):
    return word & 0x9F000000 == 0x90000000


class References:
    def __init__(self, header, old_image):
        self.header = header
        self.instructions = header.instructions
        self.address = header.image_address or 0
        # Zeros around it, so that what lies outside reads as such.
        self.image = old_image + bytes(12)
        self.aligned = {THUMB: 1, RISCV: 1, AARCH64: 3, XTENSA: 0}.get(header.instructions)

    def word(self, at):
        return int.from_bytes(self.image[at : at + 4], "little") if at >= 0 else 0

    def find(self, old, new, left):
        """The reference at `old`, to be at `new`, with `left` bytes left of the copy; None if there is none."""
        if self.aligned is not None and not (old | new) & self.aligned:
            found = self._instruction(old)
            if found and found.length <= left:
                if found.kind == DATA or found.target < self.header.old_size:
                    return found
        if new & 3 or left < 4:
            return None
        return self._address(self.word(old), WORD)

    def _instruction(self, old):
        here = self.word(old)
        branch = _branch(self.instructions, here, old)
        if branch:
            # Pools of constants move otherwise than functions.
            return Reference(POINTER if branch[0] == L32R else BRANCH, *branch)
        if self.instructions in (THUMB, XTENSA):
            return None
        last, following = self.word(old - 4), self.word(old + 4)
        if self.instructions == RISCV:
            pair = _riscv_pair(0x17, last, here, following)
            if pair:
                form, distance = pair
                base = old if form == UPPER else old - 4
                return Reference(BRANCH, form, 4, base + distance & MASK)
            pair = _riscv_pair(0x37, last, here, following)
            return self._address(pair[1], pair[0]) if pair else None
        if _is_adrp(here):
            form, adrp, add, base = ADRP, here, following, old
        else:
            form, adrp, add, base = ADD, last, here, old - 4
        if not _is_adrp(adrp) or add & 0xFFC00000 != 0x91000000 or add >> 5 & 31 != adrp & 31:
            return None
        pages = ((adrp >> 5 & 0x7FFFF) << 2 | adrp >> 29 & 3) << 12
        named = (base + self.address & 0xFFFFF000) + pages + (add >> 10 & 0xFFF)
        return Reference(BRANCH, form, 4, named - self.address & MASK)

    def _address(self, value, form):
        header = self.header
        if header.image_address is not None:
            target = value - header.image_address & MASK
            if target < header.old_size:
                return Reference(POINTER, form, 4, target, form != WORD)
        if header.data_start is not None and (value - header.data_start & MASK) >> header.data_log2 == 0:
            return Reference(DATA, form, 4, value, form != WORD)
        return None

    def split(self, reference):
        """The target without the bit that makes it a function's of Thumb, and that bit."""
        odd = reference.target & 1 if reference.kind == POINTER and self.instructions == THUMB else 0
        return reference.target - odd, odd

    def aim(self, reference, here, new, target):
        """The word `here` with `reference` in it naming `target`."""
        value = target + self.address if reference.kind == POINTER else target
        distance = target - new
        form = reference.form
        if form == WORD:
            word = value
        elif form == BL:
            offset = distance - 4
            s, i1, i2 = offset >> 24 & 1, offset >> 23 & 1, offset >> 22 & 1
            f = here & 0xF800 | s << 10 | offset >> 12 & 0x3FF
            g = here >> 16 & 0xD000 | (i1 ^ s ^ 1) << 13 | (i2 ^ s ^ 1) << 11 | offset >> 1 & 0x7FF
            word = g << 16 | f
        elif form == JAL:
            word = scatter(here, JAL_BITS, distance)
        elif form == SHORT:
            word = scatter(here, SHORT_BITS, distance)
        elif form == B:
            word = here & 0xFC000000 | distance >> 2 & 0x3FFFFFF
        elif form == CALL:
            word = here & 0x3F | (target - (new & ~3) - 4 >> 2 & 0x3FFFF) << 6
        elif form == L32R:
            word = here & 0xFF | (target - (new + 3 & ~3) >> 2 & 0xFFFF) << 8
        elif form == UPPER:
            word = here & 0xFFF | (value if reference.absolute else distance) + 0x800 & 0xFFFFF000
        elif form == LOWER:
            low = value if reference.absolute else distance + 4
            if here & 0x7F in (0x23, 0x27):
                word = here & 0x01FFF07F | (low >> 5 & 0x7F) << 25 | (low & 31) << 7
            else:
                word = here & 0xFFFFF | (low & 0xFFF) << 20
        elif form == ADRP:
            d = (target + self.address & 0xFFFFF000) - (new + self.address & 0xFFFFF000) >> 12
            word = here & 0x9F00001F | (d & 3) << 29 | (d >> 2 & 0x3FFFF) << 5 | (d >> 19 & 1) << 23
        else:
            word = here & 0xFFC003FF | (target + self.address & 0xFFF) << 10
        return word & MASK

    def names(self, reference, word, new):
        """What the new bytes `word` name, for learning; None if nothing is learned."""
        if reference.form == WORD:
            return word - self.address & MASK if reference.kind == POINTER else word
        if reference.form not in WHOLE:
            return None
        branch = _branch(self.instructions, word, new)
        return branch[2] if branch else None
