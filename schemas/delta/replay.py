"""The new image, unit by unit ("Bytes" in docs/delta-format.md)."""

from header import NONE, THUMB, XTENSA
from model import BROKEN, DIFFERS, KEPT, LITERAL, MISSED, SURPRISE, Model, mix
from references import BRANCH, DATA, POINTER, References
from segments import Moves

QUIET, VERY_QUIET = 32, 1024
BLOCK, BLOCK_LARGE = 32, 256


class Learned:
    """Targets that were predicted wrongly: a ring of old and new ones."""

    def __init__(self, places):
        self.room = places
        self.ring = []
        self.next = 0
        self.new_of = {}

    def learn(self, old, new):
        if old not in self.new_of:
            if len(self.ring) < self.room:
                self.ring.append(old)
            else:
                del self.new_of[self.ring[self.next]]
                self.ring[self.next] = old
            self.next = (self.next + 1) % self.room
        self.new_of[old] = new

    def exact(self, old):
        return self.new_of.get(old)

    def nearest(self, old):
        below = max((at for at in self.new_of if at <= old), default=None)
        return old if below is None else old - below + self.new_of[below] & 0xFFFFFFFF


class Replay:
    def __init__(self, header, coder, segments, old_image):
        self.coder = coder
        self.segments = segments
        self.old_image = old_image
        self.references = References(header, old_image)
        self.moves = Moves(segments)
        self.targets = Learned(8 * header.learned)
        self.data = Learned(8 * header.learned)
        self.bit = Model(header, coder).bit
        # Instructions begin at even offsets.
        self.has_halfwords = header.instructions not in (NONE, XTENSA)
        self.is_thumb = header.instructions == THUMB
        self.new = bytearray()
        self.a = self.b = 0
        self.run = 0
        self.differs = self.broken = 0
        # By the kind of a reference; 0 is none.
        self.missed, self.kept = [0] * 4, [0] * 4
        self.apart = [0] * 8

    def image(self):
        for segment in self.segments:
            while len(self.new) < segment.copy:
                self._literal(segment)
            self.quiet = self.noisy = 0
            while len(self.new) < segment.end:
                self.coder.check_zeros()
                self._unit(segment)
        return bytes(self.new)

    def _order(self, count):
        """Indices of a unit's bytes in the order of coding."""
        return [k ^ 1 for k in range(count)] if self.is_thumb and count > 1 else range(count)

    def _phase(self, at):
        return at & 3 if self.has_halfwords else 0

    def _push(self, byte):
        self.a, self.b = byte, self.a

    def _r(self):
        return min(self.run.bit_length(), 15)

    # --- literals ---

    def _literal(self, segment):
        self.coder.check_zeros()
        at = len(self.new)
        paired = self.is_thumb and not at & 1 and segment.copy - at >= 2
        unit = bytearray(2 if paired else 1)
        for k in self._order(len(unit)):
            unit[k] = self._literal_byte(at + k)
            self._push(unit[k])
        self.new += unit

    def _literal_byte(self, at):
        a, b = self.a, self.b
        phase = self._phase(at)
        parity = phase & 1
        contexts = (phase, mix(a + 0x100, parity), mix(a + b * 0x100, parity + 2), mix(b, parity + 6))
        node = 1
        for k in range(7, -1, -1):
            node = node << 1 | self.bit(LITERAL, [mix(context, node) for context in contexts], 2 * k + parity)
        return node & 0xFF

    # --- copies ---

    def _unit(self, segment):
        at = len(self.new)
        old, left = at - segment.copy + segment.old, segment.end - at
        reference = self.references.find(old, at, left)
        if reference:
            here = self.references.word(old)
            known, target, odd = self._predict(reference)
            predicted = self.references.aim(reference, here, at, target | odd).to_bytes(4, "little")
            expected = predicted[: reference.length]
        else:
            count = 2 if self.has_halfwords and not (old | at) & 1 and left >= 2 else 1
            expected = self.old_image[old : old + count]
        if not self.quiet and not self.noisy and self.run >= QUIET:
            self._ask_for_block(left)
        if self.quiet:
            self.quiet = max(self.quiet - len(expected), 0)
            self._as_expected(expected)
            return
        self.noisy = max(self.noisy - len(expected), 0)
        if reference:
            self._reference(reference, here, expected, known, at)
        else:
            self.new += self._bytes(expected, at, None)

    def _predict(self, reference):
        """Whether the target is learned; what it is predicted to be, and the bit to put on it."""
        target, odd = self.references.split(reference)
        if reference.kind == DATA:
            return 0, self.data.nearest(target), 0
        learned = self.targets.exact(target)
        if learned is not None:
            return 1, learned, odd
        moved = self.moves.moved(target)
        return 0, target if moved is None else moved, odd

    def _ask_for_block(self, left):
        block = BLOCK if self.run < VERY_QUIET else BLOCK_LARGE
        if left < block:
            return
        contexts = (self._r(), mix(self.broken, 1))
        broken = self.bit(BROKEN, contexts, int(block == BLOCK_LARGE))
        self.broken = (self.broken << 1 | broken) & 0xFF
        self.quiet, self.noisy = (0, block) if broken else (block, 0)

    def _as_expected(self, expected):
        for k in self._order(len(expected)):
            self._push(expected[k])
        self.run += len(expected)
        self.new += expected

    def _bytes(self, expected, at, reference):
        """The bytes of a unit, coded one by one."""
        unit = bytearray(len(expected))
        for k in self._order(len(unit)):
            parity = self._phase(at + k) & 1
            place = 4 * reference.kind - 2 + k if reference else parity
            unit[k] = self._byte(expected[k], place, parity, k + 4 if reference else k)
            self._push(unit[k])
        return unit

    def _byte(self, e, place, parity, i):
        a, b, r = self.a, self.b, self._r()
        contexts = (
            place * 0x10 + r,
            mix(e + 0x400, place),
            mix(e + a * 0x100, place + 0xC8),
            mix(self.differs & 0xFF, place + 0x12C),
            mix(a + b * 0x100 + e * 0x10000, 0x190),
        )
        differs = self.bit(DIFFERS, contexts, 2 * min(r, 7) + parity)
        self.differs = (self.differs << 1 | differs) & 0xFF
        if not differs:
            self.run += 1
            return e
        self.run = 0
        byte = self._surprise(e, place, parity, i)
        self.apart[i] = byte - e & 0xFF
        return byte

    def _surprise(self, e, place, parity, i):
        a, b = self.a, self.b
        contexts = (
            place,
            mix(a + 0x100, parity),
            mix(e + 0x200, place),
            mix(e + a * 0x100, 0x64),
            mix((e + self.apart[i] & 0xFF) + 0x300, place),
            mix(e + b * 0x100, parity + 0x65),
        )
        s = 1 if i >= 4 else 0
        node = 1
        for k in range(7, -1, -1):
            agreed = int(node == (e | 0x100) >> k + 1)
            would = e >> k & 1
            if k == 0 and agreed:
                return (node << 1 | would ^ 1) & 0xFF
            which = 8 * s + 4 * (k // 4) + 2 * agreed + would
            node = node << 1 | self.bit(SURPRISE, [mix(context, node) for context in contexts], which)
        return node & 0xFF

    def _reference(self, reference, here, expected, known, at):
        kind = reference.kind
        missed = self.missed[kind]
        contexts = (
            kind * 0x100 + known * 0x80 + self._r(),
            mix(missed + kind * 0x100, 5),
            mix(here, kind),
            mix(self.a + self.b * 0x100, kind + 0x1F4),
        )
        miss = self.bit(MISSED, contexts, 4 * kind + (missed & 3))
        self.missed[kind] = (missed << 1 | miss) & 0xFF
        self.differs = (self.differs << 1 | miss) & 0xFF
        if not miss:
            self._as_expected(expected)
            return
        self.run = 0
        old_bytes = here.to_bytes(4, "little")
        unit = None
        if old_bytes[: reference.length] != expected:
            contexts = (mix((self.kept[kind] & 7) + kind * 0x100, 6), kind + known * 0x100)
            kept = self.bit(KEPT, contexts, kind)
            self.kept[kind] = (self.kept[kind] << 1 | kept) & 0xFF
            if kept:
                unit = old_bytes[: reference.length]
                for k in self._order(len(unit)):
                    self._push(unit[k])
        if unit is None:
            unit = self._bytes(expected, at, reference)
        self.new += unit
        self._learn(reference, bytes(unit) + old_bytes[len(unit) :], at)

    def _learn(self, reference, new_bytes, at):
        target = self.references.names(reference, int.from_bytes(new_bytes, "little"), at)
        if target is None:
            return
        old, odd = self.references.split(reference)
        if reference.kind in (BRANCH, POINTER):
            self.targets.learn(old, target & ~odd)
        else:
            self.data.learn(old, target)
