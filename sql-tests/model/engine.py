"""engine.py -- runs scripts of many queries in every cell of a matrix of settings.

Each query's part of the output begins with a row that names it; notes (late rows, rows without time)
follow its result.  A refusal of what is not built takes the query's feature out and is counted.
"""
import collections
import re
import subprocess
import threading

# Workers, bytes of a chunk, rows of a batch: one row a chunk to all rows at once.  Every chunk size
# comes with several numbers of workers: over several files it decides the order of rows.
CELLS = [(1, 1 << 20, 2048), (2, 1 << 20, 1), (7, 1 << 20, 7), (1, 1, 2048), (7, 1, 7),
         (2, 64, 2048), (3, 64, 1), (1, 200, 7), (3, 200, 2048)]

PIPED = 0.1  # of the queries over one file
TIMEOUT_S = 300

MARK = re.compile(r"^# (\d+)$")
NOTE = re.compile(r"^([\d,]+) (late rows?|rows? without event time) dropped")
REFUSED = re.compile(r"not built|not supported|no (table )?function|no setting")

Section = collections.namedtuple("Section", "lines notes")


def sections_of(output):
    """{number of a query: what came of it}."""
    sections, current = {}, Section([], [])
    for one in output.splitlines():
        mark, note = MARK.match(one), NOTE.match(one)
        if mark:
            current = sections[int(mark[1])] = Section([], [])
        elif note:
            current.notes.append((note[2], int(note[1].replace(",", ""))))
        else:
            current.lines.append(one)
    return sections


class Failure(Exception):
    """Something is wrong: a query (or None) and words."""

    def __init__(self, query, words):
        super().__init__(words)
        self.query, self.words = query, words


class Engine:
    def __init__(self, weir, folder, rng):
        self.weir, self.folder, self.rng = weir, folder, rng
        (folder / "data").mkdir()
        self.refused = {}  # feature: message
        self.skipped = {}  # query: feature
        self.seen = set()  # features that work

    def script(self, queries, piped=False):
        """Tables once, then the queries; number of a query = place in the list."""
        streams = {s.name: s for q in queries for s in q.streams}
        parts = [s.ddl_of_pipe() if piped else s.ddl("../data") for s in streams.values()]
        zoned = None
        for i, q in enumerate(queries):
            if q.streams[0].zoned != zoned:
                zoned = q.streams[0].zoned
                parts.append(f"SET 'table.local-time-zone' = '{'Europe/Berlin' if zoned else 'UTC'}';")
            parts += [f"SELECT '# {i}' AS q;", *q.before, q.sql + ";", *q.after]
        return "\n".join(parts) + "\n"

    def command(self, queries, cell, piped=False):
        """How to run them, in an empty directory."""
        place = self.folder / "cell"
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        (place / "q.sql").write_text(self.script(queries, piped))
        parallelism, chunk, batch = cell
        return {"args": [str(self.weir), "--no-header", "-p", str(parallelism), "-s", f"weir.chunk-bytes={chunk}",
                         "-s", f"weir.batch-rows={batch}", "q.sql"],
                "cwd": place, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}

    def run(self, queries, cell):
        """Status, {number: Section}, all output; the text of an error is in the section of its query."""
        done = subprocess.run(**self.command(queries, cell), check=False, timeout=TIMEOUT_S)
        return done.returncode, sections_of(done.stdout.decode()), done.stdout.decode()

    def run_piped(self, query, cell, rng):
        """The same with the rows on standard input, which come in pieces of any size."""
        rest = query.streams[0].content(0).encode()
        with subprocess.Popen(**self.command([query], cell, piped=True), stdin=subprocess.PIPE, bufsize=0) as process:
            limit = threading.Timer(TIMEOUT_S, process.kill)
            limit.start()
            while rest:
                n = rng.randrange(1, 100)
                process.stdin.write(rest[:n])
                rest = rest[n:]
            process.stdin.close()
            output = process.stdout.read().decode()
            limit.cancel()
        return process.returncode, sections_of(output), output

    def runnable(self, queries):
        """Those whose features are not known to be refused."""
        ready = []
        for q in queries:
            missing = [f for f in q.features if f in self.refused]
            if missing:
                self.skipped[q] = missing[0]
            else:
                ready.append(q)
        return ready

    def blamed(self, features, message):
        """The feature that a message names; else the first that has not been seen to work."""
        for f in features:
            if any(re.search(rf"\b{word}\b", message) for word in re.findall(r"[A-Z_]{3,}", f)):
                return f
        return next((f for f in features if f not in self.seen), features[0])

    def first_run(self, queries):
        """Run in the first cell, without what is refused; the queries that ran, and their sections."""
        queries = self.runnable(queries)
        while queries:
            status, sections, output = self.run(queries, CELLS[0])
            if status == 0:
                return queries, sections
            at = max(sections, default=None)
            text = "\n".join(sections[at].lines) if at is not None else output
            if status != 1 or at is None or not REFUSED.search(text):
                raise Failure(queries[at] if at is not None else None, f"status {status}:\n{text}")
            message = text.split("\n")[0]
            self.refused[self.blamed(queries[at].features, message)] = message
            queries = self.runnable(queries)
        return [], {}

    def check_section(self, query, section, cell):
        chunk = cell[1]
        result, without_time, arrived = query.expected(chunk)
        complaint = query.check(section.lines, chunk)
        if complaint:
            raise Failure(query, f"at {cell}: {complaint}")
        late = sum(n for what, n in section.notes if what.startswith("late"))
        null = sum(n for what, n in section.notes if not what.startswith("late"))
        if (late, null) != (result.late, without_time):
            raise Failure(query, f"at {cell}: {late} late rows and {null} without time, "
                                 f"wanted {result.late} and {without_time}")
        if query.late_rows is not None:
            path, lines_of = query.late_rows
            got = (self.folder / "cell" / path).read_text() if (self.folder / "cell" / path).exists() else ""
            want = lines_of(arrived)
            if got.splitlines() != want:
                raise Failure(query, f"at {cell}: late rows\n{got}\nwanted\n" + "\n".join(want))

    def check(self, queries):
        """All of these queries in all cells.  Returns the failures."""
        failures = []
        for stream in {s.name: s for q in queries for s in q.streams}.values():
            stream.write(self.folder / "data")
        while queries:
            try:
                self._check(queries)
                break
            except Failure as failure:
                failures.append(failure)
                if failure.query is None:
                    break
                queries = [q for q in queries if q is not failure.query]
        return failures

    def _check(self, queries):
        queries, first = self.first_run(queries)
        by_chunk = {}
        for cell in CELLS:
            status, sections, output = (0, first, "") if cell == CELLS[0] else self.run(queries, cell)
            if status != 0:
                at = max(sections, default=0)
                raise Failure(queries[at], f"at {cell}: status {status}:\n{output[-2000:]}")
            for i, query in enumerate(queries):
                self.check_section(query, sections[i], cell)
                same = by_chunk.setdefault((i, query.order_of(cell[1])), (cell, sections[i].lines))
                if same[1] != sections[i].lines:
                    raise Failure(query, f"other bytes at {cell} than at {same[0]}:\n" +
                                  "\n".join(sections[i].lines) + "\nagainst\n" + "\n".join(same[1]))
        for i, query in enumerate(queries):
            self.seen.update(query.features)
            if query.order_of(1) == 0:
                self.check_piped(query, first[i].lines)

    def check_piped(self, query, lines):
        """One in so many queries over a pipe, where chunks are what happens to have come."""
        if self.rng.random() > PIPED:
            return
        cell = self.rng.choice(CELLS)
        status, sections, output = self.run_piped(query, cell, self.rng)
        if status != 0 or 0 not in sections:
            raise Failure(query, f"from a pipe at {cell}: status {status}:\n{output[-2000:]}")
        self.check_section(query, sections[0], cell)
        if sections[0].lines != lines:
            raise Failure(query, f"from a pipe at {cell}: other bytes:\n{output}")
