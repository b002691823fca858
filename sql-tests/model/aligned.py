"""aligned.py -- TUMBLE, HOP, CUMULATE by their definitions, and what is built on them: windows
without aggregation, GROUPING SETS, two levels of aggregation, cascades, legacy group windows."""
import collections

import aggregates
from clock import interval, text_of
from query import Query, Result

Window = collections.namedtuple("Window", "kind size slide offset on_update")


def random_window(rng, stream, kinds=("TUMBLE", "HOP", "CUMULATE")):
    unit = stream.unit
    kind = rng.choice(kinds)
    size = slide = unit * rng.choice([1000, 2000, 5000, 6000, 10000]) // 1000
    if kind == "HOP":
        slide = unit * rng.choice([500, 1000, 1500, 2000, 4000, 7000]) // 1000
    if kind == "CUMULATE":
        slide = size // rng.choice([1, 2, 5, 10])
    offset = unit * rng.choice([0, 0, 300, 1000, -400]) // 1000
    offset = (1 if offset >= 0 else -1) * (abs(offset) % size)
    on_update = kind == "CUMULATE" and rng.random() < 0.5
    return Window(kind, size, slide, offset, on_update)


def windows_of(window, wall):
    """(start, end) of all windows that contain a time of the wall clock, ascending."""
    step = window.size if window.kind == "CUMULATE" else window.slide
    start = wall - (wall - window.offset) % step
    if window.kind == "CUMULATE":
        ends = range(start + window.slide, start + window.size + 1, window.slide)
        return [(start, end) for end in ends if end > wall]
    found = []
    while start + window.size > wall:
        found.insert(0, (start, start + window.size))
        start -= window.slide
    return found


def open_windows(window, clock, ts, watermark):
    """The windows of ts that are not over yet, and whether it is late: has windows, none of them open."""
    found = windows_of(window, clock.wall(ts))
    still = [w for w in found if clock.last(w[1]) > watermark]
    return still, bool(found) and not still


def groups_of(window, clock, arrived, keys, kept=lambda row: True):
    """{(start, end, key, ...): rows in order of arrival}, late rows."""
    groups, late = collections.defaultdict(list), 0
    for arrival in arrived:
        row = arrival.row
        if not kept(row):
            continue
        still, is_late = open_windows(window, clock, row.ts, arrival.own)
        late += is_late
        for w in still:
            groups[w + tuple(getattr(row, k) for k in keys)].append(row)
    return without_idle_steps(window, groups), late


def without_idle_steps(window, groups):
    """CUMULATE gives a result for every step from a key's first on, or only for those with new rows."""
    if not window.on_update:
        return groups
    return {g: rows for g, rows in groups.items()
            if len(rows) > len(groups.get((g[0], g[1] - window.slide, *g[2:]), []))}


def call(rng, window, table):
    """The table function, in one of its spellings.  table: TABLE t, or a query in parentheses."""
    names = ["SIZE"] if window.kind == "TUMBLE" else ["STEP" if window.kind == "CUMULATE" else "SLIDE", "SIZE"]
    args = [interval(window.size)] if window.kind == "TUMBLE" else [interval(window.slide), interval(window.size)]
    if window.offset or window.on_update:
        names.append("`OFFSET`")
        args.append(interval(window.offset))
    if window.on_update:
        names.append("EMITONLYONUPDATE")
        args.append("TRUE")
    if rng.random() < 0.2:
        data = ["DATA => " + table, "TIMECOL => DESCRIPTOR(ts)"] + [f"{n} => {a}" for n, a in zip(names, args)]
    else:
        data = [table, "DESCRIPTOR(ts)"] + args
    text = f"{window.kind}({', '.join(data)})"
    return text if rng.random() < 0.2 else f"TABLE({text})"


def lines_of(groups, names):
    return [[text_of(g[0]), text_of(g[1]), *g[2:], *aggregates.values(names, rows)] for g, rows in groups.items()]


def features(window, names=()):
    own = [window.kind + (" EMITONLYONUPDATE" if window.on_update else "")]
    return own + aggregates.feature(names)


def plain(rng, stream):
    """Windows with aggregates; some rows filtered before, some groups after."""
    window, names = random_window(rng, stream), aggregates.choose(rng)
    keys = rng.choice([[], ["k"], ["k"], ["k"], ["g"], ["k", "g"]])
    where, having = rng.random() < 0.2, rng.random() < 0.2
    grouped = ", ".join(["window_start", "window_end"] + keys)
    sql = (f"SELECT {grouped}, {', '.join(names)}\nFROM {call(rng, window, 'TABLE ' + stream.name)}"
           f"{' WHERE v > 0' if where else ''}\nGROUP BY {grouped}{' HAVING COUNT(*) > 1' if having else ''}")

    def model(arrived):
        kept = (lambda row: row.v is not None and row.v > 0) if where else (lambda row: True)
        groups, late = groups_of(window, stream.clock, arrived, keys, kept)
        return Result(lines_of({g: r for g, r in groups.items() if len(r) > having}, names), late)
    return Query(features(window, names), [stream], sql, model)


def tvf(rng, stream):
    """Every row once for each of its windows, at once: none is late."""
    window = random_window(rng, stream, ("TUMBLE", "HOP", "CUMULATE"))._replace(on_update=False)
    sql = (f"SELECT window_start, window_end, window_time, k, v, ts\n"
           f"FROM {call(rng, window, 'TABLE ' + stream.name)}")

    def model(arrived):
        rows = []
        for _, row, *_ in arrived:
            for start, end in windows_of(window, stream.clock.wall(row.ts)):
                time = stream.clock.wall(stream.clock.last(end))
                rows.append([text_of(start), text_of(end), text_of(time), row.k, row.v, stream.shown_time(row)])
        return Result(rows, 0)
    return Query(["window function without aggregation", *features(window)], [stream], sql, model, in_windows=False)


SETS = {
    "GROUPING SETS ((k), (g), (k, g), ())": [("k",), ("g",), ("k", "g"), ()],
    "GROUPING SETS ((g), ())": [("g",), ()],
    "ROLLUP (k, g)": [("k", "g"), ("k",), ()],
    "CUBE (k, g)": [("k", "g"), ("k",), ("g",), ()],
}


def sets(rng, stream):
    """Each row comes to the window once for each set, and is late as often."""
    window, names = random_window(rng, stream), aggregates.choose(rng)
    clause = rng.choice(list(SETS))
    of_all = sorted({k for s in SETS[clause] for k in s}, reverse=True)
    head = "window_start, window_end, " + ", ".join(of_all)
    marks = ", ".join(f"GROUPING({k})" for k in of_all)
    sql = (f"SELECT {head}, {marks}, {', '.join(names)}\nFROM {call(rng, window, 'TABLE ' + stream.name)}\n"
           f"GROUP BY window_start, window_end, {clause}")

    def model(arrived):
        rows, late = [], 0
        for one in SETS[clause]:
            groups, n = groups_of(window, stream.clock, arrived, one)
            late += n
            for g, members in groups.items():
                own = dict(zip(one, g[2:]))
                rows.append([text_of(g[0]), text_of(g[1]), *(own.get(k) for k in of_all),
                             *(int(k not in own) for k in of_all), *aggregates.values(names, members)])
        return Result(rows, late)
    return Query(["GROUPING SETS", *features(window, names)], [stream], sql, model)


def two_levels(rng, stream):
    """Groups of groups in the windows they have."""
    window = random_window(rng, stream)
    sql = (f"SELECT window_start, window_end, COUNT(*), SUM(n), MAX(n)\nFROM (\n"
           f"  SELECT window_start, window_end, k, COUNT(*) AS n FROM {call(rng, window, 'TABLE ' + stream.name)}\n"
           f"  GROUP BY window_start, window_end, k)\nGROUP BY window_start, window_end")

    def model(arrived):
        groups, late = groups_of(window, stream.clock, arrived, ["k"])
        upper = collections.defaultdict(list)
        for g, rows in groups.items():
            upper[g[:2]].append(len(rows))
        return Result([[text_of(w[0]), text_of(w[1]), len(n), sum(n), max(n)] for w, n in upper.items()], late)
    return Query(["two levels of aggregation", *features(window)], [stream], sql, model)


def cascade(rng, stream):
    """Windows over the window_time of windows: what those give out is never late."""
    inner, outer = random_window(rng, stream), random_window(rng, stream)
    while outer.size < 2 * inner.size:
        outer = outer._replace(size=outer.size * 2, slide=outer.slide * 2)
    below = (f"(SELECT window_time AS ts, k, COUNT(*) AS n\n  FROM {call(rng, inner, 'TABLE ' + stream.name)}\n"
             f"  GROUP BY window_start, window_end, window_time, k)")
    sql = (f"SELECT window_start, window_end, k, COUNT(*), SUM(n)\nFROM {call(rng, outer, below)}\n"
           f"GROUP BY window_start, window_end, k")

    def model(arrived):
        clock = stream.clock
        groups, late = groups_of(inner, clock, arrived, ["k"])
        upper = collections.defaultdict(list)
        for g, rows in groups.items():
            for w in windows_of(outer, clock.wall(clock.last(g[1]))):
                upper[(*w, g[2])].append(len(rows))
        kept = without_idle_steps(outer, upper)
        return Result([[text_of(g[0]), text_of(g[1]), g[2], len(n), sum(n)] for g, n in kept.items()], late)
    return Query(["cascaded windows", *features(inner), *features(outer)], [stream], sql, model)


def legacy(rng, stream):
    """GROUP BY TUMBLE(ts, size), as before there were table functions."""
    window = random_window(rng, stream, ("TUMBLE", "HOP"))._replace(offset=0)
    names = aggregates.choose(rng)
    args = "ts, " + ("" if window.kind == "TUMBLE" else interval(window.slide) + ", ") + interval(window.size)
    sql = (f"SELECT {window.kind}_START({args}), {window.kind}_END({args}), k, {', '.join(names)}\n"
           f"FROM {stream.name} GROUP BY {window.kind}({args}), k")

    def model(arrived):
        groups, late = groups_of(window, stream.clock, arrived, ["k"])
        return Result(lines_of(groups, names), late)
    return Query([f"legacy {window.kind}", *aggregates.feature(names)], [stream], sql, model)


def union(rng, left, right):
    """Two tables as one: the watermark is that of both."""
    window, names = random_window(rng, left), aggregates.choose(rng)
    both = f"(SELECT k, g, v, ts FROM {left.name} UNION ALL SELECT k, g, v, ts FROM {right.name})"
    sql = (f"SELECT window_start, window_end, k, {', '.join(names)}\nFROM {call(rng, window, both)}\n"
           f"GROUP BY window_start, window_end, k")

    def model(arrived):
        together = [a._replace(own=a.watermark) for a in arrived]
        groups, late = groups_of(window, left.clock, together, ["k"])
        return Result(lines_of(groups, names), late)
    return Query(["UNION ALL", *features(window, names)], [left, right], sql, model)
