#!/usr/bin/env python3
"""Jobs submitted and cancelled for half an hour while workers come and go: memory and file descriptors of those
that stay must be flat, and equal jobs must give equal models.

    soak.py [--minutes N] [--seed SEED]

A coordinator and two workers live throughout; two more are killed, leave and come back. Every sixth of the time
the cluster is left idle for a moment and measured. MINUTES=n sets the time as well. Writes reports/soak.json.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "Examples" / "common")]

from cluster import FINAL_STATES, ClusterFailure, FaultyCluster  # noqa: E402
from hosts import LocalHosts  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

MINILM = REPOSITORY / ".demo" / "minilm"
SHARED = REPOSITORY.parent / "shared" / "data"
LASTING = ("lasting-1", "lasting-2")
PASSING = ("passing-1", "passing-2")
# Jobs that may be under way or waiting at a time.
UNDER_WAY = 3
CANCELLED_SHARE = 0.25
# No job takes longer than this, waiting included, however often its workers go.
PATIENCE = 300
JOBS = {
    "features": (MINILM, SHARED / "sst2", """\
name: features
seed: {seed}
backbone: {{folder: "{backbone}", maximum_length: 64}}
technique: {{kind: feature-extraction}}
tasks:
  - name: sentiment
    text: sentence
    train: {{path: "{data}/train.tsv", limit: 300}}
    test: {{path: "{data}/dev.tsv", limit: 100}}
training: {{epochs: 5, optimizer: {{kind: adamw, learning_rate: 0.002}}}}
workers: {{minimum: 1, maximum: 3}}
"""),
    "tuning": (MINILM, SHARED / "sst2", """\
name: tuning
seed: {seed}
backbone: {{folder: "{backbone}", maximum_length: 64}}
technique: {{kind: fine-tuning, frozen_layers: 4}}
tasks:
  - name: sentiment
    text: sentence
    train: {{path: "{data}/train.tsv", limit: 160}}
    test: {{path: "{data}/dev.tsv", limit: 50}}
training: {{epochs: 2, batch: 16, micro_batches: 4, optimizer: {{kind: adamw, learning_rate: 0.0003}}}}
workers: {{minimum: 1, maximum: 2}}
"""),
    "images": (SHARED / "weights" / "resnet20-cifar10", SHARED / "fashion-mnist", """\
name: images
seed: {seed}
backbone: {{folder: "{backbone}"}}
technique: {{kind: fine-tuning, frozen_layers: none, dropout: 0}}
tasks:
  - name: garment
    kind: image-classification
    train: {{path: "{data}/train-images-idx3-ubyte.gz", labels: "{data}/train-labels-idx1-ubyte.gz", limit_per_label: 10}}
    test: {{path: "{data}/t10k-images-idx3-ubyte.gz", labels: "{data}/t10k-labels-idx1-ubyte.gz", limit_per_label: 5}}
training: {{steps: 20, batch: 32, micro_batches: 4, optimizer: {{kind: adamw, learning_rate: 0.003}}}}
workers: {{minimum: 1, maximum: 4}}
"""),
}


class Soak:
    """Keeps the cluster busy and workers coming and going until its time is up."""

    def __init__(self, cluster, folder, numbers):
        self.cluster = cluster
        self.folder = folder
        self.numbers = numbers
        self.files = self._job_files()
        self.under_way = {}  # id: (job file, since when, when to cancel)
        self.models = {}  # job file: SHA-256 of its model
        self.counts = dict.fromkeys(("done", "cancelled", "failed", "wrong", "overdue"), 0)
        self.departures = 0
        self.next_disturbance = 0.0
        self.back_at = {}

    def work(self, until):
        """Jobs and disturbances until then; afterwards what is under way comes to its end."""
        while time.monotonic() < until:
            self._disturb()
            if len(self.under_way) < UNDER_WAY:
                self._submit()
            self._look()
            time.sleep(0.3)
        while self.under_way:
            self._disturb(only_returns=True)
            self._look()
            time.sleep(0.3)

    def _job_files(self):
        files = []
        for name, (backbone, data, text) in JOBS.items():
            if not backbone.exists() or not data.exists():
                print(f"without jobs \"{name}\": {backbone} or {data} is not there", file=sys.stderr)
                continue
            for seed in (1, 2):
                path = self.folder / f"{name}-{seed}.yaml"
                path.write_text(text.format(seed=seed, backbone=backbone, data=data))
                files.append(path)
        return files

    def _submit(self):
        job = self.numbers.choice(self.files)
        now = time.monotonic()
        cancel_at = now + self.numbers.uniform(0, 8) if self.numbers.random() < CANCELLED_SHARE else None
        self.under_way[self.cluster.submit(job)] = (job, now, cancel_at)

    def _look(self):
        result = self.cluster.client("jobs", "--json")
        if result.returncode != 0:
            raise ClusterFailure(f"graft jobs ended with {result.returncode}: {result.stderr}")
        states = {job["jobID"]: job["state"] for job in json.loads(result.stdout)}
        now = time.monotonic()
        for identifier, (job, since, cancel_at) in list(self.under_way.items()):
            state = states.get(identifier)
            if state in FINAL_STATES:
                del self.under_way[identifier]
                self.counts[state] += 1
                if state == "done":
                    self._compare(identifier, job)
                elif state == "failed":
                    print(f"{job.stem} failed:\n{self.cluster.log(identifier)}", file=sys.stderr)
            elif now - since > PATIENCE:
                del self.under_way[identifier]
                self.counts["overdue"] += 1
                print(f"{job.stem} is {state} after {PATIENCE} s:\n{self.cluster.log(identifier)}", file=sys.stderr)
                self.cluster.client("cancel", identifier)
            elif cancel_at is not None and now >= cancel_at:
                self.under_way[identifier] = (job, since, None)
                self.cluster.client("cancel", identifier)

    def _compare(self, identifier, job):
        model = self.cluster.show(identifier)["report"]["modelSHA256"]
        if self.models.setdefault(job, model) != model:
            self.counts["wrong"] += 1
            print(f"WRONG: {job.stem} gave {model}, before {self.models[job]}", file=sys.stderr)

    def _disturb(self, only_returns=False):
        now = time.monotonic()
        for worker, when in list(self.back_at.items()):
            if now >= when:
                del self.back_at[worker]
                self.cluster.start(worker)
        if only_returns or now < self.next_disturbance:
            return
        self.next_disturbance = now + self.numbers.uniform(5, 20)
        present = [worker for worker in PASSING if worker in self.cluster.processes]
        if not present:
            return
        worker = self.numbers.choice(present)
        if self.numbers.random() < 0.5:
            self.cluster.kill(worker)
        else:
            self.cluster.leave(worker)
        self.departures += 1
        self.back_at[worker] = now + self.numbers.uniform(0.2, 10)


def footprint(process):
    """Resident megabytes and open file descriptors of a process."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return resident / 1024, len(os.listdir(f"/proc/{process.pid}/fd"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES", 30)))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", 1)))
    options = parser.parse_args()
    if not any(backbone.exists() and data.exists() for backbone, data, _ in JOBS.values()):
        print(f"skipped: neither {MINILM} nor data in {SHARED} is there")
        return 0

    folder = pathlib.Path(tempfile.mkdtemp(prefix="graft-soak-"))
    numbers = random.Random(f"graft-soak-{options.seed}")
    samples = []
    with FaultyCluster(folder, LocalHosts()) as cluster:
        for worker in (*LASTING, *PASSING):
            cluster.start(worker)
        soak = Soak(cluster, folder, numbers)
        start = time.monotonic()
        for sixth in range(1, 7):
            soak.work(start + options.minutes * 60 * sixth / 6)
            # What is given back a moment after a job's end counts as given back.
            time.sleep(min(10, options.minutes))
            cluster.require_life()
            samples.append({name: footprint(cluster.processes[name]) for name in ("coordinator", *LASTING)})
            print(f"{(time.monotonic() - start) / 60:.0f} min: {soak.counts}, departures {soak.departures}, "
                  + ", ".join(f"{name} {memory:.0f} MB {files} files"
                              for name, (memory, files) in samples[-1].items()), file=sys.stderr, flush=True)

    measurements = Measurements("soak")
    measurements.add("minutes", options.minutes, "min")
    for name, count in soak.counts.items():
        target = None if name in ("done", "cancelled") else 0
        measurements.add(f"jobs {name}", count, "", target=target, at_most=True)
    measurements.add("workers killed or gone", soak.departures, "")
    for name in ("coordinator", *LASTING):
        # Against the middle: caches and pools have filled by then.
        (middle_memory, middle_files), (memory, files) = samples[2][name], samples[-1][name]
        measurements.compare(f"{name}: memory at the end, beside the middle's", memory, middle_memory, "MB", 1.1,
                             at_most=True)
        measurements.compare(f"{name}: file descriptors, beside the middle's", files, middle_files, "", 1.05,
                             at_most=True)
    met = measurements.write()
    if met:
        shutil.rmtree(folder)
    else:
        print(f"files: {folder}", file=sys.stderr)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
