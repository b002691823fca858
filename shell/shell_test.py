#!/usr/bin/env python3
"""shell_test.py -- the program as a script meets it: options, modes, pipes, exit statuses.

    shell_test.py PATH/TO/weir [NAME ...]
"""
import gzip
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # the source tree stays clean
import shell_case
from shell_case import ENDLESS, ENV, IN_KV, KV, LIMIT, WINDOWS, Case, Result, weir


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
                   "+------------+\n| table name |\n+------------+\n"
                   "| bids       |\n+------------+\n")

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
        self.assertEqual(list(lines), ["rows in", "rows out", "bytes in", "malformed rows",
                                       "late rows", "rows without event time", "peak memory",
                                       "elapsed", "rows/s"])
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
        script = self.path("s.sql", "SELECT 1 AS a;\n\nSELECT 'ü' AS b,\n"
                                    "  nope FROM (VALUES (1)) AS t(n);\nSELECT 3 AS c;")
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
        sql = ("CREATE TABLE o (k STRING, n INT) WITH ('connector'='filesystem', 'format'='csv',"
               f" 'path' = '{out}'); INSERT INTO o {KV}; SELECT 1 AS done")
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
        p = subprocess.Popen([shell_case.WEIR, *args], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
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
        done = subprocess.run(["/bin/sh", "-c", 'exec "$0" -c "SELECT 1" >&-', shell_case.WEIR],
                              env=ENV, stderr=subprocess.PIPE, timeout=LIMIT)
        self.assertEqual((done.returncode, done.stderr), (
            1, b'-c: error: cannot write "standard output": bad file descriptor\n'))

    def test_closed_stdin(self):
        """The first file that is opened does not become standard input."""
        path = self.path("x.csv", "k,v\na,1\n")
        sql = f"SELECT k FROM '{path}'; SELECT * FROM stdin"
        done = subprocess.run(["/bin/sh", "-c", 'exec "$0" -q -c "$1" <&-', shell_case.WEIR, sql],
                              env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=LIMIT)
        self.assertEqual((done.returncode, done.stdout), (1, b"k\na\n"))
        self.assertIn(b"bad file descriptor", done.stderr)


if __name__ == "__main__":
    shell_case.main()
