"""Writes confusion-cases.json: scikit-learn's measures of predictions, hard cases among them.

Run: python make_confusion_cases.py > confusion-cases.json
"""

import json
import warnings

import numpy
import sklearn
from sklearn import metrics

warnings.filterwarnings("ignore")
generator = numpy.random.default_rng(20240611)


def case(name, classes, truth, predicted):
    labels = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0)
    return {
        "name": name,
        "classes": classes,
        "truth": [int(value) for value in truth],
        "predicted": [int(value) for value in predicted],
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        # Default labels: the classes that occur as truth or prediction.
        "macroF1": float(metrics.f1_score(truth, predicted, average="macro", zero_division=0)),
        "binaryF1": float(metrics.f1_score(truth, predicted, labels=labels, pos_label=1, zero_division=0))
        if classes == 2 else None,
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).ravel().tolist(),
    }


def random_case(name, classes, count, right):
    truth = generator.integers(classes, size=count)
    guesses = generator.integers(classes, size=count)
    return case(name, classes, truth, numpy.where(generator.random(count) < right, truth, guesses))


cases = [
    case("one sample, right", 2, [1], [1]),
    case("one sample, wrong", 2, [1], [0]),
    case("never the positive class", 2, [0, 1, 0, 1], [0, 0, 0, 0]),
    case("no positive at all", 2, [0, 0, 0], [0, 0, 0]),
    case("all wrong", 2, [0, 1, 0, 1], [1, 0, 1, 0]),
    case("a class that is never true", 3, [0, 1, 0, 1], [0, 2, 0, 1]),
    case("a class that is never predicted", 3, [0, 1, 2, 2], [0, 1, 0, 1]),
    case("a class that never occurs", 4, [0, 1, 3, 3], [0, 1, 3, 0]),
    random_case("binary", 2, 200, 0.6),
    random_case("binary, chance", 2, 101, 0.0),
    random_case("five classes", 5, 300, 0.7),
    random_case("many classes, few samples", 40, 60, 0.5),
    case("skewed", 3, [0] * 97 + [1] * 2 + [2], [0] * 95 + [1] * 3 + [0, 2]),
]
print(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}))
