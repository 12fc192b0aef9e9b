"""What comes from where ("Segments" in docs/delta-format.md)."""

from bisect import bisect_right
from dataclasses import dataclass

from refused import Refused

LOOK_BACK = 8


@dataclass
class Segment:
    # Where its literal bytes and its copy begin in the new image, and where the copy ends.
    start: int
    copy: int
    end: int
    # Where the copy begins in the old image; 0 without one.
    old: int


class _Numbers:
    """The probabilities of one kind of number."""

    def __init__(self, coder):
        self.coder = coder
        self.lengths = [32768] * 25
        self.highest = [32768] * 16

    def _bit(self, probabilities, place):
        probability = probabilities[place]
        one = self.coder.bit(min(max(probability, 64), 65472))
        if one:
            probabilities[place] += (65535 - probability) >> 4
        else:
            probabilities[place] -= probability >> 4
        return one

    def read(self):
        bits = 0
        while bits < 24 and self._bit(self.lengths, bits):
            bits += 1
        value = 1
        for left in range(bits, 0, -1):
            one = self._bit(self.highest, min(bits, 15)) if left == bits else self.coder.bit(32768)
            value = value << 1 | one
        return value - 1


def read_segments(coder, header):
    literals, lengths, jumps = (_Numbers(coder) for _ in range(3))
    segments, new, old_end = [], 0, 0
    for number in range(header.segments):

        def refuse(what):
            coder_ran_dry = coder.at > len(coder.data)
            raise Refused("truncated" if coder_ran_dry else "segment", f"segment {number} {what}")

        coder.check_zeros()
        literal, length = literals.read(), lengths.read()
        copy, end = new + literal, new + literal + length
        if literal > 65535:
            refuse(f"has {literal} literal bytes, more than 65,535")
        if end > header.new_size:
            refuse("reaches past the new image")
        old = 0
        if length:
            folded = jumps.read()
            old = old_end + (~(folded >> 1) if folded & 1 else folded >> 1)
            old_end = old + length
            if old < 0 or old_end > header.old_size:
                refuse("copies from outside the old image")
        segments.append(Segment(new, copy, end, old))
        new = end
    coder.check_zeros()
    if new != header.new_size:
        raise Refused(
            "truncated" if coder.at > len(coder.data) else "segment",
            f"the segments make up {new} bytes of the new image's {header.new_size}",
        )
    return segments


class Moves:
    """Where offsets of the old image have moved to."""

    def __init__(self, segments):
        # A stable sort: equal ones stay in the order of their number.
        self.by_old = sorted(segments, key=lambda segment: segment.old)
        self.starts = [segment.old for segment in self.by_old]

    def moved(self, old):
        """The offset in the new image; None if it is unknown."""
        after = bisect_right(self.starts, old)
        nearest = None
        for segment in reversed(self.by_old[max(after - LOOK_BACK, 0) : after]):
            if segment.copy == segment.end:
                continue
            place = old - segment.old + segment.copy
            if place < segment.end:
                return place
            if nearest is None:
                nearest = place
        return nearest
