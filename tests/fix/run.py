#!/usr/bin/env python3
"""hermesc fix: what it mends is mended, nothing else changes, and what the author must choose is left.

Every wrong blueprint of tests/wrong is mended in a copy; a few are compared letter for letter.
usage: run.py HERMESC WORK
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

hermesc = os.path.abspath(sys.argv[1])
root = pathlib.Path(os.environ.get("HERMES_SOURCE") or pathlib.Path(__file__).resolve().parents[2])

HEAD = 'blueprint b;\ntable cell from "c.csv" { power : dBm; other : dBm; loss : dB; }\n'

# (what stands there, what stands there afterwards)
EXACT = [
    ("kpi k : dB = 7;\n", "kpi k : dB = 7 dB;\n"),
    ("kpi k : dB = max(c.los for c in cell);\n", "kpi k : dB = max(c.loss for c in cell);\n"),
    ("kpi k : dBm = sum(c.power for c in cell);\n", "kpi k : dBm = psum(c.power for c in cell);\n"),
    ("kpi k : dB = 3 dB\n", "kpi k : dB = 3 dB;\n"),
    ("kpi k : bit/s = 1 Hz + 2 Hz;\n", "kpi k : bit/s = (1 Hz + 2 Hz) * 1 bit;\n"),
    ("kpi k : dB = 10 * log10(20);\n", "kpi k : dB = db(20);\n"),
    ("kpi k : dB = log10(20) * 10 + 1;\n", "kpi k : dB = db(20) + 1 dB;\n"),
    ("kpi k : kHz = 3 Khz;\n", "kpi k : kHz = 3 kHz;\n"),
    ('input { a : dB = 1 dB; b : dB = 2 dB; }\nfunctional block f "w" { in a; out x : dB = a + b; }\nkpi k : dB = x;\n',
     'input { a : dB = 1 dB; b : dB = 2 dB; }\nfunctional block f "w" { in a, b; out x : dB = a + b; }\nkpi k : dB = x;\n'),
    ('input { a : dB = 1 dB; b : dB = 2 dB; }\nfunctional block f "w" { in a, b; out x : dB = b; }\nkpi k : dB = x;\n',
     'input { a : dB = 1 dB; b : dB = 2 dB; }\nfunctional block f "w" { in b; out x : dB = b; }\nkpi k : dB = x;\n'),
    # total or mean power: the author's choice
    ("kpi k : dBm = max(c.power + c.other for c in cell);\n", "kpi k : dBm = max(c.power + c.other for c in cell);\n"),
]


def check(path):
    run = subprocess.run([hermesc, "check", path, "--error-format=json"], capture_output=True, text=True)
    return json.loads(run.stdout)


def fix(path, *options):
    return subprocess.run([hermesc, "fix", *options, path, "--color=never"], capture_output=True, text=True)


def exact(case):
    before, after = case
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "b.hbp")
        path.write_text(HEAD + before)
        fix(path)
        got = path.read_text()[len(HEAD):]
        return [] if got == after else [f"expected:\n{after}got:\n{got}"]


def mends(blueprint):
    """No fix makes it worse, a second run finds nothing more, and a dry run writes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "b.hbp")
        text = blueprint.read_bytes()
        path.write_bytes(text)
        before = check(path)
        fix(path, "--dry-run")
        problems = [] if path.read_bytes() == text else ["a dry run wrote"]
        fix(path)
        changed = path.read_bytes() != text
        sole = any(len(d.get("fixes", [])) == 1 for d in before["diagnostics"])
        if sole and not changed:
            problems.append("a verified fix was not applied")
        after = check(path)
        if changed and sum(len(d.get("fixes", [])) == 1 for d in after["diagnostics"]):
            problems.append("a second run would mend more")
        return [f"{blueprint}: {problem}" for problem in problems]


def follows_links():
    """What a link leads to is mended; the link, and who may write, stay."""
    with tempfile.TemporaryDirectory() as folder:
        path, link = pathlib.Path(folder, "b.hbp"), pathlib.Path(folder, "link.hbp")
        path.write_text(HEAD + EXACT[0][0])
        path.chmod(0o666)
        link.symlink_to(path.name)
        fix(link)
        kept = link.is_symlink() and path.stat().st_mode & 0o777 == 0o666
        return [] if kept and path.read_text() == HEAD + EXACT[0][1] else ["a link was not followed"]


def says_once():
    """A file that cannot be read is one error."""
    with tempfile.TemporaryDirectory() as folder:
        said = [(path, fix(path).stderr) for path in (folder, os.path.join(folder, "none.hbp"))]
    return [f"{path}: {text}" for path, text in said if text.count("error[") != 1]


def main():
    cases = sorted(root.glob("tests/wrong/*/*.hbp"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(exact, EXACT)) + list(pool.map(mends, cases))
    results += [follows_links(), says_once()]
    problems = [problem for result in results for problem in result]
    print("\n".join(problems))
    failed = sum(1 for result in results if result)
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed != 0 or not cases


sys.exit(main())
