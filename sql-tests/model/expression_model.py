#!/usr/bin/env python3
"""expression_model.py -- random expressions over rows full of NULLs, compared with SQLite.

    expression_model.py WEIR [--rounds N] [--seed S]

Only what both define alike: 64-bit integers that stay small, doubles that are exact, text compared bytewise,
three-valued logic, and aggregates of them.  An expression is a pair of texts: for weir and for SQLite.
"""
import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS, QUERIES, COLUMNS, DEPTH = 60, 20, 5, 4
TEXTS = ["", "a", "b", "ab", " ab ", "aba", "Abc", "b,a", "a text of more than twelve bytes", "12",
         "\u20ac\U0001F600", "%", "_a"]
DECLARED = {"i": "BIGINT", "j": "BIGINT", "x": "DOUBLE", "y": "DOUBLE", "s": "STRING", "t": "STRING", "p": "BOOLEAN"}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def fill(self, forms, depth):
        """A form is one text, or one for weir and one for SQLite; its holes say number and kind: {0|i}, {1|s}."""
        form = self.rng.choice(forms)
        weir, lite = form if isinstance(form, tuple) else (form, form)
        parts = [getattr(self, hole)(depth - 1) for hole in holes(weir)]
        return weir.format(*(p[0] for p in parts)), lite.format(*(p[1] for p in parts))

    def leaf(self, names, literal):
        text = self.rng.choice(names) if self.rng.random() < 0.7 else literal
        return text, text

    def i(self, depth):
        if depth <= 0 or self.rng.random() < 0.2:
            return self.leaf(["i", "j"], f"({self.rng.randint(-9, 9)})")
        return self.fill(INTEGER, depth)

    def x(self, depth):
        if depth <= 0 or self.rng.random() < 0.2:
            return self.leaf(["x", "y"], f"({self.rng.randint(-20, 20) / 4}e0)")
        return self.fill(DOUBLE, depth)

    def s(self, depth):
        if depth <= 0 or self.rng.random() < 0.25:
            return self.leaf(["s", "t"], quoted(self.rng.choice(TEXTS)))
        return self.fill(TEXT, depth)

    def b(self, depth):
        if depth <= 0:
            return ("p", "p")
        return self.fill(BOOLEAN, depth)

    def any(self):
        return getattr(self, self.rng.choice("ixsb"))(DEPTH)


def holes(form):
    """The kinds of the holes of a form, which are written {0|i} {1|s}."""
    found = {}
    for part in form.split("{")[1:]:
        at, kind = part.split("}")[0].split("|")
        found[int(at)] = kind
    return [found[at] for at in sorted(found)]


class Form(str):
    """Formats {0|i} as {0}: what stands behind the bar is the kind."""

    def format(self, *parts):
        out = self
        for at, part in enumerate(parts):
            for kind in "ixsb":
                out = out.replace("{%d|%s}" % (at, kind), part)
        return out


def forms(*texts):
    return [tuple(map(Form, t)) if isinstance(t, tuple) else Form(t) for t in texts]


CHOICES = ["CASE WHEN {0|b} THEN {1|K} ELSE {2|K} END", "CASE WHEN {0|b} THEN {1|K} WHEN {2|b} THEN {3|K} END",
           "COALESCE({0|K}, {1|K}, {2|K})", "NULLIF({0|K}, {1|K})", "IFNULL({0|K}, {1|K})",
           ("IF({0|b}, {1|K}, {2|K})", "IIF({0|b}, {1|K}, {2|K})")]
EXTREMES = [("GREATEST({0|K}, {1|K})", "MAX({0|K}, {1|K})"), ("LEAST({0|K}, {1|K}, {2|K})",
                                                              "MIN({0|K}, {1|K}, {2|K})")]


def choices(kind, with_extremes=True):
    def of_kind(text):
        return text.replace("|K}", "|" + kind + "}")
    templates = CHOICES + (EXTREMES if with_extremes else [])
    return [tuple(map(of_kind, t)) if isinstance(t, tuple) else of_kind(t) for t in templates]


INTEGER = forms("({0|i} + {1|i})", "({0|i} - {1|i})", "({0|i} * {1|i})", "({0|i} / NULLIF({1|i}, 0))",
                "({0|i} % NULLIF({1|i}, 0))", "(- {0|i})", "ABS({0|i})", ("CHAR_LENGTH({0|s})", "LENGTH({0|s})"),
                ("INSTR({0|s}, {1|s})", "INSTR({0|s}, {1|s})"), ("POSITION({0|s} IN {1|s})", "INSTR({1|s}, {0|s})"),
                ("CAST({0|b} AS BIGINT)", "CAST({0|b} AS INTEGER)"), ("CAST({0|x} AS BIGINT)",
                                                                      "CAST({0|x} AS INTEGER)"),
                *choices("i"))
DOUBLE = forms("({0|x} + {1|x})", "({0|x} - {1|x})", "({0|x} * {1|x})", "({0|x} / NULLIF({1|x}, 0e0))",
               "({0|x} + {1|i})",
               "({0|i} * {1|x})", "(- {0|x})", "ABS({0|x})", ("CAST({0|i} AS DOUBLE)", "CAST({0|i} AS REAL)"),
               *choices("x"))
TEXT = forms("({0|s} || {1|s})", "UPPER({0|s})", "LOWER({0|s})", "TRIM({0|s})", "LTRIM({0|s}, 'ab')",
             "RTRIM({0|s}, ' a')",
             "REPLACE({0|s}, 'a', {1|s})", ("SUBSTRING({0|s}, 2, 3)", "SUBSTR({0|s}, 2, 3)"),
             "SUBSTR({0|s}, ABS({1|i} % 5) + 1)",
             ("HEX({0|s})", "CASE WHEN {0|s} IS NOT NULL THEN HEX({0|s}) END"), ("CAST({0|i} AS STRING)",
                                                                                 "CAST({0|i} AS TEXT)"), *choices("s"))
BOOLEAN = forms("({0|i} = {1|i})", "({0|i} <> {1|i})", "({0|i} < {1|i})", "({0|x} >= {1|x})", "({0|x} > {1|i})",
                "({0|s} = {1|s})",
                "({0|s} < {1|s})", "({0|s} >= {1|s})", "({0|b} AND {1|b})", "({0|b} OR {1|b})", "(NOT {0|b})",
                "({0|i} IS NULL)",
                "({0|s} IS NOT NULL)", "({0|b} IS NULL)", "({0|b} IS TRUE)", "({0|b} IS NOT FALSE)",
                "({0|i} BETWEEN {1|i} AND {2|i})", "({0|s} NOT BETWEEN {1|s} AND {2|s})", "({0|i} IN (1, 2, 3, 5))",
                "({0|i} NOT IN (0, {1|i}, NULL))", "({0|s} IN ('a', 'b', {1|s}))", "({0|s} LIKE 'a%')",
                "({0|s} NOT LIKE '%b%')",
                "({0|s} LIKE '_b%')", "({0|s} LIKE {1|s})", ("({0|i} IS DISTINCT FROM {1|i})", "({0|i} IS NOT {1|i})"),
                ("({0|s} IS NOT DISTINCT FROM {1|s})", "({0|s} IS {1|s})"), *choices("b", False))
AGGREGATES = forms("COUNT(*)", "COUNT({0|i})", "COUNT(DISTINCT {0|s})", "SUM({0|i})", "MIN({0|i})", "MAX({0|s})",
                   "MIN({0|x})",
                   "COUNT(*) FILTER (WHERE {0|b})", "MAX({0|i}) FILTER (WHERE {1|b})", "COUNT(DISTINCT {0|i})")


def make_rows(rng):
    def maybe(value):
        return None if rng.random() < 0.25 else value
    return [{"id": n, "i": maybe(rng.randint(-50, 50)), "j": maybe(rng.choice([0, 1, -1, 7])),
             "x": maybe(rng.randint(-40, 40) / 4),
             "y": maybe(rng.choice([0.0, 0.5, -2.0])), "s": maybe(rng.choice(TEXTS)), "t": maybe(rng.choice(TEXTS)),
             "p": maybe(rng.random() < 0.5)} for n in range(ROWS)]


def columns(items, side):
    return ", ".join(f"{item[side]} AS c{at}" for at, item in enumerate(items))


def make_query(rng):
    """The query for weir and that for SQLite."""
    make = Maker(rng)
    where = make.b(2) if rng.random() < 0.3 else ("TRUE", "TRUE")
    if rng.random() < 0.3:
        key = make.fill(forms("({0|i} % 5)", "UPPER({0|s})", "({0|b})"), 3)
        items = [make.fill(AGGREGATES, 3) for _ in range(COLUMNS)]
        texts = [f"SELECT {key[n]} AS k, {columns(items, n)} FROM r WHERE {where[n]} GROUP BY {key[n]}" for n in (0, 1)]
        return texts[0], texts[1]
    items = [make.any() for _ in range(COLUMNS)]
    texts = [f"SELECT id AS k, {columns(items, n)} FROM r WHERE {where[n]}" for n in (0, 1)]
    return texts[0], texts[1]


def plain(value):
    """SQLite's truth values are integers, and an integer may come as a double."""
    return float(value) if isinstance(value, (bool, int)) else value


def sorted_rows(rows):
    return sorted(([plain(v) for v in row] for row in rows), key=lambda row: [(v is None,
                                                                               0 if v is None else v) for v in row])


def ask_weir(weir, folder, rows, queries):
    (folder / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    declared = ", ".join(f"{name} {kind}" for name, kind in DECLARED.items())
    script = [f"CREATE TABLE r (id BIGINT, {declared}) "
              "WITH ('connector' = 'filesystem', 'path' = 'r.jsonl', 'format' = 'json');"]
    for query in queries:
        script += [query + ";", "SELECT 'end of a query' AS k;"]
    (folder / "q.sql").write_text("\n".join(script))
    command = [Path(weir).resolve(), "-q", "-m", "json", "q.sql"]
    got = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    if got.returncode != 0:
        raise SystemExit(f"weir: {got.stderr}")
    results = [[]]
    for line in got.stdout.splitlines():
        row = list(json.loads(line).values())
        if row == ["end of a query"]:
            results.append([])
        else:
            results[-1].append(row)
    return results[:-1]


def ask_sqlite(rows, queries):
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = ON")
    db.execute("CREATE TABLE r (id INTEGER, i INTEGER, j INTEGER, x REAL, y REAL, s TEXT, t TEXT, p INTEGER)")
    db.executemany("INSERT INTO r VALUES (:id, :i, :j, :x, :y, :s, :t, :p)", rows)
    return [db.execute(query).fetchall() for query in queries]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = total = 0
    for seed in range(options.seed, options.seed + options.rounds):
        rng = random.Random(seed)
        rows = make_rows(rng)
        queries = [make_query(rng) for _ in range(QUERIES)]
        with tempfile.TemporaryDirectory() as folder:
            got = ask_weir(Path(options.weir).resolve(), Path(folder), rows, [q[0] for q in queries])
        want = ask_sqlite(rows, [q[1] for q in queries])
        for query, ours, theirs in zip(queries, got, want):
            total += 1
            ours, theirs = sorted_rows(ours), sorted_rows(theirs)
            if ours == theirs:
                continue
            wrong += 1
            odd = [(a, b) for a, b in zip(ours, theirs) if a != b][:2]
            print(f"seed {seed}: {query[0]}\n  {len(ours)} and {len(theirs)} rows; {odd}")
    print(f"{total} queries, {wrong} differ")
    return wrong > 0 or total == 0


if __name__ == "__main__":
    sys.exit(main())
