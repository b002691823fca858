#!/usr/bin/env python3
"""shell_test.py -- the program as a user meets it: options, modes, pipes, signals, exit statuses.

    shell_test.py PATH/TO/weir [NAME ...]

Every case compares bytes.  Nothing sleeps: a test waits for output, for the end of the process, or
for a fact that the kernel tells (a pipe is full, a signal has been taken).  A time limit only ends
what hangs.
"""
import fcntl
import gzip
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

WEIR = ""
LIMIT = 20  # seconds until a hung process is ended

ENV = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
for name, value in os.environ.items():
    if name.endswith("SAN_OPTIONS"):
        ENV[name] = value

KV = "SELECT * FROM (VALUES ('a', 1), ('b,\"c', CAST(NULL AS INT))) AS t(k, n)"
IN_KV = ("CREATE TABLE kv (k STRING, v INT) WITH"
         " ('connector' = 'stdin', 'format' = 'csv', 'csv.header' = 'true');")
ENDLESS = ("CREATE TABLE gen (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000',"
           " 'fields.n.min' = '7', 'fields.n.max' = '7');")
WINDOWS = ("SELECT window_start, k, COUNT(*) AS n, SUM(v) AS s"
           " FROM TABLE(TUMBLE(TABLE stdin, DESCRIPTOR(ts), INTERVAL '10' SECOND))"
           " GROUP BY window_start, window_end, k")


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def weir(*args, stdin=b"", env=None, stdout=subprocess.PIPE, cwd=None):
    """Run to the end; stdin is bytes, or None for a closed terminal-less nothing."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([WEIR, *args], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          env={**ENV, **(env or {})}, timeout=LIMIT, cwd=cwd)
    out = done.stdout.decode("utf-8", "surrogateescape") if done.stdout is not None else None
    return Result(done.returncode, out, done.stderr.decode("utf-8", "surrogateescape"))


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory(prefix="weir-shell-")
        self.addCleanup(self.tmp.cleanup)

    def path(self, name, text=None):
        path = os.path.join(self.tmp.name, name)
        if text is not None:
            with open(path, "wb") as f:
                f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, path):
        with open(path, encoding="utf-8") as f:
            return f.read()

    def check(self, result, out="", err="", code=0):
        self.assertEqual((result.err, result.out, result.code), (err, out, code))


class Modes(Case):
    def mode(self, mode, out, *more):
        self.check(weir("-m", mode, "-c", KV, *more), out)

    def test_csv(self):
        self.check(weir("-c", KV), 'k,n\na,1\n"b,""c",\n')
        self.mode("csv", 'k,n\na,1\n"b,""c",\n')
        self.mode("csv", 'a,1\n"b,""c",NIL\n', "--no-header", "--null", "NIL")

    def test_tsv(self):
        self.mode("tsv", 'k\tn\na\t1\nb,"c\t\\N\n')
        self.mode("tsv", 'a\t1\nb,"c\t-\n', "--no-header", "--null=-")

    def test_json(self):
        self.mode("json", '{"k":"a","n":1}\n{"k":"b,\\"c","n":null}\n')
        self.mode("json", '{"k":"a","n":1}\n{"k":"b,\\"c","n":null}\n', "--no-header", "--null=-")

    def test_table(self):
        self.mode("table",
                  "+------+------+\n"
                  "| k    |    n |\n"
                  "+------+------+\n"
                  "| a    |    1 |\n"
                  '| b,"c | NULL |\n'
                  "+------+------+\n")
        self.mode("table",
                  "+------+---+\n"
                  "| a    | 1 |\n"
                  '| b,"c | - |\n'
                  "+------+---+\n", "--no-header", "--null", "-")

    def test_line(self):
        self.mode("line", 'k = a\nn = 1\n\nk = b,"c\nn = NULL\n')

    def test_markdown(self):
        self.mode("markdown",
                  "| k    |    n |\n"
                  "| ---- | ---: |\n"
                  "| a    |    1 |\n"
                  '| b,"c | NULL |\n')

    def test_tableau(self):
        self.mode("tableau",
                  "+----+--------------------------------+-------------+\n"
                  "| op |                              k |           n |\n"
                  "+----+--------------------------------+-------------+\n"
                  "| +I |                              a |           1 |\n"
                  '| +I |                           b,"c |      <NULL> |\n'
                  "+----+--------------------------------+-------------+\n"
                  "Received a total of 2 rows\n")

    def test_tableau_width(self):
        r = weir("-m", "tableau", "-s", "table.display.max-column-width=8", "-c",
                 "SELECT CAST('0123456789' AS STRING) AS s")
        self.check(r,
                   "+----+----------+\n"
                   "| op |        s |\n"
                   "+----+----------+\n"
                   "| +I | 01234... |\n"
                   "+----+----------+\n"
                   "Received a total of 1 row\n")

    def test_none(self):
        self.mode("none", "")
        self.check(weir("-m", "none", "-c", "SHOW TABLES; EXPLAIN SELECT 1;"), "")

    def test_null_and_empty(self):
        sql = "SELECT CAST(NULL AS STRING) AS s, CAST('' AS STRING) AS e, CAST(NULL AS DOUBLE) AS d"
        self.check(weir("-c", sql), 's,e,d\n,"",\n')
        self.check(weir("-m", "tsv", "-c", sql), "s\te\td\n\\N\t\t\\N\n")
        self.check(weir("-m", "json", "-c", sql), '{"s":null,"e":"","d":null}\n')
        self.check(weir("-m", "line", "-c", sql), "s = NULL\ne = \nd = NULL\n")
        self.check(weir("-c", sql, "--null", ""), 's,e,d\n,"",\n')

    def test_each_select_has_its_header(self):
        self.check(weir("-c", "SELECT 1 AS a; SELECT 2 AS b", "-c", "SELECT 3 AS c"),
                   "a\n1\nb\n2\nc\n3\n")

    def test_no_rows(self):
        sql = "SELECT * FROM (VALUES (1)) AS t(n) WHERE n > 1"
        self.check(weir("-c", sql), "n\n")
        self.check(weir("-m", "json", "-c", sql), "")
        self.check(weir("-m", "table", "-c", sql), "+---+\n| n |\n+---+\n+---+\n")

    def test_show(self):
        sql = "CREATE TABLE bids (a INT) WITH ('connector' = 'blackhole'); SHOW TABLES"
        self.check(weir("-c", sql), "table name\nbids\n")
        self.check(weir("-m", "json", "-c", sql), '{"table name":"bids"}\n')
        self.check(weir("-m", "table", "-c", sql),
                   "+------------+\n| table name |\n+------------+\n| bids       |\n+------------+\n")

    def test_explain_is_text(self):
        csv = weir("-c", "EXPLAIN SELECT 1")
        self.assertEqual(csv.code, 0)
        self.assertTrue(csv.out.startswith("== Abstract Syntax Tree =="), csv.out)
        self.assertTrue(csv.out.endswith("\n"))
        self.check(weir("-m", "table", "-c", "EXPLAIN SELECT 1"), csv.out)
        json = weir("-m", "json", "-c", "EXPLAIN SELECT 1")
        self.assertTrue(json.out.startswith('{"result":"== Abstract Syntax Tree =='), json.out)
        self.assertEqual(json.out.count("\n"), 1)

    def test_escapes(self):
        """In what is drawn for people, control characters are shown; in data they are data."""
        sql = "SELECT E'a\\u001b[31m\\tb' AS s"
        self.check(weir("-m", "line", "-c", sql), "s = a\\u001b[31m\\tb\n")
        self.check(weir("-c", sql), "s\na\033[31m\tb\n")


class Options(Case):
    def test_help_and_version(self):
        for option in ("-h", "--help", "-qh"):
            r = weir(option)
            self.assertEqual((r.code, r.err), (0, ""))
            self.assertIn("--parallelism N", r.out)
        for option in ("-V", "--version"):
            self.check(weir(option), "weir 0.1.0\n")

    def test_unknown(self):
        self.check(weir("--modes", "csv"),
                   err='weir: unknown option "--modes"\nhint: did you mean "--mode"?\n', code=2)
        self.check(weir("-x"),
                   err='weir: unknown option "-x"\nhint: weir --help lists the options\n', code=2)
        self.check(weir("-m", "jsn", "-c", "SELECT 1"),
                   err='weir: there is no mode "jsn"\nhint: did you mean "json"?\n', code=2)
        self.check(weir("-c"), err='weir: option "-c" needs a value: SQL\n', code=2)

    def test_settings(self):
        sql = "SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING) AS t"
        self.check(weir("-s", "table.local-time-zone=UTC", "-c", sql),
                   "t\n1970-01-01 00:00:00.000\n")
        self.check(weir("--set=table.local-time-zone=Asia/Tokyo", "-c", sql),
                   "t\n1970-01-01 09:00:00.000\n")

    def test_bad_settings(self):
        r = weir("-s", "paralelism.default=2", "-c", "SELECT 1")
        self.assertEqual((r.code, r.out), (2, ""))
        self.assertTrue(r.err.startswith("-s: error: "), r.err)
        self.assertIn('hint: did you mean "parallelism.default"?\n', r.err)
        for n in ("0", "-1", "many", "100000"):
            r = weir("-p", n, "-c", "SELECT 1")
            self.assertEqual((r.code, r.out), (2, ""), n)
            self.assertTrue(r.err.startswith("-p: error: "), r.err)

    def test_bad_setting_leaves_the_output_alone(self):
        path = self.path("out.csv", "kept")
        self.assertEqual(weir("-o", path, "-s", "x=1", "-c", "SELECT 1").code, 2)
        self.assertEqual(self.read(path), "kept")

    def test_parallelism(self):
        rows = "".join(f"{'abcdefg'[i % 7]},{i},2024-01-01 00:{i // 60 % 60:02}:{i % 60:02}\n"
                       for i in range(3600))
        outs = {weir("-q", "-p", n, "-c", WINDOWS, stdin="k,v,ts\n" + rows).out
                for n in ("1", "2", "7")}
        self.assertEqual(len(outs), 1)
        self.assertEqual(outs.pop().count("\n"), 1 + 360 * 7)

    def test_init(self):
        init = self.path("init.sql", "CREATE VIEW one AS SELECT 1 AS a;")
        script = self.path("s.sql", "SELECT * FROM one;")
        for more in ((), ("--no-init",)):
            self.check(weir("-i", init, *more, "-c", "SELECT * FROM one"), "a\n1\n")
        self.check(weir("--init", init, script), "a\n1\n")
        self.check(weir("-i", init, stdin="SELECT * FROM one;"), "a\n1\n")
        bad = self.path("bad.sql", "SELECT 1 AS a;\nSELEC;")
        r = weir("-i", bad, "-c", "SELECT 2 AS b")
        self.assertEqual((r.code, r.out), (1, "a\n1\n"))
        self.assertTrue(r.err.startswith(f"{bad}:2:1: error: "), r.err)
        self.check(weir("-i", self.path("none.sql"), "-c", "SELECT 1"), code=1,
                   err=f'weir: cannot read "{self.path("none.sql")}": no such file or directory\n')

    def test_weirrc_is_for_the_shell(self):
        self.path(".weirrc", "SELECT 'rc' AS a;")
        self.check(weir("-c", "SELECT 1 AS b", env={"HOME": self.tmp.name}), "b\n1\n")

    def test_output_file(self):
        path = self.path("out.csv", "something that was longer than the result is\n")
        self.check(weir("-o", path, "-c", KV, "-c", "SELECT 2 AS x"))
        self.assertEqual(self.read(path), 'k,n\na,1\n"b,""c",\nx\n2\n')
        self.check(weir("--output=" + path, "-m", "table", "-c", "SELECT 2 AS x"))
        self.assertEqual(self.read(path), "+---+\n| x |\n+---+\n| 2 |\n+---+\n")
        self.check(weir("-o", "/nonexistent/x", "-c", "SELECT 1"), code=1,
                   err='weir: cannot open "/nonexistent/x": no such file or directory\n')

    def test_quiet(self):
        data = "k,v\na,1\nb\nc,3\n"
        r = weir("-c", IN_KV + "SELECT k, v FROM kv", stdin=data)
        self.assertEqual((r.code, r.out), (0, "k,v\na,1\nc,3\n"))
        self.assertTrue(r.err.startswith("stdin:3: skipped: "), r.err)
        self.assertTrue(r.err.endswith("1 malformed row skipped\n"), r.err)
        self.check(weir("-q", "-c", IN_KV + "SELECT k, v FROM kv", stdin=data), "k,v\na,1\nc,3\n")
        r = weir("-q", "-c", "SELEC")
        self.assertEqual(r.code, 1)
        self.assertTrue(r.err.startswith("-c:1:1: error: "), r.err)

    def test_stats(self):
        r = weir("-q", "--stats", "-c", IN_KV + "SELECT k FROM kv", stdin="k,v\na,1\nb\nc,3\n")
        self.assertEqual((r.code, r.out), (0, "k\na\nc\n"))
        lines = dict(line.split(": ", 1) for line in r.err.splitlines())
        self.assertEqual(list(lines), ["rows in", "rows out", "bytes in", "malformed rows", "late rows",
                                       "rows without event time", "peak memory", "elapsed",
                                       "rows/s"])
        self.assertEqual((lines["rows out"], lines["malformed rows"]), ("2", "1"))
        self.assertEqual(lines["late rows"], "0")
        self.assertRegex(lines["peak memory"], r"^[1-9][0-9]*\.[0-9] MiB$")
        self.assertRegex(lines["elapsed"], r"^[0-9]+\.[0-9]{3} s$")

    def test_stats_after_a_failure(self):
        r = weir("--stats", "-c", "SELEC")
        self.assertEqual(r.code, 1)
        self.assertIn("\nrows in: 0\n", r.err)


class Scripts(Case):
    def test_scripts_and_commands_in_their_order(self):
        a = self.path("a.sql", "CREATE VIEW v AS SELECT 1 AS x;\nSELECT 'a' AS s;")
        b = self.path("b.sql", "SELECT x FROM v;")
        self.check(weir(a, "-c", "SELECT 'c' AS s", b), "s\na\ns\nc\nx\n1\n")

    def test_stdin_is_the_script(self):
        self.check(weir(stdin="SELECT 1 AS a; -- no more"), "a\n1\n")
        self.check(weir("-", stdin="SELECT 1 AS a"), "a\n1\n")
        self.check(weir(stdin=""), "")
        self.check(weir(stdin=b"\xef\xbb\xbfSELECT 1 AS a;"), "a\n1\n")

    def test_stdin_cannot_be_both(self):
        for args in ((), ("-",)):
            r = weir(*args, stdin="SELECT 1 AS a;\nSELECT * FROM stdin;")
            self.assertEqual((r.code, r.out), (1, "a\n1\n"))
            self.assertTrue(r.err.startswith("<stdin>:2:15: error: "), r.err)

    def test_error_positions(self):
        script = self.path("s.sql", "SELECT 1 AS a;\n\nSELECT 'ü' AS b,\n  nope FROM (VALUES (1)) AS t(n);\n"
                                    "SELECT 3 AS c;")
        r = weir(script)
        self.assertEqual((r.code, r.out), (1, "a\n1\n"))
        lines = r.err.split("\n")
        self.assertTrue(lines[0].startswith(f"{script}:4:3: error: "), r.err)
        self.assertEqual(lines[1:3], ["    nope FROM (VALUES (1)) AS t(n);", "    ^"])

    def test_columns_are_code_points(self):
        r = weir("-c", "SELECT '日本', nope")
        self.assertEqual(r.code, 1)
        lines = r.err.split("\n")
        self.assertTrue(lines[0].startswith("-c:1:14: error: "), r.err)
        self.assertEqual(lines[1:3], ["  SELECT '日本', nope", "                 ^"])

    def test_stops_at_the_first_error(self):
        r = weir("-c", "SELECT 1 AS a; SELEC; SELECT 2 AS b", "-c", "SELECT 3 AS c")
        self.assertEqual((r.code, r.out), (1, "a\n1\n"))
        self.assertTrue(r.err.startswith("-c:1:16: error: "), r.err)

    def test_escapes_in_errors(self):
        r = weir("-c", "SELECT '\033[2J', nope")
        self.assertEqual(r.code, 1)
        self.assertNotIn("\033", r.err)
        lines = r.err.split("\n")
        self.assertEqual(lines[1:3], ["  SELECT '\\u001b[2J', nope",
                                      " " * len("  SELECT '\\u001b[2J', ") + "^"])

    def test_quit(self):
        for word in ("QUIT", "EXIT"):
            self.check(weir("-c", f"SELECT 1 AS a; {word}; nonsense", "-c", "SELECT 2"), "a\n1\n")

    def test_help_statement(self):
        r = weir("-c", "HELP; CLEAR;")
        self.assertEqual((r.code, r.err), (0, ""))
        self.assertIn("semicolon", r.out)

    def test_unreadable(self):
        missing = self.path("none.sql")
        self.check(weir(missing), code=1,
                   err=f'weir: cannot read "{missing}": no such file or directory\n')
        self.check(weir(self.tmp.name), code=1,
                   err=f'weir: cannot read "{self.tmp.name}": is a directory\n')
        self.check(weir("SELECT 1"), code=1,
                   err='weir: cannot read "SELECT 1": no such file or directory\n'
                       'hint: to run SQL, use -c\n')
        self.check(weir(stdin=b"x" * (17 << 20)), code=1,
                   err='weir: cannot read "<stdin>": file too large\n'
                       'hint: standard input is taken for a script; to query it, use -c\n')

    def test_nul_byte(self):
        r = weir(stdin=b"SELECT 1 AS a;\nSELECT \0 2;")
        self.assertEqual((r.code, r.out), (1, "a\n1\n"))
        self.assertTrue(r.err.startswith("<stdin>:2:8: error: "), r.err)

    def test_missing_table_file(self):
        r = weir("-c", "SELECT * FROM '/nonexistent/x.csv'")
        self.assertEqual((r.code, r.out), (1, ""))
        self.assertTrue(r.err.startswith("-c:1:15: error: "), r.err)


class Streams(Case):
    def test_windows_from_a_pipe(self):
        r = weir("-q", "-c", WINDOWS,
                 stdin="k,v,ts\na,1,2024-01-01 00:00:01\nb,2,2024-01-01 00:00:02\n"
                       "a,3,2024-01-01 00:00:09\na,4,2024-01-01 00:00:11\n")
        self.assertEqual((r.code, r.err), (0, ""))
        lines = r.out.splitlines()
        self.assertEqual(lines[0], "window_start,k,n,s")
        self.assertEqual(sorted(lines[1:]), ["2024-01-01 00:00:00.000,a,2,4",
                                             "2024-01-01 00:00:00.000,b,1,2",
                                             "2024-01-01 00:00:10.000,a,1,4"])

    def test_stdin_twice_in_one_query(self):
        sql = ("SELECT k, v FROM stdin WHERE v > 1 UNION ALL SELECT k, -v FROM stdin WHERE v <= 2")
        r = weir("-q", "-c", sql, stdin="k,v\na,1\nb,2\nc,3\n")
        self.assertEqual((r.code, r.err), (0, ""))
        lines = r.out.splitlines()
        self.assertEqual(lines[0], "k,v")
        self.assertEqual(sorted(lines[1:]), ["a,-1", "b,-2", "b,2", "c,3"])

    def test_stdin_by_two_statements(self):
        r = weir("-q", "-c", "SELECT k FROM stdin; SELECT k FROM stdin", stdin="k,v\na,1\n")
        self.assertEqual((r.code, r.out), (1, "k\na\n"))
        self.assertTrue(r.err.startswith("-c:1:36: error: "), r.err)

    def test_dropped_rows_are_told(self):
        data = ("k,v,ts\na,1,2024-01-01 00:00:01\na,1,2024-01-01 00:01:00\n"
                "a,1,2024-01-01 00:00:02\na,1,2024-01-01 00:00:03\na,1,\n")
        r = weir("-c", WINDOWS, stdin=data)
        self.assertEqual(r.code, 0)
        self.assertTrue(r.err.endswith("2 late rows dropped\n1 row without event time dropped\n"),
                        r.err)
        r = weir("-q", "--stats", "-c", WINDOWS, stdin=data)
        self.assertIn("late rows: 2\nrows without event time: 1\n", r.err)

    def test_insert_prints_nothing(self):
        out = self.path("o.csv")
        sql = (f"CREATE TABLE o (k STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '{out}',"
               f" 'format' = 'csv'); INSERT INTO o {KV}; SELECT 1 AS done")
        self.check(weir("-c", sql), "done\n1\n")
        self.assertEqual(self.read(out), 'a,1\n"b,""c",\n')

    def test_print_and_results_in_order(self):
        sql = ("CREATE TABLE p (n INT) WITH ('connector' = 'print');"
               "SELECT 1 AS a; INSERT INTO p VALUES (2); SELECT 3 AS b; INSERT INTO p VALUES (4);")
        for mode, out in (("csv", "a\n1\n+I[2]\nb\n3\n+I[4]\n"),
                          ("line", "a = 1\n+I[2]\nb = 3\n+I[4]\n")):
            self.check(weir("-m", mode, "-c", sql), out)

    def test_run_time_error(self):
        sql = "SELECT 10 / n AS q FROM (VALUES (5), (0)) AS t(n)"
        r = weir("-c", "SELECT 1 AS a;\n" + sql + "; SELECT 2 AS b")
        self.assertEqual(r.code, 1)
        self.assertTrue(r.out.startswith("a\n1\n"), r.out)
        self.assertNotIn("b\n", r.out)
        self.assertTrue(r.err.startswith("-c:2:"), r.err)

    def test_compressed_stdin(self):
        r = weir("-q", "-c", "SELECT * FROM stdin", stdin=gzip.compress(b"k,v\na,1\n"))
        self.check(r, "k,v\na,1\n")


class Output(Case):
    """Where results go may fail: never a success, unless the reader has had enough."""

    def full(self, *args):
        with open("/dev/full", "wb") as full:
            return weir(*args, stdout=full)

    def test_full_disk(self):
        for mode in ("csv", "json", "table", "line", "tableau"):
            r = self.full("-m", mode, "-c", "SELECT 1 AS a", "-c", "SELECT 2 AS b")
            self.assertEqual((r.code, r.err), (
                1, '-c: error: cannot write "standard output": no space left on device\n'), mode)
        r = self.full("-c", "SHOW TABLES")
        self.assertEqual(r.code, 1)
        r = self.full("-c", "EXPLAIN SELECT 1")
        self.assertEqual(r.code, 1)
        self.assertEqual(self.full("--version").code, 1)
        self.assertEqual(self.full("--help").code, 1)

    def test_full_disk_for_a_file(self):
        for mode in ("csv", "table"):
            r = weir("-m", mode, "-o", "/dev/full", "-c", "SELECT 1 AS a")
            self.assertEqual((r.code, r.err), (
                1, "-c: error: cannot write the output: no space left on device\n"))

    def test_full_disk_for_print(self):
        sql = "CREATE TABLE p (n INT) WITH ('connector' = 'print'); INSERT INTO p VALUES (1)"
        self.assertEqual(self.full("-c", sql).code, 1)

    def test_nothing_to_write(self):
        self.assertEqual(self.full("-m", "none", "-c", "SELECT 1").code, 0)

    def closed(self, *args):
        """Read one line, then close."""
        p = subprocess.Popen([WEIR, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=ENV)
        first = p.stdout.readline()
        p.stdout.close()
        err = p.stderr.read().decode()
        p.stderr.close()
        return first.decode(), Result(p.wait(LIMIT), None, err)

    def test_closed_pipe(self):
        for mode, first in (("csv", "n\n"), ("json", '{"n":7}\n'), ("line", "n = 7\n")):
            line, r = self.closed("-m", mode, "-c", ENDLESS + "SELECT n FROM gen; SELECT 2")
            self.assertEqual(line, first)
            self.check(r, None)

    def test_closed_pipe_for_print(self):
        sql = ENDLESS + "CREATE TABLE p (n BIGINT) WITH ('connector' = 'print');"
        line, r = self.closed("-c", sql + "INSERT INTO p SELECT n FROM gen")
        self.assertEqual(line, "+I[7]\n")
        self.check(r, None)

    def test_closed_stdout(self):
        done = subprocess.run(["/bin/sh", "-c", 'exec "$0" -c "SELECT 1" >&-', WEIR], env=ENV,
                              stderr=subprocess.PIPE, timeout=LIMIT)
        self.assertEqual((done.returncode, done.stderr), (
            1, b'-c: error: cannot write "standard output": bad file descriptor\n'))

    def test_closed_stdin(self):
        """The first file that is opened does not become standard input."""
        path = self.path("x.csv", "k,v\na,1\n")
        sql = f"SELECT k FROM '{path}'; SELECT * FROM stdin"
        done = subprocess.run(["/bin/sh", "-c", 'exec "$0" -q -c "$1" <&-', WEIR, sql], env=ENV,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT)
        self.assertEqual((done.returncode, done.stdout), (1, b"k\na\n"))
        self.assertIn(b"bad file descriptor", done.stderr)


def pending(pid, number):
    """Has a signal been sent and not yet been taken?"""
    with open(f"/proc/{pid}/status") as f:
        masks = [int(line.split()[1], 16) for line in f if line.startswith(("ShdPnd:", "SigPnd:"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


class Signals(Case):
    def start(self, *args, **more):
        p = subprocess.Popen([WEIR, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=ENV, **more)
        self.addCleanup(self.end, p)
        return p

    def end(self, p):
        if p.poll() is None:
            p.kill()
        p.wait(LIMIT)
        for pipe in (p.stdin, p.stdout, p.stderr):
            pipe.close()

    def signal(self, p, number):
        """Send it and wait until a thread has taken it."""
        p.send_signal(number)
        while p.poll() is None and pending(p.pid, number):
            pass

    def test_first_signal_stops(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            p = self.start("-c", "SELECT k FROM stdin; SELECT 2 AS b", "-c", "SELECT 3 AS c")
            p.stdin.write(b"k,v\na,1\nb,2\n")
            p.stdin.flush()
            self.assertEqual([p.stdout.readline() for _ in range(3)], [b"k\n", b"a\n", b"b\n"])
            self.signal(p, number)
            self.assertEqual(p.stdout.read(), b"")
            self.assertTrue(p.stderr.read().endswith(b"stopped\n"))
            self.assertEqual(p.wait(LIMIT), 0)

    def test_open_windows_are_left_out(self):
        p = self.start("--stats", "-c", WINDOWS)
        p.stdin.write(b"k,v,ts\na,1,2024-01-01 00:00:01\na,2,2024-01-01 00:00:30\n")
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), b"window_start,k,n,s\n")
        self.assertEqual(p.stdout.readline(), b"2024-01-01 00:00:00.000,a,1,1\n")
        self.signal(p, signal.SIGINT)
        self.assertEqual(p.stdout.read(), b"")
        err = p.stderr.read().decode()
        self.assertIn("stopped: windows that were still open are left out\n", err)
        self.assertIn("rows in: 2\nrows out: 1\n", err)
        self.assertEqual(p.wait(LIMIT), 0)

    def test_while_waiting_for_the_first_line(self):
        p = self.start("-c", "SELECT 1 AS a; SELECT * FROM stdin")
        self.assertEqual([p.stdout.readline() for _ in range(2)], [b"a\n", b"1\n"])
        self.signal(p, signal.SIGINT)
        self.assertEqual((p.stdout.read(), p.stderr.read()), (b"", b""))
        self.assertEqual(p.wait(LIMIT), 0)

    def test_tableau_says_so(self):
        p = self.start("-q", "-m", "tableau", "-c", "SELECT k FROM stdin")
        p.stdin.write(b"k,v\na,1\n")
        p.stdin.flush()
        for _ in range(4):
            last = p.stdout.readline()
        self.assertEqual(last, b"| +I |                              a |\n")
        self.signal(p, signal.SIGINT)
        self.assertTrue(p.stdout.read().endswith(b"Query terminated, received a total of 1 row\n"))
        self.assertEqual(p.wait(LIMIT), 0)

    def test_second_signal_ends(self):
        """The output is full and nobody reads: the first SIGINT cannot be obeyed."""
        for second, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            p = self.start("-c", ENDLESS.replace("1000000", "1") +
                           "SELECT REPEAT('x', 1000000) AS x FROM gen")
            self.assertEqual(os.read(p.stdout.fileno(), 2), b"x\n")
            held = 0
            while held == 0:  # a part of the first row, which is larger than the pipe
                held, = struct.unpack("i", fcntl.ioctl(p.stdout, termios.FIONREAD, b"\0" * 4))
            self.signal(p, signal.SIGINT)
            self.assertIsNone(p.poll())
            self.signal(p, second)
            self.assertEqual(p.wait(LIMIT), code)

    def test_endless_inserts_run_together(self):
        sql = (ENDLESS + "CREATE TABLE a (n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'a');"
               "CREATE TABLE b (n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'b');"
               "INSERT INTO a SELECT n FROM gen; INSERT INTO b SELECT n FROM gen; SELECT 1 AS done")
        p = self.start("-c", sql)
        seen = set()
        while seen != {b"a", b"b", b"done\n"}:
            line = p.stdout.readline()
            self.assertNotEqual(line, b"")
            seen.add(line.split(b"> ")[0] if b"> " in line else b"done\n")
        p.send_signal(signal.SIGINT)
        while p.stdout.read1(1 << 16):
            pass
        self.assertEqual(p.stderr.read(), b"stopped\nstopped\n")
        self.assertEqual(p.wait(LIMIT), 0)

    def test_failure_stops_endless_inserts(self):
        sql = (ENDLESS + "CREATE TABLE a (n BIGINT) WITH ('connector' = 'blackhole');"
               "INSERT INTO a SELECT n FROM gen; SELEC")
        r = weir("-q", "-c", sql)
        self.assertEqual((r.code, r.out), (1, ""))
        self.assertIn(": error: ", r.err)
        sql = (ENDLESS + "CREATE TABLE a (n BIGINT) WITH ('connector' = 'blackhole');"
               "INSERT INTO a SELECT n FROM gen;\nINSERT INTO a SELECT 1 / (n - n) FROM gen;"
               "SELECT n FROM gen")
        r = weir("-q", "-m", "none", "-c", sql)
        self.assertEqual((r.code, r.out), (1, ""))
        self.assertTrue(r.err.startswith("-c:2:"), r.err)
        self.assertEqual(r.err.count("error: "), 1)


class Terminal:
    """weir with a terminal for stdin, stdout and stderr."""

    def __init__(self, *args, env=None):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[1] &= ~termios.OPOST  # newlines stay what they are
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen([WEIR, *args], stdin=slave, stdout=slave, stderr=slave,
                                        env={**ENV, **(env or {})}, preexec_fn=own_terminal)
        os.close(slave)

    def until(self, end):
        """All that comes up to and with end."""
        got = b""
        while not got.endswith(end.encode()):
            ready, _, _ = select.select([self.master], [], [], LIMIT)
            if not ready:
                raise AssertionError(f"no {end!r} after {got!r}")
            got += os.read(self.master, 1)
        return got.decode()

    def rest(self):
        got = b""
        while True:
            try:
                part = os.read(self.master, 4096)
            except OSError:  # Linux: the other side has been closed
                return got.decode()
            if not part:
                return got.decode()
            got += part

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        code = self.process.wait(LIMIT)
        os.close(self.master)
        return code


class Interactive(Case):
    PROMPT, MORE = "weir> ", "   -> "

    def terminal(self, *args, env=None):
        t = Terminal(*args, env=env)
        t.until(self.PROMPT)
        return t

    def ask(self, t, text):
        t.type(text)
        return t.until(self.PROMPT)[:-len(self.PROMPT)]

    def leave(self, t, text=".quit\n"):
        t.type(text)
        rest = t.rest()
        self.assertEqual(t.end(), 0)
        return rest

    def test_statements(self):
        t = self.terminal("-q")
        self.assertEqual(self.ask(t, "SELECT 1 AS a;\n"), "+---+\n| a |\n+---+\n| 1 |\n+---+\n")
        t.type("SELECT 2\n")
        self.assertEqual(t.until(self.MORE), self.MORE)
        self.assertEqual(self.ask(t, "AS b; SELECT 3 AS c;\n"),
                         "+---+\n| b |\n+---+\n| 2 |\n+---+\n+---+\n| c |\n+---+\n| 3 |\n+---+\n")
        self.assertEqual(self.ask(t, "\n"), "")
        self.assertTrue(self.ask(t, "SELEC;\n").startswith("<stdin>:1:1: error: "))
        self.assertEqual(self.ask(t, ".mode line\n"), "")
        self.assertEqual(self.ask(t, "SELECT 4 AS d;\n"), "d = 4\n")
        self.leave(t)

    def test_banner_and_time(self):
        t = Terminal()
        self.assertEqual(t.until(self.PROMPT),
                         "weir 0.1.0, statements end with a semicolon, .help helps, .quit leaves\n"
                         + self.PROMPT)
        self.assertRegex(self.ask(t, "SELECT 1 AS a;\n"), r"\n1 row \([0-9.]+ s\)\n$")
        self.leave(t)

    def test_dot_commands(self):
        t = self.terminal("-q")
        self.assertIn(".tables", self.ask(t, ".help\n"))
        self.assertIn(".tables", self.ask(t, "help\n"))
        self.assertEqual(self.ask(t, ".mode\n"), "")  # a note; quiet
        self.assertEqual(self.ask(t, ".mode jsn\n"),
                         'there is no mode "jsn"\nhint: did you mean "json"?\n')
        self.assertEqual(self.ask(t, ".tabels\n"),
                         'there is no command ".tabels"\nhint: did you mean ".tables"?\n')
        self.assertEqual(self.ask(t, ".zzz\n"),
                         'there is no command ".zzz"\nhint: .help lists them\n')
        script = self.path("my script.sql", "CREATE VIEW v AS SELECT 1 AS a;")
        self.assertEqual(self.ask(t, f".read {script}\n"), "")
        self.assertEqual(self.ask(t, ".read\n"), ".read needs the path of a script\n")
        self.assertEqual(self.ask(t, ".tab\n"),
                         "+------------+\n| table name |\n+------------+\n| v          |\n+------------+\n")
        self.leave(t, ".q\n")

    def test_ways_to_leave(self):
        for text in (".quit\n", "quit\n", "EXIT\n", "QUIT;\n", "\x04"):
            self.leave(self.terminal("-q"), text)

    def test_weirrc(self):
        self.path(".weirrc", "CREATE VIEW rc AS SELECT 1 AS a;")
        home = {"HOME": self.tmp.name}
        t = self.terminal("-q", "-m", "csv", env=home)
        self.assertEqual(self.ask(t, "SELECT * FROM rc;\n"), "a\n1\n")
        self.leave(t)
        for args in (("--no-init",), ("-i", self.path("i.sql", ""))):
            t = self.terminal("-q", "-m", "csv", *args, env=home)
            self.assertIn("error: ", self.ask(t, "SELECT * FROM rc;\n"))
            self.leave(t)
        self.path(".weirrc", "SELEC;")
        t = Terminal("-q", env=home)
        self.assertIn(".weirrc:1:1: error: ", t.until(self.PROMPT))
        self.leave(t)

    def test_interrupt_at_the_prompt(self):
        t = self.terminal("-q", "-m", "csv")
        t.type("SELECT 1\n")
        t.until(self.MORE)
        self.assertEqual(self.ask(t, "\x03"), "\n")
        self.assertEqual(self.ask(t, "\x03"), "\n")
        self.assertEqual(self.ask(t, "SELECT 2 AS b;\n"), "b\n2\n")
        self.leave(t)

    def test_interrupt_a_query(self):
        t = self.terminal("-q", "-m", "csv")
        for _ in range(2):
            t.type(ENDLESS.replace("TABLE", "TABLE IF NOT EXISTS") + "SELECT n FROM gen;\n")
            t.until("n\n7\n7\n")
            t.type("\x03")
            t.until(self.PROMPT)
        self.assertEqual(self.ask(t, "SELECT 2 AS b;\n"), "b\n2\n")
        self.leave(t)

    def test_terminate(self):
        t = self.terminal("-q")
        t.process.send_signal(signal.SIGTERM)
        self.assertEqual(t.rest(), "\n")
        self.assertEqual(t.end(), 0)

    def test_stdin_is_the_terminal(self):
        t = self.terminal("-q")
        self.assertTrue(self.ask(t, "SELECT * FROM stdin;\n").startswith("<stdin>:1:15: error: "))
        self.leave(t)

    def test_raw_modes_are_filtered(self):
        t = self.terminal("-q", "-m", "csv")
        self.assertEqual(self.ask(t, "SELECT E'\\u001b[31m' AS a;\n"), "a\n\\u001b[31m\n")
        self.leave(t)

    def test_colors(self):
        t = self.terminal("-q", env={"TERM": "xterm"})
        self.assertTrue(self.ask(t, "SELEC;\n").startswith("<stdin>:1:1: \033[1;31merror:\033[0m "))
        self.assertIn("| \033[2mNULL\033[0m |", self.ask(t, "SELECT CAST(NULL AS INT) AS a;\n"))
        self.leave(t)
        for args, env in ((("--no-color",), {}), ((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"})):
            t = self.terminal("-q", *args, env={"TERM": "xterm", **env})
            self.assertNotIn("\033", self.ask(t, "SELEC;\n"))
            self.assertNotIn("\033", self.ask(t, "SELECT CAST(NULL AS INT) AS a;\n"))
            self.leave(t)


if __name__ == "__main__":
    WEIR = os.path.abspath(sys.argv.pop(1))
    unittest.main()
