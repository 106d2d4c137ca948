"""Snippets of Markdown pages, compiled: what is written beside the code in them is what hermesc says.

A fence says by its info string what its snippet is:

  hermes                        a whole blueprint or module
  hermes fragment=declarations  declarations, behind those of a scaffold: a blueprint that all fragments continue
  hermes fragment=functional    statements of a functional block behind them; fragment=operational likewise
  hermes fragment=values        expressions, one in each line, with what each of them gives behind a `#`:
                                  33 dBm         its value (decimals are taken to be rounded)
                                  -> dBm         its type
                                  HB0402         what is reported of it
                                  33 dB, HB0421  its value, and a warning
                                and, two blanks further, a remark. u, c and h are rows of ue, cell and hour.

What is reported must be what the comments name, each code on its own line, and nothing else.
"""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import Wrong, require

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE / "data"
HERMESC = pathlib.Path(sys.argv[1]).resolve()

FRAGMENTS = {
    "declarations": "{text}\n",
    "functional": 'functional block snippet "A snippet." {\n{text}\n}\n',
    "operational": 'operational block snippet "A snippet." {\n{text}\n}\n',
}
ROWS = "[u in ue, c in cell, h in hour]"
FORS = "for u in ue for c in cell for h in hour"
LINE = re.compile(r"(?P<expression>.*?\S)\s+#\s(?P<result>\S.*?)(?:\s{2,}.*)?")
NUMBER = re.compile(r"-?\d+(?:\.(?P<decimals>\d+))?(?: (?P<unit>\S+))?")


# ---- pages and their snippets ----

class Snippet:
    def __init__(self, page, line, words, text):
        self.page, self.line, self.text = page, line, text
        self.language = words[0] if words else ""
        self.options = dict(word.partition("=")[::2] for word in words[1:])

    def place(self, line=0):
        return f"{self.page}:{self.line + line}"


def snippets(name, text):
    """Of a page of that name."""
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            continue
        if start is None:
            start = number
            continue
        yield Snippet(name, start, lines[start - 1][3:].split(), "\n".join(lines[start:number - 1]))
        start = None
    require(start is None, f"{name}: a fence is not closed")


# ---- hermesc ----

def hermesc(*words, text):
    return subprocess.run([HERMESC, *words], input=text, text=True, capture_output=True, timeout=60)


def reported(text, lines_before):
    """(line, code) of every diagnostic; line 1 is the first one behind the scaffold."""
    done = hermesc("check", "--error-format=json", "-", text=text)
    require(done.returncode in (0, 1), f"hermesc exits {done.returncode}\n{done.stderr}")
    return {(d["line"] - lines_before, d["code"]): d["message"] for d in json.loads(done.stdout)["diagnostics"]}


def expect_reports(text, wanted, lines_before=0):
    found = reported(text, lines_before)
    for line, code in wanted - set(found):
        raise Wrong(f"line {line}: {code} should be reported, and is not: {found or 'nothing is'}")
    for (line, code), message in found.items():
        require((line, code) in wanted, f"line {line}: {code}: {message}")


def commented_codes(text):
    return {(number, code) for number, line in enumerate(text.splitlines(), 1)
            for code in re.findall(r"\bHB\d{4}\b", line.partition("#")[2])}


def tested(text):
    """The verdict on every `expect`, on tests/docs/data."""
    done = hermesc("interpret", "-", "test", "--data", DATA, "--format=json", "--quiet", text=text)
    require(done.returncode in (0, 1) and done.stdout.startswith("{"), f"exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)["expects"]


def tolerance(result):
    number = NUMBER.fullmatch(result)
    if not number or not number["decimals"]:
        return ""
    unit = number["unit"] or ""
    unit = "dB" if unit.startswith("dB") else "K" if unit == "degC" else unit
    return f" within 0.{'0' * len(number['decimals'])}5001 {unit}"


class Scaffold:
    """The blueprint that fragments continue."""

    def __init__(self, text):
        self.text = text

    def check_fragment(self, text, fragment, wanted):
        """As it stands among the declarations of the scaffold; what it expects holds."""
        before, _, after = FRAGMENTS[fragment].partition("{text}")
        before = self.text + before
        expect_reports(before + text + after, wanted, before.count("\n"))
        if "expect " in text and not wanted:
            for expect in tested(before + text + after):
                require(expect["passed"], f"\"{expect['doc']}\" does not hold")

    def check_snippet(self, snippet):
        fragment, codes = snippet.options.get("fragment"), commented_codes(snippet.text)
        if fragment is None:
            expect_reports(snippet.text, codes)
        else:
            require(fragment in FRAGMENTS, f"a fragment of no known kind: {fragment}")
            self.check_fragment(snippet.text, fragment, codes)

    # one line of values

    def check_value(self, expression, result):
        claim = f"({expression}) == ({result}){tolerance(result)}"
        text = self.text + f'expect "what is written" {{ assert {claim}\n{FORS}; }}\n'
        verdict = tested(text)[-1]["asserts"][0]
        require(not verdict["failed"] and verdict["checked"],
                f"it is {verdict['worst']['left']} {verdict['worst']['unit']}")

    def check_line(self, line):
        parts = LINE.fullmatch(line)
        require(parts, "a line of values reads `expression  # result  remark`")
        expression = parts["expression"]
        result = re.sub(r",? ?HB\d{4}", "", parts["result"])
        typed = result.startswith("-> ")
        head = f"out value{ROWS} : {result[3:]} =" if typed else f"let value{ROWS} ="
        self.check_fragment(f"{head} {expression};", "functional", commented_codes(line))
        if result and not typed:
            self.check_value(expression, result)

    def line_tests(self, snippet):
        for number, line in enumerate(snippet.text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield f"{snippet.place(number)}: {line}", lambda line=line: self.check_line(line)

    def tests(self, snippet):
        """(name, what to call) of each thing that a snippet of code says."""
        if snippet.options.get("fragment") == "values":
            yield from self.line_tests(snippet)
        else:
            yield snippet.place(), lambda: self.check_snippet(snippet)
