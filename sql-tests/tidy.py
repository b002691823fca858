#!/usr/bin/env python3
"""tidy.py -- rules of the tree that a compiler cannot check.  Part of meson test.

    tidy.py [ROOT]

Layers: an include may only point down; siblings do not see each other.

    shell, sql-tests/slt           see api/weir.h alone (the shell base, too)
      api
        planner
        parser    exec/run
                    exec/ops       exec/connectors
                      exec/expr    exec/formats
                        exec/state
                          exec/data
                            base

Beside the layers: how a file opens, how long files, lines and functions are, what may not be
called, where system calls may stand, and that the documents name files that exist.  Each complaint
is a line PATH:LINE: TEXT; the exit status is 1 when there is one.
"""
import pathlib
import re
import sys

BASE = {"base"}
DATA = {"exec/data"} | BASE
STATE = {"exec/state"} | DATA
EXPR = {"exec/expr"} | STATE
FORMATS = {"exec/formats"} | STATE
BELOW_OPS = EXPR | FORMATS
RUN = {"exec/run", "exec/ops", "exec/connectors"} | BELOW_OPS
MAY_SEE = {
    "base": BASE,
    "parser": {"parser"} | BASE,
    "exec/data": DATA,
    "exec/state": STATE,
    "exec/expr": EXPR,
    "exec/formats": FORMATS,
    "exec/ops": {"exec/ops"} | BELOW_OPS,
    "exec/connectors": {"exec/connectors"} | BELOW_OPS,
    "exec/run": RUN,
    "planner": {"planner", "parser"} | RUN,
    "api": {"api", "planner", "parser"} | RUN,
    "shell": {"shell", "api"} | BASE,
    "sql-tests/slt": {"sql-tests/slt", "api"},
    "sql-tests/bench": {"sql-tests/bench", "planner", "parser"} | RUN,
    "sql-tests/faults": {"shell", "sql-tests/faults"} | BASE,
}
# Includes that point up all the same, with the reason.
LAYER_EXCEPTIONS = {
    # The specs of scans and sinks name their connector; operators themselves do not use it.
    ("exec/ops/op_spec.h", "exec/connectors/connector.h"),
    # What libraries with functions include; it includes nothing itself.
    ("exec/expr/user_impl.h", "api/weir_udf.h"),
}

LINES_MAX, COLUMNS_MAX, FUNCTION_MAX = 800, 100, 70
SCRIPT_COLUMNS_MAX = 120

# Pattern in code (comments and strings taken out): what to do instead.
BANNED = {
    r"\b(strcpy|strcat|v?sprintf|gets)\s*\(": "use snprintf, Str or StrBuf",
    r"\b(atoi|atol|atof|strtok)\s*\(": "use a parser that reports errors",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME)\b")

# Calls that go through the table `sys`, so that a test can make each fail.
SYSTEM_CALLS = re.compile(
    r"(?<![\w.>])(open|openat|creat|read|pread|write|pwrite|fsync|fdatasync|rename|unlink|mkdir|rmdir"
    r"|stat|fstat|lstat|lseek|truncate|ftruncate|opendir|readdir|scandir|poll|fopen|clock_gettime"
    r"|gettimeofday|time|getrandom|mmap)\s*\(")
SYSTEM_CALLS_ALLOWED = {
    "base/sys.c": None,  # None: all of them
    "exec/run/input.c": {"read", "write"},  # the eventfd that rouses the input thread: no file
    "exec/run/job.c": {"read", "write"},  # the same eventfd
}

DOC_PATH = re.compile(
    r"`((?:api|base|parser|planner|exec|shell|sql-tests|docs)/[\w./-]+\.\w+)(?::\d+)?`")

# A grammar cannot be cut into files, and a rule with its action is one line.
NO_LIMITS = {".y"}

SOURCES = {".c", ".h", ".cc", ".def", ".y"}
SCRIPTS = {".sh", ".py"}


class Tidy:
    def __init__(self, root):
        self.root = root
        self.complaints = 0

    def complain(self, path, line, text):
        self.complaints += 1
        print(f"{path.relative_to(self.root).as_posix()}:{line}: {text}")

    def files(self):
        """All files of the tree that are ours."""
        for path in sorted(self.root.rglob("*")):
            parts = path.relative_to(self.root).parts
            hidden = any(p.startswith(".") for p in parts)
            if path.is_file() and not hidden and not parts[0].startswith("build"):
                yield path

    def run(self):
        for path in self.files():
            try:
                lines = path.read_text(encoding="utf-8").split("\n")
            except UnicodeDecodeError:
                continue
            if path.suffix in SOURCES:
                self.check_source(path, lines)
            elif path.suffix in SCRIPTS or path.name == "dev":
                self.check_script(path, lines)
            elif path.suffix == ".slt":
                self.check_test(path, lines)
            elif path.suffix == ".md":
                self.check_document(path, lines)
        return self.complaints

    # --- every text ---

    def check_text(self, path, lines, columns=COLUMNS_MAX):
        limits = path.suffix not in NO_LIMITS
        if limits and len(lines) > LINES_MAX + 1:
            self.complain(path, len(lines), f"longer than {LINES_MAX} lines: split it")
        if lines[-1] != "":
            self.complain(path, len(lines), "no newline at the end")
        for n, text in enumerate(lines, 1):
            if columns and limits and len(text) > columns:
                self.complain(path, n, f"longer than {columns} columns")
            if UNFINISHED.search(text) and path.name != "tidy.py":
                self.complain(path, n, "finish it before it lands")

    # --- C ---

    def check_source(self, path, lines):
        self.check_text(path, lines)
        name = path.relative_to(self.root).as_posix()
        if not lines[0].startswith(f"/* {path.name} -- "):
            self.complain(path, 1, f'the first line must be "/* {path.name} -- what it is for"')
        is_template = ".tmpl." in path.name
        if path.suffix == ".h" and not is_template and "#pragma once" not in lines:
            self.complain(path, 1, "no #pragma once")
        self.check_includes(path, name, lines)
        code = strip_comments("\n".join(lines)).split("\n")
        self.check_calls(path, name, code)
        if path.suffix in {".c", ".cc"} and not is_test(path):
            self.check_functions(path, code)

    def check_includes(self, path, name, lines):
        layer = layer_of(name)
        for n, text in enumerate(lines, 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', text)
            if not m or (name, m[1]) in LAYER_EXCEPTIONS:
                continue
            target = layer_of(m[1])
            if "/" not in m[1]:
                if not (path.parent / m[1]).exists():
                    continue  # made by a generator, in the build directory
                self.complain(path, n, f'write "{m[1]}" from the root of the tree')
            elif layer in MAY_SEE and target not in MAY_SEE[layer]:
                self.complain(path, n, f'{layer}/ may not include "{m[1]}"')
            elif layer in {"shell", "sql-tests/slt"} and target == "api" and m[1] != "api/weir.h":
                self.complain(path, n, "only api/weir.h is public")

    def check_calls(self, path, name, code):
        for n, text in enumerate(code, 1):
            for pattern, instead in BANNED.items():
                if re.search(pattern, text):
                    self.complain(path, n, instead)
        if layer_of(name) in {"shell", "sql-tests/slt", "sql-tests/bench", "sql-tests/faults"}:
            return  # clients of the library: there is no table for them
        if is_test(path):
            return
        allowed = SYSTEM_CALLS_ALLOWED.get(name, set())
        for n, text in enumerate(code, 1):
            for m in SYSTEM_CALLS.finditer(text):
                if allowed is not None and m[1] not in allowed:
                    self.complain(path, n, f"call sys.{m[1]}, or list the file in tidy.py")

    def check_functions(self, path, code):
        """Functions begin with a line that ends in "{" and end with "}", both in column 0.  One
        that is mostly cases of a switch may be long."""
        start = None
        for n, text in enumerate(code, 1):
            if start is None and re.match(r"[A-Za-z_ ].*\)\s*\{\s*$", text):
                start = n
            elif start is not None and text.startswith("}"):
                cases = sum(re.match(r"\s*(case\b|default:)", c) is not None for c in code[start:n])
                if n - start + 1 > FUNCTION_MAX and cases * 5 < n - start:
                    self.complain(path, start, f"a function longer than {FUNCTION_MAX} lines")
                start = None

    # --- the rest ---

    def check_script(self, path, lines):
        self.check_text(path, lines, SCRIPT_COLUMNS_MAX)
        first = 1 if lines[0].startswith("#!") else 0  # a module has no such line
        if not re.match(rf'(# |"""){re.escape(path.name)} -- ', lines[first]):
            self.complain(path, first + 1, f'a line "{path.name} -- what it is for" must open it')

    def check_test(self, path, lines):
        self.check_text(path, lines, columns=None)
        name = path.relative_to(self.root / "sql-tests").as_posix()
        if not lines[0].startswith(f"# {name} -- "):
            self.complain(path, 1, f'the first line must be "# {name} -- what must hold"')

    def check_document(self, path, lines):
        for n, text in enumerate(lines, 1):
            for ref in DOC_PATH.findall(text):
                if not (self.root / ref).exists():
                    self.complain(path, n, f"names {ref}, which does not exist")


def is_test(path):
    return re.search(r"_(test|bench|fuzz|check)$", path.stem) is not None or any(
        "test" in part for part in path.parts[-2:])


def layer_of(name):
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] in {"exec", "sql-tests"} else parts[0]


def strip_comments(text):
    """C without its comments and the insides of its strings; the lines stay where they are."""
    def blank(m):
        kept = "\n" * m[0].count("\n")
        return kept if m[0].startswith("/") else '""' + kept
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text,
                  flags=re.DOTALL)


if __name__ == "__main__":
    found = Tidy(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()).run()
    print(f"tidy: {found} complaints" if found else "tidy: nothing to say")
    sys.exit(found > 0)
