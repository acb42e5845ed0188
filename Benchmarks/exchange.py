"""The exchange among processes of this host, beside Gloo and beside libzmq alone; compare.py calls it."""

import pathlib
import statistics

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE / ".build" / "release" / "ExchangeBenchmarks"
SIZES = {"4 KiB": 4 << 10, "1 MiB": 1 << 20, "16 MiB": 16 << 20, "90 MiB": 90 << 20}
# Bandwidth beside Gloo's; that at 4 KiB is one of latencies.
TARGETS = {"4 KiB": 3.0, "1 MiB": None, "16 MiB": 1.5, "90 MiB": 1.5}


def rows(measurements, side, python, rounds):
    """Adds the rows.

    side: compare.py's Side; python: one with torch, or a path that is not there.
    """
    if not BINARY.exists():
        print(f"skipped: {BINARY} is not there ('make bench' would build it)")
        return
    if python.exists():
        for members in (2, 4):
            for name, count in SIZES.items():
                beside_gloo(measurements, side, python, rounds, members, name, count)
    else:
        print(f"skipped: {python} is not there ('make bench' would install torch)")
    for name in ("16 MiB", "90 MiB"):
        # By libzmq alone: the bytes that the exchange sends, and those that it would send without packing its sums.
        ours, raw, whole = (side(BINARY, way, 2, SIZES[name]) for way in ("sockets", "raw", "whole"))
        in_turns(rounds, ours, raw, whole)
        title = f"all-reduce by sockets, 2 processes, {name}"
        measurements.compare(f"{title}, beside libzmq alone", *megabytes(ours, raw), "MB/s", 0.9)
        our_rate, their_rate = megabytes(ours, whole)
        measurements.add(f"{title}, beside libzmq alone with whole sums", our_rate, "MB/s", peer=their_rate)
        stop(ours, raw, whole)


def beside_gloo(measurements, side, python, rounds, members, name, count):
    ours = side(BINARY, "memory", members, count)
    theirs = side(python, HERE / "peers" / "pytorch_gloo.py", members, count)
    in_turns(rounds, ours, theirs)
    title = f"all-reduce, {members} processes, {name}, beside Gloo"
    if name == "4 KiB":
        milliseconds = (statistics.median(one.seconds) * count / one.units * 1e3 for one in (ours, theirs))
        measurements.compare(title, *milliseconds, "ms", 1 / 3, at_most=True)
    elif TARGETS[name]:
        measurements.compare(title, *megabytes(ours, theirs), "MB/s", TARGETS[name])
    else:
        our_rate, their_rate = megabytes(ours, theirs)
        measurements.add(title, our_rate, "MB/s", peer=their_rate)
    stop(ours, theirs)


def megabytes(*sides):
    return [one.rate / 1e6 for one in sides]


def in_turns(rounds, *sides):
    for number in range(rounds + 1):
        for one in sides:
            one.round(counts=number > 0)


def stop(*sides):
    for one in sides:
        one.stop()
