#!/usr/bin/env python3
"""Graft beside PyTorch on the same machine in the same run: docs/performance.md says what is compared.

    compare.py [--rounds N] [--texts N]

Both run one thread. Rounds are taken in turns, Graft's and its peer's, and medians are compared, so that what
else the machine does meets both. Writes reports/bench.json. `make bench` prepares what this needs.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Examples" / "common"))

import exactness  # noqa: E402
import exchange  # noqa: E402
import graft as graft_program  # noqa: E402
import sums  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

BINARY = HERE / ".build" / "release" / "GraftBenchmarks"
BACKBONE = REPOSITORY / ".demo" / "minilm"
PYTHON = REPOSITORY / ".venv-bench" / "bin" / "python"
PHRASES = REPOSITORY.parent / "shared" / "data" / "sst2" / "train.tsv"


class Side:
    """A process that runs a round when told to and says what it took."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.units = int(self._line().removeprefix("ready "))
        self.seconds = []

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"error: {' '.join(self.command)} ended: {self.process.stderr.read()}")
        return line.strip()

    def round(self, counts):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        seconds = float(self._line())
        if counts:
            self.seconds.append(seconds)

    @property
    def rate(self):
        return self.units / statistics.median(self.seconds)

    def peak_bytes(self):
        """The most memory that the process has had resident."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmHWM")

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def in_turns(rounds, *sides):
    for number in range(rounds + 1):
        for side in sides:
            side.round(counts=number > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=960)
    arguments = parser.parse_args()
    measurements = Measurements("bench")
    exchange.rows(measurements, Side, PYTHON, arguments.rounds)
    if BINARY.exists():
        sums.rows(measurements)
    for path, hint in ((BINARY, "build it"), (BACKBONE, "fetch it"), (PYTHON, "install torch and transformers")):
        if not path.exists():
            print(f"skipped: {path} is not there ('make bench' would {hint})")
            return write(measurements)
    if not PHRASES.exists():
        print(f"skipped: {PHRASES} is not there")
        return write(measurements)

    lines = PHRASES.read_text(encoding="utf-8").splitlines()[1:]
    stride = max(1, len(lines) // arguments.texts)
    phrases = [line.split("\t")[1] for line in lines[::stride]][: arguments.texts]
    texts = REPOSITORY / ".demo" / "bench-phrases.txt"
    texts.write_text("\n".join(phrases) + "\n", encoding="utf-8")

    def graft(workload):
        return Side(BINARY, workload, BACKBONE, texts)

    def peer(kind):
        return Side(PYTHON, HERE / "peers" / "pytorch_minilm.py", kind, BACKBONE, texts)

    ours, by_length, shuffled = graft("minilm-features"), peer("features-sorted"), peer("features-shuffled")
    in_turns(arguments.rounds, ours, by_length, shuffled)
    measurements.compare("MiniLM features, PyTorch sorted by length", ours.rate, by_length.rate, "phrases/s", 1.5)
    measurements.compare("MiniLM features, PyTorch shuffled", ours.rate, shuffled.rate, "phrases/s", 3.0)
    for side in (ours, by_length, shuffled):
        side.stop()

    ours, whole, theirs = graft("minilm-fine-tuning"), graft("minilm-fine-tuning-whole-batch"), peer("fine-tuning")
    in_turns(arguments.rounds, ours, whole, theirs)
    measurements.compare(
        "MiniLM fine-tuning, 4 micro-batches, the default, beside 1", ours.rate, whole.rate, "phrases/s", 0.9)
    measurements.compare("MiniLM fine-tuning, 4 micro-batches", ours.rate, theirs.rate, "phrases/s", 1.2)
    measurements.compare("MiniLM fine-tuning, 1 micro-batch", whole.rate, theirs.rate, "phrases/s", 1.2)
    measurements.compare(
        "MiniLM fine-tuning, peak memory", ours.peak_bytes() / 1e6, theirs.peak_bytes() / 1e6, "MB", 0.7, at_most=True)
    for side in (ours, whole, theirs):
        side.stop()

    ours, peak = graft("minilm-forward"), graft("sgemm-peak")
    in_turns(arguments.rounds, ours, peak)
    measurements.compare("MiniLM forward beside sgemm's peak", ours.rate / 1e3, peak.rate / 1e3, "GFLOP/s", 0.85)
    for side in (ours, peak):
        side.stop()

    for name, workload, unit in (
        ("ResNet-50 features, 224, batch 16", "resnet50-features", "images/s"),
        ("ResNet-20 step, 32, batch 128", "resnet20-step", "images/s"),
    ):
        images = HERE / "peers" / "pytorch_resnet.py"
        sides = graft(workload), Side(PYTHON, images, workload, "nchw"), Side(PYTHON, images, workload, "nhwc")
        in_turns(arguments.rounds, *sides)
        measurements.compare(f"{name}; PyTorch's usual layout", sides[0].rate, sides[1].rate, unit, 1.0)
        measurements.compare(f"{name}; PyTorch channels last", sides[0].rate, sides[2].rate, unit, 1.0)
        for side in sides:
            side.stop()

    exactness.rows(measurements, BACKBONE, PHRASES, arguments.rounds)
    precisions(measurements, graft, texts, arguments.rounds)
    epochs(measurements, texts, phrases)
    workers(measurements, phrases)
    return write(measurements)


def write(measurements):
    return 0 if not measurements.rows or measurements.write() else 1


def write_job(folder, phrases):
    labels = [place % 2 for place in range(len(phrases))]
    with (folder / "train.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *zip(phrases, labels)])
    (folder / "job.yaml").write_text(
        f"name: bench\nbackbone: {{folder: {BACKBONE}, maximum_length: 128}}\n"
        "technique: {kind: feature-extraction}\n"
        "tasks: [{name: sentiment, train: train.csv}]\ntraining: {epochs: 10, batch: 32}\n")


def run(folder, workers):
    """Graft's command for the job, with nothing in its cache."""
    return [REPOSITORY / ".build" / "release" / "graft", "run", folder / "job.yaml", "--workers", workers, "--cache",
            tempfile.mkdtemp(dir=folder), "--output", folder / "model", "--force", "--json"]


def workers(measurements, phrases):
    """Phrases through the frozen part a second, by one worker and by two; each computes on one thread."""
    seconds = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="graft-bench-") as folder:
        folder = pathlib.Path(folder)
        write_job(folder, phrases)
        for _ in range(3):
            for count, taken in seconds.items():
                command = [str(part) for part in run(folder, count)]
                output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
                taken.append(json.loads(output)["report"]["firstEpochSeconds"])
    one, two = (len(phrases) / statistics.median(seconds[count]) for count in (1, 2))
    measurements.compare("features and first epoch, two workers beside one", two, one, "phrases/s", 1.8)


def precisions(measurements, graft, texts, rounds):
    """A frozen backbone in reduced precision: what it gains, and what it costs in accuracy."""
    # As /proc/cpuinfo calls them.
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    instructions = {"bf16": ("avx512_bf16", 1.6), "int8": ("avx512_vnni", 2.4)}
    precisions = {name: gain for name, (flag, gain) in instructions.items() if flag in flags}
    for name in instructions.keys() - precisions.keys():
        print(f"skipped: this processor lacks the instructions for {name}")
    if not precisions:
        return
    sides = {name: graft(f"minilm-features-{name}") for name in precisions}
    exact = graft("minilm-features")
    in_turns(rounds, exact, *sides.values())
    for name, side in sides.items():
        measurements.compare(
            f"MiniLM features in {name}, beside fp32", side.rate, exact.rate, "phrases/s", precisions[name])
    for side in (exact, *sides.values()):
        side.stop()
    for name in precisions:
        command = [BINARY, f"precision-errors-{name}", BACKBONE, texts]
        error, cosine = map(float, subprocess.run(
            [str(part) for part in command], check=True, capture_output=True, text=True).stdout.split())
        measurements.add(f"features in {name}: relative error", error, "")
        measurements.add(f"features in {name}: lowest cosine with fp32", cosine, "")
    with tempfile.TemporaryDirectory(prefix="graft-bench-") as folder:
        accuracies = {name: sentiment_accuracy(name, pathlib.Path(folder)) for name in ("fp32", *precisions)}
    measurements.add("SST-2, 5,000 phrases, fp32: dev accuracy", accuracies["fp32"], "")
    for name in precisions:
        measurements.compare(
            f"SST-2, 5,000 phrases, {name} beside fp32: dev accuracy", accuracies[name], accuracies["fp32"], "", 0.99)


def sentiment_accuracy(precision, folder):
    """Accuracy on SST-2's development split of a head that learned from features in this precision."""
    job = folder / f"{precision}.yaml"
    job.write_text(
        f"name: sst2-{precision}\nseed: 1\n"
        f"backbone: {{folder: {BACKBONE}, maximum_length: 64, precision: {precision}}}\n"
        "technique: {kind: feature-extraction, dropout: 0.3}\n"
        "tasks:\n  - name: sentiment\n    text: sentence\n"
        f"    train: {{path: {PHRASES}, limit: 5000}}\n    test: {PHRASES.parent / 'dev.tsv'}\n"
        "training: {steps: 1500, batch: 60, micro_batches: 6, optimizer: {kind: adamw, learning_rate: 0.003}}\n")
    outcome = graft_program.run_json(
        "run", job, "--cache", folder / "cache", "--output", folder / precision, "--force")
    return outcome["report"]["test"][0]["accuracy"]


def epochs(measurements, texts, phrases):
    """Ten epochs of a head on a frozen backbone, whole processes from start to saved model."""
    with tempfile.TemporaryDirectory(prefix="graft-bench-") as folder:
        folder = pathlib.Path(folder)
        write_job(folder, phrases)
        seconds = {"graft": [], "peer": []}
        for _ in range(3):
            seconds["graft"].append(timed(run(folder, workers=1)))
            command = [PYTHON, HERE / "peers" / "pytorch_epochs.py", BACKBONE, texts, folder / "peer"]
            seconds["peer"].append(timed(command))
    ours, theirs = (len(phrases) * 10 / statistics.median(seconds[side]) for side in ("graft", "peer"))
    measurements.compare("10 epochs on a frozen backbone, whole process", ours, theirs, "phrases/s", 10.0)


def timed(command):
    start = time.monotonic()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
