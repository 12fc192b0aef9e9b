"""Holds `suit` against foreign programs: Python's cwt and cbor2 for COSE, openssl for keys and signatures.

    pip install -r requirements.txt
    python check.py [path of the suit binary]

Without an argument it takes release/suit of the target directory, and builds it if it isn't there.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cose
import keyforms
import reports
import twostep
from tool import Checks, Tool

REPOSITORY = Path(__file__).resolve().parents[3]


def binary() -> Path:
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        path = Path(sys.argv[1]).resolve()
        if not path.is_file():
            sys.exit(f"error: there is no {sys.argv[1]}")
        return path
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    path = (target / "release" / "suit").resolve()
    if not path.is_file():
        command = ["cargo", "build", "-q", "--release", "--locked", "-p", "suit-cli"]
        subprocess.run(command, cwd=REPOSITORY, check=True)
    return path


def main() -> None:
    suit = binary()
    checks = Checks()
    for part in (keyforms, cose, twostep, reports):
        with tempfile.TemporaryDirectory(prefix="suit-foreign-") as directory:
            part.run(Tool(suit, Path(directory)), checks)
    checks.end()


if __name__ == "__main__":
    main()
