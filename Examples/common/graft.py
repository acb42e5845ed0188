"""Runs the built graft binary and reads what it reports."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys

from measurements import REPOSITORY

BINARY = pathlib.Path(os.environ.get("GRAFT", REPOSITORY / ".build" / "release" / "graft"))


def run_json(*arguments):
    """Run `graft ARGUMENTS --json` and return what it prints; its progress goes to this process's own."""
    command = [str(BINARY), *map(str, arguments), "--json"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"error: {' '.join(command)} ended with code {result.returncode}")
    return json.loads(result.stdout)


def adapt(template, **values):
    """The job file `template` with the values of these keys replaced; each stands in it once."""
    text = pathlib.Path(template).read_text()
    for key, value in values.items():
        text, count = re.subn(rf"^(\s*{key}:) .*$", rf"\g<1> {value}", text, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{template} has {count} lines with '{key}:', expected 1")
    return text


def free_port():
    """A TCP port of this machine that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A coordinator and workers on this machine, in `folder`, for as long as the `with` block runs."""

    def __init__(self, folder, workers):
        self.folder = folder
        self.worker_count = workers
        self.processes = []
        self.endpoint = f"tcp://127.0.0.1:{free_port()}"

    def __enter__(self):
        self._start("coordinator", "coordinator", "--listen", self.endpoint, "--state", self.folder / "state")
        for number in range(1, self.worker_count + 1):
            self._start(
                f"worker-{number}", "worker", "--coordinator", self.endpoint, "--cache", self.folder / "cache",
                "--name", f"worker-{number}",
            )
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self, name, *arguments):
        with open(self.folder / f"{name}.log", "wb") as log:
            command = [str(BINARY), *map(str, arguments)]
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))
