"""Structural faults, each put into an otherwise valid file.

A fault is a function of a slot (see `tree`) and a random source; it changes the tree and returns nothing,
or returns SKIP where it does not apply. Every one breaks a rule of the tables of the drafts, and exactly
one: digests and signatures are not followed up, since no schema looks at them.
"""

SKIP = object()
FAULTS = []
"""(kind, roles, function) of each."""


def fault(kind, *roles):
    """Register a fault for all slots of these roles."""

    def register(function):
        FAULTS.append((kind, roles, function))
        return function

    return register


from faults import commands, encoding, parameters, structure  # noqa: E402,F401  registers them all
