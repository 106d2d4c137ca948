#!/usr/bin/env python3
"""`hermesc grammar` writes the language's grammar: what parses follows it, and syntax errors do not.

Three must agree on every blueprint of the repository and on texts made from them by small changes: the parser of
hermesc, Lark with the grammar written for it, and gbnf.py beside this with the GBNF. Where GBNF cannot follow the
parser, what `hermesc grammar` says about that is all that may differ. Where Lark (python3-lark) is not installed, it
is left out.
usage: run.py HERMESC [WORKDIR]
"""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading

import gbnf

try:
    import lark
except ImportError:  # Debian's packages are those of Debian's python
    lark = None
    if os.access("/usr/bin/python3", os.X_OK) and "HERMES_LARK" not in os.environ:
        os.environ["HERMES_LARK"] = "sought"
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
FOLDERS = ("tests", "examples", "stdlib")
SYNTAX = {"HB0101", "HB0102", "HB0103", "HB0104"}
# The limits of the language are none of its grammar, nor is what makes a file no text.
LIMITS = {"HB0003", "HB0004", "HB0005", "HB0007", "HB0008", "HB0009", "HB0010", "HB0108"}
CHANGED, SEED = 600, 20260722  # texts made anew
TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|\s+|\.\.<|\.\.|->|[=!<>]=|.', re.S)
EXTRA = ["if", "then", "for", "in", "or", "not", "missing", "step", "default", "within", "(", ")", "]", "{", "}", ";",
         ",", ".", "..", "5", "5 dB", "5 %", "7.", "inx", "x", '"doc"', "==", "=", "-", "^", "%", ":", "# end\n", "\n"]
# What `hermesc grammar` says that the GBNF lets through, and that it leaves out beside missing blanks.
BEHIND_POWER = r"\^\s*\d+\s+[A-Za-z_]"  # a word too many behind the power of a unit: they read a unit of the power
LET_THROUGH = re.compile(rf"\bor\s+missing\b|{BEHIND_POWER}")
LEFT_OUT = re.compile(r"\d\s*([(\[]|\.\s*[A-Za-z_])|\bvary\s+\d")


class Wrong(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Wrong(message)


# ---- the three ----

def hermesc(*words, text=None):
    return subprocess.run([HERMESC, *words], input=text, text=True, capture_output=True, timeout=120, cwd=SOURCE)


def written(form):
    done = hermesc("grammar", f"--format={form}")
    require(done.returncode == 0 and not done.stderr, f"{form}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def codes_of(text):
    done = hermesc("check", "--error-format=json", "-", text=text)
    require(done.returncode in (0, 1), f"hermesc exits {done.returncode}\n{done.stderr}")
    return {d["code"] for d in json.loads(done.stdout)["diagnostics"] if d["file"] == "<standard input>"}


def lark_accepts(parser, text):
    try:
        parser.parse(text)
        return True
    except lark.exceptions.LarkError:
        return False


class Grammars:
    def __init__(self):
        self.gbnf = gbnf.Grammar(written("gbnf"))
        self.lark = lark and lark.Lark(written("lark"), parser="lalr", lexer="contextual")

    def compare(self, text):
        """Does it parse? None: it is beyond a limit. Raises where not all say the same."""
        codes = codes_of(text)
        if codes & LIMITS:
            return None
        parses = not codes & SYNTAX
        says = f"hermesc says {sorted(codes)}"
        if self.lark and lark_accepts(self.lark, text) != parses:
            require(not parses and re.search(BEHIND_POWER, text), f"not so Lark; {says}")
        self.compare_gbnf(text, parses, says)
        return parses

    def compare_gbnf(self, text, parses, says):
        accepts = self.gbnf.accepts(text)
        if parses and not accepts and not LEFT_OUT.search(text):  # for want of a blank, which formatting puts there
            formatted = hermesc("fmt", "-", text=text).stdout
            require(formatted and self.gbnf.accepts(formatted), f"not so GBNF; {says}")
        if accepts and not parses:
            require(LET_THROUGH.search(text), f"GBNF accepts it; {says}")


# ---- texts ----

def corpus():
    for folder in FOLDERS:
        for path in sorted((SOURCE / folder).rglob("*.hbp")):
            try:
                yield str(path.relative_to(SOURCE)), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass  # no text


def change(text, chance):
    """The text with one token left out, doubled, moved, put in, or without the blank beside it."""
    tokens = TOKEN.findall(text)
    i = chance.randrange(len(tokens))
    kind = chance.randrange(6)
    if kind == 0:
        del tokens[i]
    elif kind == 1:
        tokens.insert(i, tokens[i])
    elif kind == 2:
        tokens.insert(chance.randrange(len(tokens)), tokens.pop(i))
    elif kind == 3:
        tokens.insert(i, " " + chance.choice(EXTRA) + " ")
    elif kind == 4:
        tokens[i] = chance.choice(EXTRA)
    else:
        blanks = [j for j, token in enumerate(tokens) if token.isspace()]
        del tokens[chance.choice(blanks)]
    return "".join(tokens)


def changed_texts(texts):
    chance = random.Random(SEED)
    short = [text for _, text in texts if 40 < len(text) < 4000 and " " in text]
    for number in range(CHANGED):
        yield f"change {number}", change(chance.choice(short), chance)


# ---- cases of their own: each says how it is ----

RIGHT = [
    "blueprint a; # no line feed at the end",
    "blueprint a;input{x:1=if(true) then-1 else(2);}",
    "blueprint a;\nkpi inx : 1 = inner + note + order;",
    "blueprint a; kpi k : 1 = 5 # five\n;",
    "module a.b;",
    "blueprint a; input { x : Ω = 3 kΩ; y : °C = 20 °C; z : µs = 3 µs; }",
]
WRONG = [
    "", "blueprint", "blueprint a", "blueprint in;", "kpi k : 1 = 2;", "blueprint a; kpi k : 1 = 5\n m;",
    "blueprint a; kpi k : 1 = sum(x for uin ue);", "blueprint a; kpi k : 1 = 1 if x else 2;",
    "blueprint a; kpi k : 1 = a and;", "blueprint a; kpi k : 1 = 'x';", "blueprint a; kpi k : 1 = a < b < c;",
    "blueprint a; kpi k : dBm = 43. dBm;", "blueprint a; kpi k : 1 = 2.^2;", "blueprint a; kpi k : 1 = x;;", "blueprint a; kpi k : 1 = 5 step;", "blueprint a; // no comment",
]


def check_own(grammars):
    for texts, parses in ((RIGHT, True), (WRONG, False)):
        for text in texts:
            require(grammars.gbnf.accepts(text) == parses, f"GBNF, of {text!r}")
            require(not grammars.lark or lark_accepts(grammars.lark, text) == parses, f"Lark, of {text!r}")
            require((not codes_of(text) & SYNTAX) == parses, f"hermesc, of {text!r}")


def check_complete(grammars):
    """Every word of the language and every rule but those for the tree alone stands in both."""
    keywords = re.findall(r'^KEYWORD\(\w+, "(\w+)"', (SOURCE / "compiler/syntax/keywords.def").read_text(), re.M)
    for form in ("gbnf", "lark"):
        text = written(form)
        for keyword in keywords:
            require(re.search(rf'["/]{keyword}["(]', text), f"{form}: `{keyword}` is missing")
    require(hermesc("grammar").stdout == written("gbnf"), "without --format, it is GBNF")
    for words in (["--format=bnf"], ["--format=html"], ["x"]):
        require(hermesc("grammar", *words).returncode == 2, f"`grammar {words[0]}` is no error")


# ---- all ----

SHARED = {}


def outcome(case):
    name, text = case
    try:
        if "grammars" not in SHARED:
            SHARED["grammars"] = Grammars()
        return name, SHARED["grammars"].compare(text), None
    except (Wrong, gbnf.Wrong, RecursionError) as why:
        return name, None, f"{name}: {why}\n{text[:1500]}"


def initialize():
    sys.setrecursionlimit(200000)


def check_all():
    grammars = Grammars()
    check_own(grammars)
    check_complete(grammars)
    texts = list(corpus())
    cases = texts + list(changed_texts(texts))
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), initializer=initialize) as pool:
        done = list(pool.map(outcome, cases, chunksize=16))
    failures = [failure for _, _, failure in done if failure]
    counts = [sum(parses is verdict for _, parses, _ in done) for verdict in (True, False)]
    for failure in failures[:10]:
        print(failure)
    require(min(counts) > len(cases) / 10, f"a corpus of {counts[0]} that parse and {counts[1]} that do not")
    print(f"{counts[0]} texts parse, {counts[1]} do not, {len(failures)} are in dispute"
          f"{'' if lark else '; Lark is not installed'}")
    return bool(failures)


def main():
    try:
        SHARED["failed"] = check_all()
    except (Wrong, gbnf.Wrong) as why:
        print(why)
        SHARED["failed"] = True


sys.setrecursionlimit(200000)
threading.stack_size(512 << 20)  # deep nesting is deep recursion here
if __name__ == "__main__":
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
    sys.exit(SHARED["failed"])
