"""Faulty copies of a valid file: structural mutants, each with one of the faults of `faults`."""

import hashlib
import random

from faults import FAULTS, SKIP
from tree import Tree


def mutants(data, count, seed):
    """Up to `count` faulty copies of `data` as (kind, place, bytes), kinds in turn; the same for the same input."""
    rng = random.Random(f"{seed}:{hashlib.sha256(data).hexdigest()}")
    original = Tree.of(data)
    by_kind = {}
    for number, (role, _) in enumerate(original.slots):
        for kind, roles, function in FAULTS:
            if role in roles:
                by_kind.setdefault(kind, []).append((number, role, function))
    kinds = sorted(by_kind)
    rng.shuffle(kinds)
    for kind in kinds:
        rng.shuffle(by_kind[kind])
    untouched = original.encode()
    made = 0
    while kinds and made < count:
        for kind in list(kinds):
            if not by_kind[kind]:
                kinds.remove(kind)
                continue
            number, role, function = by_kind[kind].pop()
            tree = Tree.of(data)
            if function(tree.slots[number][1], rng) is SKIP:
                continue
            changed = tree.encode()
            assert changed not in (untouched, data), f"{kind} changed nothing"
            yield kind, f"{role} #{number}", changed
            made += 1
            if made == count:
                return
