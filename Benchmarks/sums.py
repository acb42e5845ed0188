#!/usr/bin/env python3
"""Errors of sums of real gradients: Graft's integers beside Float32 in a ring, both against double precision.

    sums.py

Prints every group of parameters, in units of a parameter's largest summed gradient; compare.py adds the group that
fares worst to its report. Needs what `make bench` builds and fetches.
"""

import collections
import pathlib
import subprocess
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE / ".build" / "release" / "GraftBenchmarks"
BACKBONE = HERE.parent / ".demo" / "minilm"
DATA = HERE.parent.parent / "shared" / "data"

Line = collections.namedtuple("Line", "model step addends group largest ring_largest rms ring_rms")


def rows(measurements):
    """Adds a row for each model, number of addends and norm: integers must not be above the ring."""
    lines = measure()
    print(table(lines))
    last = max((line.step for line in lines), default=None)
    # Two addends are rounded once, as well as can be: the ring's error is then the least that Float32 allows.
    chosen = [line for line in lines if line.step == last and line.addends > 2]
    for model, addends in dict.fromkeys((line.model, line.addends) for line in chosen):
        groups = [line for line in chosen if (line.model, line.addends) == (model, addends)]
        name = f"sums of {addends} gradients of {model}, error beside a ring of fp32"
        worst = max(groups, key=lambda line: line.rms / line.ring_rms)
        measurements.compare(f"{name}: rms, {worst.group}", worst.rms, worst.ring_rms, "", 1.0, at_most=True)
        worst = max(groups, key=lambda line: line.largest / line.ring_largest)
        measurements.compare(f"{name}: largest, {worst.group}", worst.largest, worst.ring_largest, "", 1.0, at_most=True)


def measure():
    """A line for each model, step, number of addends and group; models whose files are not there are left out."""
    commands = []
    phrases, shard = DATA / "sst2" / "train.tsv", DATA / "cifar10" / "train-000000.tar"
    with tempfile.TemporaryDirectory(prefix="graft-sums-") as folder:
        if BACKBONE.exists() and phrases.exists():
            commands.append(("sum-errors-minilm", BACKBONE, phrases))
        if shard.exists():
            unpack(shard, pathlib.Path(folder), count=128)
            commands.append(("sum-errors-resnet20", folder))
        return [line for command in commands for line in run(command)]


def run(command):
    output = subprocess.run(
        [str(part) for part in (BINARY, *command)], check=True, stdout=subprocess.PIPE, text=True).stdout
    for text in output.splitlines():
        model, step, addends, group, *figures = text.split(" ")
        yield Line(model, int(step), int(addends), group, *map(float, figures))


def unpack(shard, folder, count):
    """The first images of a WebDataset shard with their classes, which follow them."""
    with tarfile.open(shard) as archive:
        for member in archive:
            name = pathlib.PurePath(member.name).name
            (folder / name).write_bytes(archive.extractfile(member).read())
            count -= name.endswith(".cls")
            if count == 0:
                return


def table(lines):
    text = ["", "errors of sums in 1e-9 of a parameter's largest, integers and ring", ""]
    text.append(f"{'model':10}{'step':>5}{'addends':>8}  {'group':13}{'largest':>9}{'ring':>9}{'rms':>9}{'ring':>9}")
    for line in lines:
        figures = "".join(f"{figure * 1e9:9.2f}" for figure in line[4:])
        text.append(f"{line.model:10}{line.step:5}{line.addends:8}  {line.group:13}{figures}")
    return "\n".join(text)


if __name__ == "__main__":
    print(table(measure()))
