"""query.py -- one statement and what must come of it."""
import collections

from aggregates import ANY
from stream import arrivals

# rows: lists of values; late: rows dropped and counted.
Result = collections.namedtuple("Result", "rows late")


def cell(value):
    """As CSV output writes it."""
    if value is ANY:
        return "*"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def line(values):
    return ",".join(cell(v) for v in values)


class Query:
    """model: arrivals -> Result.

    features: names of what the statement needs; a refusal is put down to the last that is new.
    before, after: statements around it.  in_windows: the first two columns are window_start and
    window_end, and windows come one after the other.  changelog: a fold of it is compared.
    kept: the table of late rows, whose file is compared with the model's `kept` (rows).
    """

    def __init__(self, features, streams, sql, model, before=(), after=(), in_windows=True, late_rows=None):
        self.features, self.streams, self.sql, self.model = list(features), streams, sql, model
        self.before, self.after = list(before), list(after)
        self.in_windows = in_windows
        self.late_rows = late_rows  # (path, arrivals -> lines): what the file of late rows holds
        self._cache = {}

    def order_of(self, chunk_bytes):
        """Configurations of one order of rows have to give the same bytes: with one file all have."""
        return 0 if sum(len(s.splits) for s in self.streams) == 1 else chunk_bytes

    def expected(self, chunk_bytes):
        """Result, rows without time, arrivals."""
        order = self.order_of(chunk_bytes)
        if order not in self._cache:
            arrived, without_time = arrivals(self.streams, chunk_bytes)
            self._cache[order] = self.model(arrived), without_time, arrived
        return self._cache[order]

    def check(self, lines, chunk_bytes):
        """The complaint about these output lines, or None."""
        want = sorted(line(r) for r in self.expected(chunk_bytes)[0].rows)
        got = sorted(blank_any(lines, self.expected(chunk_bytes)[0].rows))
        if got != want:
            return difference(got, want)
        if self.in_windows:
            order = [tuple(x.split(",")[1::-1]) for x in lines]
            if order != sorted(order):
                return "windows do not ascend:\n" + "\n".join(lines)
        return None


def blank_any(lines, rows):
    """The lines with a star where the model says nothing."""
    stars = next(([i for i, v in enumerate(r) if v is ANY] for r in rows), [])
    if not stars:
        return lines
    return [",".join("*" if i in stars else x for i, x in enumerate(one.split(","))) for one in lines]


def difference(got, want):
    got, want = collections.Counter(got), collections.Counter(want)
    more, less = sorted((got - want).elements()), sorted((want - got).elements())
    return "\n".join([f"{len(more)} lines too many:", *more[:8], f"{len(less)} lines missing:", *less[:8]])
