"""Makes Resources/: images, and what Pillow and torchvision make of them.

    python make_references.py

Needs Pillow, torchvision and numpy. Each case is an input PNG, an output PNG and a line in cases.json.
"""

import json
import pathlib

import numpy
from PIL import Image, ImageEnhance
from torchvision.transforms import functional

folder = pathlib.Path(__file__).parent / "Resources"
folder.mkdir(exist_ok=True)
generator = numpy.random.default_rng(7)


def image(width, height):
    """A slope with noise and an edge, so that both smooth and sharp parts are resized."""
    y, x = numpy.mgrid[0:height, 0:width]
    slope = numpy.stack([255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)], axis=-1)
    noisy = slope + generator.normal(0, 25, slope.shape)
    noisy[y * width > x * height + width * height // 3] = [250, 5, 128]
    return Image.fromarray(noisy.clip(0, 255).astype("uint8"))


# torchvision takes the shorter side for square targets.
squares = [(28, 28, 32, 1.0), (40, 30, 32, 1.0), (100, 61, 24, 1.0), (61, 100, 24, 0.875), (64, 48, 28, 0.875),
           (150, 33, 33, 1.0), (37, 52, 37, 1.0), (9, 7, 16, 1.0)]
sizes = []
for index, (width, height, target, kept) in enumerate(squares):
    source = image(width, height)
    resized = functional.resize(source, int(target / kept), functional.InterpolationMode.BILINEAR)
    result = functional.center_crop(resized, [target, target])
    source.save(folder / f"size-{index}.png")
    result.save(folder / f"size-{index}-expected.png")
    sizes.append({"width": target, "height": target, "kept": kept})

# Targets that are not square: the sides that cover them, by hand.
for width, height, target, covering in [(50, 17, (20, 8), (23, 8)), (17, 50, (8, 20), (8, 23))]:
    source = image(width, height)
    result = functional.center_crop(source.resize(covering, Image.BILINEAR), [target[1], target[0]])
    source.save(folder / f"size-{len(sizes)}.png")
    result.save(folder / f"size-{len(sizes)}-expected.png")
    sizes.append({"width": target[0], "height": target[1], "kept": 1.0})

colours = []
source = image(24, 20)
source.save(folder / "colour.png")
for index, (brightness, contrast, saturation) in enumerate(
        [(0.7, 1, 1), (1.4, 1, 1), (1, 0.6, 1), (1, 1.3, 1), (1, 1, 0.5), (1, 1, 1.5), (1.2, 0.8, 1.3)]):
    result = ImageEnhance.Brightness(source).enhance(brightness)
    result = ImageEnhance.Contrast(result).enhance(contrast)
    result = ImageEnhance.Color(result).enhance(saturation)
    result.save(folder / f"colour-{index}-expected.png")
    colours.append({"brightness": brightness, "contrast": contrast, "saturation": saturation})

(folder / "cases.json").write_text(json.dumps({"sizes": sizes, "colours": colours}, indent=1) + "\n")
