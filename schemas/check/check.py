#!/usr/bin/env python3
"""Check SUIT files against the CDDL of this repository.

    python3 schemas/check/check.py FILE.suit|DIR...              every file must follow the schema
    python3 schemas/check/check.py --expect-invalid FILE|DIR...  no file may follow it
    python3 schemas/check/check.py --mutants N FILE|DIR...       nor may N faulty copies of each file
    python3 schemas/check/check.py --self-test                   the schema against its own samples

A folder stands for all `*.suit` files below it. Exit status: 0 all as expected, 1 some not, 2 usage.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import samples
from mutants import FAULTS, mutants
from schema import Schema
from tree import Tree


def main():
    options = _options()
    schema = Schema()
    if options.self_test:
        return self_test(schema, options.seed)
    files = _files(options.paths)
    if options.expect_invalid:
        return expect_invalid(schema, files, options.root)
    return expect_valid(schema, files, options)


def expect_valid(schema, files, options):
    """Every file must be accepted, and of each `options.mutants` faulty copies must be refused."""
    began = time.monotonic()
    refused, accepted_mutants, kinds = 0, 0, Counter()
    for path in files:
        data = path.read_bytes()
        fault = schema.check(data, options.root)
        note = f" (skipped envelope labels: {schema.unassigned})" if schema.unassigned else ""
        print(f"refused  {path}: {fault}" if fault else f"ok       {path}{note}")
        if fault:
            refused += 1
        elif options.mutants:
            accepted_mutants += _check_mutants(schema, path, data, options, kinds)
    if options.mutants:
        _print_kinds(kinds)
    total = f"{len(files)} files: {len(files) - refused} accepted, {refused} refused"
    if options.mutants:
        made = sum(kinds.values())
        total += (
            f"; {made} mutants of {len(kinds)} kinds: {made - accepted_mutants} refused, {accepted_mutants} accepted"
        )
    print(f"{total} ({time.monotonic() - began:.1f} s)")
    return 1 if refused or accepted_mutants else 0


def expect_invalid(schema, files, root):
    """Every file must be refused."""
    accepted = 0
    for path in files:
        fault = schema.check(path.read_bytes(), root)
        print(f"refused  {path}: {fault}" if fault else f"ACCEPTED {path}")
        accepted += fault is None
    print(f"{len(files)} files: {len(files) - accepted} refused as expected, {accepted} accepted")
    return 1 if accepted else 0


def _check_mutants(schema, name, data, options, kinds):
    """How many mutants of one file are accepted, which none should be."""
    # Control: opened and written again without a fault, the file must still pass, else nothing below means anything.
    fault = schema.check(Tree.of(data).encode())
    if fault:
        raise AssertionError(f"{name}: opening and closing it breaks it: {fault}")
    accepted = 0
    for kind, place, mutant in mutants(data, options.mutants, options.seed):
        kinds[kind] += 1
        fault = schema.check(mutant)
        if options.verbose:
            print(f"  mutant {kind}, {place}: {fault}")
        if fault is None:
            accepted += 1
            print(f"ACCEPTED {name}: mutant: {kind}, {place}: {mutant.hex()}")
    return accepted


def _print_kinds(kinds):
    for kind, count in sorted(kinds.items()):
        print(f"  {count:6}  {kind}")


def self_test(schema, seed):
    """Samples that use every rule, all their mutants, and faults that no mutant has."""
    failures, kinds = 0, Counter()
    options = argparse.Namespace(mutants=sys.maxsize, seed=seed, verbose=False)
    good, bad = samples.good(), samples.bad()
    for name, root, data in good:
        fault = schema.check(data, root)
        if fault:
            failures += 1
            print(f"refused  sample {name}: {fault}")
        elif root in (None, "suit-envelope"):
            failures += _check_mutants(schema, name, data, options, kinds)
    idle = schema.unmatched()
    for name, root, data in bad:
        if schema.check(data, root) is None:
            failures += 1
            print(f"ACCEPTED sample with fault: {name}")
    missing = sorted({kind for kind, _, _ in FAULTS} - set(kinds))
    for rule in idle:
        print(f"rule that no sample uses: {rule}")
    for kind in missing:
        print(f"kind of mutant that no sample gives: {kind}")
    print(
        f"{len(good)} good samples over {len(schema.rules)} rules, {len(bad)} bad samples, "
        f"{sum(kinds.values())} mutants of {len(kinds)} kinds: {failures + len(idle) + len(missing)} failures"
    )
    return 1 if failures or idle or missing else 0


def _files(paths):
    files = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.rglob("*.suit"))
        elif path.is_file():
            files.append(path)
        else:
            _usage(f"no such file: {path}")
    if not files:
        _usage("no files to check")
    return files


def _usage(message):
    print(f"check.py: {message}", file=sys.stderr)
    sys.exit(2)


def _options():
    parser = argparse.ArgumentParser(description="Check SUIT files against the CDDL in schemas/.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE|DIR")
    parser.add_argument("--root", help="rule to check against (default: by the file's leading tag)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutants (default: 1)")
    parser.add_argument("--verbose", action="store_true", help="also print why each mutant is refused")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--expect-invalid", action="store_true", help="every file must be refused")
    mode.add_argument("--mutants", type=int, default=0, metavar="N", help="faulty copies to make of each file")
    mode.add_argument("--self-test", action="store_true", help="check the schema against its samples")
    options = parser.parse_args()
    if options.mutants < 0:
        _usage("--mutants takes a positive number")
    if options.mutants and options.root not in (None, "suit-envelope", "suit-envelope-tagged"):
        _usage("mutants are made of envelopes only")
    return options


if __name__ == "__main__":
    sys.exit(main())
