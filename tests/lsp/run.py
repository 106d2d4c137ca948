#!/usr/bin/env python3
"""`hermesc lsp` answers an editor: a scripted one (client.py) asks for every feature, and misbehaves.

Places in a text are written as `‸`: the cursor stands there, and the mark is taken out.
usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from client import Client, Gone

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402

HERMESC = pathlib.Path(sys.argv[1]).resolve()
EXAMPLE = (SOURCE / "examples/power_control/power_control.hbp").read_text(encoding="utf-8")
URI = "file:///somewhere/a%20twin.hbp"
HEAD = 'blueprint b "Ein Zwilling für 📶.";\n'
SMALL = (HEAD + 'table cell from "cells.csv" { tx : dBm "🗼 at the port"; layer : {macro, small}; }\n'
         'input { width : MHz = 20 MHz "ü"; }\n'
         'functional block b1 "🗼🗼 why" {\n  out power[c in cell] : dBm "📶" = c.tx + 3 dB;\n'
         '  let doubled[c in cell] = power[c] + 3 dB;\n'
         '  out top : dBm = max(doubled[c] for c in cell if c.layer == macro);\n}\n'
         'function f(x: dB) -> dB "d" { let y = x + x; return y; }\n'
         'kpi best : dBm "📶" = top + f(1 dB);\n')
GRID = HEAD + ("table site from hexagonal(2, 500 m) { x : m; y : m; }\n"
               "draw { wall : dB ~ uniform(0 dB, 20 dB); }\n"
               "kpi number : 1 = count(true for s in site);\n")


def same(actual, expected, what):
    require(actual == expected, f"{what}: {json.dumps(actual, default=sorted)[:900]}\n"
            f"  and not {json.dumps(expected, default=sorted)[:900]}")


# ---- places ----

def units(text, utf8):
    return len(text.encode()) if utf8 else len(text.encode("utf-16-le")) // 2


def position(text, offset, utf8=False):
    head = text[:offset]
    return {"line": head.count("\n"), "character": units(head[head.rfind("\n") + 1:], utf8)}


def span(text, start, end, utf8=False):
    return {"start": position(text, start, utf8), "end": position(text, end, utf8)}


def offset_of(text, place, utf8=False):
    line = text.split("\n")[place["line"]]
    column = next(i for i in range(len(line) + 1) if units(line[:i], utf8) == place["character"])
    return sum(len(other) + 1 for other in text.split("\n")[:place["line"]]) + column


def covered(text, place, utf8=False):
    """The text that a range covers."""
    return text[offset_of(text, place["start"], utf8):offset_of(text, place["end"], utf8)]


def edited(text, edits, utf8=False):
    for edit in sorted(edits, key=lambda edit: -offset_of(text, edit["range"]["start"], utf8)):
        start, end = (offset_of(text, edit["range"][key], utf8) for key in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


def session(utf8=False, snippets=False):
    client = Client(HERMESC, {**os.environ, "NO_COLOR": "1"})
    client.initialize(utf8, snippets)
    return client


def finish(client):
    code, said = client.end()
    require(code == 0 and not said, f"it exits {code}\n{said}")


def at(text, marked, utf8=False):
    """Document and position, for the params of a request."""
    before, _, behind = marked.partition("‸")
    start = text.index(before + behind)
    return {"textDocument": {"uri": URI}, "position": position(text, start + len(before), utf8)}


# ---- one test for each feature; every one in both encodings ----

def check_initialize(utf8):
    client = Client(HERMESC)
    result = client.initialize(utf8)
    same(result["capabilities"]["positionEncoding"], "utf-8" if utf8 else "utf-16", "encoding")
    same(result["serverInfo"]["name"], "hermesc", "name")
    finish(client)


def check_diagnostics(utf8):
    client = session(utf8)
    same(client.open(URI, SMALL), [], "a sound document")
    wrong = SMALL.replace("top + f(1 dB)", "top + top")
    shown, = client.change(URI, 2, (None, wrong))
    same(shown["code"], "HB0402", "code")
    same((shown["severity"], shown["source"]), (1, "hermesc"), "severity and source")
    same(covered(wrong, shown["range"], utf8), "+", "the place behind four-byte characters")
    related = shown["relatedInformation"]
    same([covered(wrong, r["location"]["range"], utf8) for r in related], ["top", "top"], "related places")
    same({r["location"]["uri"] for r in related}, {URI}, "related documents")
    require("adding two absolute levels" in shown["message"] and "rule: " in shown["message"], shown["message"])
    href = shown["codeDescription"]["href"]
    page, _, anchor = href.partition("#")
    headings = [re.sub(r"[^\w\- ]", "", line[3:].lower()).replace(" ", "-")
                for line in pathlib.Path(page[len("file://"):]).read_text(encoding="utf-8").splitlines()
                if line.startswith("## ")]
    require(anchor in headings, f"there is no heading {anchor}")
    client.notify("textDocument/didClose", textDocument={"uri": URI})
    message = client.read()
    same(message["params"]["diagnostics"], [], "what is closed shows nothing")
    answer = client.ask("textDocument/hover", **at(SMALL, "kpi b‸est"))
    require("error" in answer, "a closed document is not known")
    finish(client)


def check_changes(utf8):
    """Piece by piece: the same text as an editor has, whatever is cut and put in."""
    client, text, version = session(utf8), SMALL, 1
    client.open(URI, text)
    pieces = [("📶", "🗼x"), ("; ", ";\r\n"), ("2", ""), ("", "é"), ("x", "📶📶\n\n"), ("\r\n", "\n"), ("dB", "dBm")]
    for i in range(60):
        old, new = pieces[i % len(pieces)]
        start = text.find(old, (i * 37) % len(text))
        if start < 0:
            continue
        changed = text[:start] + new + text[start + len(old):]
        version += 1
        client.change(URI, version, (span(text, start, start + len(old), utf8), new))
        text = changed
    version += 1
    tail = span(text, len(text), len(text), utf8)
    shown = client.change(URI, version, (tail, "\n%%"), (span(text + "\n%%", len(text), len(text) + 3, utf8), ""))
    fresh = Client(HERMESC)
    fresh.initialize(utf8)
    same(shown, fresh.open(URI, text), "diagnostics after all changes")
    same(client.get("textDocument/documentSymbol", textDocument={"uri": URI}),
         fresh.get("textDocument/documentSymbol", textDocument={"uri": URI}), "symbols after all changes")
    finish(fresh)
    beyond = {"start": {"line": 10 ** 9, "character": 10 ** 9}, "end": {"line": 0, "character": 3}}
    client.change(URI, version + 1, (beyond, "#"))
    client.change(URI, version + 2, (None, SMALL))
    same(client.diagnostics(URI, version + 2), [], "the whole text again")
    finish(client)


HOVERS = [
    ("out po‸wer", ["out power[cell] : dBm", "level of power", "Of block `b1`", "📶", "computed once"]),
    ("= c‸.tx", ["c : row of cell"]),
    ("c.t‸x + ", ["column cell.tx[cell] : dBm", "🗼 at the port"]),
    ("in cel‸l if", ['table cell from "cells.csv"', "`layer`"]),
    ("== mac‸ro", ["macro : {macro, small}", "label"]),
    ("let dou‸bled", ["let doubled[cell] : dBm"]),
    ("functional block b‸1", ["functional block b1", "🗼🗼 why"]),
    ("top + f‸(1", ["function f(x: dB) -> dB", "d"]),
    ("return y‸;", ["y : dB"]),
    ("max‸(doubled", ["max(", "the greatest"]),
    ("20 MH‸z \"ü\"", ["20 MHz", "frequency"]),
    ("width : M‸Hz", ["MHz", "unit of frequency"]),
    ("le‸t doubled", ["let", "only its own block"]),
    ("kp‸i best", ["kpi", "one number"]),
    ("for c i‸n cell if", ["rows"]),
]


def check_hover(utf8):
    client = session(utf8)
    client.open(URI, SMALL)
    for marked, wanted in HOVERS:
        hover = client.get("textDocument/hover", **at(SMALL, marked, utf8))
        require(hover, f"{marked}: nothing")
        for part in wanted:
            require(part in hover["contents"]["value"], f"{marked}: {part} is not in {hover['contents']['value']}")
        same(hover["contents"]["kind"], "markdown", "kind")
        start, end = (offset_of(SMALL, hover["range"][key], utf8) for key in ("start", "end"))
        cursor = offset_of(SMALL, at(SMALL, marked, utf8)["position"], utf8)
        require(start <= cursor <= end, f"{marked}: the range is elsewhere")
    for marked in ("Ein Zwi‸lling", "‸functional", "{‸ tx"):
        text = client.get("textDocument/hover", **at(SMALL, marked, utf8))
        require(text is None or "block" in text["contents"]["value"] or "tx" in text["contents"]["value"],
                f"{marked}: {text}")
    client.open(URI, EXAMPLE, 2)
    value = client.get("textDocument/hover", **at(EXAMPLE, "server, other, noise, band‸width", utf8))["contents"]["value"]
    require("input bandwidth : MHz" in value, value)
    value = client.get("textDocument/hover", **at(EXAMPLE, "maximize edge_‸rate", utf8))["contents"]["value"]
    require("because of `rate` ← `sinr` ← `rx` ← `power` ← `offset`" in value, value)
    value = client.get("textDocument/hover", **at(EXAMPLE, "policy {\n  off‸set", utf8))["contents"]["value"]
    require("in -6 dB .. 6 dB step 1" in value, value)
    client.open(URI, GRID, 2)
    value = client.get("textDocument/hover", **at(GRID, "from hexa‸gonal", utf8))["contents"]["value"]
    require("hexagonal(rings: int, isd: m [" in value and "- `azimuth : deg` " in value, value)
    value = client.get("textDocument/hover", **at(GRID, "~ uni‸form", utf8))["contents"]["value"]
    require("uniform(low: T, high: T)" in value and "both ends included" in value, value)
    items = client.get("textDocument/completion", **at(GRID, "dB ~ ‸uniform", utf8))["items"]
    require({"normal", "gamma"} <= {item["label"] for item in items} and items[0]["detail"].startswith("field("), items[0])
    client.open(URI, EXAMPLE, 2)
    client.change(URI, 3, (None, EXAMPLE.replace("= max", "= = max").replace("kpi mean_rate :", "kpi mean_rate = :")))
    text = EXAMPLE.replace("kpi mean_rate :", "kpi mean_rate = :")
    value = client.get("textDocument/hover", **at(text, "out po‸wer", utf8))["contents"]["value"]
    require("out power[cell] : dBm" in value and "Stage" not in value, f"with an error elsewhere: {value}")
    finish(client)


def check_definition(utf8):
    client = session(utf8)
    client.open(URI, SMALL)
    for marked, wanted in (("= power‸[c] + 3", "out ‸power"), ("= c.t‸x +", "{ ‸tx"), ("= c‸.tx", "power[‸c in"),
                           ("doub‸led[c] for", "let ‸doubled"), ("max(doubled[c‸]", "for ‸c in"),
                           ("return y‸", "let ‸y"), ("= x‸ + x", "f(‸x"), ("+ f‸(1", "function ‸f"),
                           ("c in cell‸] : dBm", "table ‸cell"), ("best‸ : dBm", "kpi ‸best")):
        found = client.get("textDocument/definition", **at(SMALL, marked, utf8))
        require(found, f"{marked}: nothing")
        same((found["uri"], found["range"]["start"]), (URI, at(SMALL, wanted, utf8)["position"]), marked)
    for marked in ("== mac‸ro", "max‸(", "20 M‸Hz"):
        found = client.get("textDocument/definition", **at(SMALL, marked, utf8))
        require(not found or covered(SMALL, found["range"], utf8) == "macro", f"{marked}: {found}")
    client.open(URI, EXAMPLE, 2)
    for marked, name in (("thermal_‸noise(sub", "thermal_noise"), ("radio.no‸ise", "radio.noise")):
        found = client.get("textDocument/definition", **at(EXAMPLE, marked, utf8))
        path = pathlib.Path(found["uri"][len("file://"):])
        same(path.name, "noise.hbp", marked)
        same(covered(path.read_text(encoding="utf-8"), found["range"], utf8), name, marked)
    found = client.get("textDocument/references", **at(SMALL, "‸b", utf8), context={"includeDeclaration": True})
    uses = client.get("textDocument/references", **at(EXAMPLE, "out r‸x[", utf8), context={"includeDeclaration": False})
    all_uses = client.get("textDocument/references", **at(EXAMPLE, "out r‸x[", utf8), context={"includeDeclaration": True})
    same((len(uses), len(all_uses)), (9, 10), "uses of rx")
    same({covered(EXAMPLE, use["range"], utf8) for use in all_uses}, {"rx"}, "their names")
    finish(client)


def check_completion(utf8):
    client = session(utf8, snippets=True)
    client.open(URI, SMALL)
    offered = client.get("textDocument/completion", **at(SMALL, "= c.‸tx", utf8))["items"]
    same([item["label"] for item in offered], ["tx", "layer"], "columns")
    same(offered[0]["preselect"], True, "what fits comes first")
    text = SMALL.replace('"📶" = top + f(1 dB)', '"📶" = to')
    client.change(URI, 2, (None, text))
    item = client.get("textDocument/completion", **at(text, '"📶" = to‸;\n', utf8))["items"][0]
    same(edited(text, [item["textEdit"]], utf8), text.replace("= to;", "= top;"), "what it becomes")
    require("dBm" in item["detail"], item["detail"])
    text = SMALL.replace("= c.tx + 3 dB", "= po")
    client.change(URI, 3, (None, text))
    labels = [item["label"] for item in client.get("textDocument/completion", **at(text, "= po‸;", utf8))["items"]]
    require("power[c]" not in labels, "a value is not offered in its own definition")
    text = SMALL.replace("= power[c] + 3", "= po")
    client.change(URI, 4, (None, text))
    item = client.get("textDocument/completion", **at(text, "= po‸ dB", utf8))["items"][0]
    same((item["label"], item["textEdit"]["newText"], item["filterText"]), ("power[c]", "power[c]", "power"), "indices")
    items = client.get("textDocument/completion", **at(text, "= ‸po", utf8))["items"]
    lin = next(item for item in items if item["label"] == "lin")
    same((lin["textEdit"]["newText"], lin["insertTextFormat"]), ("lin($1)", 2), "a function as a snippet")
    require(all(item["kind"] for item in items) and len({item["sortText"] for item in items}) == len(items), "kinds, order")
    text = SMALL.replace("top + f(1 dB)", "top + free_space")
    client.change(URI, 15, (None, text))
    item, = client.get("textDocument/completion", **at(text, "+ free_space‸", utf8))["items"]
    mended = edited(text, [item["textEdit"]] + item["additionalTextEdits"], utf8).replace("$1", "1 m, 1 GHz")
    require("import radio.propagation;\n" in mended, mended)
    codes = [d["code"] for d in client.change(URI, 16, (None, mended.replace("+ free_space_loss", "- free_space_loss")))]
    same(codes, [], "with the import it is found")
    text = SMALL.replace("20 MHz", "20 k")
    client.change(URI, 5, (None, text))
    labels = [item["label"] for item in client.get("textDocument/completion", **at(text, "20 k‸ ", utf8))["items"]]
    same(labels[0], "kHz", "units")
    text = SMALL.replace("c.layer == macro", "c.layer == ")
    client.change(URI, 6, (None, text))
    labels = [item["label"] for item in client.get("textDocument/completion", **at(text, "c.layer == ‸", utf8))["items"]]
    same(labels[:2], ["macro", "small"], "labels")
    finish(client)


def check_symbols(utf8):
    client = session(utf8)
    client.open(URI, SMALL)
    symbols = client.get("textDocument/documentSymbol", textDocument={"uri": URI})
    same([symbol["name"] for symbol in symbols], ["cell", "input", "b1", "f", "best"], "declarations")
    same([[child["name"] for child in symbol.get("children", [])] for symbol in symbols],
         [["tx", "layer"], ["width"], ["power", "doubled", "top"], [], []], "what is in them")

    def check(symbol, outer):
        start, end = (offset_of(SMALL, symbol["range"][key], utf8) for key in ("start", "end"))
        inner = [offset_of(SMALL, symbol["selectionRange"][key], utf8) for key in ("start", "end")]
        require(outer[0] <= start <= inner[0] <= inner[1] <= end <= outer[1], f"{symbol['name']}: its ranges")
        same(SMALL[inner[0]:inner[1]], symbol["name"], "selection")
        require(not SMALL[start].isspace(), f"{symbol['name']} begins with blanks")
        for child in symbol.get("children", []):
            check(child, (start, end))

    for symbol in symbols:
        check(symbol, (0, len(SMALL)))
    client.change(URI, 2, (None, "blueprint"))
    same(client.get("textDocument/documentSymbol", textDocument={"uri": URI}), [], "of hardly anything")
    finish(client)


def check_formatting(utf8):
    client = session(utf8)
    for version, text in enumerate((SMALL, SMALL.replace("\n", "\r\n"), EXAMPLE, SMALL.replace("  ", " \t "),
                                    "\ufeff" + SMALL, SMALL.rstrip("\n"), HEAD + "\n\n\n# ü📶\n" + SMALL[len(HEAD):]), 1):
        client.open(URI, text, version)
        edits = client.get("textDocument/formatting", textDocument={"uri": URI}, options={"tabSize": 8})
        formatted = subprocess.run([HERMESC, "fmt", "-"], input=text.encode(), capture_output=True, timeout=60).stdout
        same(edited(text, edits, utf8).lstrip("\ufeff").encode().decode(), formatted.decode(), f"formatted text {version}")
        client.change(URI, version + 100, (None, formatted.decode()))
        same(client.get("textDocument/formatting", textDocument={"uri": URI}, options={}), [], "once more")
    client.change(URI, 1000, (None, "blueprint ;"))
    same(client.get("textDocument/formatting", textDocument={"uri": URI}, options={}), [], "what does not parse")
    finish(client)


def renamed(client, text, marked, name, utf8):
    return client.ask("textDocument/rename", **at(text, marked, utf8), newName=name)


def check_rename(utf8):
    client = session(utf8)
    client.open(URI, SMALL)
    for marked, name, wanted in (
            ("out po‸wer", "p📶"[:1], SMALL.replace("power", "p")),
            ("= po‸wer[c]", "step", SMALL.replace("power", "step")),
            ("max(doubled[c‸]", "k", SMALL.replace("max(doubled[c] for c in cell if c.layer", "max(doubled[k] for k in cell if k.layer")),
            ("= c‸.tx", "row", SMALL.replace("power[c in cell] : dBm", "power[row in cell] : dBm").replace("= c.tx", "= row.tx")),
            ("let y‸ =", "z", SMALL.replace("let y =", "let z =").replace("return y", "return z")),
            ("table ce‸ll", "site", SMALL.replace(" cell", " site").replace("in cell", "in site")),
            ("f(x‸: dB)", "g", SMALL.replace("f(x:", "f(g:").replace("x + x", "g + g")),
            ("block b‸1", "b2", SMALL.replace("block b1", "block b2")),
            ("kpi be‸st", "better", SMALL.replace("kpi best", "kpi better"))):
        answer = renamed(client, SMALL, marked, name, utf8)
        require("result" in answer, f"{marked} -> {name}: {answer}")
        same(edited(SMALL, answer["result"]["changes"][URI], utf8), wanted, f"{marked} -> {name}")
        place = client.get("textDocument/prepareRename", **at(SMALL, marked, utf8))
        require(covered(SMALL, place, utf8) in marked.replace("‸", ""), f"{marked}: {place}")
    for marked, name, why in (("out po‸wer", "top", "defined twice"), ("out po‸wer", "c", "bound already|cannot be"),
                              ("out po‸wer", "if", "reserved"), ("out po‸wer", "2x", "letters"),
                              ("out po‸wer", "", "letters"), ("out po‸wer", "a b", "letters"),
                              ("out po‸wer", "x" * 129, "letters"), ("== mac‸ro", "big", "labels"),
                              ("function f‸", "lin", "built in"), ("max‸(dou", "x", "no name"), ("Ein‸", "x", "no name"),
                              ("for ‸c in", "doubled", "cannot be its name")):
        answer = renamed(client, SMALL, marked, name, utf8)
        require("error" in answer and re.search(why, answer["error"]["message"]), f"{marked} -> {name}: {answer}")
    two = (HEAD + 'import radio.noise;\nfunction mine(width: Hz) -> dBm "d" = db(1 mW) + 0 dB * (width / 1 Hz);\n'
           "kpi a : dBm = thermal_noise(1 MHz);\nkpi b : dBm = mine(1 MHz);\n")
    same(client.open(URI, two, 50), [], "two functions")
    answer = renamed(client, two, "function mi‸ne", "thermal_noise", utf8)
    require("change their meaning" in answer["error"]["message"], f"a module's function would be hidden: {answer}")
    client.open(URI, EXAMPLE, 2)
    answer = renamed(client, EXAMPLE, "thermal_‸noise(sub", "noise2", utf8)
    require("module" in answer["error"]["message"], str(answer))
    answer = renamed(client, EXAMPLE, "out r‸x", "power", utf8)
    require("defined twice" in answer["error"]["message"], str(answer))
    answer = renamed(client, EXAMPLE, "bandw‸idth    :", "width", utf8)
    same(edited(EXAMPLE, answer["result"]["changes"][URI], utf8), re.sub(r"\bbandwidth\b", "width", EXAMPLE), "width")
    client.change(URI, 3, (None, EXAMPLE.replace("rx[u, server[u]] -", "rx[u] -")))
    answer = renamed(client, EXAMPLE, "out po‸wer", "p", utf8)
    require("errors" in answer["error"]["message"], str(answer))
    finish(client)


def actions(client, text, marked, utf8, only=None):
    place = at(text, marked, utf8)
    return client.get("textDocument/codeAction", textDocument=place["textDocument"],
                      range={"start": place["position"], "end": place["position"]},
                      context={"diagnostics": [], **({"only": only} if only else {})})


def check_fixes(utf8):
    client = session(utf8)
    text = SMALL.replace("top + f(1 dB)", "topp + f(1 dB)")
    client.open(URI, text)
    action, = actions(client, text, "= to‸pp", utf8)
    same((action["kind"], action["isPreferred"]), ("quickfix", True), "the only fix")
    same(edited(text, action["edit"]["changes"][URI], utf8), SMALL, "mended")
    same(action["diagnostics"][0]["code"], "HB0201", "of this diagnostic")
    same(actions(client, text, "kp‸i", utf8), [], "elsewhere there is none")
    same(actions(client, text, "= to‸pp", utf8, ["refactor"]), [], "of another kind there is none")
    same(len(actions(client, text, "= to‸pp", utf8, ["quickfix"])), 1, "of this kind")
    text = SMALL.replace("top + f(1 dB)", "top + top")
    client.change(URI, 2, (None, text))
    several = actions(client, text, "top ‸+", utf8)
    require(len(several) == 2 and not any(action["isPreferred"] for action in several), f"several: {several}")
    for version, action in enumerate(several, 3):
        mended = edited(text, action["edit"]["changes"][URI], utf8)
        same(client.change(URI, version, (None, mended)), [], f"after {action['title']}")
        client.change(URI, version + 10, (None, text))
    finish(client)


# ---- modules ----

def check_modules(_):
    """A module that is open is what the editor shows; one that is not is read from its file."""
    with tempfile.TemporaryDirectory(prefix="hermes lsp ") as work:
        home = pathlib.Path(work)
        for entry in ("lib", "include"):
            (home / entry).symlink_to(HERMESC.parent / entry)
        module = home / "share/hermes/stdlib/own/thing.hbp"
        module.parent.mkdir(parents=True)
        sound = 'module own.thing "d";\nfunction twice(x: dB) -> dB "d" = 2 * x;\n'
        module.write_text(sound, encoding="utf-8")
        client = Client(HERMESC, {**os.environ, "HERMES_HOME": str(home)})
        client.initialize()
        text = HEAD + "import own.thing;\nkpi a : dB = twice(1 dB);\n"
        same(client.open(URI, text), [], "the module as its file has it")
        uri = "file://" + str(module).replace(" ", "%20")
        client.open(uri, sound.replace("twice", "thrice"))
        shown = client.read()["params"] if client.shown[URI]["diagnostics"] == [] else client.shown[URI]
        same([d["code"] for d in shown["diagnostics"]], ["HB0204"], "the module as the editor has it")
        client.change(uri, 2, (None, sound.replace("2 * x", "x * x")))
        shown = client.read()["params"] if client.shown[URI]["diagnostics"][0]["code"] == "HB0204" else client.shown[URI]
        related = [r["location"]["uri"] for d in shown["diagnostics"] for r in d["relatedInformation"]]
        require(uri in related, f"an error in a module leads there: {shown}")
        finish(client)


# ---- editors that misbehave ----

def framed(body):
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


BROKEN = [
    (b"Content-Length: x\r\n\r\n", -32700), (b"Content-Length: -5\r\n\r\n", -32700), (b"Nonsense\r\n\r\n", -32700),
    (b"Content-Length: 99999999999999999999999\r\n\r\n" * 0 + b"Content-Type: x\r\n\r\n", -32700),
    (framed(b"{"), -32700), (framed(b""), -32700), (framed(b'{"id": 1} trailing'), -32700), (framed(b"\xff\xfe"), -32700),
    (framed(b"[" * 100000), -32700), (framed(b'{"a":' * 100000), -32700), (framed(b"[]"), -32600), (framed(b"17"), -32600),
    (framed(b'"text"'), -32600), (framed(b"null"), -32600), (framed(b'{"method": 5, "id": 7}'), -32600),
    (framed(b'{"method": "shutdown", "id": {}}'), -32600), (framed(b'{"method": "shutdown", "id": null}'), -32600),
    (framed(b'{"id": 4, "method": "no/such/\xff"}'), -32700),
    (framed(b'{"id": 4, "method": "no/such/method"}'), -32601), (framed(b'{"id": "x", "method": "$/odd"}'), -32601),
    (framed(b'{"id": 4, "method": "initialize"}'), -32600), (framed(b'{"id": 4, "method": "textDocument/hover"}'), -32602),
    (framed(b'{"id": 4, "method": "textDocument/rename", "params": [1]}'), -32602),
    (framed(b'{"id": 4, "method": "textDocument/completion", "params": {"textDocument": {"uri": "nowhere"}}}'), -32602),
    (b"x" * 100000 + b": y\r\nContent-Length: 2\r\n\r\n{}", -32600),
]
SILENT = [
    framed(b'{"method": "$/cancelRequest", "params": {"id": 3}}'), framed(b'{"method": "no/such/notification"}'),
    framed(b'{"id": 5, "result": null}'), framed(b'{"method": "textDocument/didOpen"}'),
    framed(b'{"method": "textDocument/didOpen", "params": {"textDocument": {"uri": 5, "text": []}}}'),
    framed(b'{"method": "textDocument/didChange", "params": {"textDocument": {"uri": "nowhere"}}}'),
    framed(b'{"method": "textDocument/didClose", "params": "x"}'), b"\r\n\r\n\r\n",
    b"content-length:   2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n" + b'{"method":"x"}'[:0] + b"  " * 0 + b"",
]


def check_broken_messages(_):
    client = session()
    client.open(URI, SMALL)
    for data, code in BROKEN:
        client.send_bytes(data)
        answer = client.read()
        same(answer.get("error", {}).get("code"), code, f"after {data[:80]}")
        require(client.get("textDocument/hover", **at(SMALL, "out po‸wer")), "it goes on")
    for data in SILENT[:-1]:
        client.send_bytes(data)
        require(client.get("textDocument/hover", **at(SMALL, "out po‸wer")), f"it goes on after {data[:80]}")
    body = json.dumps({"jsonrpc": "2.0", "id": 1000, "method": "textDocument/hover", "params": at(SMALL, "out po‸wer")}).encode()
    client.send_bytes(b"content-length:%d \r\nContent-Type: x; charset=utf-8\n\r\n" % len(body) + body)
    same(client.read()["id"], 1000, "heads in other forms")
    large = b"Content-Length: %d\r\n\r\n" % (65 << 20)
    client.send_bytes(large + b" " * (65 << 20))
    same(client.read()["error"]["code"], -32600, "a message that is too large")
    finish(client)


def check_order(_):
    client = Client(HERMESC)
    same(client.ask("textDocument/hover")["error"]["code"], -32002, "before initialize")
    client.notify("textDocument/didOpen", textDocument={"uri": URI, "version": 1, "text": SMALL})
    same(client.ask("shutdown")["error"]["code"], -32002, "shutdown before initialize")
    client.initialize()
    require("error" in client.ask("textDocument/hover", **at(SMALL, "out po‸wer")), "what came before is not open")
    client.get("shutdown")
    same(client.ask("textDocument/hover", **at(SMALL, "out po‸wer"))["error"]["code"], -32600, "after shutdown")
    client.notify("exit")
    same(client.wait(), (0, ""), "exit after shutdown")
    for messages in ([], [{"jsonrpc": "2.0", "method": "exit"}],
                     [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}, {"method": "exit"}]):
        client = Client(HERMESC)
        for message in messages:
            client.send(message)
        client.server.stdin.close()
        same(client.server.wait(timeout=30), 1, f"exit without shutdown, {len(messages)} messages")
        client.timer.cancel()
    for data in (b"Content-Length: 100\r\n\r\n{", b"Content-Length: 9", b"Content-Length: 68157440\r\n\r\nx"):
        client = Client(HERMESC)
        client.send_bytes(data)
        same(client.wait(), (1, ""), "an end in the middle of a message")


def check_odd_texts(utf8):
    """Texts that are no blueprints, and every request at places that are nowhere."""
    client = session(utf8)
    texts = ["", "\ufeff", "\ufeff" + SMALL, "\r", "\r\r\n\n", "(" * 3000, "blueprint b \"d\"; kpi x : W = " + "(" * 3000,
             "blueprint b \"d\"; kpi x : W = " + "1 + " * 30000, "\U0001f4f6" * 50, "a\u0000b", "#", '"', "blueprint \"",
             SMALL * 3, SMALL[:300], SMALL[:-20], "import x; " * 100, 'module m "d";', "\u2028\u2029\x85\x0b\x0c", "x" * (5 << 20)]
    places = [{"line": 0, "character": 0}, {"line": 0, "character": 1}, {"line": 3, "character": 7},
              {"line": 10 ** 12, "character": -4}, {"line": -1, "character": 1e300}, {"line": "x"}, {}]
    requests = ["hover", "completion", "definition", "references", "documentSymbol", "formatting", "prepareRename", "codeAction"]
    for version, text in enumerate(texts, 1):
        client.open(URI, text, version)
        for place in places[:2] if len(text) > 10 ** 5 else places:
            for request in requests:
                answer = client.ask(f"textDocument/{request}", textDocument={"uri": URI}, position=place,
                                    range={"start": place, "end": place}, context={})
                require("result" in answer or answer["error"]["code"] == -32803, f"{request} of {text[:40]!r}: {answer}")
    client.open(URI, SMALL, 1000)
    same(client.diagnostics(URI, 1000), [], "a sound text after all")
    finish(client)


def check_every_place(utf8):
    """Nothing is asked in vain or kills it, wherever the cursor stands in a text that is cut off anywhere."""
    client = session(utf8)
    for version, cut in enumerate(range(len(HEAD), len(SMALL), 23), 1):
        client.open(URI, SMALL[:cut], version)
        for request in ("hover", "completion", "definition"):
            answer = client.ask(f"textDocument/{request}", textDocument={"uri": URI}, position=position(SMALL, cut, utf8))
            require("result" in answer, f"{request} at {cut}: {answer}")
    finish(client)


CHECKS = [check_initialize, check_diagnostics, check_changes, check_hover, check_definition, check_completion,
          check_symbols, check_formatting, check_rename, check_fixes, check_odd_texts, check_every_place]
ONCE = [check_modules, check_broken_messages, check_order]


def all_tests():
    for check in CHECKS:
        for utf8 in (False, True):
            yield f"{check.__name__[6:]}, {'UTF-8' if utf8 else 'UTF-16'}", lambda check=check, utf8=utf8: check(utf8)
    for check in ONCE:
        yield check.__name__[6:], lambda check=check: check(False)


sys.exit(run_all(all_tests()))
