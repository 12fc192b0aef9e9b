"""`suit delta`: found or built, and run."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from measuring import Failed, make_and_check, timed
from peers import ROOT

# Column, profile.
PROFILES = {"S": "s", "M": "m", "L": "l"}
COLUMNS = list(PROFILES)


def find(path):
    """The program that was named, or else the one of this repository, built."""
    if path is not None:
        return path.resolve()
    command = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "suit-cli"]
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit(1)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release" / "suit"


def version(suit):
    try:
        return timed([suit, "--version"])[2].split()[-1]
    except Failed as failed:
        sys.exit(f"error: {failed}")


def words(value):
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


# The facts of a payload in the JSON of `make` and `info`, and how each is read.
FACTS = {"size": int, "profile": lambda name: str(name).lower(), "memory": int, "segments": int, "predictors": words}


def read_facts(text, needed=()):
    """The facts that a JSON object tells; the one place that knows its form. `make` tells them of each base."""
    try:
        said = json.loads(text)
        said = said.get("deltas", [said])[0]
        return {name: read(said[name]) for name, read in FACTS.items() if name in said or name in needed}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Failed(f"suit delta: not the JSON that was expected: {error!r} in {text[:200]!r}") from error


def measure(suit, column, pair):
    """The figures of a profile with a pair."""
    # The images come from these files by way of objcopy, which fills gaps with 0.
    base, target = (pair.old_elf, pair.new_elf) if pair.old_elf else ("{old}", "{new}")
    make = [
        str(suit), "delta", "make", "--base", str(base), "--target", str(target), "--profile", PROFILES[column],
        "-o", "{patch}", "--format", "json", "--fill", "0",
    ]
    apply = [str(suit), "delta", "apply", "--base", "{old}", "{patch}", "-o", "{out}"]
    with tempfile.TemporaryDirectory() as folder:
        # Kept, so that `info` can be asked, too.
        kept = pathlib.Path(folder) / "payload"
        apply_and_keep = ["sh", "-c", 'cp "$1" "$2" && shift 2 && exec "$@"', "sh", "{patch}", str(kept), *apply]
        figures, said = make_and_check(pair, make, apply_and_keep, {})
        made = read_facts(said, needed=FACTS)
        info = read_facts(timed([suit, "delta", "info", kept, "--format", "json"])[2])
    if made["size"] != figures["size"]:
        raise Failed(f"suit delta make: says {made['size']} bytes, and the file has {figures['size']}")
    if made["profile"] != PROFILES[column]:
        raise Failed(f"suit delta make: asked for profile {PROFILES[column]}, made {made['profile']}")
    for name in ("size", "profile", "memory"):
        if made[name] != info[name]:
            raise Failed(f"suit delta: make says {name} {made[name]}, info says {info[name]}")
    return made | figures
