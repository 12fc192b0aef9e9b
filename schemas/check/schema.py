"""The CDDL files, read by zcbor, as a validator.

zcbor is made to generate C; as a validator in Python it needs some help. `Rule` is its own validating
class with these differences, and nothing else:

- the content of a `bstr .cbor x` is checked at once, also where the byte string stands behind a rule's name,
  by the reader of this folder (which see);
- a tag that the schema asks for must be there;
- maps must have had their keys in bytewise order (draft-ietf-suit-manifest-37 §8.1, P-001) unless the
  rule's name begins with one of ANY_ORDER;
- `.regexp` is understood;
- no result is built (zcbor's need unique names for all members, which sequences cannot give), and
  messages are made only when something failed.
"""

import re
import sys
from pathlib import Path

from cbor2 import CBORTag
from zcbor.zcbor import zcbor as _zcbor

from reader import Malformed, Unsorted, read

Refused = _zcbor.CddlValidationError

ANY_ORDER = ("cose_", "coswid_")
"""Rules (as zcbor spells them) whose maps may have their keys in any order (A-08)."""

UNASSIGNED = ("low-envelope-label", "unassigned-envelope-label")
"""Labels that the schema lets pass, but that are worth a word (A-35)."""

MAX_NESTING = 32
"""Byte strings with CBOR within byte strings with CBOR."""

UNBOUNDED = 1 << 30
"""What `*` and `+` stand for: more than any file holds."""

SCHEMA_DIR = Path(__file__).resolve().parent.parent

sys.setrecursionlimit(50_000)  # one nested sequence takes some forty frames


class _Trace:
    """Where the check stands, the most telling failure so far, and which rules have matched."""

    def __init__(self):
        self.matched = set()
        self.reset()

    def reset(self):
        self.path = []
        self.depth = 0
        self.nesting = 0
        self.unassigned = []
        self.best = ((-1, 0), "")

    def fail(self, rule, reason, weight=2):
        # The deepest failure tells most, then the one of most weight. That an alternative does not begin
        # with the right literal weighs 0, that something is left over weighs 1. What failed on the way to
        # a success is forgotten there (see `Rule`).
        rank = (self.depth, 0 if rule.base_stem == "custom_label" else weight)
        if rank > self.best[0]:
            self.best = (rank, f"{'/'.join(self.path) or 'top'}: {rule.base_stem.replace('_', '-')}: {reason}")
        raise Refused(reason)


TRACE = _Trace()


class _Nothing:
    """In place of zcbor's list of every failed alternative, which grows for ever."""

    def append(self, text):
        pass


_CONSEQUENCES = ("No matches", "Expected tags")
"""How zcbor's messages begin that say no more than that an alternative is not the one."""

_NOTHING = _Nothing()


class Rule(_zcbor.DataTranslator):
    """One element of the schema."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pattern = None
        self.errors = _NOTHING

    def cddl_regexes_init(self):
        super().cddl_regexes_init()
        handler = (r'\.regexp \"(?P<item>.*?)(?<!\\)\"', lambda rule, text: setattr(rule, "pattern", re.compile(text)))
        self.cddl_regexes[type(self)].append(handler)

    # ---- matching ----

    def _decode_obj(self, it):
        if self.tags and self.key is None:
            it, rest = _zcbor.tee(it)
            return rest, self._decode_single_obj(self._iter_next(rest))
        best = TRACE.best
        result = super()._decode_obj(it)
        TRACE.best = best
        if self.type == "OTHER":
            TRACE.matched.add(self.value)
        return result

    def _decode_single_obj(self, obj):
        if self.type == "MAP" and isinstance(obj, Unsorted) and not self.base_stem.startswith(ANY_ORDER):
            TRACE.fail(self, "map keys are not in bytewise order")
        best, depth = TRACE.best, TRACE.depth
        TRACE.depth += self.type in ("MAP", "LIST") and isinstance(obj, (dict, list, tuple))
        try:
            result = super()._decode_single_obj(obj)
            if self.cbor is not None:
                self._check_content(result)
        finally:
            TRACE.depth = depth
        TRACE.best = best
        if self.type == "OTHER":
            TRACE.matched.add(self.value)
        return result

    def _check_content(self, data):
        if TRACE.nesting >= MAX_NESTING:
            TRACE.fail(self, "byte strings nested too deep")
        TRACE.nesting += 1
        TRACE.depth += 1
        TRACE.path.append("<<")
        try:
            self.cbor.match(read(data))
        except Malformed as fault:
            TRACE.fail(self, str(fault))
        finally:
            TRACE.path.pop()
            TRACE.depth -= 1
            TRACE.nesting -= 1

    def match(self, obj):
        """Hold one decoded item against this rule; raises Refused."""
        rest, _ = self._decode_full(iter([obj]))
        self._iter_is_empty(rest)

    def _handle_key(self, next_obj):
        if not isinstance(next_obj, _zcbor.KeyTuple):
            TRACE.fail(self, "map entry expected")
        key, value = next_obj
        self.key._decode_single_obj(key)
        if self.key.value in UNASSIGNED:
            TRACE.unassigned.append(key)
        TRACE.path.append(str(key) if isinstance(key, (int, str)) else "key")
        TRACE.depth += 1
        try:
            self._decode_single_obj(value)
        finally:
            TRACE.path.pop()
            TRACE.depth -= 1
        return _zcbor.KeyTuple((None, None))

    # ---- the same tests as zcbor's, with short messages made only on failure ----

    def _decode_assert(self, test, msg=""):
        if not test:
            TRACE.fail(self, msg, 0 if msg.startswith(_CONSEQUENCES) else 2)

    def _check_type(self, obj):
        if self.type in ("OTHER", "GROUP", "UNION"):
            return
        if type(obj) not in self._expected_type():
            TRACE.fail(self, f"{_kind(obj)} in place of {self.type.lower()}")

    def _expected_type(self):
        known = super()._expected_type()
        return known + (Unsorted,) if dict in known else known

    def _check_value(self, obj):
        if self.pattern is not None and not self.pattern.fullmatch(obj):
            TRACE.fail(self, f"{obj!r} is not of the required form")
        if self.value is not None and self.type in ("UINT", "INT", "NINT", "BOOL", "TSTR"):
            if self.value != obj:
                TRACE.fail(self, f"{obj!r} in place of {self.value!r}", weight=0)
            return
        super()._check_value(obj)

    def _iter_is_empty(self, it):
        for item in it:
            text = f"key {item[0]!r}" if isinstance(item, _zcbor.KeyTuple) else _kind(item)
            if isinstance(item, int):
                text = str(item)
            TRACE.fail(self, f"unexpected {text}", weight=1)
        return True

    def _iter_next(self, it):
        for item in it:
            return item
        TRACE.fail(self, "an item is missing")

    # ---- what zcbor does to build a result and to describe itself ----

    def mrepr(self, newline):
        return self.base_stem.replace("_", "-")

    def var_name(self):
        return self.base_stem

    def _add_if(self, my_list, obj, expect_key=False, name=None):
        pass

    def _construct_obj(self, my_list):
        return None


def _kind(obj):
    if isinstance(obj, CBORTag):
        return f"tag {obj.tag}"
    names = {
        bytes: "bytes",
        str: "text",
        dict: "map",
        Unsorted: "map",
        list: "array",
        tuple: "array",
        type(None): "nil",
    }
    return names.get(type(obj)) or type(obj).__name__


class Schema:
    """All `*.cddl` files of a folder, compiled once."""

    def __init__(self, folder=SCHEMA_DIR):
        text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.cddl")))
        self.rules = Rule.from_cddl(text, UNBOUNDED).my_types

    def check(self, data, root=None):
        """None if `data` follows the rule `root`, else what is wrong.

        Without `root`, the leading tag decides between envelope and bare manifest. Text-keyed members of an
        envelope that begin with tag 107 are checked as envelopes too: to CDDL they are plain bytes.
        """
        TRACE.reset()
        return self._check(data, root or root_of(data))

    def _check(self, data, root):
        try:
            item = read(data)
            self.rules[root].match(item)
            TRACE.matched.add(root)
        except Malformed as fault:
            return f"top: {fault}"
        except Refused as fault:
            return TRACE.best[1] or str(fault)
        if not root.startswith("suit-envelope"):
            return None
        members = item.value if isinstance(item, CBORTag) else item
        for key, payload in members.items():
            if isinstance(key, str) and payload.startswith(ENVELOPE_TAG):
                fault = self._check(payload, ENVELOPE_ROOT)
                if fault:
                    return f"{key}: {fault}"
        return None

    @property
    def unassigned(self):
        """Envelope labels without meaning that the last checked file had."""
        return TRACE.unassigned

    def unmatched(self):
        """Rules that nothing has matched so far."""
        return sorted(set(self.rules) - TRACE.matched)


ENVELOPE_ROOT = "suit-envelope-tagged"
ENVELOPE_TAG = b"\xd8\x6b"
MANIFEST_TAG = b"\xd9\x04\x2e"


def root_of(data):
    """The root rule for a file, from its first bytes."""
    if data.startswith(ENVELOPE_TAG):
        return ENVELOPE_ROOT
    if data.startswith(MANIFEST_TAG):
        return "suit-manifest-tagged"
    return "suit-envelope"
