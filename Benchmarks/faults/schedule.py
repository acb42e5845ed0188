"""Seeded random schedules of faults. A schedule follows from its seed alone, so that one can be run again."""

import dataclasses
import random

WORKERS = ("worker-1", "worker-2", "worker-3")
LATECOMER = "worker-4"


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing that goes wrong once the job has come so far."""

    progress: float  # share of the job's steps
    kind: str
    host: str
    seconds: float  # until it is over: the process is started again, goes on, or the link is back; 0: never

    def __str__(self):
        what = self.kind if self.host in self.kind else f"{self.kind} {self.host}"
        text = f"{what} at {self.progress:.0%}"
        return f"{text} for {self.seconds:.1f} s" if self.seconds else text


# What may go wrong, and how long it may last in seconds; `None`: it may also last for ever.
LOCAL_FAULTS = {
    "kill": (0.2, 4.0, None),          # a worker, kill -9
    "stop": (0.5, 12.0),               # a worker, SIGSTOP and SIGCONT
    "leave": (0.5, 4.0, None),         # a worker, SIGTERM
    "join": (),                        # a further worker
    "kill coordinator": (0.2, 4.0),    # kill -9
    "stop coordinator": (0.5, 8.0),    # SIGSTOP and SIGCONT
}
LINK_FAULTS = {
    "cut": (0.5, 12.0),                # a worker's link
    "cut coordinator": (0.5, 8.0),
    "vanish": (None,),                 # a worker's host, without a word to anybody
}


def draw(seed, with_links):
    """The schedule of a seed: two to four faults, in the order of progress. One worker at least is left alone, so
    that the job can be finished."""
    random_numbers = random.Random(f"graft-faults-{seed}")
    faults = {**LOCAL_FAULTS, **(LINK_FAULTS if with_links else {})}
    victims = list(WORKERS)
    random_numbers.shuffle(victims)
    victims = victims[:-1]
    schedule = []
    for _ in range(random_numbers.randint(2, 4)):
        kind = random_numbers.choice(sorted(faults))
        if kind == "join":
            # It can join once only.
            if any(fault.kind == "join" for fault in schedule):
                kind = "kill"
        host = LATECOMER if kind == "join" else "coordinator" if kind.endswith("coordinator") \
            else random_numbers.choice(victims)
        schedule.append(Fault(
            progress=random_numbers.uniform(0.02, 0.9), kind=kind, host=host,
            seconds=_duration(random_numbers, faults[kind])))
    return sorted(schedule, key=lambda fault: fault.progress)


def _duration(random_numbers, bounds):
    if not bounds or bounds == (None,):
        return 0.0
    if None in bounds and random_numbers.random() < 0.4:
        return 0.0
    return round(random_numbers.uniform(bounds[0], bounds[1]), 1)
