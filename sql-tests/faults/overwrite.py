#!/usr/bin/env python3
"""overwrite.py -- without checkpoints: INSERT OVERWRITE leaves the old content or the new one, whatever happens.

    overwrite.py WEIR-FAULTS [--long] [--seed N]

A job is killed, refused (ENOSPC, EIO, once and for ever) and loses power at every point; then it runs
undisturbed and must give the new content.  Exit status 0 means that the new content is there for good:
also when power is lost right after the end.  INSERT INTO one file keeps what was there and whole rows.
"""
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from jobs import Job, Wrong, difference

CHUNK = 2048
OLD = "old content\n"
ROWS = 1000
NEVER = 1 << 40


class Overwrites(sweep.Sweep):
    def __init__(self, chosen):
        super().__init__(chosen, "overwrite")
        self.job = Job("tumble", ROWS, chosen.seed, overwrite=True)
        self.appending = Job("tumble", ROWS, chosen.seed)
        self.parts = Job("tumble", ROWS, chosen.seed, to="parts", overwrite=True)
        for job in (self.job, self.appending, self.parts):
            self.place(job, CHUNK).fresh().points()
            job.expected = self.place(job, CHUNK).output()
        self.killed_runs = self.found_out = 0
        self.points = self.place(self.job, CHUNK).fresh(OLD).points()
        self.appends = self.place(self.appending, CHUNK).fresh(OLD).points()

    def check(self, place, status, words):
        """Old or new content, new when weir said so; then a second run."""
        got = place.output()
        if got != OLD.encode() and (status != 0 or got != place.job.expected):
            if got != place.job.expected:
                raise Wrong(f"status {status} {words}: neither old nor new: {difference(got, place.job.expected)}")
        if status == 0 and got != place.job.expected:
            raise Wrong(f"status 0, but {difference(got, place.job.expected)}")
        again = place.run()
        if again.returncode != 0 or place.output() != place.job.expected:
            raise Wrong(f"the second run: {again.stderr} {difference(place.output(), place.job.expected)}")

    def killed(self, number, when):
        place = self.place(self.job, CHUNK).fresh(OLD)
        done = place.run(faults=["--kill-at", number, "--when", when])
        self.killed_runs += done.returncode == -9  # how many writes there are depends on timing
        self.check(place, done.returncode, done.stderr)

    def refused(self, number, error, *how):
        place = self.place(self.job, CHUNK).fresh(OLD)
        done = place.run(faults=["--fail-at", f"{number}={error}", *how])
        if done.returncode < 0:
            raise Wrong(f"died of signal {-done.returncode}: {done.stderr}")
        self.check(place, done.returncode, done.stderr)

    def lost(self, number, seed):
        place = self.place(self.job, CHUNK).fresh(OLD)
        done = place.run(faults=["--power-loss-at", number, "--seed", seed])
        self.check(place, done.returncode, done.stderr)

    def run_to_loss(self, job, seed, *plant):
        """Power is lost after the end: the status, and the output is what it must be."""
        place = self.place(job, CHUNK).fresh()
        done = place.run(faults=["--power-loss-at", NEVER, "--seed", seed, *plant])
        return done, place

    def planted(self, job, seed):
        """A program that forgets to sync is found out."""
        _, place = self.run_to_loss(job, seed, "--plant-no-fsync", "out")
        self.found_out += place.output() != job.expected

    def ended(self, job, seed):
        done, place = self.run_to_loss(job, seed)
        if done.returncode != 0 or place.output() != job.expected:
            raise Wrong(f"status {done.returncode}, {difference(place.output(), job.expected)}")

    def appended(self, number, error, *how):
        place = self.place(self.appending, CHUNK).fresh(OLD)
        done = place.run(faults=["--fail-at", f"{number}={error}", *how])
        whole, got = OLD.encode() + self.appending.expected, place.output()
        if done.returncode == 0 and got != whole:
            raise Wrong(f"status 0, but {difference(got, whole)}")
        if not whole.startswith(got) or not got.endswith(b"\n"):
            raise Wrong(f"status {done.returncode}, torn: {difference(got, whole)}")


def main():
    chosen = sweep.options(__doc__)
    s = Overwrites(chosen)
    numbers = range(1, len(s.points) + 1)
    kills = [(n, when) for n in numbers for when in ("before", "halfway", "after")]
    s.all(s.killed, kills)
    if s.killed_runs < len(kills) // 2:
        s.failures.append(f"only {s.killed_runs} of {len(kills)} kills took place")
    failures = [(n, error, *how) for n in numbers for error in ("ENOSPC", "EIO") for how in ((), ("--for-ever",))]
    s.all(s.refused, failures)
    s.all(s.lost, [(n, seed * 1000 + n) for n in numbers for seed in range(chosen.seed, chosen.seed + 4)])
    ends = [(job, seed) for job in (s.job, s.appending, s.parts) for seed in range(chosen.seed, chosen.seed + 8)]
    s.all(s.ended, ends)
    s.all(s.planted, ends)
    if s.found_out < len(ends) // 4:
        s.failures.append(f"a planted bug was found out in only {s.found_out} of {len(ends)} runs")
    s.all(s.appended, [(n, error, *how) for n in range(1, len(s.appends) + 1) for error in ("ENOSPC", "EIO")
                       for how in ((), ("--for-ever",))])
    s.finish()


if __name__ == "__main__":
    main()
