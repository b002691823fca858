#!/usr/bin/env python3
"""upgrade.py -- a checkpoint and a statement that has changed since: what fits goes on, what would be lost is refused.

    upgrade.py WEIR-FAULTS [--long] [--seed N]

A job is killed in its middle and goes on as another statement: an aggregate less, one more, another filter.
What goes on gives the rows of the old statement up to some place, and those of the new one from there, but for
the windows that were open.  What is refused changes nothing: the old statement goes on to its output.
"""
import collections
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import CHECKPOINTS, Durable
from jobs import Job, Wrong

ROWS, CHUNK = 2000, 8192
ALLOWED = ["--allow-non-restored-state"]
OPEN_WINDOWS = 3  # at a time: the delay of the watermark is less than a window

# What changes: the last column, the filter, is it refused, which columns of open windows may be of part of the rows.
Change = collections.namedtuple("Change", "last where refused partial")
OLD = Change("MIN(v)", "", False, 0)
CHANGES = {
    "the same": OLD,
    "an aggregate less": Change("COUNT(*)", "", False, 0),
    "one more": Change("MIN(v) + MAX(v)", "", True, 1),
    "another": Change("MAX(v)", "", True, 1),
    "another filter": Change("MIN(v)", "WHERE v > 300", True, 3),
}


def job_of(change, seed):
    query = (f"SELECT window_start, window_end, k, COUNT(*), SUM(v), {change.last} FROM lw {change.where}"
             " GROUP BY window_start, window_end, k")
    return Job("tumble", ROWS, seed, query=query)


def windows_of(output):
    """{window_start: {key: its other columns}}."""
    windows = collections.defaultdict(dict)
    for line in output.decode().splitlines():
        start, _, key, *columns = line.split(",")
        windows[start][key] = columns
    return windows


class Upgrades(Durable):
    def killed(self, old, new, at):
        """A job that was killed, and goes on with the text of another."""
        place = self.place_of(old).fresh()
        self.disturbed(place, ["--kill-at", at], 2)
        (place.work / "job.sql").write_text(new.script)
        return place

    def refused(self, old, new, at):
        place = self.killed(old, new, at)
        before = place.output()
        done = place.run(*CHECKPOINTS)
        if done.returncode != 1 or "--allow-non-restored-state" not in done.stderr or place.output() != before:
            raise Wrong(f"not refused: status {done.returncode} {done.stderr}")
        (place.work / "job.sql").write_text(old.script)
        self.finish_job(place, done.stderr, 3)

    def goes_on(self, old, new, change, at):
        place = self.killed(old, new, at)
        done = place.run(*CHECKPOINTS, *(ALLOWED if change.refused else []), parallelism=3)
        words = f"status {done.returncode} {done.stderr}"
        if done.returncode != 0 or (change != OLD and "reused: sink" not in done.stderr):
            raise Wrong(words)
        got, was, now = (windows_of(o) for o in (place.output(), old.expected, new.expected))
        starts = sorted(got)
        changed = next((i for i, start in enumerate(starts) if got[start] != was.get(start)), len(starts))
        after = starts[changed:]
        whole = [start for start in after if got[start] == now[start]]
        parts = [start for start in after if got[start] != now[start]]
        gone = set(was) ^ set(got) if change.partial == 3 else set()  # all of their rows came before
        unsure = OPEN_WINDOWS if change.partial else 0
        if len(parts) + len(gone) > unsure or after[len(parts):] != whole or set(starts) | gone != set(was):
            raise Wrong(f"windows {parts} {gone} are neither of the old statement nor of the new: {words}")
        sure = 3 - change.partial  # columns that go on whatever happens
        for start in parts:
            if sure and any(got[start][k][:sure] != now[start][k][:sure] for k in now[start]):
                raise Wrong(f"window {start}: what is reused is not right: {got[start]}, {now[start]}, {words}")


def main():
    chosen = sweep.options(__doc__)
    s = Upgrades(chosen, "upgrade", CHUNK)
    old = job_of(OLD, chosen.seed)
    s.expect(old)
    points = range(60, len(s.points(old, parallelism=2)) - 40, 20 if chosen.long else 90)
    for change in CHANGES.values():
        new = job_of(change, chosen.seed)
        s.expect(new)
        s.all(s.goes_on, [(old, new, change, at) for at in points])
        if change.refused:
            s.all(s.refused, [(old, new, at) for at in points])
    s.needs_faults(20)
    s.finish()


if __name__ == "__main__":
    main()
