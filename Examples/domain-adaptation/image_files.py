"""What prepare.py needs of image files, with nothing but Python's own library: IDX, PNG, archives of samples."""

import gzip
import io
import struct
import tarfile
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3}


def read_idx(path):
    """The bytes of each of the file's items, and their shape: images' is (height, width), labels' is ()."""
    with gzip.open(path) as file:
        content = file.read()
    kind, dimensions = struct.unpack(">2xBB", content[:4])
    if kind != 8 or not 1 <= dimensions <= 4:
        raise ValueError(f"{path} is no IDX file of bytes")
    start = 4 + 4 * dimensions
    count, *shape = struct.unpack(f">{dimensions}I", content[4:start])
    size = 1
    for side in shape:
        size *= side
    if len(content) != start + count * size:
        raise ValueError(f"{path} has {len(content)} bytes, not {start + count * size}")
    return [content[start + i * size : start + (i + 1) * size] for i in range(count)], tuple(shape)


def encode_png(pixels, width, height, channels):
    """A PNG of rows of bytes, grey (1 channel) or red, green and blue (3)."""
    row = width * channels
    lines = b"".join(b"\0" + pixels[y * row : (y + 1) * row] for y in range(height))
    colour = {count: kind for kind, count in CHANNELS.items()}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    # The lowest level: pixels like these hardly get smaller.
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 1)) + _chunk(b"IEND", b"")


def _chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def decode_png(content):
    """Pixels, width, height and channels of a PNG of 8 bits a channel without palette, alpha or interlacing."""
    place, packed, header = len(SIGNATURE), b"", None
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    if header is None or header[2] != 8 or header[3] not in CHANNELS or header[6]:
        raise ValueError("a PNG of another kind than 8 bits, grey or RGB, not interlaced")
    width, height, channels = header[0], header[1], CHANNELS[header[3]]
    lines = zlib.decompress(packed)
    row = width * channels
    above, pixels = bytearray(row), bytearray()
    for y in range(height):
        line = bytearray(lines[y * (row + 1) + 1 : (y + 1) * (row + 1)])
        _unfilter(lines[y * (row + 1)], line, above, channels)
        pixels += line
        above = line
    return bytes(pixels), width, height, channels


def _unfilter(kind, line, above, step):
    """Undo a row's filter (PNG specification, section 9) in place."""
    for x in range(len(line)):
        left = line[x - step] if x >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[x]
        elif kind == 3:
            guess = (left + above[x]) // 2
        elif kind == 4:
            corner = above[x - step] if x >= step else 0
            sum_ = left + above[x] - corner
            guess = min((abs(sum_ - left), 0, left), (abs(sum_ - above[x]), 1, above[x]), (abs(sum_ - corner), 2, corner))[2]
        else:
            return
        line[x] = (line[x] + guess) & 255


class SampleArchive:
    """A WebDataset archive that is written sample by sample; it appears under its name once it is whole."""

    def __init__(self, path):
        self.path, self.count = path, 0
        self.partial = path.with_suffix(".partial")
        self.tar = tarfile.open(self.partial, "w", format=tarfile.USTAR_FORMAT)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.tar.close()
        if kind is None:
            self.partial.rename(self.path)

    def add(self, image, label, suffix="png"):
        for ending, content in ((suffix, image), ("cls", str(label).encode())):
            member = tarfile.TarInfo(f"{self.count:06d}.{ending}")
            member.size = len(content)
            self.tar.addfile(member, io.BytesIO(content))
        self.count += 1


def read_archive(path):
    """Yield (image file's content, its suffix, label) of an archive's samples."""
    image = None
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member).read()
            suffix = member.name.rpartition(".")[2]
            if suffix == "cls":
                yield (*image, content.decode().strip())
            else:
                image = (content, suffix)
