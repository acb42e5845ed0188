"""Debian's package lists, as apt keeps them: what the examples on package descriptions have in common."""

import os
import shutil
import subprocess
import sys

# Topical sections; those such as libs, python or doc say how a package is built.
SECTIONS = frozenset(
    "games sound mail graphics math science editors electronics hamradio education video web net admin "
    "database fonts text news vcs comm".split()
)


def fail(message):
    sys.exit(f"prepare.py: error: {message}")


def refresh_lists():
    command = ["apt-get", "update", "-qq"]
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            fail("apt's package lists are empty and sudo is not there; run 'apt-get update' as root")
        command.insert(0, "sudo")
    subprocess.run(command, check=True)
