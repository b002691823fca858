#!/usr/bin/env python3
"""terminal_test.py -- the program as somebody at a terminal meets it: signals, prompts, colors.

    terminal_test.py PATH/TO/weir [NAME ...]
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios

sys.dont_write_bytecode = True  # the source tree stays clean
import shell_case
from shell_case import ENDLESS, ENV, IN_KV, LIMIT, WINDOWS, Case, weir


def pending(pid, number):
    """Has a signal been sent and not yet been taken?"""
    with open(f"/proc/{pid}/status") as f:
        masks = [int(line.split()[1], 16) for line in f if line.startswith(("ShdPnd:", "SigPnd:"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


class Signals(Case):
    def start(self, *args):
        p = subprocess.Popen([shell_case.WEIR, *args], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
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
        self.assertIn("stopped: windows that were still open are left out, "
                      "first [2024-01-01 00:00:30, 2024-01-01 00:00:40)\n", err)
        self.assertIn("rows in: 2\nrows out: 1\n", err)
        self.assertEqual(p.wait(LIMIT), 0)

    def test_open_windows_can_be_flushed(self):
        p = self.start("-s", "weir.on-interrupt=flush", "-c", WINDOWS)
        p.stdin.write(b"k,v,ts\na,1,2024-01-01 00:00:01\na,2,2024-01-01 00:00:30\n")
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), b"window_start,k,n,s\n")
        self.assertEqual(p.stdout.readline(), b"2024-01-01 00:00:00.000,a,1,1\n")
        self.signal(p, signal.SIGINT)
        self.assertEqual(p.stdout.read(), b"2024-01-01 00:00:30.000,a,1,2\n")
        self.assertTrue(p.stderr.read().endswith(b"\nstopped\n"))
        self.assertEqual(p.wait(LIMIT), 0)

    def test_while_waiting_for_the_first_line(self):
        p = self.start("-c", "SELECT 1 AS a; SELECT * FROM stdin")
        self.assertEqual([p.stdout.readline() for _ in range(2)], [b"a\n", b"1\n"])
        self.signal(p, signal.SIGINT)
        self.assertEqual((p.stdout.read(), p.stderr.read()), (b"", b""))
        self.assertEqual(p.wait(LIMIT), 0)

    def test_while_reading_the_script(self):
        init = self.path("i.sql", "SELECT 1 AS a;")
        p = self.start("-i", init)
        p.stdin.write(b"SELECT 2 AS b;")
        p.stdin.flush()
        self.assertEqual([p.stdout.readline() for _ in range(2)], [b"a\n", b"1\n"])
        self.signal(p, signal.SIGTERM)
        self.assertEqual((p.stdout.read(), p.stderr.read()), (b"", b""))
        self.assertEqual(p.wait(LIMIT), 0)

    def test_result_that_needs_all(self):
        p = self.start("-c", IN_KV + "SELECT k, COUNT(*) AS n FROM kv GROUP BY k")
        p.stdin.write(b"k,v\na,1\n")
        p.stdin.flush()
        self.assertEqual(p.stdout.readline(), b"k,n\n")
        self.signal(p, signal.SIGINT)
        self.assertEqual(p.stdout.read(), b"")
        self.assertEqual(p.stderr.read(),
                         b"stopped: the result needs all of the input and is not shown\n")
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
        table = "CREATE TABLE {0} (n BIGINT) WITH ('connector'='print', 'print-identifier'='{0}');"
        sql = (ENDLESS + table.format("a") + table.format("b") +
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

        self.process = subprocess.Popen([shell_case.WEIR, *args], stdin=slave, stdout=slave,
                                        stderr=slave, env={**ENV, **(env or {})},
                                        preexec_fn=own_terminal)
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
        self.assertEqual(self.ask(t, ".mode\n"), "table\n")
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
                         "+------------+\n| table name |\n+------------+\n"
                         "| v          |\n+------------+\n")
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

    def test_print_is_filtered(self):
        t = self.terminal("-q")
        self.ask(t, "CREATE TABLE p (a STRING) WITH ('connector' = 'print',"
                    " 'print-identifier' = E'\\u001b[2J');\n")
        self.assertEqual(self.ask(t, "INSERT INTO p VALUES (E'\\u001b[31m\\tx');\n"),
                         "\\u001b[2J> +I[\\u001b[31m\tx]\n")
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
    shell_case.main()
