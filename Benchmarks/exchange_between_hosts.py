#!/usr/bin/env python3
"""The exchange among workers of several hosts, which network namespaces stand for: a flat ring beside the hierarchy.

    exchange_between_hosts.py [--hosts 2] [--workers 2] [--rate 1gbit] [--rounds 3]

Each host's link is limited to a rate, both ways. Needs root, iproute2 and what `make bench` builds. docs/scaling.md
has its figures.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "faults"))

from hosts import NamespaceHosts  # noqa: E402

BINARY = HERE / ".build" / "release" / "ExchangeBenchmarks"
SIZES = {"4 KiB": 4 << 10, "1 MiB": 1 << 20, "16 MiB": 16 << 20, "90 MiB": 90 << 20}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", default="1gbit", help="of each host's link, as tc has it; 'none' for no limit")
    parser.add_argument("--hosts", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="a host")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    missing = NamespaceHosts.missing() or (None if BINARY.exists() else str(BINARY))
    if missing:
        sys.exit(f"error: this needs {missing}")
    names = [f"host-{number}" for number in range(1, options.hosts + 1)]
    hosts = NamespaceHosts(names)
    try:
        if options.rate != "none":
            for name in names:
                limit(hosts, name, options.rate)
        print(f"{options.hosts} hosts x {options.workers} workers, links of {options.rate}; "
              f"median ms of {options.rounds} rounds")
        for title, count in SIZES.items():
            side_by_side = [name for name in names for _ in range(options.workers)]
            flat = measure(hosts, "sockets", side_by_side, count, options.rounds)
            line = f"{title:>7}: flat ring {flat:9.2f}"
            if options.workers > 1:
                hierarchy = measure(hosts, "memory", side_by_side, count, options.rounds)
                alternating = measure(hosts, "sockets", names * options.workers, count, options.rounds)
                line += f"   its ranks alternating between hosts {alternating:9.2f}   hierarchy {hierarchy:9.2f}"
            print(line, flush=True)
    finally:
        hosts.close()


def limit(hosts, name, rate):
    """Holds what a host sends to the rate; what it receives, others send."""
    command = ["tc", "qdisc", "add", "dev", "uplink", "root", "tbf", "rate", rate, "burst", "256kb", "latency", "20ms"]
    subprocess.run(hosts.command(name, command), check=True)


def measure(hosts, way, places, count, rounds):
    """Milliseconds of one all-reduce."""
    text = ",".join(f"{hosts.command(place, [])[3]}={hosts.address(place)}" for place in places)
    command = hosts.command(places[0], [str(BINARY), way, str(len(places)), str(count), text])
    member = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        times = int(member.stdout.readline().removeprefix("ready ")) // count
        seconds = []
        for _ in range(rounds):
            member.stdin.write("\n")
            member.stdin.flush()
            seconds.append(float(member.stdout.readline()))
        return statistics.median(seconds) / times * 1e3
    finally:
        member.stdin.close()
        try:
            member.wait(30)
        except subprocess.TimeoutExpired:
            member.kill()


if __name__ == "__main__":
    main()
