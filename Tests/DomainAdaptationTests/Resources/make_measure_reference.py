"""Writes measure-reference.json: logistic regression by scikit-learn, principal components by NumPy's SVD.

Run with numpy and scikit-learn: python make_measure_reference.py
"""
import json
import pathlib

import numpy
from sklearn.linear_model import LogisticRegression

generator = numpy.random.default_rng(5)


def flat(array):
    return [float(f"{x:.9g}") for x in numpy.asarray(array, dtype=numpy.float64).flatten()]


def single(array):
    return array.astype(numpy.float32).astype(numpy.float64)


regressions = []
for samples, width, shift, regularization in [(40, 3, 0.5, 0.01), (30, 12, 2.0, 0.001), (25, 40, 1.0, 0.1), (60, 5, 6.0, 0.01)]:
    positive = generator.random(samples) < 0.4
    x = single(generator.normal(size=(samples, width)) + shift * positive[:, None] / width**0.5)
    weights = numpy.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())
    model = LogisticRegression(C=1 / regularization, tol=1e-12, max_iter=100000)
    model.fit(x, positive, sample_weight=weights)
    regressions.append({
        "samples": flat(x), "isPositive": positive.tolist(), "sampleWeights": flat(weights), "width": width,
        "regularization": regularization, "weights": flat(model.coef_), "shift": float(model.intercept_[0])})

components = []
for samples, width, count, decay in [(12, 5, 2, 0.5), (50, 7, 3, 0.9), (8, 30, 2, 0.8), (40, 2, 2, 0.4), (60, 24, 2, 0.97)]:
    scales = decay ** numpy.arange(width)
    turn, _ = numpy.linalg.qr(generator.normal(size=(width, width)))
    x = single((generator.normal(size=(samples, width)) * scales) @ turn + 10 * generator.normal(size=width))
    centered = x - x.mean(0)
    _, values, vectors = numpy.linalg.svd(centered, full_matrices=False)
    vectors = vectors[:count]
    largest = numpy.abs(vectors).argmax(1)
    vectors = vectors * numpy.sign(vectors[numpy.arange(count), largest])[:, None]
    components.append({
        "samples": flat(x), "width": width, "count": count, "components": flat(vectors),
        "variances": flat(values[:count] ** 2 / (samples - 1)), "projection": flat(centered @ vectors.T)})
pathlib.Path(__file__).with_name("measure-reference.json").write_text(
    json.dumps({"regressions": regressions, "components": components}))
