"""Building for the board and running on it in QEMU, for the scripts beside this."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "bare"


def need(command, package):
    path = shutil.which(command)
    if path is None:
        sys.exit(f"error: no {command}; on Debian: apt-get install {package}")
    return path


def build(what, toolchain=()):
    """The toolchain in words and the folder of the images."""
    said = subprocess.run([HERE / "build", *toolchain, what], stdout=subprocess.PIPE, text=True)
    if said.returncode:
        sys.exit(said.returncode)
    name, folder = said.stdout.splitlines()
    return name, pathlib.Path(folder)


def build_host(program, profile):
    """A program for the host, with its own features alone."""
    shutil.copy(ROOT / "Cargo.lock", HERE / "Cargo.lock")
    command = ["cargo", "build", "--quiet", "--profile", profile, "-p", program, "--target-dir", str(TARGET)]
    if subprocess.run(command, cwd=HERE).returncode:
        sys.exit(1)
    return TARGET / profile / program


def qemu(image, cwd=None, seconds=60, more=()):
    """What an image prints; it has to end well."""
    command = [
        need("qemu-system-arm", "qemu-system-arm"), "-M", "mps2-an385", "-nographic", "-monitor", "none", "-serial", "none",
        "-chardev", "stdio,id=out", "-semihosting-config", "enable=on,target=native,chardev=out", "-kernel", str(image), *more,
    ]
    run = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    if run.returncode:
        sys.exit(f"error: {image.name} ended with {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.stdout
