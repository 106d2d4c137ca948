#!/usr/bin/env python3
"""The documentation is true: every ```hermes snippet compiles, and does what is written beside it.

Snippets are those of snippets.py, continuing scaffold.hbp, and also:

  hermes file=first.hbp         kept under this name for the console blocks of its page
  hermes fragment=scaffold      stands word for word in tests/docs/scaffold.hbp
  csv file=cells.csv            stands word for word in tests/docs/data
  console                       commands and what they print (`...`: anything), in a directory with the page's
                                files and data/; of the pages in CONSOLES, the README has a test of its own

docs/primer.md, whose snippets continue one another, is tested by tests/primer.
Beyond that, the tables of docs/language.md are held against the tables of the compiler, row by row.
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

from snippets import DATA, HERMESC, Scaffold, Wrong, expect_reports, require, snippets
from cases import run_all

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
LANGUAGE = SOURCE / "docs/language.md"
CONSOLES = [LANGUAGE, SOURCE / "docs/repository.md", SOURCE / "docs/mcp.md"]

SCAFFOLD = Scaffold((HERE / "scaffold.hbp").read_text(encoding="utf-8"))

# ---- pages ----

def pages():
    return [page for pattern in ("docs/*.md", "README.md", "examples/*/README.md")
            for page in sorted(SOURCE.glob(pattern)) if page.name != "primer.md"]


def snippets_of(page):
    return snippets(str(page.relative_to(SOURCE)), page.read_text(encoding="utf-8"))


# ---- one snippet ----

def check_scaffold(snippet):
    require(snippet.text in SCAFFOLD.text, "this does not stand in tests/docs/scaffold.hbp")


def check_csv(snippet):
    file = DATA / snippet.options["file"]
    require(snippet.text + "\n" == file.read_text(encoding="utf-8"), f"this is not what {file} holds")


# ---- the console of pages ----

def matches(expected, actual):
    pattern = "".join(".*" if line == "..." else re.escape(line) + "\n" for line in expected.splitlines())
    return re.fullmatch(pattern, actual, re.S) is not None


def check_console(page, work):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    shutil.copytree(DATA, work / "data", dirs_exist_ok=True)
    environment = {"XDG_CACHE_HOME": str(work / "cache"), **os.environ}
    environment["PATH"] = f"{HERMESC.parent}:{environment['PATH']}"
    for snippet in snippets_of(page):
        if snippet.language == "hermes" and "file" in snippet.options:
            (work / snippet.options["file"]).write_text(snippet.text + "\n", encoding="utf-8")
        for part in re.split(r"^\$ ", snippet.text + "\n", flags=re.M)[1:] if snippet.language == "console" else []:
            command, _, expected = part.partition("\n")
            done = subprocess.run(["bash", "-c", command], cwd=work, env=environment, text=True, capture_output=True,
                                  timeout=120)
            require(done.returncode == 0 and matches(expected, done.stdout),
                    f"$ {command}\nexit {done.returncode}, printed:\n{done.stdout}{done.stderr}")


# ---- tables of docs/language.md against the compiler's ----

def source_text(path):
    return (SOURCE / path).read_text(encoding="utf-8")


def table_rows(page, header):
    """The rows, as lists of cells, of every table whose header begins with these cells."""
    rows, inside = [], False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[:len(header)] == header:
            inside = True
        elif inside and not set(line) <= set("|-: "):
            rows.append(cells)
    return rows


def same_rows(found, wanted):
    for row in wanted:
        require(row in found, f"this row is missing: | {' | '.join(row)} |")
    for row in found:
        require(row in wanted, f"nothing is like this row: | {' | '.join(row)} |")
    require(found == wanted, "the rows stand in another order")


def check_builtins(page):
    rows = re.findall(r'^(BUILTIN|REDUCTION)\(\w+,.*?"(.*?)", "(.*)"\)$', source_text("compiler/check/builtins.def"), re.M)
    for kind, header in (("BUILTIN", "function"), ("REDUCTION", "reduction")):
        same_rows(table_rows(page, [header, "meaning"]),
                  [[f"`{signature}`", meaning] for which, signature, meaning in rows if which == kind])


def check_distributions(page):
    rows = re.findall(r'^DISTRIBUTION\(\w+, \d+, \d+, \w+, "(.*?)", "(.*)"\)$',
                      source_text("compiler/check/distributions.def"), re.M)
    require(rows, "the distributions are written anew")
    same_rows(table_rows(page, ["distribution", "meaning"]), [[f"`{signature}`", meaning] for signature, meaning in rows])


def check_units(page):
    prefixes = {"NONE": "", "UP": "k to Y", "DOWN": "m to y", "BOTH": "all"}
    rows = re.findall(r'HERMES_UNIT\("([^"]+)", (\w+), (\w+), [^,]+, [^,]+, \w+,\s*"([^"]+)"\)',
                      source_text("runtime/units/units.def"))
    require(len(rows) == source_text("runtime/units/units.def").count("HERMES_UNIT(\""), "units.def is written anew")
    same_rows(table_rows(page, ["unit", "kind"]),
              [[f"`{symbol}`", scale.lower(), prefixes[prefix], meaning] for symbol, scale, prefix, meaning in rows])


def check_library(page):
    wanted = []
    for file in sorted((SOURCE / "stdlib").rglob("*.hbp")):
        text = file.read_text(encoding="utf-8")
        module = re.search(r"^module (\S+)", text, re.M)[1]
        doc = re.search(r"^module [^;]*?\"(.*?)\";", text, re.M | re.S)[1]
        wanted.append([f"`{module}`", re.sub(r"\"\s*\"", "", doc)])
    same_rows(table_rows(page, ["module", "gives"]), wanted)


def check_keywords(page):
    reserved = re.findall(r'^"([a-z]+)"\s+\{ return TOKEN_', source_text("grammar/blueprint.l"), re.M)
    keywords = re.findall(r'^KEYWORD\(\w+, "(\w+)"', source_text("compiler/syntax/keywords.def"), re.M)
    require(len(reserved) == 10 and keywords, "the words of the language are written anew")
    for heading, words in (("Reserved words:", reserved), ("Keywords:", keywords)):
        line = re.search(rf"^{heading}(.*?)\n\n", page + "\n\n", re.M | re.S)
        require(line, f"there is no list of `{heading}`")
        same_rows(sorted(re.findall(r"`(\w+)`", line[1])), sorted(words))


def offered(text):
    """What `hermesc next` offers behind a text, without what is punctuation: (name, type, doc) each."""
    done = subprocess.run([HERMESC, "next", "--format=json", f"-:{len(text)}"], input=text, text=True,
                          capture_output=True, timeout=60)
    items = json.loads(done.stdout)["items"]
    return [(i["text"], i.get("type"), i.get("doc")) for i in items if i["kind"] in ("builtin", "column")]


def columns_of(name, of_table, count):
    """"`x : m`, `y : m`" of a source with so many arguments."""
    arguments = ["site"] * of_table + ["1"] * count
    text = f"blueprint b;\ntable site from \"s\" {{ x : m; y : m; }}\ntable new from {name}({', '.join(arguments)}) {{ "
    return [f"`{column} : {of}`" for column, of, _ in offered(text)]


def source_rows():
    """Each source, what it makes, and its columns: those that an optional argument brings behind its name."""
    signatures = {name: (signature, doc) for name, signature, doc in offered("blueprint b;\ntable new from ")}
    for name in re.findall(r"^(?:SOURCE|TDL)\((\w+),", source_text("runtime/include/hermes/sources.def"), re.M):
        signature, doc = signatures[name]
        needed, _, optional = signature.partition("[")
        of_table, least = "(T" in needed, needed.count(":")
        known = columns_of(name, of_table, least)
        columns = ", ".join(known)
        for i, argument in enumerate(re.findall(r"(\w+):", optional)):
            more = [c for c in columns_of(name, of_table, least + i + 1) if c not in known]
            columns += f"; with `{argument}` {', '.join(more)}" if more else ""
            known += more
        yield [f"`{signature}`", doc, columns]


def check_sources(page):
    same_rows(table_rows(page, ["source", "makes", "columns"]), list(source_rows()))


def constant(name, texts):
    for text in texts:
        found = re.search(rf"\b{name}\s*=\s*([^,}}/]+?)\s*[,}}\n/]|#define {name} (.+)", text)
        if found:
            value = re.sub(r"\(u?int\w+\)", "", found[1] or found[2])
            return eval(re.sub(r"[A-Z]\w+", lambda m: str(constant(m[0], texts)), value), {"__builtins__": {}})
    raise Wrong(f"no constant is named {name}")


def check_limits(page):
    files = [file for folder in ("compiler", "runtime") for file in sorted((SOURCE / folder).rglob("*.[ch]"))]
    texts = [file.read_text(encoding="utf-8") for file in files]
    rows = table_rows(page, ["limit", "value", "constant"])
    for row in rows:
        name = row[2].strip("`")
        require(float(row[1].replace(" ", "")) == constant(name, texts), f"{name} is {constant(name, texts)}")
    for name in re.findall(r"^  (MAX_\w+) =", source_text("compiler/hermesc.h"), re.M):
        require(f"`{name}`" in [row[2] for row in rows], f"limit {name} is missing")
    block = constant("HERMES_SUM_BLOCK", texts)
    require(f"blocks of {block} rows" in page, f"sums are made in blocks of {block} rows")


def check_codes(text):
    known = re.findall(r"^HERMES_DIAGNOSTIC\((\d{4}),", source_text("runtime/include/hermes/diagnostics.def"), re.M)
    for code in re.findall(r"\bHB(\d{4})\b", text):
        require(code in known, f"there is no diagnostic HB{code}")


# ---- all tests ----

def snippet_tests(snippet):
    if snippet.language == "csv" and "file" in snippet.options:
        yield snippet.place(), lambda: check_csv(snippet)
    elif snippet.options.get("fragment") == "scaffold":
        yield snippet.place(), lambda: check_scaffold(snippet)
    elif snippet.language == "hermes":
        yield from SCAFFOLD.tests(snippet)


def page_tests(work):
    page = LANGUAGE.read_text(encoding="utf-8")
    checks = {"built-in functions": check_builtins, "distributions": check_distributions, "units": check_units,
              "library": check_library, "sources": check_sources,
              "words": check_keywords, "limits": check_limits}
    for name, check in checks.items():
        yield f"docs/language.md, {name}", lambda check=check: check(page)
    for told in CONSOLES:
        yield f"{told.name}, console", lambda told=told: check_console(told, work / told.stem)
    yield "scaffold.hbp", lambda: expect_reports(SCAFFOLD.text, set())
    for path in pages():
        yield f"{path.relative_to(SOURCE)}, codes", lambda path=path: check_codes(path.read_text(encoding="utf-8"))


def main():
    with tempfile.TemporaryDirectory(prefix="hermes docs ") as directory:
        work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else directory).resolve()
        tests = list(page_tests(work)) + [test for page in pages() for s in snippets_of(page) for test in snippet_tests(s)]
        return run_all(tests)


sys.exit(main())
