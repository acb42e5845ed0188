"""The moves from one domain to another that run.py trains, their methods, and what others report of them.

All hyperparameters are the same for all methods of a move; weights are 1. Rate, steps and the discriminator's
width were tried on MNIST to MNIST-M with one seed. Steps keep five seeds of everything within two hours on two cores: published trainings are
longer (50,000 steps for TLlib's digits), and so stand the figures beside them.
"""

import dataclasses
import itertools


@dataclasses.dataclass(frozen=True)
class Method:
    name: str
    # The job file's key `adaptation`.
    adaptation: str
    # Accuracy that others report for the move, in their own training.
    reported: float | None = None
    # Instead of the source, as the bound: labels of the target are learnt from.
    trains_on_target: bool = False


@dataclasses.dataclass(frozen=True)
class Move:
    """Names and paths as run.py fills them in: {domains}, {data}, {here}, {minilm}."""

    name: str
    task: str
    kind: str
    backbone: str
    technique: str
    train: str
    target: str
    target_test: str
    training: str
    methods: tuple[Method, ...]


def methods(*names, reported=None, hidden=None):
    """Plain ones, with the figures reported for them; discriminators have `hidden` units in a layer."""
    reported = reported or {}

    def adaptation(name):
        width = f", hidden: {hidden}" if hidden and name in ("dann", "cdan") else ""
        return f"{{method: {name}{width}}}"

    return tuple(Method(name, adaptation(name), reported.get(name)) for name in names)


# TLlib's digits: SGD with momentum 0.9, weight decay 0.001, rates of 0.01 and 0.1 for the two directions, 50,000 steps
# of 128. With a twenty-fifth of the steps a rate of 0.05 does for both; clipping only slows it. A discriminator of 256
# units, or a rate of 0.02, is too slow to tell the domains apart: the network then learns to deceive it and nothing
# else, and MNIST-M comes out below no adaptation.
DIGIT_STEPS = 2000
DISCRIMINATOR = 1024


def digit_training(steps):
    return (
        f"{{steps: {steps}, batch: 64, micro_batches: 1, gradient_clipping: none, schedule: {{kind: linear, warmup: 0.05}}, "
        "optimizer: {kind: sgd, momentum: 0.9, learning_rate: 0.05, weight_decay: 0.001}}"
    )


FROM_SCRATCH = "{kind: from-scratch, dropout: 0}"
ALIGNMENTS = ("none", "dann", "cdan", "coral", "mmd")


def digits(source, target, reported):
    return Move(
        name=f"digits-{source}-{target}", task="digit", kind="image-classification", backbone='"{here}/lenet-grey"',
        technique=FROM_SCRATCH, train=f'"{{domains}}/{source}-train.tar"', target=f'"{{domains}}/{target}-train.tar"',
        target_test=f'"{{domains}}/{target}-test.tar"', training=digit_training(DIGIT_STEPS),
        methods=methods(*ALIGNMENTS, reported=reported, hidden=DISCRIMINATOR))


# DANN's paper, table 2 (Ganin et al. 2016), with a network of its own.
MNIST_M = Move(
    name="mnist-m", task="digit", kind="image-classification", backbone='"{here}/lenet-colour"', technique=FROM_SCRATCH,
    train='"{domains}/mnist-train.tar"', target='"{domains}/mnist-m-train.tar"',
    target_test='"{domains}/mnist-m-test.tar"', training=digit_training(DIGIT_STEPS),
    methods=methods(*ALIGNMENTS, reported={"none": 0.5225, "dann": 0.7666}, hidden=DISCRIMINATOR)
    + (Method("train-on-target", "{method: none}", 0.9596, trains_on_target=True),))

# TLlib's benchmark of digits; its DAN is the method of `mmd`, with two layers' features.
DIGITS = (
    digits("mnist", "usps", {"none": 0.821, "dann": 0.917, "cdan": 0.960, "mmd": 0.860}),
    digits("usps", "mnist", {"none": 0.746, "dann": 0.952, "cdan": 0.977, "mmd": 0.895}),
)

# The network's labels are those of the lossless images, on which it was trained: it only has to get used to JPEG.
# A few hundred steps at a low rate keep what it knows.
PHOTOGRAPHS = Move(
    name="photographs", task="photograph", kind="image-classification", backbone='"{data}/weights/resnet20-cifar10"',
    technique="{kind: fine-tuning, frozen_layers: none, dropout: 0}",
    train='["{data}/cifar10/train-000000.tar", "{data}/cifar10/train-000001.tar"]',
    target='"{domains}/cifar-target.tar"', target_test='"{domains}/cifar-target-test.tar"',
    training="{steps: 300, batch: 64, micro_batches: 1, optimizer: {kind: sgd, momentum: 0.9, learning_rate: 0.005}}",
    methods=methods("none", "adabn", "coral", "dann"))


def reviews(source, target):
    """On features that are computed once; a hidden layer above them is what can be aligned."""
    return Move(
        name=f"reviews-{source}-{target}", task="sentiment", kind="text-classification", backbone='"{minilm}"',
        technique="{kind: feature-extraction, head: mlp}", train=f'"{{data}}/amazon-reviews/{source}.jsonl"',
        target=f'"{{domains}}/reviews-{target}-target.jsonl"',
        target_test=f'"{{domains}}/reviews-{target}-target-test.jsonl"',
        training="{steps: 300, batch: 64, micro_batches: 1}", methods=methods("none", "dann", "coral", "mmd"))


REVIEWS = tuple(
    reviews(source, target) for source, target in itertools.permutations(("books", "dvd", "electronics", "kitchen"), 2))

MOVES = (MNIST_M, *DIGITS, PHOTOGRAPHS, *REVIEWS)
