"""The first bytes of a delta ("Header" in docs/delta-format.md)."""

from dataclasses import dataclass

from refused import Refused

NONE, THUMB, RISCV, AARCH64, XTENSA = range(5)
SIZE_END = 1 << 24


@dataclass
class Header:
    instructions: int
    one_map: bool
    old_size: int
    new_size: int
    # Without bit 4 and 5: None.
    image_address: int | None
    data_start: int | None
    data_log2: int
    nodes: int
    learned: int
    segments: int
    old_check: bytes
    new_check: bytes
    # Bytes of the header itself.
    length: int


class _Fields:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise Refused("truncated", "the delta ends within its header")
        self.at += count
        return taken

    def byte(self):
        return self.take(1)[0]

    def leb128(self, end, name):
        start, value, shift = self.at, 0, 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
            shift += 7
            if shift > 28:
                raise Refused("header", f"{name} at byte {start} has more than five bytes")
        if shift and not byte:
            raise Refused("header", f"{name} at byte {start} is not in its shortest form")
        if value >= end:
            raise Refused("header", f"{name} at byte {start} is {value}, and must be below {end}")
        return value

    def address(self, name):
        return int(f"{self.leb128(1 << 32, name):032b}"[::-1], 2)


def read_header(data):
    fields = _Fields(data)
    if fields.byte() != 0xD5:
        raise Refused("not-a-delta", "the first byte is not 0xd5: not a delta")
    version = fields.byte()
    if version != 1:
        raise Refused("version", f"version {version} is unknown")
    flags = fields.byte()
    if flags & 0x0F > XTENSA:
        raise Refused("predictors", f"flags {flags:#04x} are unknown")
    old_size = fields.leb128(SIZE_END, "the size of the old image")
    new_size = fields.leb128(SIZE_END, "the size of the new image")
    if flags & 0x80:
        # Made to be applied in place; from one image to another it is a delta like others.
        at = fields.at
        slot = fields.leb128(SIZE_END + 1, "the size of the slot")
        log2_page = fields.byte()
        if not 5 <= log2_page <= 20 or slot % (1 << log2_page) or max(old_size, new_size) > slot:
            raise Refused("header", f"a slot of {slot} bytes in pages of 2^{log2_page}, at byte {at}, is none")
    image_address = fields.address("the image's address") if flags & 0x10 else None
    data_start = fields.address("the address of data") if flags & 0x20 else None
    data_log2 = fields.leb128(32, "the length of data") if flags & 0x20 else 0
    at = fields.at
    nodes, learned = fields.byte(), fields.byte()
    if not nodes or not learned:
        raise Refused("header", f"nodes and learned at byte {at} must not be 0")
    segments = fields.leb128(1 << 16, "the number of segments")
    return Header(
        flags & 0x0F, bool(flags & 0x40), old_size, new_size, image_address, data_start, data_log2,
        nodes, learned, segments, fields.take(4), fields.take(4), fields.at,
    )  # fmt: skip
