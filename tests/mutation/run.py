#!/usr/bin/env python3
"""Every slip of the hand is refused, and most are mended: mutants of all examples and modules.

usage: run.py HERMESC [WORK] [--every N] [--all] [--list FILE]

Each example and each module of the library is changed in one place: a unit, an index, a name, a
door between worlds, a contract (mutate.py). The compiler must refuse each mutant whose slip changes
a dimension, a level or gain kind, or an index set. Of those refused, a verified fix should give
back what the right text computes. Of a text with many of them, some are judged, spread over it.
--every N judges one of N; --list writes each outcome.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import mutate

ROOT = pathlib.Path(os.environ.get("HERMES_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
SANITIZED_EVERY = 25  # there, a mutant takes ten times as long
LEAST_RESTORED = 0.70  # of those refused
MOST_OF_A_MODULE, MOST_OF_AN_EXAMPLE = 150, 2500  # spread over it; --all: every one
COMPUTED = ("out", "let", "kpi", "bound")  # their unit is only how they are shown

Outcome = collections.namedtuple("Outcome", "mutant path verdict codes fixes")


class Compiler:
    def __init__(self, hermesc, room):
        self.hermesc, self.room = hermesc, room

    def run(self, *words):
        done = subprocess.run([self.hermesc, *words], capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{words}: exit code {done.returncode}\n{done.stderr.decode()}")
        return done

    def with_text(self, text, *words):
        path = os.path.join(self.room, f"{threading.get_ident()}.hbp")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return self.run(*words, path)

    def diagnose(self, text):
        return json.loads(self.with_text(text, "check", "--error-format=json").stdout)

    def meaning(self, text):
        """What the twin of a text computes: its C, and what that says of itself but for lines."""
        done = self.with_text(text, "--print=c")
        if done.returncode:
            return None
        c = done.stdout.decode()
        array = re.search(r"(?s)\n((?:  (?:\d+,)+\n)+)  0};", c)
        described = json.loads(bytes(int(n) for n in array.group(1).replace("\n", "").split(",") if n.strip()))
        return c.replace(array.group(0), ""), stripped(described)


def stripped(value):
    """Without what depends on where a thing is written, or in which unit a result is shown."""
    if isinstance(value, dict):
        left_out = {"line", "sha256", "file"}
        if value.get("role") in COMPUTED or "relation" in value:
            left_out |= {"unit", "factor", "offset"}
        return {k: stripped(v) for k, v in value.items() if k not in left_out}
    return [stripped(v) for v in value] if isinstance(value, list) else value


# ---- one mutant ---------------------------------------------------------------------------------


def applied(text, fix):
    raw = text.encode()
    for edit in sorted(fix["edits"], key=lambda e: -e["start"]):
        raw = raw[:edit["start"]] + edit["text"].encode() + raw[edit["end"]:]
    return raw.decode(errors="replace")


def restores(compiler, mended, right, meaning):
    """Is it the right text again, but for blanks, or does it compute the same?"""
    if mended.split() == right.split() or re.sub(r"\s", "", mended) == re.sub(r"\s", "", right):
        return True
    return meaning() is not None and compiler.meaning(mended) == meaning()


def judge(compiler, mutant, path, right, meaning):
    document = compiler.diagnose(mutant.text)
    errors = [d for d in document["diagnostics"] if d["severity"] == "error"]
    codes = sorted({d["code"] for d in errors})
    if not errors:
        return Outcome(mutant, path, "accepted", [d["code"] for d in document["diagnostics"]], 0)
    fixes = [fix for d in errors for fix in d["fixes"] if fix["verified"]]
    mended = any(restores(compiler, applied(mutant.text, fix), right, meaning) for fix in fixes)
    return Outcome(mutant, path, "restored" if mended else "fixed otherwise" if fixes else "refused",
                   codes, len(fixes))


# ---- all ----------------------------------------------------------------------------------------


def types_of(compiler, path):
    """Names and what is read under them; names of two things are left out."""
    printed = compiler.run("--print=types", str(path)).stdout.decode()
    found = collections.defaultdict(set)
    for line in printed.splitlines():
        match = re.match(r"(column|input|policy|out|let)\s+(\S+?)(\[.*?\])?\s*:\s(.*?)(  in .*)?$", line)
        if match:
            role, name, index, kind, _ = match.groups()
            unit = mutate.UNITS.get(kind, (kind,))
            found[name.split(".")[-1]].add((role == "column", index, unit))
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def lazily(make):
    made = []
    return lambda: made[0] if made else made.append(make()) or made[0]


def spread(mutants, most):
    """At most so many of them, evenly."""
    step = max(1, -(-len(mutants) // most))
    return mutants[::step]


def work_of(compiler, path, every, whole):
    text = path.read_text()
    printed = compiler.run("--print=tokens", str(path)).stdout.decode()
    blueprint = mutate.Text(text, printed)
    is_module = text.startswith("module")
    meaning = lazily(lambda: None if is_module else compiler.meaning(text))
    mutants = list(mutate.all_mutants(blueprint, types_of(compiler, path)))
    if not whole:
        mutants = spread(mutants, MOST_OF_A_MODULE if is_module else MOST_OF_AN_EXAMPLE)
    for mutant in mutants[::every]:
        yield mutant, path.relative_to(ROOT), text, meaning


def line_of(name, outcomes):
    refused = [o for o in outcomes if o.verdict != "accepted"]
    restored = sum(o.verdict == "restored" for o in refused)
    print(f"{name:10} {len(outcomes):8} {len(refused):8} {restored:9} "
          f"{restored / max(1, len(refused)):6.1%}")
    return restored / max(1, len(refused))


def table(outcomes):
    """A line a family; the share restored of all."""
    print(f"{'':10} {'mutants':>8} {'refused':>8} {'restored':>9} {'share':>6}")
    for family in sorted({o.mutant.family for o in outcomes}):
        line_of(family, [o for o in outcomes if o.mutant.family == family])
    share = line_of("all", outcomes)
    kept = collections.Counter(o.mutant.kept for o in outcomes if o.verdict == "accepted")
    for reason, count in sorted(kept.items()):
        print(f"accepted, for it leaves a consistent program: {count:4} {reason or '?'}")
    return share


def shown(outcome):
    return (f"{outcome.verdict:16} {outcome.mutant.family:9} {outcome.path}:{outcome.mutant.line}: "
            f"{outcome.mutant.done} {' '.join(outcome.codes)}"
            f"{' (' + outcome.mutant.kept + ')' if outcome.mutant.kept else ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("hermesc", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path, nargs="?")
    parser.add_argument("--every", type=int)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", type=pathlib.Path)
    options = parser.parse_args()
    cache = pathlib.Path(os.environ.get("HERMES_BUILD", ""), "CMakeCache.txt")
    sanitized = cache.is_file() and "HERMES_SANITIZE:BOOL=ON" in cache.read_text()
    every = options.every or (SANITIZED_EVERY if sanitized else 1)
    with tempfile.TemporaryDirectory(dir=options.work) as room:
        compiler = Compiler(options.hermesc.resolve(), room)
        sources = sorted(ROOT.glob("examples/*/*.hbp")) + sorted(ROOT.glob("stdlib/**/*.hbp"))
        work = [item for path in sources for item in work_of(compiler, path, every, options.all)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            outcomes = list(pool.map(lambda item: judge(compiler, *item), work))
    if options.list:
        options.list.write_text("".join(f"{shown(o)}\n" for o in outcomes))
    share = table(outcomes)
    slipped = [o for o in outcomes if o.verdict == "accepted" and not o.mutant.kept]
    for outcome in slipped:
        print(f"a mistake that was not refused: {shown(outcome)}")
    if share < LEAST_RESTORED:
        print(f"fewer than {LEAST_RESTORED:.0%} have a verified fix that restores them")
    return bool(slipped) or share < LEAST_RESTORED or not outcomes


if __name__ == "__main__":
    sys.exit(main())
