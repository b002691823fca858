#!/usr/bin/env python3
"""two_processes.py -- of two processes with the same checkpoints the second is refused, and the first is not disturbed.

    two_processes.py WEIR-FAULTS [--long] [--seed N]

The first is stopped (SIGSTOP) before one of its calls; the second must then say who has the directory, with
status 1 and without changing anything.  The first goes on to the right output.
"""
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import CHECKPOINTS, DIR, Durable
from jobs import TIMEOUT_S, Job, Wrong


def files_of(place):
    """All that stands in the folder."""
    return {p.relative_to(place.work): p.read_bytes() for p in sorted(place.work.rglob("*")) if p.is_file()}


class TwoProcesses(Durable):
    def second(self, place):
        before = files_of(place)
        done = place.run(*CHECKPOINTS)
        if done.returncode != 1 or DIR not in done.stderr or "process" not in done.stderr:
            raise Wrong(f"the second: status {done.returncode} {done.stderr}")
        if files_of(place) != before:
            raise Wrong(f"the second changed something: {done.stderr}")

    def stopped(self, job, number):
        place = self.place_of(job).fresh()
        command = place.command(*CHECKPOINTS, faults=["--stop-at", number])
        with subprocess.Popen(command, cwd=place.work, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
            _, status = os.waitpid(first.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                raise Wrong(f"point {number} did not come")
            try:
                self.second(place)
            finally:
                first.send_signal(signal.SIGCONT)
            _, err = first.communicate(timeout=TIMEOUT_S)
        if first.returncode != 0:
            raise Wrong(f"the first: status {first.returncode} {err}")
        self.check(job, place, err)


def main():
    chosen = sweep.options(__doc__)
    s = TwoProcesses(chosen, "two", 8192)
    job = Job("tumble", 1000, chosen.seed)
    s.expect(job)
    points = s.points(job)
    # From the first that is made under the lock.
    begin = next(i for i, (_, path) in enumerate(points, 1) if "lock" in path) + 1
    s.all(s.stopped, [(job, n) for n in sweep.sample(range(begin, len(points) + 1), 10, chosen)])
    s.finish()


if __name__ == "__main__":
    main()
