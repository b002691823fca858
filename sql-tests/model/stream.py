"""stream.py -- random streams, and what the watermark is at the place of each of their rows.

A stream is a table whose rows are spread over one or more files.  A file is read in chunks, an epoch
takes one chunk of each of the four files that are furthest behind; so the order of rows over several
files depends on the chunk size, and on nothing else.
"""
import collections

from clock import DAY, HOUR, MINUTE, NEVER, SECOND, Clock, interval, text_of

Row = collections.namedtuple("Row", "k g v ts")  # STRING, INT, INT, milliseconds; each may be None
# A row with event time, where it counts, and the watermarks before it: that of all streams, and that of its
# own stream alone.
Arrival = collections.namedtuple("Arrival", "stream row watermark own")

FILES_OF_AN_EPOCH = 4
BASES = {
    "plain": 19723 * DAY,  # 2024-01-01
    "before 1970": -7 * SECOND,
    "forth": 1711846800000,  # Europe/Berlin: 02:00 becomes 03:00
    "back": 1729990800000,  # 03:00 becomes 02:00
}


class Stream:
    """number: of the case; letter: a name for each stream of one case."""

    def __init__(self, rng, number, letter, like=None, sizes=(1, 60)):
        self.name = f"{letter}{number}"
        self.where = like.where if like else rng.choice(list(BASES) + ["plain"])
        changes = self.where in ("forth", "back")
        self.zoned = like.zoned if like else changes or rng.random() < 0.2
        self.clock = like.clock if like else Clock("Europe/Berlin" if self.zoned else None)
        # What a second is in a stream over days and hours.
        self.unit = like.unit if like else rng.choice([10 * MINUTE, 3 * HOUR]) if changes else SECOND
        self.delay = self.unit * rng.choice([0, 1, 500, 1000, 3000, 20000]) // 1000
        self.splits = self._rows(rng, sizes)

    def _rows(self, rng, sizes):
        n_splits = rng.choice([1, 1, 1, 2, 3, 5])
        disorder = self.unit * rng.choice([0, 200, 2000, 8000]) // 1000
        step = max(2, self.unit * rng.choice([10, 100, 400]) // 1000)
        # Coarse times: many rows of one time, many on the boundaries of windows.
        grain = rng.choice([1, 1, self.unit // 2])
        start = BASES[self.where] - (40 * step if self.where in ("forth", "back") else 0)
        splits = []
        for _ in range(n_splits):
            now, rows = start + rng.randrange(5 * self.unit), []
            for _ in range(rng.randrange(*sizes) // n_splits + (rng.random() < 0.9)):
                now += rng.randrange(step)
                ts = (now - rng.randrange(disorder + 1)) // grain * grain
                rows.append(Row(rng.choice("abcdefg") if rng.random() < 0.9 else None,
                                rng.choice([None, 1, 2, 3]),
                                rng.randrange(-50, 50) if rng.random() < 0.9 else None,
                                ts if rng.random() < 0.98 else None))
            splits.append(rows)
        return splits

    def record(self, row):
        ts = "" if row.ts is None else str(row.ts) if self.zoned else text_of(row.ts)
        return f"{row.k or ''},{'' if row.g is None else row.g},{'' if row.v is None else row.v},{ts}\n"

    def header(self):
        return f"k,g,v,{'ms' if self.zoned else 'ts'}\n"

    def shown_time(self, row):
        return text_of(self.clock.wall(row.ts))

    def write(self, folder):
        if len(self.splits) > 1:
            (folder / self.name).mkdir()
        for i in range(len(self.splits)):
            path = f"{self.name}.csv" if len(self.splits) == 1 else f"{self.name}/{i}.csv"
            (folder / path).write_text(self.content(i))

    def content(self, i):
        """The text of file i."""
        return self.header() + "".join(self.record(r) for r in self.splits[i])

    def ddl(self, folder):
        """A table over the files; folder: as weir is to find it."""
        path = f"{folder}/{self.name}" + (".csv" if len(self.splits) == 1 else "")
        return self._ddl(f"'connector' = 'filesystem', 'path' = '{path}'")

    def ddl_of_pipe(self):
        """A table over standard input."""
        return self._ddl("'connector' = 'stdin'")

    def _ddl(self, source):
        time = "ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3)" if self.zoned else "ts TIMESTAMP(3)"
        return (f"CREATE TABLE {self.name} (k STRING, g INT, v INT, {time},\n"
                f"  WATERMARK FOR ts AS ts - {interval(self.delay)})\n"
                f"WITH ({source}, 'format' = 'csv', 'csv.header' = 'true');")


class _Split:
    """One file, with where it stands."""

    def __init__(self, stream, rows, chunk_bytes):
        self.stream = stream
        self.chunks = self._cut(rows, chunk_bytes)
        first = rows[0].ts if rows else None
        # Peeked before anything is read: a row with that watermark has yet to come.
        self.peeked = NEVER if first is None else first - stream.delay
        self.top = self.peeked - 0.001

    def _cut(self, rows, chunk_bytes):
        """A chunk is the records that start in [i * S, (i + 1) * S) of the file's bytes."""
        chunks, at, number = [[]], len(self.stream.header()), None
        for row in rows:
            if number is not None and at // chunk_bytes != number:
                chunks.append([])
            number = at // chunk_bytes
            chunks[-1].append(row)
            at += len(self.stream.record(row))
        return collections.deque(chunks)


class _Watermark:
    """The least of what the splits that have not ended have come to; it only grows."""

    def __init__(self, splits):
        self.splits, self.now = splits, NEVER

    def grow(self):
        self.now = max(self.now, min((s.top for s in self.splits if s.chunks), default=NEVER))
        return self.now


def arrivals(streams, chunk_bytes):
    """The rows with event time as they count, and how many rows have none."""
    splits = [_Split(s, rows, chunk_bytes) for s in streams for rows in s.splits]
    common = _Watermark(splits)
    own = {s.name: _Watermark([x for x in splits if x.stream is s]) for s in streams}
    arrived, without_time = [], 0
    while any(s.chunks for s in splits):
        ready = sorted((s for s in splits if s.chunks), key=lambda s: (s.peeked, splits.index(s)))
        for split in sorted(ready[:FILES_OF_AN_EPOCH], key=splits.index):
            for row in split.chunks[0]:
                if row.ts is None:
                    without_time += 1
                    continue
                watermarks = common.grow(), own[split.stream.name].grow()
                arrived.append(Arrival(split.stream, row, *watermarks))
                split.top = max(split.top, row.ts - split.stream.delay)
            for w in (common, *own.values()):
                w.grow()
            split.peeked = max(split.peeked, split.top)
            split.chunks.popleft()
            for w in (common, *own.values()):
                w.grow()
    return arrived, without_time
