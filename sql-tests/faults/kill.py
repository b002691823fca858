#!/usr/bin/env python3
"""kill.py -- a job that is killed at random points and resumed gives the output of an undisturbed run.

    kill.py WEIR-FAULTS [--long] [--runs N] [--seed N]

All that a killed process leaves is what its calls did to the disk, so a moment is a point: before, within
or after one of the calls that change something (sql-tests/faults/points.h).  Every run takes a job with
late rows and rows out of order, kills it up to six times at random points, each time resumed with another
number of workers, and then lets it end.
"""
import random
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import Durable
from jobs import CHANGES, WINDOWED, Job, ManyTables

RUNS, RUNS_LONG = 20, 250  # one in five into SQLite
ROWS, CHUNK = 4000, 8192
WORKERS = (1, 2, 3, 4)


class Kills(Durable):
    def __init__(self, chosen):
        super().__init__(chosen, "kill", CHUNK)
        self.files = [ManyTables(ROWS // 2, chosen.seed)]
        self.files += [Job(kind, ROWS, chosen.seed, to) for kind in WINDOWED
                       for to in ("file", "parts", "partitions")]
        self.tables = [Job(kind, ROWS, chosen.seed, "sqlite") for kind in [*CHANGES, *WINDOWED]]
        self.counts = {}

    def job_of(self, number):
        if number % 5 == 4:
            return self.tables[number // 5 % len(self.tables)]
        return self.files[number % len(self.files)]

    def prepare(self, job):
        self.expect(job)
        self.counts[job] = len(self.points(job, parallelism=2))

    def run(self, number):
        rng = random.Random(f"{self.options.seed} {number}")
        job = self.job_of(number)
        place = self.place_of(job).fresh()
        workers = rng.choice(WORKERS)
        words = []
        for _ in range(rng.randrange(1, 7)):
            faults = ["--kill-at", rng.randrange(1, self.counts[job] + 1),
                      "--when", rng.choice(["before", "halfway", "after"])]
            words.append(f"{workers} workers: " + self.disturbed(place, faults, workers))
            workers = rng.choice([w for w in WORKERS if w != workers])
        self.finish_job(place, "\n".join(words), workers)


def main():
    chosen = sweep.options(__doc__, runs=0)
    s = Kills(chosen)
    runs = chosen.runs or (RUNS_LONG if chosen.long else RUNS)
    s.all(s.prepare, [(job,) for job in {s.job_of(n): n for n in range(runs)}])
    s.all(s.run, [(n,) for n in range(runs)])
    s.needs_faults(runs)
    s.finish()


if __name__ == "__main__":
    main()
