#!/usr/bin/env python3
"""Make many classification tasks on one kind of text from the package lists that apt keeps.

    prepare.py OUTPUT_FOLDER

The text is a package's one-line description. A task is what one facet of Debian's tags says of it (field `Tag:`, as
role::program): its label is the package's tag of that facet, where there is exactly one; the first task is the package's
section. For each facet FACET-train.csv has 500 rows and FACET-test.csv up to 1,000. In `tags`, each of the fifty most
common tags is a task of its own, yes or no, with 60 to 6,000 rows. Packages of one source stay on one side of the cut.
"""

import collections
import csv
import hashlib
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))

from debian import SECTIONS, fail, refresh_lists  # noqa: E402

FACETS = ("role", "implemented-in", "interface", "use", "works-with", "uitoolkit", "scope", "devel", "field")
LABELS = 500
MOST_TEST_ROWS = 1_000
# A label with fewer packages would be a guess.
FEWEST_OF_A_LABEL = 60
TAG_TASKS = 50
FEWEST_PACKAGES = 20_000


def packages():
    """{(name, source): (text, section, tags)} of every package that apt knows of."""
    listing = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True).stdout
    found = {}
    for stanza in listing.decode("utf-8", "replace").split("\n\n"):
        fields, last = {}, None
        for line in stanza.splitlines():
            if line.startswith(" ") and last:
                fields[last] += line
            elif ": " in line:
                last, value = line.split(": ", 1)
                fields[last] = value
        if "Package" in fields and "Description" in fields:
            source = fields.get("Source", fields["Package"]).split(" ")[0]
            text = fields["Description"].split("  ")[0].strip()
            tags = frozenset(tag.strip() for tag in fields.get("Tag", "").split(",") if "::" in tag)
            found[fields["Package"], source] = (text, fields.get("Section", ""), tags)
    return found


def is_test(source):
    """A third of all sources, by a hash of their names."""
    return hashlib.sha256(source.encode()).digest()[0] % 3 == 0


def facet_rows(known, facet):
    """[(source, text, label)], each with the package's only tag of the facet, rare labels left out."""
    rows = []
    for (_, source), (text, section, tags) in sorted(known.items()):
        labels = [section] if facet == "section" else [tag.split("::")[1] for tag in tags if tag.startswith(f"{facet}::")]
        if len(labels) == 1 and (facet != "section" or section in SECTIONS):
            rows.append((source, text, labels[0]))
    counts = collections.Counter(label for _, _, label in rows)
    return [row for row in rows if counts[row[2]] >= FEWEST_OF_A_LABEL]


def tag_rows(known, tag, count):
    """As many rows with the tag as without it, of packages that have tags at all."""
    tagged = [(source, text, tag in tags) for (_, source), (text, _, tags) in sorted(known.items()) if tags]
    draw = random.Random(tag)
    draw.shuffle(tagged)
    half = max(1, count // 2)
    return [(source, text, "yes" if has else "no") for wanted in (True, False)
            for source, text, has in [row for row in tagged if row[2] is wanted][:half]]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        writer.writerows((text, label) for _, text, label in rows)
    partial.rename(path)


def cut(rows, seed, train_count, test_count):
    """Training and test rows, drawn; labels of the test that training lacks are left out."""
    draw = random.Random(seed)
    draw.shuffle(rows)
    train = [row for row in rows if not is_test(row[0])][:train_count]
    labels = {label for _, _, label in train}
    return train, [row for row in rows if is_test(row[0]) and row[2] in labels][:test_count]


def prepare(folder):
    """Write all tasks; returns the rows of each as {task: (training, test)}."""
    known = packages()
    if len(known) < FEWEST_PACKAGES:
        refresh_lists()
        known = packages()
    if len(known) < FEWEST_PACKAGES:
        fail(f"apt knows {len(known)} packages, too few; are Debian's main lists in /etc/apt/sources.list?")
    counts = {}
    for facet in ("section", *FACETS):
        train, test = cut(facet_rows(known, facet), facet, LABELS, MOST_TEST_ROWS)
        write(folder / f"{facet}-train.csv", train)
        write(folder / f"{facet}-test.csv", test)
        counts[facet] = (len(train), len(test))
    common = collections.Counter(tag for _, _, tags in known.values() for tag in tags).most_common(TAG_TASKS)
    for index, (tag, _) in enumerate(sorted(common)):
        name = tag.replace("+", "p").replace("::", "-").replace(":", "-")
        # From 60 rows to a hundred times as many, evenly in the exponent.
        count = round(60 * 100 ** (index / (TAG_TASKS - 1)))
        train, test = cut(tag_rows(known, tag, count * 3 // 2), tag, count, 200)
        write(folder / "tags" / f"{name}-train.csv", train)
        write(folder / "tags" / f"{name}-test.csv", test)
    return counts


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for task, (train, test) in prepare(pathlib.Path(sys.argv[1])).items():
        print(f"{task}: {train:,} training and {test:,} test rows")
