#!/usr/bin/env python3
"""no_memory.py -- small jobs in which each allocation fails in turn, without and with checkpoints and in a resume.

    no_memory.py WEIR-FAULTS [--long] [--seed N]

Once, or that one and all later ones: the job ends by itself, with status 1 and a word about memory, or with
status 0 and all of the output.  With checkpoints it goes on to the right output once there is memory again.
In a build with sanitizers nothing is leaked either.  With --long all allocations, otherwise a sample.
"""
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import KILLED, CHECKPOINTS, Durable
from jobs import Job, Wrong

ROWS, CHUNK = 300, 4096
KINDS = ("texts", "hop", "session", "join", "distinct")
MOST = 24  # of the allocations of a job run in one way, unless --long
COUNT = "allocations"
# What a sanitizer says; its exit status alone may be that of an error.
SANITIZERS = ("Sanitizer", "runtime error:")


class NoMemory(Durable):
    def __init__(self, chosen):
        super().__init__(chosen, "memory", CHUNK)
        self.kept = {}

    def start(self, job, way):
        """A folder where the run that is disturbed begins."""
        place = self.place_of(job)
        return place.copy(self.kept[id(job)]) if way == "resumed" else place.fresh()

    def run_in(self, place, way, workers, *faults):
        """(the process, how many allocations it made)."""
        args = () if way == "plain" else CHECKPOINTS
        try:
            done = place.run(*args, faults=["--count-memory", COUNT, *faults], parallelism=workers)
        except subprocess.TimeoutExpired as hangs:
            raise Wrong(f"hangs: {hangs.cmd}") from None
        words = f"{faults} status {done.returncode} {done.stderr.strip()}\n{place.command(*args, faults=faults)}"
        if done.returncode not in (0, 1) or any(s in done.stderr for s in SANITIZERS):
            raise Wrong(f"ended in a way that is not one of weir's: {words}")
        return done, words, int((place.work / COUNT).read_text())

    def refused(self, job, way, workers, number, *how):
        place = self.start(job, way)
        done, words, made = self.run_in(place, way, workers, "--no-memory-at", number, *how)
        if done.returncode == 0:
            self.check(job, place, words)
        elif made < number:
            raise Wrong(f"failed before the fault: {words}")
        elif "memory" not in done.stderr:
            raise Wrong(f"no word about memory: {words}")
        with self.lock:
            self.faults_met += made >= number
        if way != "plain":
            self.finish_job(place, words, 3 - workers)

    def keep(self, job):
        """What a job leaves that is killed when two thirds are done: where the resumed ones begin."""
        last = len(self.points(job)) * 2 // 3
        place = self.place_of(job).fresh()
        done = place.run(*CHECKPOINTS, faults=["--kill-at", last])
        if done.returncode != KILLED:
            raise Wrong(f"not killed at {last}: {done.returncode} {done.stderr}")
        self.kept[id(job)] = place.work.rename(place.folder / "kept")
        place.work = None

    def job(self, job):
        self.expect(job)
        self.keep(job)
        for way in ("plain", "checkpoints", "resumed"):
            for workers in (1, 2):
                place = self.start(job, way)
                _, words, made = self.run_in(place, way, workers)
                self.check(job, place, words)
                numbers = sweep.sample(range(1, made + 1), MOST, self.options)
                self.all(self.refused, [(job, way, workers, k, *([], ["--for-ever"])[i % 2])
                                        for i, k in enumerate(numbers)])
                print(f"{job}, {way}, {workers} workers: {len(numbers)} of {made} allocations")


def main():
    chosen = sweep.options(__doc__)
    s = NoMemory(chosen)
    for kind in KINDS:
        try:
            s.job(Job(kind, ROWS, chosen.seed))
        except Wrong as wrong:
            s.failures.append(str(wrong))
    s.needs_faults(MOST * len(KINDS))
    s.finish()


if __name__ == "__main__":
    main()
