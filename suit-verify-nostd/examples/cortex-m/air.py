#!/usr/bin/env python3
"""Holds the table of docs/bytes-on-the-air.md against what a device has counted, or writes it.

    air.py COUNTED TOOLCHAIN PAGE [--write]

COUNTED has lines of four words: part, kind (whole, delta, other), bytes of the envelope, bytes of payloads.
"""

import re
import sys

BEGIN, END = "<!-- bytes: begin -->\n", "<!-- bytes: end -->\n"
PARTS = {
    "kernel": "full image, for the other slot",
    "tls": "platform module",
    "rules": "application, native code",
    "scenes": "application, bytecode",
}
# Each run has a key of its own, whose bytes are in the kernel; and not every change of the code needs a new table.
ABSOLUTE, RELATIVE = 32, 0.03


def rows(counted):
    """Of each part: envelope, payload and sum of the whole, and of the delta; the sum with another base."""
    figures = {}
    for line in open(counted, encoding="ascii"):
        part, kind, *numbers = line.split()
        figures[part, kind] = [int(number) for number in numbers]
    for part in PARTS:
        whole, delta, other = (figures[part, kind] for kind in ("whole", "delta", "other"))
        yield part, [*whole, sum(whole), *delta, sum(delta), sum(other)]


def table(all_rows, toolchain):
    lines = [
        f"Compiler: {toolchain}.",
        "",
        "| shipped as | envelope | image | **whole** | envelope | delta | **by delta** | of the whole | other base |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for part, numbers in all_rows:
        *rest, other = [f"{number:,}" for number in numbers]
        rest[2], rest[5] = f"**{rest[2]}**", f"**{rest[5]}**"
        share = f"{100 * numbers[5] / numbers[2]:.1f} %"
        lines.append("| " + " | ".join([PARTS[part], *rest, share, other]) + " |")
    return "\n".join(lines) + "\n"


def committed(text):
    """Compiler and rows of a page."""
    toolchain = re.search(r"^Compiler: (.*)\.$", text, re.M)
    found = []
    for line in text.splitlines():
        cells = [cell.strip(" *") for cell in line.split("|")[1:-1]]
        if cells and cells[0] in PARTS.values():
            del cells[7]
            found.append([int(cell.replace(",", "")) for cell in cells[1:]])
    return toolchain and toolchain[1], found


def main(counted, toolchain, page, write=None):
    now = list(rows(counted))
    for part, numbers in now:
        if not numbers[5] < numbers[2]:
            return f"error: {part} takes {numbers[5]} bytes by delta, and {numbers[2]} as a whole"
    with open(page, encoding="utf-8") as file:
        head, _, rest = file.read().partition(BEGIN)
    old, _, tail = rest.partition(END)
    if write == "--write":
        with open(page, "w", encoding="utf-8") as file:
            file.write(f"{head}{BEGIN}\n{table(now, toolchain)}\n{END}{tail}")
        print("bytes on the air: written")
        return None
    compiler, before = committed(old)
    if compiler != toolchain:
        print(f"bytes on the air: not compared, the table is of {compiler}; by delta they are fewer in each part")
        return None
    if len(before) != len(now):
        return "error: docs/bytes-on-the-air.md lacks rows; run --write"
    for (part, numbers), expected in zip(now, before):
        for number, one in zip(numbers, expected, strict=True):
            if abs(number - one) > ABSOLUTE + RELATIVE * one:
                return f"error: {part}: {numbers}, and docs/bytes-on-the-air.md has {expected}; run --write"
    print("bytes on the air: as docs/bytes-on-the-air.md says")
    return None


sys.exit(main(*sys.argv[1:]))
