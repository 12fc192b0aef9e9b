#!/usr/bin/env python3
"""Make the new image out of the old one and a delta, by docs/delta-format.md and not by this project's Rust code.

    python3 schemas/delta/apply.py OLD DELTA NEW

Exit status: 0 NEW was written, 1 the delta was refused and nothing was written, 2 usage.
"""

import sys
from hashlib import sha256
from pathlib import Path

from coder import Coder
from header import read_header
from refused import Refused
from replay import Replay
from segments import read_segments


def apply(old_image, delta):
    """The new image. Raises `Refused`."""
    header = read_header(delta)
    if len(old_image) != header.old_size:
        raise Refused("base", f"the old image has {len(old_image)} bytes and should have {header.old_size}")
    if sha256(old_image).digest()[:4] != header.old_check:
        raise Refused("base", "the old image is not the one that the delta was made from")
    new_image, coder = decode(old_image, delta, header)
    coder.check_end()
    if sha256(new_image).digest()[:4] != header.new_check:
        raise Refused("result", "the delta makes another image than its header says")
    return new_image


def decode(old_image, delta, header):
    """The new image, and the coder, whose end and whose image nobody has checked yet."""
    coder = Coder(delta[header.length :])
    segments = read_segments(coder, header)
    return Replay(header, coder, segments, old_image).image(), coder


def main():
    if len(sys.argv) != 4:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    old, delta, new = map(Path, sys.argv[1:])
    try:
        new_image = apply(old.read_bytes(), delta.read_bytes())
        new.write_bytes(new_image)
    except Refused as why:
        print(f"error: {delta}: {why}", file=sys.stderr)
        return 1
    except OSError as why:
        print(f"error: {why}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
