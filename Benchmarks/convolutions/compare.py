#!/usr/bin/env python3
"""Graft's convolutions beside oneDNN's on ResNet's shapes, one thread: docs/decisions/0014 has the figures.

    compare.py [--rounds N] [--prefix FOLDER]

Builds the oneDNN program with the system's C compiler; Debian's package is libdnnl-dev, and --prefix names the
folder where it was unpacked if it is not installed. Prints milliseconds of processor time, medians.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GRAFT = HERE.parent / ".build" / "release" / "ConvolutionTimes"
# Images, side, inputs, outputs, kernel, stride: ResNet-50 at 224, then ResNet-20 at 32.
SHAPES = [
    (16, 224, 3, 64, 7, 2), (16, 56, 64, 64, 3, 1), (16, 28, 128, 128, 3, 1), (16, 14, 256, 256, 3, 1),
    (16, 7, 512, 512, 3, 1), (16, 56, 64, 256, 1, 1), (16, 14, 1024, 256, 1, 1),
    (128, 32, 16, 16, 3, 1), (128, 16, 32, 32, 3, 1), (128, 8, 64, 64, 3, 1),
]
COLUMNS = ("shape", "patches", "frozen", "images'", "weight's", "oneDNN", "images'", "weight's", "implementation")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--prefix", type=pathlib.Path, default=pathlib.Path("/"))
    arguments = parser.parse_args()
    libraries = arguments.prefix / "usr" / "lib" / f"{os.uname().machine}-linux-gnu"
    headers = arguments.prefix / "usr" / "include"
    for path, hint in ((GRAFT, "swift build --package-path Benchmarks -c release"),
                       (headers / "dnnl.h", "apt-get install libdnnl-dev")):
        if not path.exists():
            print(f"skipped: {path} is not there ({hint})")
            return 0
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        print("skipped: no C compiler")
        return 0
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries), "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="graft-onednn-") as folder:
        peer = pathlib.Path(folder) / "onednn_convolutions"
        subprocess.run(
            [compiler, "-O2", f"-I{headers}", HERE / "onednn_convolutions.c", f"-L{libraries}", "-ldnnl", "-fopenmp",
             "-Wl,--allow-shlib-undefined", "-o", peer], check=True)
        print("  ".join(f"{title:>9}" for title in COLUMNS))
        for shape in SHAPES:
            words = [str(number) for number in (*shape, arguments.rounds)]
            ours, theirs = (
                subprocess.run([program, *words], check=True, capture_output=True, text=True, env=environment)
                .stdout.split() for program in (GRAFT, peer))
            print("  ".join(f"{cell:>9}" for cell in ("x".join(words[:6]), *ours, *theirs)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
