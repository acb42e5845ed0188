#!/usr/bin/env python3
"""Transfer in vision: a ResNet-20 moved to other images with few labels, against the same net from scratch.

    transfer.py [--data FOLDER]

FOLDER holds fashion-mnist, pneumoniamnist, cifar10 and weights/resnet20-cifar10; default: ../shared/data.

Three moves, each with 10, 50 and 500 labels a class: from CIFAR-10's published weights to Fashion-MNIST's
garments and to chest X-rays (PneumoniaMNIST), and from a network that `graft pretrain` makes of five of
CIFAR-10's classes to the other five. One cluster of two workers trains everything. `make techniques` runs this
behind the sentiment jobs; alone it writes reports/vision-transfer.json.
"""

import argparse
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import graft  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

JOBS = REPOSITORY / ".demo" / "jobs"
DATA = REPOSITORY.parent / "shared" / "data"
# Labels a class, and the steps of 32 samples that they are given, alike for both sides.
BUDGETS = ((10, 200), (50, 400), (500, 1200))

JOB = """\
name: {name}
seed: 1
backbone: {{folder: "{backbone}"}}
technique: {technique}
tasks:
  - name: {task}
    kind: image-classification
{data}
    augmentation: {augmentation}
training:
  steps: {steps}
  batch: 32
  micro_batches: 4
  evaluate_every: {steps}
  optimizer: {{kind: adamw, learning_rate: {rate}}}
  schedule: {{kind: cosine, warmup: 0.1}}
workers: {{minimum: 2, maximum: 2}}
"""


class Move:
    """A target task and the backbone that is moved to it."""

    def __init__(self, name, backbone, data, frozen="layer1", augmentation="{crop: 2, views: 2}"):
        self.name, self.backbone, self.data, self.augmentation = name, backbone, data, augmentation
        self.fine_tuning = f"{{kind: fine-tuning, frozen_layers: {frozen}}}"

    def job(self, technique, rate, labels, steps):
        kind = technique.strip("{}").replace("kind: ", "").split(",")[0]
        return JOB.format(
            name=f"{self.name}-{kind}-{labels}", task=self.name, backbone=self.backbone, technique=technique,
            data=self.data.format(labels=f"limit_per_label: {labels}"), steps=steps, rate=rate,
            augmentation=self.augmentation)


def idx(folder, test, test_limit):
    def files(images, labels):
        return f'path: "{folder / images}", labels: "{folder / labels}"'

    train = files("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    test = files(f"{test}-images-idx3-ubyte.gz", f"{test}-labels-idx1-ubyte.gz")
    # Doubled braces are left for the number of labels.
    return f"    train: {{{{{train}, {{labels}}}}}}\n    test: {{{{{test}, limit: {test_limit}}}}}"


def cifar(folder, classes):
    shards = ", ".join(f'"{folder / name}"' for name in ("train-000000.tar", "train-000001.tar"))
    return (
        f"    train: {{{{path: [{shards}], {{labels}}}}}}\n"
        f'    test: "{folder / "test-1000.tar"}"\n'
        f"    classes: [{', '.join(map(str, classes))}]"
    )


def write(name, text):
    JOBS.mkdir(parents=True, exist_ok=True)
    path = JOBS / f"{name}.yaml"
    path.write_text(text)
    return path


def train(cluster, text):
    name = text.splitlines()[0].removeprefix("name: ")
    print(f"\n{name}", file=sys.stderr, flush=True)
    return graft.run_json("submit", write(name, text), "--wait", "--coordinator", cluster.endpoint)["report"]


def pretrain(cluster, folder, data):
    """A ResNet-20 from random weights on CIFAR-10's first five classes."""
    text = JOB.format(
        name="cifar-pretraining", task="source", backbone=HERE / "resnet20", technique="pretraining",
        data=cifar(data / "cifar10", range(5)).format(labels="limit_per_label: 2000"), steps=3000, rate=0.004,
        augmentation="{crop: 4, flip: true}")
    print("\ncifar-pretraining", file=sys.stderr, flush=True)
    outcome = graft.run_json(
        "pretrain", write("cifar-pretraining", text), "--coordinator", cluster.endpoint, "--output", folder, "--force")
    return outcome["report"]


def compare(measurements, cluster, move):
    for labels, steps in BUDGETS:
        probed = train(cluster, move.job("feature-extraction", 0.01, labels, steps))
        tuned = train(cluster, move.job(move.fine_tuning, 0.002, labels, steps))
        scratch = train(cluster, move.job("from-scratch", 0.004, labels, steps))
        base = scratch["test"][0]["accuracy"]
        place = f"{move.name}, {labels} labels a class"
        measurements.add(f"{place}: feature extraction", probed["test"][0]["accuracy"], "", peer=base)
        measurements.compare(f"{place}: fine-tuning, against scratch", tuned["test"][0]["accuracy"], base, "", 1.0)
        measurements.add(f"{place}: fine-tuning's time", tuned["wallSeconds"], "s", peer=scratch["wallSeconds"])


def measure(measurements, data):
    needed = ("fashion-mnist", "pneumoniamnist", "cifar10", "weights/resnet20-cifar10")
    for name in needed:
        if not (data / name).is_dir():
            print(f"skipped: transfer in vision needs {data / name}", file=sys.stderr)
            return
    with tempfile.TemporaryDirectory(prefix="graft-vision-") as folder:
        folder = pathlib.Path(folder)
        with graft.Cluster(folder, 2) as cluster:
            published = data / "weights" / "resnet20-cifar10"
            compare(measurements, cluster, Move("garments", published, idx(data / "fashion-mnist", "t10k", 2000)))
            # X-rays are far from photographs: early filters have to move as well.
            compare(
                measurements, cluster,
                Move("pneumonia", published, idx(data / "pneumoniamnist", "test", 624), frozen="none"))
            made = pretrain(cluster, folder / "made", data)
            measurements.add("pretraining on five classes of CIFAR-10: accuracy", made["test"][0]["accuracy"], "")
            measurements.add("pretraining on five classes of CIFAR-10: time", made["wallSeconds"], "s")
            others = cifar(data / "cifar10", range(5, 10))
            compare(
                measurements, cluster,
                Move("other-classes", folder / "made", others, augmentation="{crop: 4, flip: true, views: 2}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    measurements = Measurements("vision-transfer")
    measure(measurements, parser.parse_args().data.resolve())
    return 0 if measurements.write() else 1


if __name__ == "__main__":
    sys.exit(main())
