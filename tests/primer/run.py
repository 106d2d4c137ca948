#!/usr/bin/env python3
"""`hermesc primer` is short, true and whole: it fits a prompt, every line of its code is compiled, nothing is missing.

Its first fence is a blueprint; the others continue it, as tests/docs/snippets.py says, on the data of tests/docs. What
is shown as wrong is refused with the code beside it. Below written/ are blueprints of other kinds, written by what the
primer says and by nothing else that the language has: they are sound.
usage: run.py HERMESC [WORKDIR]
"""
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests"), str(SOURCE / "tests/docs")]
from cases import require, run_all  # noqa: E402
from snippets import HERMESC, Scaffold, expect_reports, hermesc, snippets  # noqa: E402

MOST_TOKENS = 6000
# The pieces into which tokenizers of the GPT family cut a text first. They keep most short words whole; here a word
# counts one token for every four letters, a number for every three digits, signs for every two, and each line break
# and each further blank for one: more than such tokenizers need of English and of code.
PIECE = re.compile(r" ?[A-Za-z]+|[0-9]{1,3}| ?[^\sA-Za-z0-9]+|\s*\n|\s+(?!\S)|\s+")
BYTES_FOR_TOKEN = 3.2


def tokens_of_piece(piece):
    text = piece.strip()
    length = 4 if text.isalpha() else 3 if text.isdigit() else 2
    return max(1, -(-len(text) // length))


def tokens(text):
    return max(sum(map(tokens_of_piece, PIECE.findall(text))), round(len(text.encode()) / BYTES_FOR_TOKEN))


def source(path):
    return (SOURCE / path).read_text(encoding="utf-8")


def code(page):
    return [snippet for snippet in snippets("hermesc primer", page) if snippet.language == "hermes"]


# ---- what is checked ----

def check_size(page):
    require(tokens(page) < MOST_TOKENS, f"the primer has {tokens(page)} tokens, and must stay below {MOST_TOKENS}")


def check_form(page):
    require("<!--" not in page and "primer:" not in page, "a comment of the page is left, or a list of no known name")
    require(page.count("```") == 2 * len(code(page)), "a fence holds no code of blueprints")
    for snippet in code(page):
        require(set(snippet.options) <= {"fragment"}, f"{snippet.place()}: a mark of the reference is left")


def check_whole(page):
    """Every built-in function, unit and module of the library stands in it, each function in its module's page."""
    for name in re.findall(r"^(?:BUILTIN|REDUCTION)\((\w+),", source("compiler/check/builtins.def"), re.M):
        require(re.search(rf"[`|]{name}[|(]", page), f"the function `{name}` is missing")
    for name in re.findall(r"^(?:SOURCE|TDL)\((\w+),", source("runtime/include/hermes/sources.def"), re.M):
        require(re.search(rf"[`|]{name}[|`]", page), f"the source `{name}` is missing")
    for signature in re.findall(r'^DISTRIBUTION\(.*?"(.*?)"', source("compiler/check/distributions.def"), re.M):
        require(f"`{re.sub(r': [^ ,)]+', '', signature)}`" in page, f"the distribution `{signature}` is missing")
    for symbol in re.findall(r'HERMES_UNIT\("([^"]+)",', source("runtime/units/units.def")):
        require(re.search(rf"^- .*: .*(?<!\S){re.escape(symbol)}\*?(?!\S)", page, re.M), f"the unit `{symbol}` is missing")
    for file in sorted((SOURCE / "stdlib").rglob("*.hbp")):
        text = file.read_text(encoding="utf-8")
        module = re.search(r"^module (\S+)", text, re.M)[1]
        area, _, last = module.rpartition(".")
        require(re.search(rf"`{area}\.(\w+\|)*{last}[|`]", page), f"the module `{module}` is missing")
        functions = hermesc("primer", module, text="").stdout
        heads = re.findall(r"^function (\w+\([^)]*\)\s*->[^\n={\"]*[^\s={\"])", text, re.M)
        heads = [re.sub(r"\s+", " ", head).replace("( ", "(") for head in heads]
        require(len(heads) == text.count("\nfunction "), f"not all functions of `{module}` are found")
        for head in heads:
            require(f"`{head}`" in functions, f"`{head}` is missing in `hermesc primer {module}`")
        docs = re.findall(r'^function [^"]*"([^"]*?)(?:(?<!\.)\. |\.?"$)', text.replace('"\n  "', ""), re.M)
        require(len(docs) == len(heads), f"not all docs of `{module}` are found")
        for doc in docs:
            require(f"`: {doc}\n" in functions, f"`hermesc primer {module}` does not say: {doc}")


def check_version(page):
    version = subprocess.run([HERMESC, "--version"], text=True, capture_output=True, timeout=60).stdout.strip()
    require(f"the language of {version}." in page, f"it does not say that it is that of {version}")


def check_command():
    unknown = hermesc("primer", "radio.nose", text="")
    require(unknown.returncode == 1 and "radio.noise" in unknown.stderr, "a module's name is not mended")
    require(hermesc("primer", "radio.noise", "now", text="").returncode == 2, "`primer` takes one word")
    require(hermesc("primer", "--format=gbnf", text="").returncode == 2, "`primer` has no format")


def all_tests(page):
    blueprint, *others = code(page)
    require(not blueprint.options, "the primer begins with a whole blueprint")
    scaffold = Scaffold(blueprint.text + "\n")
    yield "size", lambda: check_size(page)
    yield "form", lambda: check_form(page)
    yield "whole", lambda: check_whole(page)
    yield "version", lambda: check_version(page)
    yield "command", check_command
    yield "the blueprint", lambda: expect_reports(blueprint.text, set())
    for snippet in others:
        yield from scaffold.tests(snippet)
    for path in sorted((SOURCE / "tests/primer/written").glob("*.hbp")):
        yield path.name, lambda path=path: expect_reports(path.read_text(encoding="utf-8"), set())


def main():
    done = hermesc("primer", text="")
    page = done.stdout
    if done.returncode or done.stderr:
        sys.exit(f"hermesc primer exits {done.returncode}\n{done.stderr}")
    print(f"about {tokens(page)} tokens")
    return run_all(all_tests(page))


sys.exit(main())
