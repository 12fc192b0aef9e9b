"""Pairs of any size, made from a set of pairs, always the same; for what making a patch takes, not for its size."""
import random

# These values keep their place: zeros, so that runs of them stay, and what erased flash, Thumb's calls and pointers to RAM
# look like.
KEPT = {0x00, 0x20, *range(0xF0, 0x100)}


def substitution(turn):
    """A permutation of the byte values for this turn; none in turn 0."""
    values = list(range(256))
    if turn:
        moving = [value for value in values if value not in KEPT]
        # Not `random.shuffle`: its way through the numbers may differ from one Python to the next.
        source = random.Random(turn)
        order = sorted(moving, key=lambda _: source.random())
        for value, other in zip(moving, order):
            values[value] = other
    return bytes(values)


def synthetic(images, size):
    """An old and a new image of `size` bytes each from a list of (old, new).

    All old images one after another, and all new ones, in the order given and without those whose old image came already.
    If that is too short, once more with byte values permuted, another way in each turn, but alike in old and new: so there
    is something new in each turn, and what changes between old and new is the same. Both are cut at `size`.
    """
    distinct = {}
    for old_image, new_image in images:
        distinct.setdefault(old_image, new_image)
    old, new, turn = bytearray(), bytearray(), 0
    while min(len(old), len(new)) < size:
        table = substitution(turn)
        for old_image, new_image in distinct.items():
            old += old_image.translate(table)
            new += new_image.translate(table)
        turn += 1
    return bytes(old[:size]), bytes(new[:size])
