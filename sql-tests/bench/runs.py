"""runs.py -- running contestants in turn, and ratios of their best figures.

CPU is user + sys seconds of the whole process, wall its elapsed time, memory its peak resident set.
"""
import os
import sys
import tempfile
import time


class Run:
    """The best figures of one contestant; refused: the words with which weir says it is not built."""

    def __init__(self, name, command):
        self.name, self.command, self.refused = name, [str(c) for c in command], None
        self.cpu = self.wall = self.peak_mib = float("inf")

    def once(self):
        if self.refused:
            return
        with tempfile.TemporaryFile() as errors:
            before = time.monotonic()
            pid = os.posix_spawnp(self.command[0], self.command, os.environ,
                                  file_actions=[(os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])
            _, status, usage = os.wait4(pid, 0)
            wall = time.monotonic() - before
            if status != 0:
                errors.seek(0)
                self._failed(errors.read().decode(errors="replace"))
                return
        self.cpu = min(self.cpu, usage.ru_utime + usage.ru_stime)
        self.wall = min(self.wall, wall)
        self.peak_mib = min(self.peak_mib, usage.ru_maxrss / 1024)

    def _failed(self, words):
        if "not built" not in words:
            sys.exit(f"bench: {self.name} failed: {' '.join(self.command)}\n{words}")
        self.refused = words.split("\n")[0]


class Board:
    """The contestants of all subjects, each once, and the verdicts."""

    def __init__(self):
        self.runs, self.missed, self.not_built = {}, 0, 0

    def run(self, name, make_command):
        """The contestant of this name; make_command gives its command when it is new."""
        if name not in self.runs:
            self.runs[name] = Run(name, make_command())
        return self.runs[name]

    def rounds(self, n):
        for i in range(n):
            for run in self.runs.values():
                run.once()
            print(f"bench: round {i + 1} of {n}", file=sys.stderr)

    def show(self, rows):
        print(f"{'':28} {'cpu s':>8} {'wall s':>8} {'M rows/s':>9} {'peak MiB':>9}")
        for r in self.runs.values():
            if r.refused:
                print(f"{r.name:28} {r.refused}")
            else:
                print(f"{r.name:28} {r.cpu:8.2f} {r.wall:8.2f} {rows / r.wall / 1e6:9.1f} {r.peak_mib:9.0f}")

    def verdict(self, what, value, limit, below=True):
        good = value <= limit if below else value >= limit
        self.missed += not good
        sign = "<=" if below else ">="
        print(f"  {what:58} {value:6.2f}  wanted {sign} {limit:<5} {'ok' if good else 'MISSED'}")

    def ratio(self, what, figure, above, under, limit, below=True, scale=1.0):
        """figure: cpu, wall or peak_mib of one contestant over that of another."""
        if above.refused or under.refused:
            self.not_built += 1
            print(f"  {what:58} not built")
            return
        self.verdict(what, scale * getattr(above, figure) / getattr(under, figure), limit, below)
