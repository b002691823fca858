"""query.py -- one statement and what must come of it."""
import collections

from stream import arrivals

# rows: lists of values; late: rows dropped and counted.
Result = collections.namedtuple("Result", "rows late")


def cell(value):
    """As CSV output writes it."""
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
    window_end, and windows come one after the other.  late_rows: (path, arrivals -> lines), what the file of late rows
    holds.  by_chunks: the chunk size may change the order of lines or what stands between.
    """

    def __init__(self, features, streams, sql, model, before=(), after=(), in_windows=True, late_rows=None,
                 by_chunks=False):
        self.features, self.streams, self.sql, self.model = list(features), streams, sql, model
        self.before, self.after = list(before), list(after)
        self.in_windows, self.by_chunks = in_windows, by_chunks
        self.late_rows = late_rows
        self._cache = {}

    def order_of(self, chunk_bytes):
        """Configurations of one order of rows have to give the same bytes: with one file all have, but for the
        steps of a changelog, which go by chunks."""
        return 0 if sum(len(s.splits) for s in self.streams) == 1 and not self.by_chunks else chunk_bytes

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
        got = sorted(lines)
        if got != want:
            return difference(got, want)
        if self.in_windows:
            order = [tuple(x.split(",")[1::-1]) for x in lines]
            if order != sorted(order):
                return "windows do not ascend:\n" + "\n".join(lines)
        return None


def difference(got, want):
    got, want = collections.Counter(got), collections.Counter(want)
    more, less = sorted((got - want).elements()), sorted((want - got).elements())
    return "\n".join([f"{len(more)} lines too many:", *more[:8], f"{len(less)} lines missing:", *less[:8]])
