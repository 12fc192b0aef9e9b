"""A small strict CBOR reader.

The generic decoders read tags 1 and 37 as dates and UUIDs, keep the last of two equal keys and stop at
the end of the first item. A structure check has to see all of that, so this reader keeps tags as
`CBORTag` and refuses what draft-ietf-suit-manifest-37 §8.1 (deterministic encoding, RFC 8949 §4.2.1)
rules out: long heads, indefinite lengths, equal keys, bytes after the item.

Key order is noted, not judged: COSE headers and CoSWID may have any. A map that is out of order is
returned as `Unsorted`. The entries of *every* map come out sorted by their encoded keys, since zcbor
matches the members of a map one after the other, while a CDDL map has no order.
"""

import struct

from cbor2 import CBORTag, undefined

MAX_DEPTH = 32
"""Nested arrays, maps and tags in one item. The deepest legal structure of SUIT needs eleven."""


class Malformed(Exception):
    """The bytes are not one deterministically encoded CBOR item."""


class Unsorted(dict):
    """A map whose keys were not in bytewise order."""


def read(data):
    """Decode exactly one CBOR item from `data`; raises Malformed."""
    item, end = _item(data, 0, 0)
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes after the item")
    return item


def _head(data, at):
    """Major type, argument and the offset behind the head."""
    if at >= len(data):
        raise Malformed("ends early")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, at
    if info > 27:
        raise Malformed("indefinite length or reserved head")
    size = 1 << (info - 24)
    if at + size > len(data):
        raise Malformed("ends early")
    value = int.from_bytes(data[at : at + size], "big")
    if major != 7 and value < (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]:
        raise Malformed(f"head of {size + 1} bytes for {value}")
    return major, value, at + size


def _item(data, at, depth):
    if depth > MAX_DEPTH:
        raise Malformed("nested too deep")
    start = at
    major, value, at = _head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        end = at + value
        if end > len(data):
            raise Malformed("string ends early")
        chunk = bytes(data[at:end])
        if major == 2:
            return chunk, end
        try:
            return chunk.decode("utf-8"), end
        except UnicodeDecodeError:
            raise Malformed("text is not UTF-8") from None
    if major == 4:
        items = []
        for _ in range(value):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 5:
        return _map(data, at, value, depth)
    if major == 6:
        item, at = _item(data, at, depth + 1)
        return CBORTag(value, item), at
    return _simple(data[start:at], value), at


def _map(data, at, count, depth):
    entries = []
    for _ in range(count):
        start = at
        key, at = _item(data, at, depth + 1)
        encoded = bytes(data[start:at])
        value, at = _item(data, at, depth + 1)
        entries.append((encoded, _frozen(key), value))
    ordered = sorted(entries, key=lambda entry: entry[0])
    in_order = [entry[0] for entry in entries] == [entry[0] for entry in ordered]
    result = (dict if in_order else Unsorted)((key, value) for _, key, value in ordered)
    # True and 1 are one key to Python; no map here has a use for the former.
    if len(result) != count:
        raise Malformed("two equal keys in a map")
    return result, at


def _frozen(key):
    """A form of `key` that a dict takes."""
    if isinstance(key, list):
        return tuple(_frozen(item) for item in key)
    if isinstance(key, CBORTag):
        return CBORTag(key.tag, _frozen(key.value))
    if isinstance(key, dict):
        raise Malformed("a map as key")
    return key


def _simple(head, value):
    """Simple values and floats: `head` is the whole item."""
    if len(head) == 1:
        known = {20: False, 21: True, 22: None, 23: undefined}
        if value in known:
            return known[value]
        raise Malformed(f"simple value {value}")
    if len(head) == 2:
        raise Malformed(f"simple value {value}")
    return struct.unpack({3: ">e", 5: ">f", 9: ">d"}[len(head)], head[1:])[0]
