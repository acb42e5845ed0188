#!/usr/bin/env python3
"""Write the domains between which run.py adapts: digits, photographs, reviews.

    prepare.py OUTPUT_FOLDER [--data FOLDER]

FOLDER holds mnist, usps, cifar10 and amazon-reviews; default: ../shared/data. What is drawn follows from seeds, so that
the same data gives the same bytes. Splits that exist already are left as they are.

| written | what |
|---|---|
| mnist-{train,test}.tar | MNIST, 60,000 and 10,000 digits, 28 by 28, grey |
| usps-{train,test}.tar | USPS, 7,291 and 2,007 digits, from 16 to 28 pixels a side by bilinear interpolation |
| mnist-m-{train,test}.tar | MNIST-M (Ganin et al. 2016): as many as MNIST, in colour |
| cifar-{target,target-test}.tar | CIFAR-10's lossy test images, 5,000 to adapt to and 5,000 to test on |
| reviews-DOMAIN-{target,target-test}.jsonl | 1,000 reviews of each domain to adapt to and 1,000 to test on |

CIFAR-10's source are the lossless training images of FOLDER, and a domain of reviews as a source is its file there.
Both targets carry labels, which adaptation does not read.
"""

import argparse
import pathlib
import random
import sys

from image_files import SampleArchive, decode_png, encode_png, read_archive, read_idx

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
DOMAINS = ("books", "dvd", "electronics", "kitchen")
SIDE = 28
# MNIST-M was made with the 500 photographs of BSDS500, which are larger than CIFAR-10's.
PHOTOGRAPHS = 2_000


def digits(folder, split):
    images, shape = read_idx(folder / f"{split}-images-idx3-ubyte.gz")
    labels, _ = read_idx(folder / f"{split}-labels-idx1-ubyte.gz")
    return images, shape[0], [label[0] for label in labels]


def enlarge(pixels, side):
    """A square grey image at SIDE pixels, bilinear, pixels' centres in the middle of their squares."""
    places = []
    for target in range(SIDE):
        place = min(max((target + 0.5) * side / SIDE - 0.5, 0), side - 1)
        first = min(int(place), side - 2)
        places.append((first, place - first))
    rows = [pixels[y * side : (y + 1) * side] for y in range(side)]
    wide = [[row[x] * (1 - share) + row[x + 1] * share for x, share in places] for row in rows]
    return bytes(
        round(above * (1 - share) + below * share)
        for y, share in places
        for above, below in zip(wide[y], wide[y + 1])
    )


def write_grey(path, images, side, labels):
    with SampleArchive(path) as archive:
        for pixels, label in zip(images, labels):
            pixels = pixels if side == SIDE else enlarge(pixels, side)
            archive.add(encode_png(pixels, SIDE, SIDE, 1), label)


def photographs(folder):
    """Pixels of the first training images, each as rows."""
    found = []
    for content, _, _ in read_archive(folder / "train-000000.tar"):
        pixels, width, height, channels = decode_png(content)
        if channels == 3 and min(width, height) >= SIDE:
            found.append([pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height)])
        if len(found) == PHOTOGRAPHS:
            break
    return found


def write_blended(path, images, labels, backgrounds, seed):
    """Digits as the absolute difference, channel by channel, of a patch of a photograph at a random place."""
    draw = random.Random(seed)
    with SampleArchive(path) as archive:
        for digit, label in zip(images, labels):
            rows = draw.choice(backgrounds)
            top = draw.randrange(len(rows) - SIDE + 1)
            left = 3 * draw.randrange(len(rows[0]) // 3 - SIDE + 1)
            patch = b"".join(row[left : left + 3 * SIDE] for row in rows[top : top + SIDE])
            colours = bytes(value for value in digit for _ in range(3))
            blended = bytes([abs(a - b) for a, b in zip(patch, colours)])
            archive.add(encode_png(blended, SIDE, SIDE, 3), label)


def missing(folder, *names):
    return not all((folder / name).is_file() for name in names)


def prepare_digits(data, output):
    backgrounds = None
    for seed, (split, source) in enumerate((("train", "train"), ("test", "t10k"))):
        if missing(output, f"mnist-{split}.tar", f"mnist-m-{split}.tar"):
            images, side, labels = digits(data / "mnist", source)
            backgrounds = backgrounds or photographs(data / "cifar10")
            write_grey(output / f"mnist-{split}.tar", images, side, labels)
            write_blended(output / f"mnist-m-{split}.tar", images, labels, backgrounds, seed)
        if missing(output, f"usps-{split}.tar"):
            write_grey(output / f"usps-{split}.tar", *digits(data / "usps", split))


def prepare_photographs(data, output):
    if not missing(output, "cifar-target.tar", "cifar-target-test.tar"):
        return
    samples = list(read_archive(data / "cifar10" / "test-jpeg.tar"))
    random.Random(0).shuffle(samples)
    half = len(samples) // 2
    for name, part in (("cifar-target", samples[:half]), ("cifar-target-test", samples[half:])):
        with SampleArchive(output / f"{name}.tar") as archive:
            for content, suffix, label in part:
                archive.add(content, label, suffix)


def prepare_reviews(data, output):
    for seed, domain in enumerate(DOMAINS):
        with (data / "amazon-reviews" / f"{domain}.jsonl").open(encoding="utf-8") as file:
            lines = list(file)
        random.Random(seed).shuffle(lines)
        half = len(lines) // 2
        for split, part in (("target", lines[:half]), ("target-test", lines[half:])):
            path = output / f"reviews-{domain}-{split}.jsonl"
            partial = path.with_suffix(".partial")
            partial.write_text("".join(part), encoding="utf-8")
            partial.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    arguments = parser.parse_args()
    for name in ("mnist", "usps", "cifar10", "amazon-reviews"):
        if not (arguments.data / name).is_dir():
            sys.exit(f"prepare.py: error: {arguments.data / name} is not there; name the folder of data with --data")
    arguments.output.mkdir(parents=True, exist_ok=True)
    prepare_digits(arguments.data, arguments.output)
    prepare_photographs(arguments.data, arguments.output)
    prepare_reviews(arguments.data, arguments.output)


if __name__ == "__main__":
    main()
