#!/usr/bin/env python3
"""The READMEs are true: every command in a console block is run, in order, and prints what is shown (`...`: anything).

So it is with docs/agents.md, and with the READMEs of the examples, whose blocks without a name hold commands alone.

The two commands of the sh block, ./demo and ./check, are what runs this; they are tried on a bare machine.
usage: run.py HERMESC WORK
"""
import glob
import os
import re
import shutil
import subprocess
import sys

hermesc, work = map(os.path.abspath, sys.argv[1:3])
source = os.environ.get("HERMES_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
build = os.path.dirname(hermesc)


def commands(path):
    """(command, expected output) of every console block, and of an example's blocks without a name."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for name, block in re.findall(r"^```(\w*).*?\n(.*?)^```", text, re.M | re.S):
        if not name and os.path.dirname(path) != source:
            yield from ((line, "...\n") for line in block.splitlines())
        for part in re.split(r"^\$ ", block, flags=re.M)[1:] if name == "console" else []:
            command, _, output = part.partition("\n")
            yield command, output


def matches(expected, actual):
    pattern = "".join(".*" if line == "..." else re.escape(line) + "\n" for line in expected.splitlines())
    return re.fullmatch(pattern, actual, re.S) is not None


def arrange(directory):
    """The tree as a reader has it: the sources, and build/ with this hermesc."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    for name in os.listdir(source):
        if name not in ("build", ".git"):
            os.symlink(os.path.join(source, name), os.path.join(directory, name))
    os.symlink(build, os.path.join(directory, "build"))


def main():
    passed = failed = 0
    directory = os.path.join(work, "tree")
    arrange(directory)
    pages = ["README.md", "docs/agents.md", *sorted(glob.glob("examples/*/README.md", root_dir=source))]
    for page, command, expected in [(page, *found) for page in pages for found in commands(os.path.join(source, page))]:
        run = subprocess.run(["bash", "-c", command], cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if run.returncode == 0 and matches(expected, run.stdout):
            passed += 1
            continue
        failed += 1
        print(f"{page}: $ {command}\nexit {run.returncode}, expected:\n{expected}\nprinted:\n{run.stdout}{run.stderr}")
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


sys.exit(main())
