#!/usr/bin/env python3
"""Seeded fault schedules against a job: the model must come out the same, bit by bit, and nothing may hang.

    chaos.py [--seeds N] [--seed SEED] [--keep]

MiniLM is fine-tuned on SST-2 by three workers while processes are killed, stopped and started and, where this runs
as root, links between network namespaces are cut. SEED=n, or --seed n, runs one schedule again. Writes
reports/chaos.json.
"""

import argparse
import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "Examples" / "common")]

import graft  # noqa: E402
import schedule as schedules  # noqa: E402
from cluster import FINAL_STATES, ClusterFailure, FaultyCluster  # noqa: E402
from hosts import LocalHosts, NamespaceHosts  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

BACKBONE = REPOSITORY / ".demo" / "minilm"
DATA = REPOSITORY.parent / "shared" / "data" / "sst2"
# A job takes about half a minute undisturbed; no schedule stops it for longer than a minute in all.
PATIENCE = 300
JOB = """\
name: chaos
seed: 11
backbone: {{folder: "{backbone}", maximum_length: 64}}
technique: {{kind: fine-tuning, frozen_layers: 3}}
tasks:
  - name: sentiment
    text: sentence
    train: {{path: "{data}/train.tsv", limit: 960}}
    validation: {{path: "{data}/dev.tsv", limit: 200}}
training:
  epochs: 3
  batch: 16
  micro_batches: 8
  evaluate_every: 30
  optimizer: {{kind: adamw, learning_rate: 0.0003}}
workers: {{minimum: 1, maximum: 8}}
"""


class Disturbance:
    """Carries out a schedule against a cluster and notes how long the job took to get further after each fault."""

    def __init__(self, cluster, faults):
        self.cluster = cluster
        self.waiting = list(faults)
        self.timers = []
        self.open = []  # (fault, when, steps done then)
        self.recoveries = []  # (fault, seconds)
        self.lock = threading.Lock()
        self.problem = None

    def watch(self, done, total):
        """Take in the job's progress; begin what is due."""
        now = time.monotonic()
        for entry in [entry for entry in self.open if done > entry[2]]:
            self.open.remove(entry)
            self.recoveries.append((entry[0], now - entry[1]))
        while self.waiting and total and done / total >= self.waiting[0].progress:
            fault = self.waiting.pop(0)
            self.open.append((fault, time.monotonic(), done))
            self._begin(fault)

    def finish(self):
        """The job has ended: what was still being recovered from is over."""
        now = time.monotonic()
        self.recoveries += [(fault, now - when) for fault, when, _ in self.open]
        self.open = []

    def settle(self):
        """End what still lasts, so that the cluster can be ended."""
        for timer in self.timers:
            timer.join()
        if self.problem:
            raise self.problem

    def _begin(self, fault):
        cluster, host = self.cluster, fault.host
        kind = fault.kind.removesuffix(" coordinator")
        with self.lock:
            if host not in cluster.processes and kind != "join":
                # An earlier fault has it still.
                self.open.pop()
                return
            if kind == "join":
                cluster.start(host)
            elif kind == "kill":
                cluster.kill(host)
                self._later(fault, lambda: cluster.start(host))
            elif kind == "leave":
                cluster.leave(host)
                self._later(fault, lambda: cluster.start(host))
            elif kind == "stop":
                process = cluster.processes[host]
                process.send_signal(signal.SIGSTOP)
                self._later(fault, lambda: process.send_signal(signal.SIGCONT))
            elif kind == "cut":
                cluster.hosts.cut(host)
                self._later(fault, lambda: cluster.hosts.restore(host))
            elif kind == "vanish":
                # Cut first: no packet says that its sockets are closed.
                cluster.hosts.cut(host)
                cluster.kill(host)

    def _later(self, fault, end):
        if not fault.seconds:
            return

        def run():
            try:
                with self.lock:
                    end()
            except Exception as error:  # noqa: BLE001 - told by settle
                self.problem = error

        timer = threading.Timer(fault.seconds, run)
        timer.start()
        self.timers.append(timer)


def run(seed, job, folder, in_namespaces):
    """Run the job under a seed's schedule; returns its report and the recoveries."""
    names = ("coordinator", *schedules.WORKERS, schedules.LATECOMER)
    hosts = NamespaceHosts(names) if in_namespaces else LocalHosts()
    faults = schedules.draw(seed, with_links=hosts.has_links)
    print(f"\nschedule {seed}, {'namespaces' if in_namespaces else 'one host'}: "
          f"{', '.join(map(str, faults))}", file=sys.stderr, flush=True)
    with FaultyCluster(folder, hosts) as cluster:
        for worker in schedules.WORKERS:
            cluster.start(worker)
        identifier = cluster.submit(job)
        disturbance = Disturbance(cluster, faults)
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                if time.monotonic() > deadline:
                    raise ClusterFailure(f"hang: not done after {PATIENCE} s: {cluster.show(identifier)}")
                shown = cluster.show(identifier)
                if shown is None:
                    time.sleep(0.1)
                    continue
                summary = shown["summary"]
                if summary["state"] in FINAL_STATES:
                    disturbance.finish()
                    break
                if summary["progressUnit"] == "steps":
                    disturbance.watch(summary["progressDone"], summary["progressTotal"])
                time.sleep(0.1)
        except BaseException:
            print(f"log of the job:\n{cluster.log(identifier)}", file=sys.stderr)
            raise
        finally:
            disturbance.settle()
        if summary["state"] != "done":
            raise ClusterFailure(f"the job is {summary['state']}: {summary['message']}\n{cluster.log(identifier)}")
        cluster.require_life()
        for fault, seconds in disturbance.recoveries:
            print(f"  {fault}: further after {seconds:.1f} s", file=sys.stderr)
        return shown["report"], disturbance.recoveries


def undisturbed(job, folder):
    """The same job by one worker alone."""
    return graft.run_json(
        "run", job, "--workers", 1, "--output", folder / "model", "--cache", folder / "cache")["report"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="schedules to run, from 1 on")
    parser.add_argument("--seed", type=int, default=os.environ.get("SEED") or None, help="the one schedule to run")
    parser.add_argument("--keep", action="store_true", help="keep logs and state of every schedule")
    options = parser.parse_args()
    for needed, remedy in ((BACKBONE, "make demo fetches it"), (DATA, "see README.md")):
        if not needed.exists():
            print(f"skipped: {needed} is not there ({remedy})")
            return 0
    seeds = [int(options.seed)] if options.seed else range(1, options.seeds + 1)
    missing = NamespaceHosts.missing()
    if missing:
        print(f"no network namespaces: {missing} is missing; links are not cut", file=sys.stderr)

    root = pathlib.Path(tempfile.mkdtemp(prefix="graft-chaos-"))
    job = root / "job.yaml"
    job.write_text(JOB.format(backbone=BACKBONE, data=DATA))
    reference = undisturbed(job, root)
    print(f"undisturbed, one worker: {reference['modelSHA256']}", file=sys.stderr)
    wrong, hangs, failures, recoveries, generations = 0, 0, 0, [], 0
    for seed in seeds:
        folder = root / f"schedule-{seed}"
        folder.mkdir()
        # Every third schedule has a link to cut, where that is possible.
        in_namespaces = missing is None and seed % 3 == 0
        try:
            report, recovered = run(seed, job, folder, in_namespaces)
            if report["modelSHA256"] != reference["modelSHA256"]:
                wrong += 1
                print(f"WRONG: {report['modelSHA256']}; SEED={seed} runs it again", file=sys.stderr)
            recoveries += recovered
            generations += report["generations"]
        except ClusterFailure as failure:
            hangs += str(failure).startswith("hang")
            failures += not str(failure).startswith("hang")
            print(f"FAILED: {failure}; SEED={seed} runs it again; files in {folder}", file=sys.stderr)
            continue
        if not options.keep:
            shutil.rmtree(folder)

    measurements = Measurements("chaos")
    measurements.add("fault schedules run", len(seeds), "")
    measurements.add("generations in all", generations, "")
    measurements.add("models that differ from the undisturbed one's", wrong, "", target=0, at_most=True)
    measurements.add("hangs", hangs, "", target=0, at_most=True)
    measurements.add("jobs that failed", failures, "", target=0, at_most=True)
    if recoveries:
        seconds = [seconds for _, seconds in recoveries]
        measurements.add("faults", len(seconds), "")
        measurements.add("recovery, median", statistics.median(seconds), "s")
        measurements.add("recovery, worst", max(seconds), "s")
        immediate = [seconds for fault, seconds in recoveries if fault.kind == "kill"]
        if immediate:
            measurements.add("recovery from a worker's kill -9, median", statistics.median(immediate), "s")
    met = measurements.write()
    if not options.keep and not (hangs or failures or wrong):
        shutil.rmtree(root)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
