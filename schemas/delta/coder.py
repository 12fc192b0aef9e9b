"""The arithmetic code, read ("Arithmetic code" in docs/delta-format.md)."""

from refused import Refused

ALL_ONES = 0xFFFFFFFF


class Coder:
    """Bits out of the coded bytes `data`."""

    def __init__(self, data):
        self.data = data
        self.at = 4
        self.low, self.high = 0, ALL_ONES
        self.x = int.from_bytes(data[:4].ljust(4, b"\0"), "big")

    def bit(self, probability):
        """A bit that is one with `probability`/65,536."""
        low, high = self.low, self.high
        middle = low + ((high - low) * probability >> 16)
        one = self.x <= middle
        if one:
            high = middle
        else:
            low = middle + 1
        while not (low ^ high) & 0xFF000000:
            low = low << 8 & ALL_ONES
            high = high << 8 & ALL_ONES | 0xFF
            self.x = self.x << 8 & ALL_ONES | (self.data[self.at] if self.at < len(self.data) else 0)
            self.at += 1
        self.low, self.high = low, high
        return one

    def check_zeros(self):
        """Call it now and then: a payload that is cut off would go on for ever."""
        if self.at - len(self.data) > 4:
            raise Refused("truncated", "the delta ends before the new image is whole")

    def last(self):
        """How many of the four bytes in x end a payload here, and the number that they make."""
        for count in range(4):
            after = ALL_ONES >> 8 * count
            number = (self.low + after) & ~after
            if number <= self.high:
                return count, number
        return 4, self.low

    def check_end(self):
        self.check_zeros()
        count, number = self.last()
        ours = len(self.data) - (self.at - 4)
        if ours < count:
            raise Refused("truncated", "the delta ends before the new image is whole")
        if ours > count:
            raise Refused("trailing", "the delta goes on after the new image is whole")
        if self.x != number:
            raise Refused("end", f"the delta ends with {self.x:#010x} and not with {number:#010x}")
