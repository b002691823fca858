"""adapt.py -- a sqllogictest file of SQLite or DuckDB as one that weir can try.

What is changed:
  CREATE TABLE without WITH    a directory of JSON lines; constraints are dropped; types are those of the dialect
  statement error              the message is not compared: it is another program's
  CREATE INDEX, PRAGMA, SET, loops, modes and requirements: left out, and not counted
Everything else is tried as it stands.
"""

import re

# Words of a record that belong to the program that the file was written for.
FOREIGN = ("require", "load", "mode", "loop", "foreach", "concurrentloop", "concurrentforeach", "endloop", "restart",
           "reconnect", "sleep", "unzip", "tags", "test-env", "set", "reset", "continue", "template", "include",
           "require-env")
LEFT_OUT = re.compile(r"\s*(CREATE\s+(UNIQUE\s+)?INDEX|DROP\s+INDEX|REINDEX|PRAGMA|SET|RESET|CALL|ATTACH|DETACH|"
                      r"USE|BEGIN|COMMIT|ROLLBACK|VACUUM|ANALYZE|CHECKPOINT|LOAD|INSTALL)\b", re.I)
CREATE = re.compile(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?TABLE\s+(IF\s+NOT\s+EXISTS\s+)?"
                    r"(\w+)\s*\((.*)\)\s*;?\s*$", re.I | re.S)
TYPES = {"INTEGER": "BIGINT", "INT": "BIGINT", "INT4": "INT", "INT8": "BIGINT", "LONG": "BIGINT",
         "HUGEINT": "DECIMAL(38, 0)", "UTINYINT": "SMALLINT", "USMALLINT": "INT", "UINTEGER": "BIGINT",
         "TEXT": "STRING", "VARCHAR": "STRING",
         "REAL": "DOUBLE", "FLOAT": "DOUBLE", "NUMERIC": "DECIMAL",
         "BLOB": "BYTES", "BOOL": "BOOLEAN",
         "TIMESTAMPTZ": "TIMESTAMP_LTZ(3)", "DATETIME": "TIMESTAMP(3)", "TIMESTAMP": "TIMESTAMP(3)"}


def split_commas(text):
    """At commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


def column_of(text):
    """`name TYPE[(n)] constraints` as `name TYPE`; None: a constraint of the table."""
    match = re.match(r'\s*("?)(\w+)\1\s+([A-Za-z_]\w*)\s*(\([^)]*\))?(\s*\[\s*\])*', text)
    if match is None or match[2].upper() in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT"):
        return None
    kind = TYPES.get(match[3].upper(), match[3] + (match[4] or ""))
    if kind == "DECIMAL" and match[4]:
        kind += match[4]
    return f"`{match[2]}` " + (f"ARRAY<{kind}>" if match[5] else kind)


def adapt_sql(sql):
    """None: left out."""
    if LEFT_OUT.match(sql):
        return None
    match = CREATE.match(sql)
    if match is None:
        return sql
    columns = [c for c in map(column_of, split_commas(match[3])) if c is not None]
    return (f"CREATE TABLE {match[1] or ''}{match[2]} ({', '.join(columns)}) "
            f"WITH ('connector' = 'filesystem', 'path' = '{match[2]}.d/', 'format' = 'json')")


def adapt_record(lines):
    """(lines, cases, left out) of one record, which ends at an empty line."""
    at = 0
    while lines[at].split()[0] in ("skipif", "onlyif"):
        at += 1
        if at == len(lines):
            return [], 0, 1
    words = lines[at].split()
    if words[0] in FOREIGN:
        return [], 0, 1
    if words[0] not in ("statement", "query"):
        return lines, 0, 0  # hash-threshold, halt
    rule = next((i for i in range(at, len(lines)) if lines[i] == "----"), len(lines))
    sql = adapt_sql("\n".join(lines[at + 1:rule]))
    if sql is None:
        return [], 0, 1
    if words[:2] == ["statement", "maybe"]:
        return [], 0, 1
    head = "statement error" if words[:2] == ["statement", "error"] else lines[at]
    behind = [] if words[0] == "statement" else lines[rule:]
    return lines[:at] + [head] + sql.split("\n") + behind, 1, 0


def records(text):
    record = []
    for line in text.split("\n"):
        if line.startswith("#"):
            continue
        if line.strip() == "":
            if record:
                yield record
            record = []
        else:
            record.append(line.rstrip("\r"))
    if record:
        yield record


def adapt_file(path, to):
    """Writes the file anew; returns how many cases it has, and how many records were left out."""
    out, cases, left_out = [], 0, 0
    for record in records(path.read_text(errors="replace")):
        lines, n, dropped = adapt_record(record)
        cases += n
        left_out += dropped
        if lines:
            out += lines + [""]
    to.write_text("\n".join(out))
    return cases, left_out
