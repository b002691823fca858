#!/usr/bin/env python3
"""corrupt.py -- a checkpoint with one wrong byte, or cut, is never believed.

    corrupt.py WEIR-FAULTS [--long] [--seed N]

Of the newest checkpoint every byte of the manifest and a sample of the others' is flipped, and each file is
cut at many lengths, made longer, and removed.  --resume then takes the previous checkpoint, says so, and the
output is right; the checkpoint by its name is refused, and nothing is changed.
"""
import random
import shutil
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import sweep
from durable import CHECKPOINTS, DIR, KILLED, Durable
from jobs import Job, Wrong

ROWS, CHUNK = 1000, 8192
BY_NAME = [c for c in CHECKPOINTS if c != "--resume"]


class Damages(Durable):
    def prepare(self, job):
        """Kill it late, with two checkpoints on the disk, and keep what there is."""
        self.expect(job)
        n = len(self.points(job))
        place = self.place_of(job).fresh()
        done = place.run(*CHECKPOINTS, faults=["--kill-at", n * 3 // 4])
        self.kept = place.folder / "kept"
        shutil.copytree(place.work, self.kept, symlinks=True)
        found = sorted(self.kept.glob(f"{DIR}/*/chk-*"), key=lambda p: int(p.name[4:]))
        if done.returncode != KILLED or len(found) < 2:
            raise Wrong(f"two checkpoints are wanted, there are {found}; {done.stderr}")
        self.previous, self.newest = found[-2:]
        return sorted(p for p in self.newest.iterdir())

    def damage(self, place, name, what, at):
        target = place.work / self.newest.relative_to(self.kept) / name
        content = bytearray(target.read_bytes())
        if what == "flip":
            content[at // 8] ^= 1 << at % 8
        elif what == "cut":
            del content[at:]
        elif what == "grow":
            content += bytes(at)
        if what == "remove":
            target.unlink()
        else:
            target.write_bytes(content)

    def damaged(self, job, name, what, at, explicit):
        place = self.place_of(job).copy(self.kept)
        self.damage(place, name, what, at)
        if explicit:
            before = place.output()
            path = self.newest.relative_to(self.kept)
            done = place.run(*BY_NAME, "-s", f"execution.state-recovery.path={path}")
            if done.returncode != 1 or self.newest.name not in done.stderr:
                raise Wrong(f"by name: status {done.returncode} {done.stderr}")
            if place.output() != before:
                raise Wrong("refused, but the output is changed")
            return
        done = place.run(*CHECKPOINTS)
        words = f"status {done.returncode} {done.stderr}"
        goes_on = f'goes on from checkpoint {self.previous.name.removeprefix("chk-")}'
        if done.returncode != 0 or self.newest.name not in done.stderr or goes_on not in done.stderr:
            raise Wrong(f"does not go on from the checkpoint before: {words}")
        self.check(job, place, words)


def damages_of(path, rng, long):
    """(what, at) for one file; at is a bit of a flip, else a length."""
    size = path.stat().st_size
    flips = [8 * i + (i + b) % 8 for i in range(size) for b in range(8 if long else 1)]
    if path.name != "manifest":
        flips = rng.sample(flips, min(len(flips), 2000 if long else 60))
    cuts = list(range(size)) if long and size < 4096 else sorted(rng.sample(range(size), min(size, 40)) + [0, size - 1])
    return ([("flip", f) for f in flips] + [("cut", c) for c in sorted(set(cuts))] +
            [("grow", 1), ("grow", 4096), ("remove", 0)])


def main():
    chosen = sweep.options(__doc__)
    s = Damages(chosen, "corrupt", CHUNK)
    job = Job("tumble", ROWS, chosen.seed)
    rng = random.Random(chosen.seed)
    many = []
    for path in s.prepare(job):
        damages = damages_of(path, rng, chosen.long)
        print(f"{path.name}: {path.stat().st_size} bytes, {len(damages)} damages")
        many += [(job, path.name, *damage, i % 4 == 0) for i, damage in enumerate(damages)]
    s.all(s.damaged, many)
    s.finish()


if __name__ == "__main__":
    main()
