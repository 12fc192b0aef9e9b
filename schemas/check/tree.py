"""An envelope as a tree that can be changed and written again.

`Tree.of` opens every byte string that holds CBOR of SUIT (not COSE headers and not payloads) and notes the
*role* of each node, so that a fault can be put exactly where it is meant to be. Everything that is not
touched is written back byte for byte, except that the order of map keys is the deterministic one.
"""

from io import BytesIO

from cbor2 import CBOREncoder, CBORTag, dumps

from reader import read

SECTIONS = (7, 8, 9, 15, 16, 18, 20, 24)
SEVERABLE_SEQUENCES = (15, 16, 18, 20)


class Wrapped:
    """A byte string whose content is the CBOR encoding of `value`."""

    def __init__(self, value):
        self.value = value


class Raw:
    """An item that is written as these bytes, well-formed or not."""

    def __init__(self, data):
        self.data = data


def encode(item):
    """CBOR bytes of a tree. Maps are written in bytewise key order (RFC 8949 §4.2.1)."""
    out = BytesIO()
    CBOREncoder(out, default=lambda encoder, raw: encoder.write(raw.data)).encode(_plain(item))
    return out.getvalue()


def _plain(item):
    if isinstance(item, Wrapped):
        return encode(item.value)
    if isinstance(item, CBORTag):
        return CBORTag(item.tag, _plain(item.value))
    if isinstance(item, dict):
        return {key: _plain(item[key]) for key in sorted(item, key=dumps)}
    if isinstance(item, list):
        return [_plain(part) for part in item]
    return item


class Slot:
    """One place in a tree: the container that holds it, and the key there."""

    def __init__(self, holder, key):
        self.holder, self.key = holder, key

    @property
    def whole(self):
        """What stands here, wrapping included."""
        return self.holder.value if isinstance(self.holder, CBORTag) else self.holder[self.key]

    @property
    def node(self):
        """What stands here, without wrapping."""
        whole = self.whole
        return whole.value if isinstance(whole, Wrapped) else whole

    def put(self, item):
        """Replace what stands here, wrapping included."""
        if isinstance(self.holder, CBORTag):
            self.holder.value = item
        else:
            self.holder[self.key] = item


class Tree:
    """A whole file; `slots` lists (role, slot) in the order of the file."""

    def __init__(self, item):
        self.root = [item]
        self.slots = []
        self._file()

    @classmethod
    def of(cls, data):
        return cls(read(data))

    def encode(self):
        return encode(self.root[0])

    def _add(self, role, holder, key, wrapped=False):
        slot = Slot(holder, key)
        if wrapped:
            slot.put(Wrapped(read(slot.whole)))
        self.slots.append((role, slot))
        return slot.node

    def _file(self):
        self._add("file", self.root, 0)
        item = self.root[0]
        if isinstance(item, CBORTag):
            self._envelope(self._add("envelope", item, None))
        else:
            self._envelope(self._add("envelope", self.root, 0))

    def _envelope(self, envelope):
        blocks = self._add("authentication", envelope, 2, wrapped=True)
        self._add("digest", blocks, 0, wrapped=True)
        for at in range(1, len(blocks)):
            block = self._add("block", blocks, at, wrapped=True)
            self._add("cose", block, None)
        self._manifest(self._add("manifest", envelope, 3, wrapped=True))
        for label in SEVERABLE_SEQUENCES:
            if label in envelope:
                self._sequence(envelope, label, "sequence")
        if 23 in envelope:
            self._text(envelope)
        for key in [key for key in envelope if isinstance(key, str)]:
            self._add("payload", envelope, key)

    def _manifest(self, manifest):
        self._common(self._add("common", manifest, 3, wrapped=True))
        for label in SECTIONS:
            if isinstance(manifest.get(label), bytes):
                self._sequence(manifest, label, "sequence")
            elif label in manifest:
                self._add("digest", manifest, label)
        if isinstance(manifest.get(23), bytes):
            self._text(manifest)

    def _common(self, common):
        self._add("components", common, 2)
        for at in range(len(common[2])):
            self._add("component", common[2], at)
        if 1 in common:
            self._add("dependencies", common, 1)
        if 4 in common:
            self._sequence(common, 4, "shared")

    def _sequence(self, holder, key, kind):
        items = self._add(kind, holder, key, wrapped=True)
        for at in range(0, len(items), 2):
            code, place = items[at], at + 1
            if code == 12:
                self._add("index", items, place)
            elif code == 15:
                alternatives = self._add("try-each", items, place)
                for index, alternative in enumerate(alternatives):
                    if alternative is not None:
                        self._sequence(alternatives, index, kind)
            elif code == 32:
                self._add("run", items, place)
                self._sequence(items, place, kind)
            elif code in (19, 20):
                self._parameters(items, place, "parameters" if kind == "sequence" else "shared parameters")
            elif code == 34:
                for index in self._add("per index", items, place):
                    self._parameters(items[place], index, "parameters")
            elif code == 35:
                self._add("per index", items, place)
            elif code > 0:
                self._add("policy", items, place)

    def _parameters(self, holder, key, role):
        values = self._add(role, holder, key)
        for label in sorted(values):
            if label == 3:
                self._add("digest", values, label, wrapped=True)
            elif label == 19:
                self._add("encryption", values, label, wrapped=True)
            elif label == 28:
                self._add("version", values, label, wrapped=True)
            elif label == 29:
                self._add("wait", values, label, wrapped=True)
            elif label == 30:
                self._add("metadata", values, label, wrapped=True)

    def _text(self, holder):
        text = self._add("text", holder, 23, wrapped=True)
        for language in text:
            entry = self._add("language", text, language)
            for key in [key for key in entry if isinstance(key, tuple)]:
                self._add("component text", entry, key)
