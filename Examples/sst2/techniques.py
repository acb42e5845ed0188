#!/usr/bin/env python3
"""Every technique on the Stanford Sentiment Treebank, with one coordinator and three workers; then transfer in
vision, which ../vision-transfer describes.

    techniques.py [--data FOLDER]

FOLDER holds train.tsv (67,349 phrases) and dev.tsv (872 sentences), with the columns label and sentence;
default: ../shared/data/sst2. All jobs go to one cluster and share its cache, so that the second run of a job
sends nothing through the backbone. Writes reports/techniques.json.
"""

import argparse
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "common"), str(HERE.parent / "vision-transfer")]

import graft  # noqa: E402
import transfer  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

FOLDER = REPOSITORY / ".demo"
WORKERS = 3
PHRASES = 67_349


def link_data(data):
    for name in ("train.tsv", "dev.tsv"):
        if not (data / name).is_file():
            sys.exit(f"error: {data / name} is not there; name the folder of SST-2 with --data")
    link = FOLDER / "sst2"
    FOLDER.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(data.resolve())


def submit(cluster, technique, limit, steps):
    """Train one job on the cluster and return its report."""
    jobs = FOLDER / "jobs"
    jobs.mkdir(exist_ok=True)
    name = f"sst2-{technique}-{limit}"
    job = jobs / f"{name}.yaml"
    job.write_text(graft.adapt(HERE / f"{technique}.yaml", name=name, limit=limit, steps=steps))
    print(f"\n{technique}, {limit:,} phrases, {steps:,} steps", file=sys.stderr, flush=True)
    outcome = graft.run_json("submit", job, "--wait", "--coordinator", cluster.endpoint)
    return outcome["report"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=REPOSITORY.parent / "shared" / "data" / "sst2")
    data = parser.parse_args().data
    link_data(data)

    measurements = Measurements("techniques")
    with tempfile.TemporaryDirectory(prefix="graft-techniques-") as folder:
        with graft.Cluster(pathlib.Path(folder), WORKERS) as cluster:
            few = submit(cluster, "feature-extraction", 10_000, 1500)
            again = submit(cluster, "feature-extraction", 10_000, 1500)
            everything = submit(cluster, "feature-extraction", PHRASES, 4000)
            tuned = submit(cluster, "fine-tuning", 20_000, 1000)

    def accuracy(name, report, target):
        measurements.add(f"{name}: dev accuracy", report["test"][0]["accuracy"], "", target)
        measurements.add(f"{name}: time", report["wallSeconds"], "s")

    # The same head by scikit-learn on the same frozen embeddings: 0.803.
    accuracy("feature extraction, 10,000 phrases", few, 0.79)
    forwards = again["extraction"]["backboneForwards"]
    measurements.add("the same once more: backbone forwards", forwards, "samples", target=0, at_most=True)
    same = few["modelSHA256"] == again["modelSHA256"]
    measurements.add("the same once more: models alike, bit by bit", int(same), "", target=1)
    accuracy("feature extraction, all phrases", everything, 0.80)
    accuracy("fine-tuning of the last two layers", tuned, 0.85)
    transfer.measure(measurements, data.resolve().parent)
    return 0 if measurements.write() else 1


if __name__ == "__main__":
    sys.exit(main())
