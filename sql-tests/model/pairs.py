"""pairs.py -- window joins: rows of two streams in the same window, given out when it is over."""
import collections

from aligned import call, features, groups_of, random_window
from clock import text_of
from query import Query, Result
from ranks import in_open_windows

KINDS = ["INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"]


def condition_of(rng):
    """SQL behind the window's equality, the same over two rows (NULL equals nothing), and what it asks of
    left rows alone."""
    def equal(x, y):
        return x is not None and x == y
    def positive(a):
        return a.v is not None and a.v > 0

    def any_row(a):
        return True
    return rng.choice([
        ("l.k = r.k", lambda a, b: equal(a.k, b.k), any_row),
        ("l.k = r.k AND l.g = r.g", lambda a, b: equal(a.k, b.k) and equal(a.g, b.g), any_row),
        ("l.k = r.k AND l.v < r.v",
         lambda a, b: equal(a.k, b.k) and a.v is not None and b.v is not None and a.v < b.v, any_row),
        ("l.g = r.g AND l.v > 0", lambda a, b: equal(a.g, b.g) and positive(a), positive),
    ])


def sql_of(kind, left, right, condition):
    same = f"l.window_start = r.window_start AND l.window_end = r.window_end AND {condition}"
    left, right = f"(SELECT * FROM {left})", f"(SELECT * FROM {right})"
    if kind in ("SEMI", "ANTI"):
        return (f"SELECT l.window_start, l.window_end, l.k, l.v FROM {left} l\nWHERE "
                f"{'NOT ' if kind == 'ANTI' else ''}EXISTS (SELECT * FROM {right} r WHERE {same})")
    start, end = (f"COALESCE(l.{c}, r.{c})" for c in ("window_start", "window_end"))
    return (f"SELECT {start}, {end}, l.k, l.v, r.k, r.v\nFROM {left} l\n"
            f"{kind} JOIN {right} r\nON {same}")


def joined(kind, lefts, rights, match):
    """Rows of one window."""
    if kind in ("SEMI", "ANTI"):
        return [[a.k, a.v] for a in lefts if any(match(a, b) for b in rights) == (kind == "SEMI")]
    rows = [[a.k, a.v, b.k, b.v] for a in lefts for b in rights if match(a, b)]
    if kind in ("LEFT", "FULL"):
        rows += [[a.k, a.v, None, None] for a in lefts if not any(match(a, b) for b in rights)]
    if kind in ("RIGHT", "FULL"):
        rows += [[None, None, b.k, b.v] for b in rights if not any(match(a, b) for a in lefts)]
    return rows


def window_join(rng, left, right):
    window, kind = random_window(rng, left)._replace(on_update=False), rng.choice(KINDS)
    condition, match, wanted = condition_of(rng)
    sql = sql_of(kind, call(rng, window, f"TABLE {left.name}"), call(rng, window, f"TABLE {right.name}"), condition)

    def model(arrived):
        sides = [collections.defaultdict(list), collections.defaultdict(list)]
        late = 0
        for i, side in enumerate((left, right)):
            own = [a for a in arrived if a.stream is side]
            if side is left and kind in ("INNER", "RIGHT", "SEMI"):  # others never come to the join
                own = [a for a in own if wanted(a.row)]
            sides[i], n = in_open_windows(window, side.clock, own, [])
            late += n
        rows = []
        for w in set(sides[0]) | set(sides[1]):
            for r in joined(kind, sides[0][w], sides[1][w], match):
                rows.append([text_of(w[0]), text_of(w[1]), *r])
        return Result(rows, late)
    return Query([f"window join {kind}", *features(window)], [left, right], sql, model)


def join_of_groups(rng, left, right):
    """What two aggregations give in a window, side by side, and groups of that again."""
    window = random_window(rng, left)._replace(on_update=False)

    def side(stream):
        return (f"(SELECT window_start, window_end, k, COUNT(*) AS n FROM {call(rng, window, 'TABLE ' + stream.name)}\n"
                f"  GROUP BY window_start, window_end, k)")
    sql = (f"SELECT l.window_start, l.window_end, l.k, l.n, r.n FROM {side(left)} l\nJOIN {side(right)} r\n"
           f"ON l.window_start = r.window_start AND l.window_end = r.window_end AND l.k = r.k")

    def model(arrived):
        counts, late = [], 0
        for stream in (left, right):
            groups, n = groups_of(window, stream.clock, [a for a in arrived if a.stream is stream], ["k"])
            counts.append({g: len(rows) for g, rows in groups.items()})
            late += n
        return Result([[text_of(g[0]), text_of(g[1]), g[2], n, counts[1][g]] for g, n in counts[0].items()
                       if g in counts[1] and g[2] is not None], late)
    return Query(["window join of window groups", *features(window)], [left, right], sql, model)

