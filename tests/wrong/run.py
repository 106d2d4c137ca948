#!/usr/bin/env python3
"""What the compiler says about wrong blueprints, word for word; and about right ones: nothing.

usage: run.py HERMESC [WORK-DIRECTORY] [--bless] [--only TEXT]

  wrong/AREA/RULE.hbp   a blueprint that breaks one rule; RULE.err is what the compiler says, and
                        RULE.fixed what `hermesc fix` makes of it, where it makes something
  wrong/limits.py       blueprints beyond a limit, and just within it, made anew each time;
                        limits/NAME.err
  wrong/crashes/        what once brought the compiler down: that it is refused is enough
  wrong/library/        modules that those import, beside the real ones
  right/AREA/RULE.hbp   a blueprint that stands next to the mistake: no diagnostic, and C that
                        compiles. A comment `# not HB0402: why` marks what comes near to that error

Each case runs twice: as text, compared letter for letter, and as JSON, which must be one document
with the same codes. Every fix that it calls verified is applied, and takes its error away. --bless
writes what the compiler says: then read it.

Every code that a blueprint can meet needs a case, a near miss and, if a fix mends it, a fixed text.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import limits

WRONG = pathlib.Path(__file__).resolve().parent
RIGHT = WRONG.parent / "right"
DEFINITIONS = WRONG.parent.parent / "runtime/include/hermes/diagnostics.def"
STDLIB = "share/hermes/stdlib"
HEADLINE = re.compile(r"^(?:error|warning)\[(HB\d{4})\]", re.M)
NEAR = re.compile(r"#.*?\bnot (HB\d{4}(?:, HB\d{4})*)")
LINES_SHOWN = 40  # of one difference
SECONDS = 60  # for one run, also of a sanitized compiler; the slowest takes two

LEAST_CASES = 400  # wrong blueprints, those beyond a limit included

# Codes of the sections 00 to 05 that no text can provoke: the file itself is at fault.
OF_FILES = {"HB0001", "HB0002"}


class Failure(Exception):
    pass


# ---- one compiler, with the library of the tests beside its own ---------------------------------


def home_of(hermesc):
    for home in (hermesc.parent, hermesc.parent.parent):
        if (home / STDLIB).is_dir():
            return home
    raise SystemExit(f"{hermesc} has no library beside it")


def make_home(hermesc, room):
    """A prefix that differs from hermesc's own in its modules only."""
    real, home = home_of(hermesc), room / "home"
    (home / STDLIB).mkdir(parents=True)
    for name in ("lib", "include"):
        (home / name).symlink_to(real / name)
    for module in list((real / STDLIB).iterdir()) + list((WRONG / "library").iterdir()):
        (home / STDLIB / module.name).symlink_to(module)
    for path, text in limits.LIBRARY.items():
        (home / STDLIB / path).parent.mkdir(exist_ok=True)
        (home / STDLIB / path).write_text(text)
    return home


class Compiler:
    def __init__(self, hermesc, room):
        self.hermesc = hermesc
        self.home = make_home(hermesc, room)
        self.environment = {**os.environ, "HERMES_HOME": str(self.home), "NO_COLOR": "1"}

    def run(self, directory, *words):
        done = subprocess.run([self.hermesc, *words], cwd=directory, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        if done.returncode not in (0, 1):
            raise Failure(f"exit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return done

    def text(self, directory, path):
        """What it says, its paths made those of any machine; and its exit code."""
        done = self.run(directory, "check", path, "--error-limit", "0")
        if done.stdout:
            raise Failure("text on standard output")
        said = done.stderr.decode("utf-8")
        return said.replace(f"{self.home}/{STDLIB}", "LIBRARY"), done.returncode

    def document(self, directory, path):
        done = self.run(directory, "check", path, "--error-format=json")
        if done.stderr:
            raise Failure(f"beside the JSON document: {done.stderr.decode(errors='replace')}")
        return json.loads(done.stdout.decode("utf-8")), done.returncode


# ---- one case -----------------------------------------------------------------------------------


def check_document(compiler, directory, path, said, code):
    """The JSON form says the same: the codes in order, their number, the outcome."""
    document, json_code = compiler.document(directory, path)
    codes = [d["code"] for d in document["diagnostics"]]
    if codes != HEADLINE.findall(said):
        raise Failure(f"text and JSON differ: {HEADLINE.findall(said)} and {codes}")
    if json_code != code or (document["status"] == "error") != (code == 1):
        raise Failure(f"status {document['status']}, exit codes {code} and {json_code}")
    return document


def compare(expected, said, bless):
    wanted = expected.read_text() if expected.exists() else ""
    if said == wanted:
        return
    if bless:
        expected.write_text(said)
        return
    lines = list(difflib.unified_diff(wanted.splitlines(), said.splitlines(), expected.name, "said",
                                      lineterm="", n=2))
    more = [f"... {len(lines) - LINES_SHOWN} more lines"] if len(lines) > LINES_SHOWN else []
    raise Failure("\n".join(lines[:LINES_SHOWN] + more))


# ---- fixes --------------------------------------------------------------------------------------


def applied(text, fix):
    for edit in sorted(fix["edits"], key=lambda edit: -edit["start"]):
        text = text[:edit["start"]] + edit["text"].encode() + text[edit["end"]:]
    return text


def count_of(diagnostic, document):
    wanted = diagnostic["code"], diagnostic["message"]
    return sum((d["code"], d["message"]) == wanted for d in document["diagnostics"])


def check_fixes(compiler, text, document, copy):
    """Each takes away what it was offered for."""
    for diagnostic in document["diagnostics"]:
        for fix in diagnostic["fixes"]:
            copy.write_bytes(applied(text, fix))
            after, _ = compiler.document(copy.parent, copy.name)
            if count_of(diagnostic, after) >= count_of(diagnostic, document):
                raise Failure(f"{diagnostic['code']} is still there after `{fix['title']}`")


def check_mended(compiler, text, copy, expected, bless):
    """What `hermesc fix` leaves, word for word; no file where it changes nothing."""
    copy.write_bytes(text)
    compiler.run(copy.parent, "fix", copy.name)
    mended = copy.read_bytes()
    if mended == text:
        if bless:
            expected.unlink(missing_ok=True)
        elif expected.exists():
            raise Failure("`hermesc fix` changes nothing")
    else:
        compare(expected, mended.decode(), bless)


def check_wrong_file(compiler, name, bless):
    path = WRONG / name
    document = check_wrong(compiler, WRONG, name, path.with_suffix(".err"), bless)
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory, path.name)
        check_fixes(compiler, path.read_bytes(), document, copy)
        check_mended(compiler, path.read_bytes(), copy, path.with_suffix(".fixed"), bless)


# ---- all kinds of cases -------------------------------------------------------------------------


def check_wrong(compiler, directory, path, expected, bless):
    said, code = compiler.text(directory, path)
    if not HEADLINE.search(said):
        raise Failure("nothing is said about it")
    if (code == 1) != ("error[" in said):
        raise Failure(f"exit code {code}")
    document = check_document(compiler, directory, path, said, code)
    compare(expected, said, bless)
    return document


def check_crash(compiler, path):
    said, code = compiler.text(path.parent, path.name)
    check_document(compiler, path.parent, path.name, said, code)


def check_silence(compiler, directory, path):
    said, code = compiler.text(directory, path)
    if said or code:
        raise Failure(said)
    check_document(compiler, directory, path, said, code)


def check_right(compiler, path):
    check_silence(compiler, RIGHT, path)
    if "kpi" not in (RIGHT / path).read_text():
        return
    emitted = compiler.run(RIGHT, "--print=c", path)
    if emitted.returncode or emitted.stderr:
        raise Failure(f"no C: {emitted.stderr.decode(errors='replace')}")
    compiled = subprocess.run(["cc", "-std=c11", "-fsyntax-only", f"-I{compiler.home}/include",
                               "-xc", "-"], input=emitted.stdout, capture_output=True)
    if compiled.returncode:
        raise Failure(compiled.stderr.decode(errors="replace"))


# ---- all cases ----------------------------------------------------------------------------------


def made(room, cases):
    """Writes the made blueprints where they are called limits/NAME.hbp."""
    (room / "limits").mkdir(exist_ok=True)
    for name, make in cases.items():
        text = make()
        path = room / "limits" / f"{name}.hbp"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        yield f"limits/{name}.hbp"


def all_cases(compiler, room, bless):
    for path in sorted(WRONG.glob("*/*.hbp")):
        name = str(path.relative_to(WRONG))
        if path.parent.name == "crashes":
            yield name, lambda p=path: check_crash(compiler, p)
        else:
            yield name, lambda n=name: check_wrong_file(compiler, n, bless)
    for name in made(room, limits.SURVIVED):
        yield name, lambda p=room / name: check_crash(compiler, p)
    for name in made(room, limits.CASES):
        expected = (WRONG / name).with_suffix(".err")
        yield name, lambda n=name, e=expected: check_wrong(compiler, room, n, e, bless)
    for name in made(room, {f"near-{code}": make for code, make in limits.NEAR.items()}):
        yield name, lambda n=name: check_silence(compiler, room, n)
    for path in sorted(RIGHT.glob("*/*.hbp")):
        name = str(path.relative_to(RIGHT))
        yield f"right/{name}", lambda n=name: check_right(compiler, n)


def codes_met(paths):
    return {code for path in paths for code in HEADLINE.findall(path.read_text())}


def codes_near():
    texts = [path.read_text() for path in RIGHT.glob("*/*.hbp")]
    marked = {code for text in texts for codes in NEAR.findall(text) for code in codes.split(", ")}
    return marked | set(limits.NEAR)


def codes_mendable(paths):
    """Those of which some case shows a fix, and it is the only one: `hermesc fix` takes it."""
    parts = [part for path in paths for part in re.split(r"^(?=error|warning)", path.read_text(), flags=re.M)]
    return {HEADLINE.match(part)[1] for part in parts if "= fix 1 (" in part and "= fix 2 (" not in part}


def require_none(codes, what):
    if codes:
        raise Failure(f"{what}: {', '.join(sorted(codes))}")


def check_coverage():
    """Every code that a text can provoke has a case, a near miss and, if it is mended, a fixed text."""
    numbers = re.findall(r"^HERMES_DIAGNOSTIC\((0[0-5]\d\d),", DEFINITIONS.read_text(), re.M)
    listed = {f"HB{number}" for number in numbers} - OF_FILES
    said = list(WRONG.glob("*/*.err"))
    fixed = [path for path in said if path.with_suffix(".fixed").exists()]
    require_none(listed - codes_met(said), "no case in tests/wrong provokes")
    require_none(listed - codes_near(), "no line in tests/right is marked as near to")
    require_none(codes_near() - listed, "a line in tests/right is marked as near to what is no code")
    require_none(codes_mendable(said) - codes_met(fixed), "no fixed text shows how to mend")


def check_orphans():
    """Every .err and .fixed belongs to a case; there are as many cases as promised."""
    names = {path.with_suffix("") for path in WRONG.glob("*/*.hbp")}
    files = names | {WRONG / "limits" / name for name in limits.CASES}
    orphans = [path for path in WRONG.glob("*/*.err") if path.with_suffix("") not in files]
    orphans += [path for path in WRONG.glob("*/*.fixed") if path.with_suffix("") not in names]
    require_none([str(path.relative_to(WRONG)) for path in orphans], "without a blueprint")
    if len(files) < LEAST_CASES:
        raise Failure(f"{len(files)} wrong blueprints; {LEAST_CASES} are promised")


def passes(name, check):
    try:
        check()
        return True
    except (Failure, ValueError, KeyError, subprocess.TimeoutExpired) as failure:
        print(f"FAILED {name}\n{failure}\n")
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("hermesc", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path, nargs="?")
    parser.add_argument("--bless", action="store_true", help="write what the compiler says")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name holds TEXT")
    options = parser.parse_args()
    room = pathlib.Path(tempfile.mkdtemp(dir=options.work))
    try:
        compiler = Compiler(options.hermesc.resolve(), room)
        cases = [c for c in all_cases(compiler, room, options.bless) if options.only in c[0]]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda case: passes(*case), cases))
        if not options.only:
            results += [passes("coverage", check_coverage), passes("orphans", check_orphans)]
    finally:
        shutil.rmtree(room)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
