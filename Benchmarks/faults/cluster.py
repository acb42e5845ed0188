"""A cluster of real processes that can be killed, stopped, cut off and started again while a job runs."""

import json
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Examples" / "common"))

import graft  # noqa: E402

# Short, so that deaths are noticed, and progress is seen, within a fraction of what a schedule takes.
COORDINATOR_OPTIONS = ("--heartbeat-interval", "0.5", "--heartbeat-timeout", "5")
FINAL_STATES = ("done", "failed", "cancelled")


class ClusterFailure(Exception):
    """Something that must not happen did: a hang, a wrong answer, a process that ended by itself."""


class FaultyCluster:
    """One coordinator and workers, each on a host of `hosts`; use as a context."""

    def __init__(self, folder, hosts, coordinator_options=COORDINATOR_OPTIONS):
        self.folder = pathlib.Path(folder)
        self.hosts = hosts
        self.coordinator_options = coordinator_options
        self.processes = {}
        self.port = graft.free_port()
        self.endpoint = f"tcp://{hosts.address('coordinator')}:{self.port}"

    def __enter__(self):
        self.start("coordinator")
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for name, process in self.processes.items():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.hosts.close()

    def start(self, name):
        """Start the coordinator or a worker on the host of that name; with its files of before, if there are any."""
        address = self.hosts.address(name)
        if name == "coordinator":
            arguments = [
                "coordinator", "--listen", f"tcp://{address}:{self.port}", "--state", str(self.folder / "state"),
                *self.coordinator_options]
        else:
            arguments = [
                "worker", "--coordinator", self.endpoint, "--name", name, "--listen", f"tcp://{address}:0",
                "--cache", str(self.folder / f"cache-{name}"), "--peer-timeout", "5"]
        command = self.hosts.command(name, [str(graft.BINARY), *arguments])
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def signal(self, name, number):
        self.processes[name].send_signal(number)

    def kill(self, name):
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def leave(self, name):
        """End a worker in good order, also one that an earlier fault has stopped."""
        process = self.processes.pop(name)
        process.terminate()
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise ClusterFailure(f"{name} did not end within 30 s of SIGTERM") from error

    def require_life(self):
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ClusterFailure(f"{name} ended by itself with code {process.returncode}: {self.tail(name)}")

    def tail(self, name, characters=1500):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-characters:] if path.exists() else ""

    def client(self, *arguments, timeout=60):
        """Run a client command on the coordinator's host."""
        command = self.hosts.command(
            "coordinator", [str(graft.BINARY), *map(str, arguments), "--coordinator", self.endpoint])
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout)

    def submit(self, job, timeout=60):
        """Submit a job file, waiting for a coordinator that is not up yet; returns the job's id."""
        end = time.monotonic() + timeout
        while True:
            result = self.client("submit", job)
            if result.returncode == 0:
                return result.stdout.strip()
            if result.returncode != 3 or time.monotonic() > end:
                raise ClusterFailure(f"graft submit ended with {result.returncode}: {result.stderr}")

    def show(self, job):
        """What `graft show` says of a job; None while the coordinator cannot be reached."""
        result = self.client("show", job, "--json", "--timeout", "2")
        return json.loads(result.stdout) if result.returncode == 0 else None

    def log(self, job):
        return self.client("logs", job).stdout
