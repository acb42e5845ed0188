#!/usr/bin/env python3
"""Ten tasks on package descriptions, together on one trunk and each alone; fifty tasks on 1, 2 and 4 workers.

    run.py [TASKS]

TASKS is what prepare.py wrote, default .demo/tasks. Writes reports/multitask.json and reports/multitask.svg. ONLY=together
or ONLY=fifty takes one part, SEEDS=n so many seeds of the first, default 3. `make multitask` prepares and runs.
"""

import hashlib
import os
import pathlib
import statistics
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))

import graft  # noqa: E402
from measurements import REPOSITORY, Measurements  # noqa: E402

JOBS = REPOSITORY / ".demo" / "jobs"
MINILM = REPOSITORY / ".demo" / "minilm"
# As many passes over each task's rows, alone and together.
EPOCHS = 8
TOGETHER = "{sampling: proportional, temperature: 2}"


def job(name, tasks, seed, technique, epochs, multi_task=""):
    lines = "\n".join(f"  - {{name: {task}, train: {train}, test: {test}}}" for task, train, test in tasks)
    return f"""\
name: {name}
seed: {seed}
backbone: {{folder: "{MINILM}", maximum_length: 48}}
technique: {technique}
tasks:
{lines}
{f"multi_task: {multi_task}" if multi_task else ""}
training: {{epochs: {epochs}, batch: 32, micro_batches: 4, optimizer: {{learning_rate: 0.0005}}}}
"""


def run(name, text, workers, folder):
    """The report of a job, and the hash of all that it leaves of weights."""
    path = JOBS / f"{name}.yaml"
    path.write_text(text)
    output = folder / name
    report = graft.run_json(
        "run", path, "--workers", workers, "--output", output, "--cache", folder / "cache", "--force")["report"]
    digest = hashlib.sha256()
    for file in sorted(output.rglob("*.safetensors")):
        digest.update(file.read_bytes())
    return report, digest.hexdigest()


def accuracies(report):
    return {measures["task"]: measures["accuracy"] for measures in report["test"]}


def measure_together(measurements, places, seeds, folder):
    technique = "{kind: fine-tuning, frozen_layers: 4}"
    names = [task for task, _, _ in places]
    alone, together = {name: [] for name in names}, {name: [] for name in names}
    seconds_alone, seconds_together = 0, 0
    for seed in range(1, seeds + 1):
        for place in places:
            report, _ = run(f"alone-{place[0]}", job(place[0], [place], seed, technique, EPOCHS), 2, folder)
            alone[place[0]].append(accuracies(report)[place[0]])
            seconds_alone += report["wallSeconds"]
        report, _ = run("together", job("together", places, seed, technique, EPOCHS, TOGETHER), 2, folder)
        seconds_together += report["wallSeconds"]
        for name, accuracy in accuracies(report).items():
            together[name].append(accuracy)
    means = {name: (statistics.fmean(alone[name]), statistics.fmean(together[name])) for name in names}
    for name, (one, all_) in means.items():
        measurements.compare(f"{name}: accuracy together beside alone", all_, one, "", target_ratio=1)
    measurements.compare(
        f"mean of {len(names)} tasks", statistics.fmean(all_ for _, all_ in means.values()),
        statistics.fmean(one for one, _ in means.values()), "", target_ratio=1)
    measurements.compare(
        "time of one job beside one for each task", seconds_together / seeds, seconds_alone / seeds, "s",
        target_ratio=1, at_most=True)
    draw(means, REPOSITORY / "reports" / "multitask.svg")


def draw(means, path):
    """Two bars for each task: alone and together."""
    height = 60 + 34 * len(means)
    rows = []
    for index, (name, values) in enumerate(means.items()):
        top = 50 + 34 * index
        rows.append(f'<text x="130" y="{top + 18}" text-anchor="end">{name}</text>')
        for part, (value, colour) in enumerate(zip(values, ("#0072b2", "#d55e00"))):
            rows.append(f'<rect x="140" y="{top + 13 * part}" width="{500 * value:.1f}" height="11" fill="{colour}"/>')
            rows.append(f'<text x="{146 + 500 * value:.1f}" y="{top + 10 + 13 * part}">{value:.3f}</text>')
    legend = "alone: blue, together: orange; accuracy on test data"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img"><title>{legend}</title>'
        f'<style>text{{font:12px sans-serif;fill:#555}}</style><text x="140" y="30">{legend}</text>{"".join(rows)}</svg>\n')


def measure_fifty(measurements, places, folder):
    text = job(
        "fifty", places, 1, "{kind: fine-tuning, frozen_layers: 5}", 1, "{temperature: 2}").replace(
        "micro_batches: 4", "micro_batches: 8")
    hashes, rates = set(), {}
    for workers in (1, 2, 4):
        report, digest = run("fifty", text, workers, folder)
        hashes.add(digest)
        segments = report["segments"]
        total = sum(segment["seconds"] for segment in segments)
        wait = sum(segment["exchangeSeconds"] for segment in segments)
        rates[workers] = sum(rows for _, _, _, rows in with_rows(places)) / total
        measurements.add(f"{len(places)} tasks, {workers} workers: samples a second", rates[workers], "1/s",
                         peer=rates[1] if workers > 1 else None)
        measurements.add(f"{len(places)} tasks, {workers} workers: exchange and waiting, part of the time", wait / total, "")
    measurements.add(f"{len(places)} tasks: different models over 1, 2, 4 workers", len(hashes) - 1, "", target=0, at_most=True)


def with_rows(places):
    for task, train, test in places:
        with open(train, encoding="utf-8") as file:
            yield task, train, test, sum(1 for _ in file) - 1


def tasks_in(folder):
    return [
        (path.name.removesuffix("-train.csv"), path, path.with_name(path.name.replace("-train.csv", "-test.csv")))
        for path in sorted(folder.glob("*-train.csv"))]


def main():
    tasks = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY / ".demo" / "tasks").resolve()
    if not tasks_in(tasks):
        sys.exit(f"error: {tasks} holds no tasks; run prepare.py {tasks} first")
    JOBS.mkdir(parents=True, exist_ok=True)
    measurements = Measurements("multitask")
    only = os.environ.get("ONLY", "")
    with tempfile.TemporaryDirectory(prefix="graft-multitask-") as name:
        folder = pathlib.Path(name)
        if only in ("", "together"):
            measure_together(measurements, tasks_in(tasks), int(os.environ.get("SEEDS", "3")), folder)
        if only in ("", "fifty"):
            measure_fifty(measurements, tasks_in(tasks / "tags"), folder)
    return 0 if measurements.write() else 1


if __name__ == "__main__":
    sys.exit(main())
