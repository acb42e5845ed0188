#!/usr/bin/env python3
"""Adaptation to a domain without labels, on what its papers and others report: accuracy on the target's test data.

    run.py [DOMAINS] [--data FOLDER]

DOMAINS is what prepare.py wrote, default .demo/domains; FOLDER as there. Writes reports/adaptation.json: for each move and
method the mean over seeds and their standard deviation, beside the figure that others report, where there is one.
SEEDS=n takes so many seeds, default 5; ONLY=digits,reviews takes only these moves, by the first part of their names:
mnist-m, digits, photographs, reviews; METHODS=none,dann only these methods. `make adaptation` prepares and runs.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import graft  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402
from moves import MOVES  # noqa: E402

JOBS = REPOSITORY / ".demo" / "jobs"
# A job has one worker and all of its batch in one micro-batch, whose features are aligned as a whole; so many jobs
# are trained at once.
WORKERS = 2


def job(move, method, seed, places):
    """The job file of a move with one method, and one seed."""
    adaptation = method.adaptation
    domain, target = (move.target, None) if method.trains_on_target else (move.train, move.target)
    return f"""\
name: {move.name}-{method.name}-{seed}
seed: {seed}
backbone: {move.backbone.format(**places)}
technique: {move.technique}
tasks:
  - name: {move.task}
    kind: {move.kind}
    train: {domain.format(**places)}
""" + (f"    target: {target.format(**places)}\n" if target else "") + f"""\
    target_test: {move.target_test.format(**places)}
adaptation: {adaptation}
training: {move.training}
workers: 1
"""


def train(cluster, move, method, seed, places):
    """The accuracy on the target's test data."""
    path = JOBS / f"{move.name}-{method.name}-{seed}.yaml"
    path.write_text(job(move, method, seed, places))
    report = graft.run_json("submit", path, "--wait", "--coordinator", cluster.endpoint)["report"]
    accuracy = report["targetTest"][0]["accuracy"]
    print(f"{path.stem}: {accuracy:.4f} in {report['wallSeconds']:.1f} s", file=sys.stderr, flush=True)
    return accuracy


def measure(measurements, cluster, moves, seeds, places):
    """Train every move with every method and seed, and add rows in the moves' order."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        trained = {
            (move.name, method.name): [
                pool.submit(train, cluster, move, method, seed, places) for seed in range(1, seeds + 1)]
            for move in moves for method in move.methods
        }
        results = {key: [future.result() for future in futures] for key, futures in trained.items()}
    for move in moves:
        for method in move.methods:
            add(measurements, f"{move.name}, {method.name}", results[move.name, method.name], method.reported)
    add_mean_of_reviews(measurements, moves, results)


def add(measurements, name, accuracies, reported=None):
    """A row with the mean over seeds, and one with their spread where there are several."""
    measurements.add(f"{name}: target accuracy", statistics.fmean(accuracies), "", peer=reported)
    if len(accuracies) > 1:
        measurements.add(f"{name}: standard deviation of {len(accuracies)}", statistics.stdev(accuracies), "")


def add_mean_of_reviews(measurements, moves, results):
    """Over the pairs of domains, seed by seed."""
    pairs = [move for move in moves if move.name.startswith("reviews-")]
    if not pairs:
        return
    for method in pairs[0].methods:
        by_seed = zip(*(results[move.name, method.name] for move in pairs))
        add(measurements, f"reviews, mean of {len(pairs)}, {method.name}", [statistics.fmean(each) for each in by_seed])


def chosen_moves(only):
    if not only:
        return MOVES
    wanted = [name.strip() for name in only.split(",")]
    moves = [move for move in MOVES if any(f"{move.name}-".startswith(f"{name}-") for name in wanted)]
    if not moves:
        sys.exit(f"error: ONLY={only} meets none of {', '.join(move.name for move in MOVES)}")
    return moves


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domains", nargs="?", type=pathlib.Path, default=REPOSITORY / ".demo" / "domains")
    parser.add_argument("--data", type=pathlib.Path, default=REPOSITORY.parent / "shared" / "data")
    arguments = parser.parse_args()
    if not (arguments.domains / "usps-test.tar").is_file():
        sys.exit(f"error: {arguments.domains} holds no domains; run prepare.py {arguments.domains} first")
    seeds = os.environ.get("SEEDS", "5")
    if not seeds.isdecimal() or int(seeds) < 1:
        sys.exit(f"error: SEEDS is {seeds}, no number of 1 or more")
    places = {
        "domains": arguments.domains.resolve(), "data": arguments.data.resolve(), "here": HERE,
        "minilm": REPOSITORY / ".demo" / "minilm",
    }
    wanted = os.environ.get("METHODS", "")
    moves = [
        dataclasses.replace(move, methods=tuple(
            method for method in move.methods if not wanted or method.name in wanted.split(",")))
        for move in chosen_moves(os.environ.get("ONLY", ""))]
    if not any(move.methods for move in moves):
        sys.exit(f"error: METHODS={wanted} meets no method of these moves")
    JOBS.mkdir(parents=True, exist_ok=True)
    measurements = Measurements("adaptation")
    with tempfile.TemporaryDirectory(prefix="graft-adaptation-") as folder:
        with graft.Cluster(pathlib.Path(folder), WORKERS) as cluster:
            measure(measurements, cluster, moves, int(seeds), places)
    return 0 if measurements.write() else 1


if __name__ == "__main__":
    sys.exit(main())
