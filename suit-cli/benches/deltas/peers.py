"""The tools that ours is compared with: how each is found, run and got."""
import dataclasses
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

from measuring import HERE, cache_key, make_and_check, sha256

ROOT = HERE.parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "deltas"

# The environment for the peers from PyPI, and how to make it, as the reader of a page would, from the top of the repository.
PYTHON = TARGET / "peers" / "bin" / "python"
PYTHON_PLACE = "${CARGO_TARGET_DIR:-target}/deltas/peers"
GET_PYTHON = (
    f"python3 -m venv {PYTHON_PLACE} && "
    f"{PYTHON_PLACE}/bin/pip install -r {HERE.relative_to(ROOT)}/requirements.txt"
)

# Tool: Debian's package and the programs of it that are run.
DEBIAN = {
    "xz": ("xz-utils", ["xz"]),
    "bsdiff": ("bsdiff", ["bsdiff", "bspatch"]),
    "xdelta3": ("xdelta3", ["xdelta3"]),
    "zstd": ("zstd", ["zstd"]),
}
PYPI = ["detools", "hdiffpatch"]
# Where commands have the program that drives the library: it decides about figures as the library itself does.
HDIFFPATCH = "{hdiffpatch_peer}"
TOOLS = [*DEBIAN, *PYPI]


@dataclasses.dataclass(frozen=True)
class Peer:
    """A way to make a patch. `{old}`, `{new}`, `{patch}`, `{out}` in its commands are files, `{format}` is the pair's data
    format and `{old_elf}`, `{new_elf}` its ELF files: a pair that lacks what is asked for has no figure."""

    name: str
    tool: str
    make: tuple[str, ...]
    apply: tuple[str, ...]

    def fits(self, pair):
        """Whether the pair has all that is asked for."""
        words = " ".join(self.make)
        return (pair.data_format or "{format}" not in words) and (pair.old_elf or "_elf}" not in words)


def zstd(name, *level):
    patch_from = ("--patch-from={old}", "-q", "-f")
    return Peer(
        name, "zstd", ("zstd", *level, *patch_from, "{new}", "-o", "{patch}"),
        ("zstd", "-d", "--long=27", *patch_from, "{patch}", "-o", "{out}"),
    )


def detools(name, *options):
    command = ("{python}", "-m", "detools")
    return Peer(
        name, "detools", (*command, "create_patch", *options, "{old}", "{new}", "{patch}"),
        (*command, "apply_patch", "{old}", "{patch}", "{out}"),
    )


def hdiffpatch(name, form):
    command = ("{python}", HDIFFPATCH)
    return Peer(
        name, "hdiffpatch", (*command, "make", form, "{old}", "{new}", "{patch}"),
        (*command, "apply", form, "{old}", "{patch}", "{out}"),
    )


ARCHITECTURE = ("--data-format", "{format}")
# In the order of the table's columns.
PEERS = [
    # The whole new image, in the container with the least header; xz writes to standard output only.
    Peer(
        "xz", "xz", ("sh", "-c", 'xz -9e --format=lzma -c "$1" >"$2"', "xz", "{new}", "{patch}"),
        ("sh", "-c", 'xz -d --format=lzma -c "$1" >"$2"', "xz", "{patch}", "{out}"),
    ),
    Peer("bsdiff", "bsdiff", ("bsdiff", "{old}", "{new}", "{patch}"), ("bspatch", "{old}", "{out}", "{patch}")),
    # Without what a payload doesn't need: names of files and a checksum.
    Peer(
        "xdelta3", "xdelta3", ("xdelta3", "-e", "-f", "-9", "-S", "lzma", "-A=", "-n", "-s", "{old}", "{new}", "{patch}"),
        ("xdelta3", "-d", "-f", "-s", "{old}", "{patch}", "{out}"),
    ),
    zstd("zstd -19", "-19"),
    zstd("zstd -22", "-22", "--ultra", "--long=27"),
    detools("detools lzma"),
    detools("detools heatshrink", "-c", "heatshrink"),
    detools("detools arch", *ARCHITECTURE),
    detools("detools arch, ELF", *ARCHITECTURE, "--from-elf-file", "{old_elf}", "--to-elf-file", "{new_elf}"),
    detools("detools hdiff", "-a", "hdiffpatch", "-t", "hdiffpatch"),
    hdiffpatch("HDiffPatch lzma2", "hdiff-lzma2"),
    hdiffpatch("HPatchLite lzma", "lite-lzma"),
    hdiffpatch("HPatchLite tinyuz", "lite-tinyuz"),
]


@functools.cache
def python():
    """An interpreter that has the peers from PyPI, if they are anywhere."""
    return PYTHON if PYTHON.exists() else pathlib.Path(sys.executable)


def output(*command):
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return run.stdout + run.stderr if run.returncode == 0 else ""


@functools.cache
def version(tool):
    """The version of a tool, or None if it isn't there."""
    if tool in PYPI:
        program = f"import {tool}, importlib.metadata; print(importlib.metadata.version('{tool}'))"
        return output(python(), "-c", program).strip() or None
    package, programs = DEBIAN[tool]
    if not all(map(shutil.which, programs)):
        return None
    if shutil.which("dpkg-query") and (found := output("dpkg-query", "-W", "-f", "${Version}", package)):
        return found
    # Elsewhere than on Debian; bsdiff can't say it.
    said = re.search(r"\d+\.\d+\S*", output(tool, "-V"))
    return said[0] if said else f"({sha256(shutil.which(tool))[:12]})"


def how_to_get(tool):
    """What to type to get a tool that isn't there."""
    return GET_PYTHON if tool in PYPI else f"apt-get install {DEBIAN[tool][0]}"


def measure(peer, pair, cache):
    """The figures of a peer with a pair, from the cache if they are there."""
    places = {
        "python": python(), "hdiffpatch_peer": HERE / "hdiffpatch_peer.py", "format": pair.data_format,
        "old_elf": pair.old_elf, "new_elf": pair.new_elf,
    }
    commands = [[word.replace("{format}", pair.data_format or "") for word in words] for words in (peer.make, peer.apply)]
    digests = pair.digests if "{old_elf}" in peer.make else pair.digests[:2]
    driver = sha256(places["hdiffpatch_peer"]) if HDIFFPATCH in peer.make else ""
    key = cache_key([peer.tool, version(peer.tool), driver], commands, digests)
    return cache.get(key, lambda: make_and_check(pair, peer.make, peer.apply, places)[0])
