"""counted.py -- TUMBLE_ROWS, HOP_ROWS: windows of so many rows of a partition, as they come."""
import collections

import aggregates
from query import Query, Result


def spans_of(rows, slide, size):
    """[(start, end, rows)]: after every `slide` rows the last `size` of them; at the end what the next one has
    so far, if that is any."""
    spans = [(max(0, end - size), end) for end in range(slide, len(rows) + 1, slide)]
    last = len(rows) - len(rows) % slide
    start = max(0, last + slide - size)
    if len(rows) > max(last, start):
        spans.append((start, len(rows)))
    return [(start, end, rows[start:end]) for start, end in spans]


def plain(rng, stream):
    size = rng.choice([1, 2, 3, 7, 50])
    hop = rng.random() < 0.5
    slide = rng.choice([1, 2, 3, 5]) if hop else size
    names = aggregates.choose(rng)
    keys = rng.choice([[], ["k"], ["k"], ["k", "g"]])
    partition = f" PARTITION BY {', '.join(keys)}" if keys else ""
    args = f"{slide}, {size}" if hop else f"{size}"
    kind = "HOP_ROWS" if hop else "TUMBLE_ROWS"
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM TABLE({kind}(TABLE {stream.name}{partition}, {args}))\n"
           f"GROUP BY {grouped}")

    def model(arrived):
        rows = collections.defaultdict(list)
        for a in arrived:
            rows[tuple(getattr(a.row, k) for k in keys)].append(a.row)
        return Result([[start, end, *key, *aggregates.values(names, members)]
                       for key, own in rows.items() for start, end, members in spans_of(own, slide, size)], 0)
    return Query([kind, *aggregates.feature(names)], [stream], sql, model, in_windows=False)
