#!/usr/bin/env python3
"""examples_test.py -- the scripts of docs/examples do what their first lines say.

    examples_test.py WEIR TREE
"""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

WEIR, TREE = sys.argv[1], pathlib.Path(sys.argv[2])
EXAMPLES = TREE / "docs/examples"
HUNG_S = 60  # only ends a test that hangs

DPKG_ACTIONS = {
    ("2026-11-20 09:00:00.000", "install"): 2,
    ("2026-11-20 09:00:00.000", "status"): 2,
    ("2026-11-20 10:00:00.000", "configure"): 2,
    ("2026-11-20 10:00:00.000", "status"): 5,
    ("2026-11-20 10:00:00.000", "trigproc"): 1,
    ("2026-11-20 11:00:00.000", "purge"): 1,
    ("2026-11-20 11:00:00.000", "remove"): 1,
    ("2026-11-20 11:00:00.000", "status"): 1,
    ("2026-11-20 11:00:00.000", "upgrade"): 1,
}
DPKG_BAD = 4  # three "startup" lines and the one written by hand; a blank line is no record

failures = []


def check(what, got, want):
    if got != want:
        failures.append(f"{what}:\n  got  {got!r}\n  want {want!r}")


def run(script, data):
    return subprocess.run([WEIR, "--stats", str(EXAMPLES / script)], stdin=data, capture_output=True,
                          text=True, timeout=HUNG_S, check=False)


def actions(stdout):
    lines = stdout.splitlines()
    check("header", lines[:1], ["window_start,action,actions"])
    return {tuple(line.split(",")[:2]): int(line.split(",")[2]) for line in lines[1:]}


def malformed(stderr):
    found = re.search(r"(\d+) malformed", stderr)
    return int(found[1]) if found else 0


def dpkg_sample():
    with open(EXAMPLES / "dpkg.log", encoding="utf-8") as data:
        done = run("dpkg_per_hour.sql", data)
    check("dpkg status", done.returncode, 0)
    check("dpkg actions", actions(done.stdout), DPKG_ACTIONS)
    check("dpkg malformed", malformed(done.stderr), DPKG_BAD)


def dpkg_real():
    """The machine's own log, if it has one: nothing is lost."""
    log = pathlib.Path("/var/log/dpkg.log")
    if not log.exists() or log.stat().st_size == 0:
        return
    records = sum(1 for line in log.read_text(errors="replace").splitlines() if line.strip())
    with open(log, encoding="utf-8") as data:
        done = run("dpkg_per_hour.sql", data)
    check("dpkg.log status", done.returncode, 0)
    late = re.search(r"(\d+) late", done.stderr)
    used = sum(actions(done.stdout).values()) + (int(late[1]) if late else 0)
    check("dpkg.log records = used + malformed", used + malformed(done.stderr), records)


def growing_log():
    """Append, block on the output, append again."""
    with tempfile.TemporaryDirectory() as name:
        log = pathlib.Path(name) / "app.log"
        log.write_text("")
        tail = subprocess.Popen(["tail", "-n", "+1", "-F", str(log)], stdout=subprocess.PIPE)
        weir = subprocess.Popen([WEIR, str(EXAMPLES / "errors_per_10s.sql")], stdin=tail.stdout,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        tail.stdout.close()
        signal.alarm(HUNG_S)

        def append(*lines):
            with open(log, "a", encoding="utf-8") as out:
                for second, status in lines:
                    out.write(f'{{"ts": "2026-11-21 10:00:{second:02d}.000", "status": {status}, "path": "/"}}\n')

        append((1, 200), (2, 500), (9, 200), (12, 200))
        check("growing: header", weir.stdout.readline(), "window_start,requests,errors\n")
        check("growing: first window", weir.stdout.readline(), "2026-11-21 10:00:00.000,3,1\n")
        append((15, 503), (23, 200))
        check("growing: second window", weir.stdout.readline(), "2026-11-21 10:00:10.000,2,1\n")
        tail.kill()
        tail.wait()
        check("growing: the rest", weir.stdout.read(), "2026-11-21 10:00:20.000,1,0\n")
        check("growing: status", weir.wait(), 0)
        signal.alarm(0)


def quickstart():
    done = subprocess.run([EXAMPLES / "quickstart.sh", WEIR], capture_output=True, text=True,
                          timeout=HUNG_S, check=False)
    check("quickstart status", done.returncode, 0)
    for word in ("window_start", "highest", "mean", "actions"):
        check(f"quickstart shows {word}", word in done.stdout, True)


dpkg_sample()
dpkg_real()
growing_log()
quickstart()
print("\n".join(failures) or "examples agree")
sys.exit(bool(failures))
