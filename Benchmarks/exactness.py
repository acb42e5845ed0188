"""What exact sums cost: steps of a job beside the same job with `exchange: fast`; compare.py calls it."""

import pathlib
import statistics
import tempfile

import graft

PHRASES = 320
# The first epoch warms up.
EPOCHS = 4
BATCH = 32


def rows(measurements, backbone, data, rounds):
    """Adds the rows: MiniLM, all layers but the embeddings fine-tuned on phrases of SST-2.

    data: its train.tsv; rounds: how often each job runs, in turns.
    """
    kinds = ("exact", "fast", "fast-bf16")
    for workers in (1, 2):
        steps = {kind: [] for kind in kinds}
        with tempfile.TemporaryDirectory(prefix="graft-bench-") as folder:
            folder = pathlib.Path(folder)
            jobs = {kind: write_job(folder, backbone, data, kind, workers) for kind in kinds}
            for _ in range(rounds):
                for kind, job in jobs.items():
                    steps[kind] += step_milliseconds(job, folder, workers)
        exact, fast, compressed = (statistics.median(steps[kind]) for kind in kinds)
        members = f"{workers} worker{'s' if workers > 1 else ''}"
        measurements.compare(
            f"MiniLM fine-tuning, {members}: a step, exact beside fast", exact, fast, "ms", 1.1, at_most=True)
        measurements.add(f"the same, {members}: fast-bf16 beside fast", compressed, "ms", peer=fast)


def write_job(folder, backbone, data, kind, workers):
    job = folder / f"{kind}.yaml"
    job.write_text(
        f"name: {kind}\nseed: 1\nbackbone: {{folder: {backbone}, maximum_length: 64}}\n"
        "technique: {kind: fine-tuning, frozen_layers: 0}\n"
        f"tasks:\n  - name: sentiment\n    text: sentence\n    train: {{path: {data}, limit: {PHRASES}}}\n"
        f"training: {{epochs: {EPOCHS}, batch: {BATCH}, exchange: {kind}, keep: last, "
        "optimizer: {kind: adamw, learning_rate: 0.00002}}\n"
        f"workers: {workers}\n")
    return job


def step_milliseconds(job, folder, workers):
    """Of each epoch but the first, what a step took; evaluation and checkpoints apart."""
    outcome = graft.run_json(
        "run", job, "--workers", workers, "--cache", folder / "cache", "--output", folder / "model", "--force")
    count = PHRASES // BATCH
    return [
        1e3 * (segment["seconds"] - segment["evaluateSeconds"] - segment["checkpointSeconds"]) / count
        for segment in outcome["report"]["segments"][1:]
    ]
