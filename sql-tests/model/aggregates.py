"""aggregates.py -- aggregates of a group: the SQL, and the same over a list of rows in order of arrival."""

import decimal
import math


def known(rows, column="v"):
    return [getattr(r, column) for r in rows if getattr(r, column) is not None]


def distinct(values):
    return list(dict.fromkeys(values))


def or_null(fold):
    """A fold of the known values that is NULL where there are none."""
    return lambda rows: fold(known(rows)) if known(rows) else None


def mean(values):
    """Of integers an integer, truncated."""
    total = sum(values)
    return (abs(total) // len(values)) * (1 if total >= 0 else -1)


def double(x):
    return float(x)


def joined(values):
    return "|".join(values) if values else None


def array(values):
    return "[" + " ".join("NULL" if v is None else str(v) for v in values) + "]"


def multiset(values):
    return "{" + " ".join(f"{v}={values.count(v)}" for v in sorted(set(values))) + "}"


def without_commas(sql):
    """Lines are taken apart at commas."""
    return f"REPLACE(CAST({sql} AS STRING), ', ', ' ')"


def passing(rows):
    return [r for r in rows if r.g is not None and r.g > 1]


# SQL: function.  Exact under any grouping of the rows, so that every cell must give the same.
PLAIN = {
    "COUNT(*)": len,
    "COUNT(v)": lambda rows: len(known(rows)),
    "SUM(v)": or_null(sum),
    "MIN(v)": or_null(min),
    "MAX(v)": or_null(max),
    "AVG(v)": or_null(mean),
    "AVG(CAST(v AS DOUBLE))": or_null(lambda vs: double(sum(vs)) / len(vs)),
    "MIN(k)": lambda rows: min(known(rows, "k"), default=None),
    "MAX(k)": lambda rows: max(known(rows, "k"), default=None),
    "COUNT(*) FILTER (WHERE g > 1)": lambda rows: len(passing(rows)),
    "SUM(v) FILTER (WHERE g > 1)": lambda rows: or_null(sum)(passing(rows)),
    "COUNT(DISTINCT v)": lambda rows: len(set(known(rows))),
    "COUNT(DISTINCT k)": lambda rows: len(set(known(rows, "k"))),
    "SUM(DISTINCT v)": or_null(lambda vs: sum(set(vs))),
    "COUNT(DISTINCT v) FILTER (WHERE g > 1)": lambda rows: len(set(known(passing(rows)))),
    "BOOL_AND(v > 0)": or_null(lambda vs: all(v > 0 for v in vs)),
    "BOOL_OR(v > 40)": or_null(lambda vs: any(v > 40 for v in vs)),
    "FIRST_VALUE(v)": or_null(lambda vs: vs[0]),
    "LAST_VALUE(v)": or_null(lambda vs: vs[-1]),
    "LISTAGG(k, '|')": lambda rows: joined(known(rows, "k")),
    "LISTAGG(DISTINCT k, '|')": lambda rows: joined(distinct(known(rows, "k"))),
    without_commas("ARRAY_AGG(v)"): lambda rows: array([r.v for r in rows]) if rows else None,
    without_commas("ARRAY_AGG(DISTINCT v IGNORE NULLS)"): or_null(lambda vs: array(distinct(vs))),
    without_commas("COLLECT(v)"): lambda rows: multiset(known(rows)),
    "ROUND(STDDEV_POP(CAST(v AS DOUBLE)), 6)": or_null(lambda vs: rounded(math.sqrt(spread(vs) / len(vs)))),
    "ROUND(VAR_SAMP(CAST(v AS DOUBLE)), 6)":
        or_null(lambda vs: rounded(spread(vs) / (len(vs) - 1)) if len(vs) > 1 else None),
    "PERCENTILE(v, 0.5)": or_null(lambda vs: percentile(sorted(vs), 0.5)),
}


def spread(values):
    """Sum of the squares of the distances from the mean."""
    return sum(v * v for v in values) - sum(values) ** 2 / len(values)


def rounded(x):
    return double(decimal.Decimal(repr(x)).quantize(decimal.Decimal("0.000001"), decimal.ROUND_HALF_UP))


def percentile(ordered, p):
    """Exact, with linear interpolation."""
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return double(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


# COUNT(*) stands first: of a changelog it says how many rows a result has seen.
COMMON = ["COUNT(v)", "SUM(v)", "MIN(v)", "MAX(v)"]


def choose(rng):
    """Two common ones or three of all; COUNT(*) before them."""
    names = rng.sample(COMMON, 2) if rng.random() < 0.5 else rng.sample(sorted(PLAIN), 3)
    return ["COUNT(*)"] + [n for n in names if n != "COUNT(*)"]


def feature(names):
    """What stands or falls with its aggregate."""
    return [f"aggregate {n}" for n in names if n not in COMMON and n != "COUNT(*)"]


def values(names, rows):
    return [PLAIN[n](rows) for n in names]
