"""Writes epoch-shuffle.json: orders of EpochShuffle by an implementation of its own.

SplitMix64 keyed by (seed, epoch, lane), Fisher-Yates from the end, Lemire's bounded draw.
Run: python3 make_epoch_shuffle.py > epoch-shuffle.json
"""

import json

MASK = 2**64 - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def outputs(keys):
    state = 0x6772616674000001
    for key in keys:
        state = mix(((state + 0x9E3779B97F4A7C15) & MASK) ^ key)
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        yield mix(state)


def below(bound, words):
    product = next(words) * bound
    if product & MASK < bound:
        threshold = (2**64 - bound) % bound
        while product & MASK < threshold:
            product = next(words) * bound
    return product >> 64


def order(count, seed, epoch, lane):
    words = outputs([seed, epoch, lane])
    places = list(range(count))
    for last in range(count - 1, 0, -1):
        other = below(last + 1, words)
        places[last], places[other] = places[other], places[last]
    return places


cases = [(10, 0, 0, 0), (10, 0, 1, 0), (10, 0, 0, 1), (7, 42, 3, 5), (33, 2**64 - 1, 100, 7), (1, 1, 1, 1)]
print(json.dumps([
    {"count": c, "seed": s, "epoch": e, "lane": l, "order": order(c, s, e, l)} for c, s, e, l in cases
], indent=1))
