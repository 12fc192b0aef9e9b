"""Runs a program and writes what it took: `launch.py REPORT PROGRAM [ARGUMENT…]`.

The report is a line of CPU seconds (user and system), greatest resident memory in KiB, and exit status. A process of its
own, run with `-I -S`: Linux counts for the memory of a program at least what the one that started it had, and a bare
interpreter has little.
"""
import os
import sys

report, *command = sys.argv[1:]
try:
    child = os.posix_spawnp(command[0], command, os.environ)
except OSError as error:
    sys.exit(f"{command[0]}: {error.strerror}")
_, status, usage = os.wait4(child, 0)
code = os.waitstatus_to_exitcode(status)
with open(report, "w", encoding="ascii") as file:
    file.write(f"{usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss} {code}\n")
