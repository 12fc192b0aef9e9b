"""Pairs of images, programs run with their cost taken, and figures kept from one run to the next."""
import dataclasses
import functools
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent

# What detools calls the instructions of a pair, by the beginning of its name; `pairs.toml` may say another.
DATA_FORMATS = {
    "m0-": "arm-cortex-m4",
    "m3-": "arm-cortex-m4",
    "m4-": "arm-cortex-m4",
    "a64-": "aarch64",
    "xt-": "xtensa-lx106",
}


class Failed(Exception):
    """A program failed, or what it made is not what it should be."""


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two images. The ELF files are those that they come from, if these are known."""

    name: str
    old: pathlib.Path
    new: pathlib.Path
    old_elf: pathlib.Path | None = None
    new_elf: pathlib.Path | None = None
    data_format: str | None = None

    @functools.cached_property
    def digests(self):
        """SHA-256 of all that a tool may read of it."""
        files = [self.old, self.new, self.old_elf, self.new_elf]
        return [sha256(file) if file else "" for file in files]


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def find_pairs(folder, work, with_elf=True):
    """The pairs of a folder, by name. Images of which only the ELF file is there are written to `work`."""
    said = folder / "pairs.toml"
    table = tomllib.loads(said.read_text()) if said.is_file() else {}
    pairs = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        images, elves = [], []
        for side in ("old", "new"):
            image, elf = place / f"{side}.bin", place / f"{side}.elf"
            if not image.is_file() and elf.is_file():
                image = flatten(elf, work / place.name / f"{side}.bin")
            images.append(image)
            elves.append(elf if with_elf and elf.is_file() else None)
        if not all(image.is_file() for image in images):
            continue
        elves = elves if all(elves) else [None, None]
        pairs.append(Pair(place.name, *images, *elves, data_format(place.name, table)))
    return pairs


def data_format(name, table):
    """What detools calls the instructions of this pair, or None. In `pairs.toml`: `[NAME]`, `data_format = "…"`."""
    by_name = (form for prefix, form in DATA_FORMATS.items() if name.startswith(prefix))
    return table.get(name, {}).get("data_format", next(by_name, None)) or None


def flatten(elf, image):
    objcopy = shutil.which("llvm-objcopy") or shutil.which("rust-objcopy")
    if objcopy is None:
        sys.exit(f"error: {elf.name} without {image.name}, and no llvm-objcopy; on Debian: apt-get install llvm")
    image.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([objcopy, "-O", "binary", elf, image], check=True)
    return image


# --- programs ---


def timed(command):
    """Runs a program: (CPU seconds, greatest resident memory in KiB, standard output)."""
    with tempfile.NamedTemporaryFile() as report:
        launched = [sys.executable, "-I", "-S", HERE / "launch.py", report.name, *command]
        run = subprocess.run([str(word) for word in launched], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        words = pathlib.Path(report.name).read_text().split()
    if run.returncode or words[2] != "0":
        said = run.stderr.strip().splitlines() or ["said nothing"]
        raise Failed(f"{pathlib.Path(command[0]).name} ended with {words[2] if words else run.returncode}: {said[-1]}")
    return float(words[0]), int(words[1]), run.stdout


def least_memory():
    """MiB below which the memory of a program cannot be told: what the launcher has itself."""
    return -(-timed(["true"])[1] // 1024)


def fill(words, places):
    """The words of a command with each `{place}` in them filled in."""
    filled = []
    for word in words:
        for name, value in places.items():
            word = word.replace("{" + name + "}", str(value))
        filled.append(word)
    return filled


def make_and_check(pair, make, apply, places):
    """Makes a patch, applies it and compares: (figures, what `make` printed)."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        places = places | {"old": pair.old, "new": pair.new, "patch": work / "patch", "out": work / "out"}
        seconds, peak, said = timed(fill(make, places))
        size = places["patch"].stat().st_size
        timed(fill(apply, places))
        if not places["out"].is_file() or places["out"].read_bytes() != pair.new.read_bytes():
            raise Failed("the patch was applied, and what came out is not the new image")
    return {"size": size, "seconds": seconds, "peak": peak}, said


# --- what was measured before ---


def cache_key(version, commands, digests):
    """Names a figure: the tool's version, the words of its commands before paths are filled in, the inputs."""
    return hashlib.sha256(json.dumps([version, commands, digests]).encode()).hexdigest()


class Cache:
    """A folder with a file for each figure."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key, measure):
        """What is kept under this key, or else what `measure` gives, which is then kept. Failures are not kept."""
        path = self.folder / f"{key}.json"
        if path.is_file():
            return json.loads(path.read_text())
        figures = measure()
        # Whole or not at all, whenever this is stopped.
        with tempfile.NamedTemporaryFile("w", dir=self.folder, delete=False) as file:
            json.dump(figures, file)
        pathlib.Path(file.name).replace(path)
        return figures
