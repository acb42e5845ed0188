"""Writes Resources/*.png: small images in several colour types, by zlib alone.

    python make_images.py
"""

import pathlib
import struct
import zlib

WIDTH, HEIGHT = 5, 3
RESOURCES = pathlib.Path(__file__).parent / "Resources"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, colour_type, depth, rows, *extra):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *extra, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    (RESOURCES / name).write_bytes(b"".join(parts))


def colour(x, y):
    return [x * 50, y * 100, 255 - x * 20 - y * 30]


# The tests compute the same numbers.
png("rgb.png", 2, 8, [[c for x in range(WIDTH) for c in colour(x, y)] for y in range(HEIGHT)])
png("grey.png", 0, 8, [[x * 50 + y for x in range(WIDTH)] for y in range(HEIGHT)])
palette = bytes(c for i in range(15) for c in colour(i % WIDTH, i // WIDTH))
png("palette.png", 3, 8, [[y * WIDTH + x for x in range(WIDTH)] for y in range(HEIGHT)], chunk(b"PLTE", palette))
opaque = [[c for x in range(WIDTH) for c in colour(x, y) + [255]] for y in range(HEIGHT)]
png("alpha.png", 6, 8, opaque)
