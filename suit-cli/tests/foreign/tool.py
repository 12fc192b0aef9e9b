"""Running programs, counting checks, and an envelope that none of our code made."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cbor2


class Checks:
    """Counts what holds and what does not."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []

    def __call__(self, name: str, holds: bool, detail: object = "") -> bool:
        if holds:
            self.passed += 1
        else:
            self.failed.append(name)
            print(f"FAILED  {name}  {detail}")
        return holds

    def equal(self, name: str, found: object, wanted: object) -> bool:
        return self(name, found == wanted, f"found {found!r}, wanted {wanted!r}")

    def end(self) -> None:
        print(f"{self.passed} passed, {len(self.failed)} failed")
        if self.failed or not self.passed:
            sys.exit(1)


@dataclass
class Ran:
    """What a run of the tool gave."""

    status: int
    out: bytes
    err: str

    def is_refused(self, status: int, code: str) -> bool:
        return self.status == status and code in self.err

    def __str__(self) -> str:
        return f"status {self.status}, {self.out!r}, {self.err!r}"


class Tool:
    """The binary, in a directory of its own."""

    def __init__(self, suit: Path, directory: Path) -> None:
        self.suit = suit
        self.directory = directory
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SUIT_")}

    def path(self, name: str) -> Path:
        return self.directory / name

    def write(self, name: str, content: bytes | str) -> None:
        self.path(name).write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def __call__(self, line: str) -> Ran:
        """Runs `suit` with the words of this line."""
        done = subprocess.run(
            [self.suit, *line.split()], cwd=self.directory, capture_output=True, env=self.environment
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def must(self, line: str) -> Ran:
        ran = self(line)
        if ran.status != 0:
            raise RuntimeError(f"suit {line}: {ran}")
        return ran

    def openssl(self, line: str, stdin: bytes = b"") -> bytes:
        done = subprocess.run(["openssl", *line.split()], cwd=self.directory, capture_output=True, input=stdin)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {line}: {done.stderr.decode()}")
        return done.stdout


# Registry numbers of the SUIT manifest document.
VENDOR, CLASS, DIGEST, SIZE = 1, 2, 3, 14
CHECK_VENDOR, CHECK_CLASS, CHECK_IMAGE, INVOKE, OVERRIDE = 1, 2, 3, 23, 20


def manifest(sequence: int) -> bytes:
    """A manifest to boot one image, as cbor2 writes it."""
    image = cbor2.dumps([-16, hashlib.sha256(b"image").digest()])
    shared = [
        OVERRIDE, {VENDOR: bytes(16), CLASS: bytes(range(16)), DIGEST: image, SIZE: 5},
        CHECK_VENDOR, 15,
        CHECK_CLASS, 15,
    ]
    common = {2: [[b"\x00"]], 4: cbor2.dumps(shared)}
    sections = {7: cbor2.dumps([CHECK_IMAGE, 15]), 9: cbor2.dumps([INVOKE, 2])}
    return cbor2.dumps({1: 1, 2: sequence, 3: cbor2.dumps(common), **sections})


def digest(manifest: bytes) -> bytes:
    """The SUIT_Digest of a manifest: what is signed."""
    return cbor2.dumps([-16, hashlib.sha256(cbor2.dumps(manifest)).digest()])


def envelope(manifest: bytes, *blocks: bytes) -> bytes:
    wrapper = cbor2.dumps([digest(manifest), *blocks])
    return cbor2.dumps(cbor2.CBORTag(107, {2: wrapper, 3: manifest}))


def blocks(envelope: bytes) -> list[bytes]:
    """The authentication blocks of an envelope."""
    return cbor2.loads(cbor2.loads(envelope).value[2])[1:]


def flip(content: bytes, position: int) -> bytes:
    """The same with one bit changed."""
    changed = bytearray(content)
    changed[position] ^= 1
    return bytes(changed)
