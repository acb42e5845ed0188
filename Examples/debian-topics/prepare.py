#!/usr/bin/env python3
"""Make a topic classification set from the package lists that apt keeps.

    prepare.py OUTPUT_FOLDER

A row is a package: its one-line description is the text, its section the label. Only topical sections are
kept; those such as libs, python or doc say how a package is built, and that stands in its description.
Packages of one source share their wording, so they stay together: sources are put in the order of a hash of
their names, the first of them become the test split, the next the validation split, the rest training.
"""

import csv
import hashlib
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))

from debian import SECTIONS, fail, refresh_lists  # noqa: E402

SPLIT_ROWS = (("test", 3000), ("validation", 1000))
# Debian 12 has some 12,700 such packages; far fewer mean that only a part of the lists is there.
FEWEST_ROWS = 10_000


def available_packages():
    """Yield (package, source, section, one-line description) for every package that apt knows of."""
    listing = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True).stdout
    for stanza in listing.decode("utf-8", "replace").split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" ")
        )
        if "Package" in fields and "Description" in fields:
            # "Source: name (version)" where the source's version differs; no field where its name does not.
            source = fields.get("Source", fields["Package"]).split(" ")[0]
            yield fields["Package"], source, fields.get("Section", ""), fields["Description"].strip()


def topical_rows():
    """All rows, as {source: [(text, label), …]}, each package once."""
    rows = {}
    for _, source, section, text in sorted(set(available_packages())):
        if section in SECTIONS:
            rows.setdefault(source, []).append((text, section))
    return rows


def cut(rows):
    """The rows as {split: [(text, label), …]}, no source in two splits."""
    sources = sorted(rows, key=lambda source: hashlib.sha256(source.encode()).digest())
    remaining = iter(sources)
    splits = {}
    for split, size in SPLIT_ROWS:
        taken = []
        while len(taken) < size:
            taken += rows[next(remaining)]
        splits[split] = taken[:size]
    splits["train"] = [row for source in remaining for row in rows[source]]
    return splits


def write(path, rows):
    partial = path.with_suffix(".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        writer.writerows(rows)
    partial.rename(path)


def prepare(folder):
    """Write train.csv, validation.csv and test.csv into `folder`; returns the rows of each."""
    if shutil.which("apt-cache") is None:
        fail("apt-cache is not there: this example reads Debian's package lists, so it runs on Debian")
    rows = topical_rows()
    if sum(map(len, rows.values())) < FEWEST_ROWS:
        refresh_lists()
        rows = topical_rows()
    count = sum(map(len, rows.values()))
    if count < FEWEST_ROWS:
        fail(f"apt knows {count} topical packages, too few; are Debian's main lists in /etc/apt/sources.list?")
    splits = cut(rows)
    folder.mkdir(parents=True, exist_ok=True)
    for split, split_rows in splits.items():
        write(folder / f"{split}.csv", split_rows)
    return {split: len(split_rows) for split, split_rows in splits.items()}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    counts = prepare(pathlib.Path(sys.argv[1]))
    print("prepared", ", ".join(f"{count:,} {split} rows" for split, count in counts.items()))
