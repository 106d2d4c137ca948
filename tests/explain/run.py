#!/usr/bin/env python3
"""docs/diagnostics.md tells the story of every diagnostic, and `hermesc explain` prints it.

Every code of diagnostics.def has its section, in order, under its own title; every section has its code. The
snippets of a section report that code and no other, and show how it is mended. tests/docs/run.py checks the
`hermes` fences line by line, as those of any page; here are the others:

  csv wrong=cells.csv   this file in place of that of tests/docs/data: a run reports the code of the section
  csv right=cells.csv   the same, and nothing is reported
  console               commands in a directory with data/, scaffold.hbp, the twin ./ndt of the scaffold with a
                        goal, and the files of the section; `# HB0801` behind one is what it reports, and one
                        without reports nothing
usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all, write_program

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCS = SOURCE / "tests/docs"
HERMESC = pathlib.Path(sys.argv[1]).resolve()
PAGE = SOURCE / "docs/diagnostics.md"
SCAFFOLD = (DOCS / "scaffold.hbp").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PATH": f"{HERMESC.parent}:{os.environ['PATH']}", "NO_COLOR": "1"}
# What no small example can bring about: a machine without memory, a fault of Hermes, a library of 65 modules, a
# server that has to be there, or its replies (tests/client has them).
NO_EXAMPLE = {"HB0006", "HB0016", "HB0603", "HB0605", "HB0606", "HB0690", "HB0691", "HB0705", "HB0731", "HB0735", "HB0736",
              "HB0824", "HB0826", "HB0827", "HB0905", "HB0906", "HB0907", "HB0908", "HB0909", "HB0910",
              "HB0930", "HB0931", "HB0932", "HB0933", "HB0936", "HB0938"}  # tests/client, tests/design and tests/ask have them
# What only a client of `hermes mcp` is told: tests/mcp.
NO_EXAMPLE |= {"HB0919", "HB0920", "HB0921"}
# Their wrong example is a second file, which tests/wrong has.
NO_WRONG = {"HB0207", "HB0211"}


# ---- the page and the table ----

class Section:
    def __init__(self, code, title, text):
        self.code, self.title, self.text = code, title, text
        self.fences = [(words.split(), body) for words, body in re.findall(r"^```(.*)\n((?:.*\n)*?)```$", text, re.M)]

    def bodies(self, language, option=None):
        """(value of the option, text) of every fence of that language that has it."""
        for words, body in self.fences:
            options = dict(word.partition("=")[::2] for word in words[1:])
            if words and words[0] == language and (option is None or option in options):
                yield options.get(option), body


def sections():
    parts = re.split(r"^## (HB\d{4}): (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return [Section(*parts[i:i + 3]) for i in range(1, len(parts), 3)]


def table():
    text = (SOURCE / "runtime/include/hermes/diagnostics.def").read_text(encoding="utf-8")
    rows = re.findall(r'^HERMES_DIAGNOSTIC\((\d{4}), (\w+), (\w+),\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\)',
                      text, re.M)
    require(len(rows) == text.count("\nHERMES_DIAGNOSTIC("), "diagnostics.def is written anew")
    return {f"HB{code}": (severity, title, re.sub(r"\\(.)", r"\1", rule)) for code, severity, _, title, rule in rows}


def check_complete(page, known):
    codes = [section.code for section in page]
    for code in known:
        require(code in codes, f"{code} has no section in docs/diagnostics.md: \"{known[code][1]}\"")
    for code in codes:
        require(code in known, f"the section {code} has no code in diagnostics.def")
    require(codes == sorted(set(codes)), "the sections stand in the order of their codes, each once")


def check_form(section, known):
    require(section.title == known[section.code][1], f"its title is \"{known[section.code][1]}\"")
    require("To mend it:" in section.text, "it does not say how to mend it")
    prose = re.sub(r"^```.*?^```$", "", section.text, flags=re.M | re.S)
    for code in re.findall(r"HB\d{4}", prose):
        require(code in known, f"there is no {code} to be related to")
        require(code != section.code, "it is related to itself")
    require(len(section.text.splitlines()) <= 40, "it is too long to be read in one go")


# ---- its examples ----

def reported(text):
    return set(re.findall(r"\[(HB\d{4})\]", text))


def shell(command, directory):
    return subprocess.run(["bash", "-c", command], cwd=directory, env=ENVIRONMENT, text=True, errors="replace",
                          capture_output=True, timeout=120)


def prepare(directory):
    shutil.copytree(DOCS / "data", directory / "data")
    (directory / "scaffold.hbp").write_text(SCAFFOLD, encoding="utf-8")
    (directory / "ndt.hbp").write_text(SCAFFOLD + "goal maximize weakest;\n", encoding="utf-8")
    write_program(directory / "ndt", f"#!/bin/sh\nexec '{HERMESC}' interpret ndt.hbp \"$@\"\n")


def check_data(name, text, wanted):
    says = "".join(f": {code}" for code in wanted)
    require(text.startswith(f"# {name}{says}\n"), f"its first line says `# {name}{says}`")
    with tempfile.TemporaryDirectory(prefix="hermes explain ") as work:
        directory = pathlib.Path(work)
        prepare(directory)
        (directory / "data" / name).write_text(text, encoding="utf-8")
        done = shell("./ndt run --data data", directory)
    require(reported(done.stderr) == wanted and done.returncode in (0, 1, 2),
            f"{name}: reports {sorted(reported(done.stderr)) or 'nothing'}, not {sorted(wanted)}\n{done.stderr}")


def check_console(section):
    with tempfile.TemporaryDirectory(prefix="hermes explain ") as work:
        directory = pathlib.Path(work)
        prepare(directory)
        for name, text in section.bodies("hermes", "file"):
            (directory / name).write_text(text, encoding="utf-8")
        for _, block in section.bodies("console"):
            for command in re.split(r"^\$ ", block, flags=re.M)[1:]:
                comment = re.search(r"\s# (HB\d{4})(?:\s.*)?$", command.strip())
                wanted = {comment[1]} if comment else set()
                require(wanted <= {section.code}, f"$ {command}is about another code")
                done = shell(command, directory)
                succeeds = not wanted or "warning[" in done.stderr and "error[" not in done.stderr
                require(reported(done.stderr) == wanted and (done.returncode == 0) == succeeds,
                        f"$ {command}reports {sorted(reported(done.stderr)) or 'nothing'}, exit {done.returncode}\n"
                        f"{done.stderr}")


def codes_of_snippets(section):
    """The codes behind `#`, and whether a line or a whole snippet stands without any."""
    codes, clean = set(), False
    for fragment, body in section.bodies("hermes", "fragment"):
        lines = [re.findall(r"HB\d{4}", line.partition("#")[2]) for line in body.splitlines()]
        clean |= not all(lines) if fragment == "values" else not any(lines)
        codes.update(code for line in lines for code in line)
    for _, body in section.bodies("hermes"):
        found = re.findall(r"#.*\b(HB\d{4})", body)
        codes.update(found)
        clean |= not found
    return codes, clean


def check_examples(section, known):
    codes, clean = codes_of_snippets(section)
    console = "".join(body for _, body in section.bodies("console"))
    wrong = section.code in codes or re.search(r"# HB", console) or any(section.bodies("csv", "wrong"))
    require(section.code in NO_EXAMPLE or section.code in NO_WRONG or wrong, "it has no wrong example")
    if known[section.code][0] == "ERROR":
        strange = codes - {section.code}
        require(not strange, f"it shows {sorted(strange)}, too")
    compiled = section.code < "HB0600" and section.code not in NO_EXAMPLE and section.code > "HB0100"
    require(clean or not compiled, "no snippet shows it mended")


def section_tests(section, known):
    yield "form", lambda: check_form(section, known)
    yield "examples", lambda: check_examples(section, known)
    for name, text in section.bodies("csv", "wrong"):
        yield f"wrong {name}", lambda name=name, text=text: check_data(name, text, {section.code})
    for name, text in section.bodies("csv", "right"):
        yield f"right {name}", lambda name=name, text=text: check_data(name, text, set())
    if any(section.bodies("console")):
        yield "console", lambda: check_console(section)


# ---- hermesc explain ----

def explain(*words):
    return subprocess.run([HERMESC, "explain", *words], text=True, capture_output=True, timeout=60, env=ENVIRONMENT)


def plain(text):
    """Inline marks and links as `explain` shows them."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text.replace("**", ""))


def check_explained(section, known):
    severity, title, rule = known[section.code]
    done = explain(section.code)
    require(done.returncode == 0 and not done.stderr, f"explain exits {done.returncode}\n{done.stderr}")
    lines = done.stdout.splitlines()
    require(lines[0] == f"{severity.lower()}[{section.code}]: {title}", f"it begins: {lines[0]}")
    require(not rule or f"rule: {rule}" in done.stdout, "the rule is missing")
    require("```" not in done.stdout and "](" not in done.stdout, "Markdown is left")
    inside = False
    for line in section.text.splitlines():
        if line.startswith("```"):
            inside = not inside
        else:
            shown = f"    {line}" if inside and line else plain(line) if not inside else ""
            require(shown in lines, f"this line is missing: {shown}")


def check_spellings():
    whole = explain("HB0402").stdout
    for spelling in ("hb0402", "0402", "402"):
        require(explain(spelling).stdout == whole, f"`{spelling}` is not understood")


def check_list(known):
    lines = explain().stdout.splitlines()
    wanted = [f"{code}  {known[code][1]}" for code in sorted(known)]
    require([line for line in lines if line.startswith("HB")] == wanted, "the list of all codes is another one")


def check_unknown():
    done = explain("HB0492")
    require(done.returncode == 2 and "HB0402" in done.stderr and not done.stdout, f"of HB0492:\n{done.stderr}")
    for word in ("HB", "", "HB04", "HB040200000000000000000000", "level", "-"):
        done = explain(word)
        require(done.returncode == 2 and reported(done.stderr) == {"HB0601"}, f"of `{word}`:\n{done.stderr}")
    require(explain("HB0402", "HB0403").returncode == 2, "two codes are one too many")


def check_json(known):
    for words in (["HB0402"], []):
        done = explain("--error-format=json", *words)
        document = json.loads(done.stdout)
        require(document["form"] == explain(*words).stdout, "in JSON, `form` is another text")
        require(document["status"] == "ok" and document["file"] is None, "in JSON, explaining is sound")


def all_tests():
    known, page = table(), sections()
    yield "sections", lambda: check_complete(page, known)
    for section in page:
        if section.code not in known:
            continue
        for what, test in section_tests(section, known):
            yield f"{section.code}, {what}", test
        yield f"{section.code}, explain", lambda section=section: check_explained(section, known)
    yield "explain, spellings", check_spellings
    yield "explain, the list", lambda: check_list(known)
    yield "explain, unknown codes", check_unknown
    yield "explain, JSON", lambda: check_json(known)


sys.exit(run_all(all_tests()))
