"""Writes train.csv and test.csv of the Wisconsin breast cancer data (Street, Wolberg and Mangasarian 1993).

    python prepare.py FOLDER

Needs scikit-learn, which brings the data.
"""

import csv
import pathlib
import sys

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


def write(path, names, rows, labels):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "diagnosis"])
        for row, label in zip(rows, labels):
            writer.writerow([*(repr(float(number)) for number in row), label])


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    data = load_breast_cancer()
    labels = data.target_names[data.target]
    names = [name.replace(" ", "_") for name in data.feature_names]
    parts = train_test_split(data.data, labels, test_size=0.3, random_state=1, stratify=labels)
    write(folder / "train.csv", names, parts[0], parts[2])
    write(folder / "test.csv", names, parts[1], parts[3])


main()
