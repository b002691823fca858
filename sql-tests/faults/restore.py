#!/usr/bin/env python3
"""restore.py -- a checkpoint of N workers goes on with M.

    restore.py WEIR-FAULTS [--long] [--seed N]

Every job of jobs.py, killed in its middle with N workers and resumed with M, for N and M from 1 to 4, and
with other batches.
"""
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import CHECKPOINTS, Durable
from jobs import QUERIES, Job, Wrong

ROWS, CHUNK = 2000, 8192
WORKERS = range(1, 5)


class Restores(Durable):
    def __init__(self, chosen):
        super().__init__(chosen, "restore", CHUNK)
        self.counts = {}

    def prepare(self, job):
        self.expect(job)
        self.counts[job] = len(self.points(job, parallelism=2))

    def restored(self, job, before, after):
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--kill-at", self.counts[job] * (2 + before) // 8], before)
        batch = place.run(*CHECKPOINTS, "-s", "weir.batch-rows=7", faults=["--kill-at", 20], parallelism=after)
        if batch.returncode not in (0, -9):
            raise Wrong(f"with small batches: status {batch.returncode} {batch.stderr}; {words}")
        self.finish_job(place, words, after)


def main():
    chosen = sweep.options(__doc__)
    s = Restores(chosen)
    jobs = [Job(kind, ROWS, chosen.seed) for kind in QUERIES]
    s.all(s.prepare, [(job,) for job in jobs])
    pairs = [(job, n, m) for job in jobs for n in WORKERS for m in WORKERS if job in s.counts]
    s.all(s.restored, sweep.sample(pairs, 50, chosen))
    s.needs_faults(20)
    s.finish()


if __name__ == "__main__":
    main()
