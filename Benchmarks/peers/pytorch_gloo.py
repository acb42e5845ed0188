"""PyTorch's all-reduce over Gloo on the loopback, as a Side of compare.py: pytorch_gloo.py SIZE BYTES [RANK PORT]."""

import os
import socket
import subprocess
import sys
import time

import torch
import torch.distributed as distributed


def main():
    size, count = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    others = []
    if len(sys.argv) > 3:
        rank, port = int(sys.argv[3]), int(sys.argv[4])
    else:
        rank = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, __file__, str(size), str(count)]
        others = [
            subprocess.Popen([*command, str(other), str(port)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for other in range(1, size)]
    distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=size)
    numbers = torch.zeros(count // 4)
    repetitions = max(2, min(200, (64 << 20) // count))
    distributed.all_reduce(numbers)
    try:
        if rank > 0:
            while True:
                distributed.all_reduce(numbers)
        print(f"ready {count * repetitions}", flush=True)
        for _ in sys.stdin:
            start = time.monotonic()
            for _ in range(repetitions):
                distributed.all_reduce(numbers)
            print(time.monotonic() - start, flush=True)
    finally:
        for other in others:
            other.kill()


main()
