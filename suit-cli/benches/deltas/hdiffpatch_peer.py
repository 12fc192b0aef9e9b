"""HDiffPatch as a command, for the interpreter that has PyPI's `hdiffpatch`:

  hdiffpatch_peer.py make FORMAT OLD NEW PATCH
  hdiffpatch_peer.py apply FORMAT OLD PATCH OUT

FORMAT is one of FORMATS.
"""
import pathlib
import sys

import hdiffpatch

# Format: the functions that make and apply it, and how the payload is compressed.
FORMATS = {
    "hdiff-lzma2": (hdiffpatch.diff, hdiffpatch.apply, hdiffpatch.COMPRESSION_LZMA2),
    "lite-lzma": (hdiffpatch.diff_lite, hdiffpatch.apply_lite, hdiffpatch.COMPRESSION_LZMA),
    # The dictionary has to fit in the memory of a device.
    "lite-tinyuz": (hdiffpatch.diff_lite, hdiffpatch.apply_lite, hdiffpatch.TuzConfig(dict_size=32 * 1024)),
}


def main(verb, form, old, other, output):
    make, apply, compression = FORMATS[form]
    old, other = pathlib.Path(old).read_bytes(), pathlib.Path(other).read_bytes()
    result = make(old, other, compression=compression) if verb == "make" else apply(old, other)
    pathlib.Path(output).write_bytes(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
