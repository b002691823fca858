#!/usr/bin/env python3
"""power_loss.py -- a machine that loses power at every point: the job goes on to the right output.

    power_loss.py WEIR-FAULTS [--long] [--seed N]

With --long four times each.  What was not synced is undone by chance, sector by sector and name by name
(sql-tests/faults/disk.h).  That the test can fail is shown by planting two bugs: no fsync of the output, none
of the checkpoint.
"""
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import DIR, Durable
from jobs import Job, ManyTables, Wrong

ROWS, CHUNK = 1000, 16384
NEVER = 1 << 40  # power is lost after the end


class PowerLosses(Durable):
    found_out = 0

    def lost(self, job, number, seed):
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--power-loss-at", number, "--seed", seed], 1 + number % 2)
        self.finish_job(place, words)

    def lost_twice(self, job, first, second, seed):
        place = self.place_of(job).fresh()
        words = self.disturbed(place, ["--power-loss-at", first, "--seed", seed])
        words += self.disturbed(place, ["--power-loss-at", second, "--seed", seed + 1], 2)
        self.finish_job(place, words)

    def planted(self, job, number, seed, path):
        """Found out: a wrong output, or a checkpoint that was refused."""
        place = self.place_of(job).fresh()
        try:
            self.disturbed(place, ["--power-loss-at", number, "--seed", seed, "--plant-no-fsync", path])
            done = place.run(*self.resume)
            found = done.returncode != 0 or place.output() != job.expected or "damaged" in done.stderr
        except Wrong:
            found = True
        with self.lock:
            self.found_out += found

    def job(self, job):
        try:
            self.expect(job)
            n = len(self.points(job))
        except Wrong as wrong:
            self.failures.append(str(wrong))
            return
        base = self.options.seed * 1_000_000
        numbers = [*range(1, n + 1), NEVER]
        seeds = range(4) if self.options.long else range(1)
        self.all(self.lost, [(job, k, base + k % 1000 * 4 + s) for k in numbers for s in seeds])
        twice = [(job, k, j, base + k * 1000 + j) for k in range(1, n + 1) for j in range(1, n + 1)]
        self.all(self.lost_twice, sweep.evenly(twice, 1000 if self.options.long else 60))
        for path in (job.path, f"{DIR}/"):
            self.found_out = 0
            plants = [(job, k, base + k, path) for k in sweep.sample(range(1, n + 1), 60, self.options)]
            self.all(self.planted, plants)
            print(f"{job}: {n} points; no fsync of {path}: found out in {self.found_out} of {len(plants)} runs")
            if self.found_out < len(plants) // 10:
                self.failures.append(f"{job}: nobody notices that {path} is not synced")


def main():
    chosen = sweep.options(__doc__)
    s = PowerLosses(chosen, "power", CHUNK)
    for job in (Job("tumble", ROWS, chosen.seed), Job("session", ROWS, chosen.seed, "parts"),
                Job("top-n", ROWS, chosen.seed, "partitions"), ManyTables(ROWS // 2, chosen.seed)):
        s.job(job)
    s.needs_faults(100)
    s.finish()


if __name__ == "__main__":
    main()
