"""ranks.py -- window Top-N, and deduplication: the first or last row of a key by time."""
import collections

from aligned import call, features, groups_of, open_windows, random_window, windows_of
from clock import text_of
from query import Query, Result


def ordered(rows, column, descending):
    """Stable: ties in order of arrival.  NULL is least."""
    def rank(row):
        value = getattr(row, column)
        return (value is not None, value if value is not None else 0)
    # sorted() keeps ties in order when reversed, too.
    return sorted(rows, key=rank, reverse=descending)


def in_open_windows(window, clock, arrived, keys):
    """{(start, end, key, ...): rows}; late: how many times a row came to a window that was over."""
    groups, late = collections.defaultdict(list), 0
    for _, row, watermark, _ in arrived:
        still, _ = open_windows(window, clock, row.ts, watermark)
        late += len(windows_of(window, clock.wall(row.ts))) - len(still)
        for w in still:
            groups[w + tuple(getattr(row, k) for k in keys)].append(row)
    return groups, late


def top_n(rng, stream):
    window = random_window(rng, stream)._replace(on_update=False)
    keys = rng.choice([[], ["k"], ["g"]])
    column, descending = rng.choice(["v", "g", "k"]), rng.random() < 0.5
    first, last = rng.choice([(1, 1), (1, 2), (1, 3), (2, 3)])
    shown = rng.random() < 0.7
    by = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT window_start, window_end, k, g, v, ts{', rn' if shown else ''} FROM (\n"
           f"  SELECT *, ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY {column}{' DESC' if descending else ''}) AS rn\n"
           f"  FROM {call(rng, window, 'TABLE ' + stream.name)})\nWHERE rn <= {last}"
           f"{f' AND rn >= {first}' if first > 1 else ''}")

    def model(arrived):
        groups, late = in_open_windows(window, stream.clock, arrived, keys)
        rows = []
        for g, members in groups.items():
            for i, r in enumerate(ordered(members, column, descending)[:last], 1):
                if i >= first:
                    rows.append([text_of(g[0]), text_of(g[1]), r.k, r.g, r.v, stream.shown_time(r)] + [i] * shown)
        return Result(rows, late)
    return Query(["window Top-N", *features(window)], [stream], sql, model)


def top_n_of_groups(rng, stream):
    """The best groups of each window."""
    window = random_window(rng, stream)
    best = rng.choice([1, 2, 3])
    sql = (f"SELECT window_start, window_end, k, n, rn FROM (\n"
           f"  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, k) AS rn FROM (\n"
           f"    SELECT window_start, window_end, k, COUNT(*) AS n FROM {call(rng, window, 'TABLE ' + stream.name)}\n"
           f"    GROUP BY window_start, window_end, k))\nWHERE rn <= {best}")

    def model(arrived):
        groups, late = groups_of(window, stream.clock, arrived, ["k"])
        windows = collections.defaultdict(list)
        for g, rows in groups.items():
            windows[g[:2]].append((-len(rows), g[2] is not None, g[2] or "", g[2]))
        rows = []
        for w, members in windows.items():
            for i, (n, _, _, k) in enumerate(sorted(members)[:best], 1):
                rows.append([text_of(w[0]), text_of(w[1]), k, -n, i])
        return Result(rows, late)
    return Query(["window Top-N of window groups", *features(window)], [stream], sql, model)


def dedup(rng, stream):
    window = random_window(rng, stream)._replace(on_update=False)
    keep_last = rng.random() < 0.5
    keys = rng.choice([[], ["k"], ["k", "g"]])
    by = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT window_start, window_end, k, g, v, ts FROM (\n"
           f"  SELECT *, ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY ts{' DESC' if keep_last else ''}) AS rn\n"
           f"  FROM {call(rng, window, 'TABLE ' + stream.name)})\nWHERE {rng.choice(['rn = 1', 'rn <= 1', 'rn < 2'])}")

    def model(arrived):
        groups, late = in_open_windows(window, stream.clock, arrived, keys)
        rows = []
        for g, members in groups.items():
            best = members[0]
            for r in members[1:]:
                # Of several of the last time the one that came last, of the first the first.
                if r.ts >= best.ts if keep_last else r.ts < best.ts:
                    best = r
            rows.append([text_of(g[0]), text_of(g[1]), best.k, best.g, best.v, stream.shown_time(best)])
        return Result(rows, late)
    return Query(["window deduplication", *features(window)], [stream], sql, model)
