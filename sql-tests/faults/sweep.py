"""sweep.py -- what the drivers of the fault tests share: options, two tasks at a time, a count at the end."""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import sys
import tempfile
import threading
import time

from jobs import Place, Wrong


def options(what, **more):
    """The options of a driver: WEIR-FAULTS [--long] [--seed N] and its own, {name: default}."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("weir_faults", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--long", action="store_true", help="all of it, not a sample")
    parser.add_argument("--seed", type=int, default=1)
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


class Sweep:
    """Tasks, each in a folder of its own thread; the first failure of each sort is told in full."""

    def __init__(self, chosen, prefix):
        self.options, self.failures, self.done = chosen, [], 0
        self.began = time.monotonic()
        self.holder = tempfile.TemporaryDirectory(prefix=f"weir-{prefix}-")
        self.places = {}
        self.numbers = itertools.count()
        self.lock = threading.Lock()

    def place(self, job, chunk_bytes):
        """This thread's folder for the job."""
        key = (threading.get_ident(), id(job), chunk_bytes)
        with self.lock:
            if key not in self.places:
                folder = os.path.join(self.holder.name, str(next(self.numbers)))
                self.places[key] = Place(folder, self.options.weir_faults, job, chunk_bytes)
            return self.places[key]

    def one(self, task, args):
        try:
            task(*args)
        except Wrong as wrong:
            with self.lock:
                self.failures.append(f"{task.__name__}{args}: {wrong}")

    def all(self, task, many):
        """Call task(*args) for each args of many; Wrong is collected."""
        many = list(many)
        self.done += len(many)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(self.one, task, args) for args in many]:
                future.result()

    def finish(self):
        """Tell, clean up, exit."""
        for failure in self.failures[:10]:
            print(f"FAILED {failure}\n")
        self.holder.cleanup()
        print(f"seed {self.options.seed}: {self.done} runs, {len(self.failures)} wrong, "
              f"{time.monotonic() - self.began:.1f} s")
        sys.exit(len(self.failures) > 0 or self.done == 0)


def sample(many, most, chosen):
    """All with --long, else at most so many, evenly."""
    return list(many) if chosen.long else evenly(many, most)


def evenly(many, most):
    """At most so many, from all over."""
    many = list(many)
    return many if len(many) <= most else [many[i * len(many) // most] for i in range(most)]
