#!/usr/bin/env python3
"""every_call.py -- a small job that is killed, or refused a call, at every point and again in its recovery.

    every_call.py WEIR-FAULTS [--long] [--seed N]

Killed before, within or after each call; ENOSPC or EIO at each call, once or for ever: never exit status 0
with output missing, and the job goes on to the right output once the disk works again.  With --long all of
that at each call, otherwise these take turns; of the square of call and call of the recovery a sample.
"""
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import KILLED, CHECKPOINTS, Durable
from jobs import Job, ManyTables, Wrong

ROWS, CHUNK = 1000, 16384
WHENS = ("before", "halfway", "after")
FAILURES = [(error, *how) for error in ("ENOSPC", "EIO") for how in ((), ("--for-ever",))]
RECOVERIES, RECOVERIES_LONG = 100, 2000


class EveryCall(Durable):
    def killed(self, job, number, when, workers):
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--kill-at", number, "--when", when], workers)
        self.finish_job(place, words, 3 - workers)

    def refused(self, job, number, error, *how):
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--fail-at", f"{number}={error}", *how])
        self.finish_job(place, words)

    def recovering(self, job, first, second, *faults):
        """Killed, and in its recovery killed or refused."""
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--kill-at", first])
        words += self.disturbed(place, [f.format(second) for f in faults], 2)
        self.finish_job(place, words)

    def recovery_points(self, job, number):
        """How many calls a run after a kill there makes."""
        place = self.place_of(job).fresh()
        done = place.run(*CHECKPOINTS, faults=["--kill-at", number])
        if done.returncode != KILLED:
            return 0
        return len(place.points(*CHECKPOINTS))

    def job(self, job):
        try:
            self.expect(job)
            n = len(self.points(job))
        except Wrong as wrong:
            self.failures.append(str(wrong))
            return
        numbers, turns = range(1, n + 1), 4 if self.options.long else 1
        kills = [(job, k, WHENS[(k + j) % 3], 1 + k % 2) for k in numbers for j in range(min(turns, 3))]
        self.all(self.killed, kills)
        self.all(self.refused, [(job, k, *FAILURES[(k + j) % 4]) for k in numbers for j in range(turns)])
        square = []
        for first in sweep.sample(numbers, 12, self.options):
            for second in range(1, self.recovery_points(job, first) + 1):
                square.append((job, first, second, "--kill-at", "{}", "--when", WHENS[second % 3]))
                error, *how = FAILURES[second % 4]
                square.append((job, first, second, "--fail-at", "{}=" + error, *how))
        tried = sweep.evenly(square, RECOVERIES_LONG if self.options.long else RECOVERIES)
        self.all(self.recovering, tried)
        print(f"{job}: {n} points, {len(tried)} of {len(square)} pairs with one of the recovery")


def main():
    chosen = sweep.options(__doc__)
    s = EveryCall(chosen, "every", CHUNK)
    kinds = [("tumble", "file"), ("session", "parts"), ("top-n", "partitions")]
    if chosen.long:
        kinds += [("filter", "file"), ("join", "file"), ("distinct", "parts"), ("top-n", "sqlite")]
    for kind, to in kinds:
        s.job(Job(kind, ROWS, chosen.seed, to))
    if chosen.long:
        s.job(ManyTables(ROWS // 2, chosen.seed))
    s.needs_faults(100)
    s.finish()


if __name__ == "__main__":
    main()
