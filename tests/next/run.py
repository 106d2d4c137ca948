#!/usr/bin/env python3
"""`hermesc next` says what may follow at a place of a blueprint.

  * Cases by hand: at a place of the power control example, what is offered, what is wanted, what fits.
  * Of sound blueprints, every token is taken out in turn, with and without the text behind it: it is among what is
    offered at its place, with the text that was there.
  * Of the broken blueprints of tests/wrong, any place has an answer.
Every document is valid by docs/schema/next.schema.json.
usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests"), str(SOURCE / "tests/diagnostics")]
from cases import require, run_all  # noqa: E402
from schema import validate_by  # noqa: E402

HERMESC = pathlib.Path(sys.argv[1]).resolve()
EXAMPLE = SOURCE / "examples/power_control/power_control.hbp"


def hermesc(*words, text=None):
    return subprocess.run([HERMESC, *words], input=text, text=True, capture_output=True, timeout=60,
                          env={**os.environ, "NO_COLOR": "1"})


def following(text, offset):
    done = hermesc("next", "--format=json", f"-:{offset}", text=text)
    require(done.returncode == 0 and not done.stderr, f"at {offset} it exits {done.returncode}\n{done.stderr}")
    document = json.loads(done.stdout)
    validate_by("next.schema.json", document)
    require(document["offset"] == offset and document["start"] <= offset <= document["end"],
            f"the word at {offset} is not {document['start']}..{document['end']}")
    return document


# ---- by hand: (text in front of the place, then typed, is the rest kept), place, wanted, offered, not offered ----
# `+` before a name: it fits; `-`: it does not; `?`: that is not said.

CASES = [
    ("", "", True, "no_name", None, "blueprint module", "table"),
    ("import radio.noise;\n", "ta", True, "no_name", None, "table", "kpi import"),
    ("import radio.noise;\n", "", True, "no_name", None, "table kpi import input policy goal expect function", "let"),
    ("import radio.", "", True, "module", None, "noise propagation", "link"),
    ("tx_power : ", "", True, "type", None, "bool int cell ue dBm W Hz", "path"),
    ("tx_power : ", "dB", False, "type", None, "dB dBm dBi dBHz", "bool W"),
    ("tx_power : ", "MH", False, "type", None, "MHz", "kHz"),
    ("rsrp : dBm/", "", False, "type", None, "RE Hz", None),
    ("bandwidth    : MHz    = 20 ", "", True, "unit", "MHz", "+MHz +kHz +Hz ?- -dBm", None),
    ("bandwidth    : MHz    = 20 ", "k", False, "unit", "MHz", "+kHz -km -kg", "MHz"),
    ("subcarrier   : kHz/RE = 15 kHz/", "", False, "unit", "kHz/RE", "RE", None),
    ("out power[c in cell] : dBm = ", "", True, "value", "dBm", "?c -offset -noise_figure ?lin if not path ?thermal_noise -shannon",
     "power server tx_power"),
    ("out power[c in cell] : dBm = c.tx_power + ", "free_", True, "value", "dB", "+free_space_loss", "shannon"),
    ("out power[c in cell] : dBm = ", "", False, "value", "dBm", "?c -offset ?lin if", "power tx_power"),
    ("out power[c in cell] : dBm = c.", "", True, "column", "dBm", "+tx_power", "offset"),
    ("out power[c in cell] : dBm = c.", "t", False, "column", "dBm", "+tx_power", "offset"),
    ("out power[c in cell] : dBm = c.tx_power + ", "", True, "value", "dB", "+offset +noise_figure -bandwidth", "rate"),
    ("out rx[u in ue, c in cell] : dBm/RE = path.", "", True, "column", "dBm/RE", "+rsrp", None),
    ("out rx[u in ue, c in cell] : dBm/RE = path.rsrp[", "", True, "value", "row of ue", "+u -c", None),
    ("out rx[u in ue, c in cell] : dBm/RE = path.rsrp[u, ", "", False, "value", "row of cell", "-u +c", None),
    ("out other[u in ue] : W/RE = sum(lin(", "", True, "value", "dBm/RE", "+rx +noise ?u ?c", "rate"),
    ("if c != ", "", True, "value", "row of cell", "+server +c -u", None),
    ("for c in cell if ", "", True, "value", "row of cell", "+c +server not any", None),
    ("if c != server[u]", " and ", True, "value", "bool", "?u ?c not any", None),
    ("out sinr[u in ue] : dB     = rx[u, server[u]] - db(", "", True, "value", "W/RE", "+other -bandwidth", "rate"),
    ("out rate[u in ue] : Mbit/s = bandwidth * ", "", True, "value", "bit", None, None),
    ("  in  rx, server, ", "", True, "contract", None, "power other", "rx server bandwidth sinr rate offset"),
    ("kpi mean_rate : Mbit/s = mean(", "", False, "value", "Mbit/s", "+rate -rx", None),
    ("kpi mean_rate : Mbit/s = mean(rate[u] for u in ", "", True, "table", None, "ue cell", "path"),
    ("kpi mean_rate : Mbit/s = mean(rate[u] for ", "", True, "new_name", None, None, "ue u"),
    ("goal maximize ", "", True, "kpi", None, "mean_rate edge_rate coverage", "rate"),
    ("goal maximize edge_rate subject to ", "", True, "kpi", None, "coverage", "rate"),
    ("goal maximize edge_rate subject to coverage >= ", "", True, "value", "%", "+coverage -mean_rate", None),
    ("goal maximize edge_rate subject to coverage >= 95 ", "", True, "unit", "%", "+% -dB", None),
    ("table ue ", "from ", True, "source", None, "drop hall hexagonal uniform", "cell"),
    ("table ue ", "from drop( ", True, "table", None, "cell ue", "path drop"),
    ("table ue ", "from drop(cell, 3, 500 ", False, "unit", "m", "+m +km -dBm", None),
    ("table ue ", "from hexagonal(1, 500 m, 3) { x : m; ", False, "new_name", None, "y azimuth sector site", "x indoor"),
    ("  vary ", "", True, "varied", None, "offset bandwidth", "power rx"),
    ("  vary offset[c] by ", "", True, "value", "dB", "+noise_figure before", None),
    ("  assert rx[u, c] >= before.", "", True, "column", "dBm/RE", "+rx +noise", "offset"),
    ("functional block noise_floor ", "", True, "no_name", None, "{", "in"),
    ("functional block ", "", True, "new_name", None, None, "block"),
]


def named(document):
    return {item["text"]: item for item in document["items"]}


def check_case(before, typed, keep, place, wanted, offered, absent):
    text = EXAMPLE.read_text(encoding="utf-8")
    at = text.index(before) + len(before)
    cut = text[:at] + typed
    document = following(cut + text[at:] if keep and not typed else cut + " " + text[at:] if keep else cut, len(cut))
    require(document["place"] == place, f"the place is {document['place']}, not {place}")
    require(document.get("wanted") == wanted, f"wanted is {document.get('wanted')}, not {wanted}")
    items = named(document)
    for word in (offered or "").split():
        mark = word[0] if len(word) > 1 and word[0] in "+-?" else ""
        name = word[len(mark):]
        require(name in items, f"`{name}` is not offered, but {' '.join(items)}")
        fits = {"+": True, "-": False, "?": None}
        require(not mark or items[name].get("fits") is fits[mark], f"`{name}` fits: {items[name].get('fits')}")
    for name in (absent or "").split():
        require(name not in items or "import" in items[name], f"`{name}` is offered")
    begun = typed.rpartition(" ")[2]
    require(all(item["text"].startswith(begun) for item in document["items"] if item["kind"] != "new_name"),
            f"something is offered that does not begin with `{typed}`")


# ---- every token of sound blueprints ----

# Their modules are elsewhere.
ELSEWHERE = {"own-function-before-a-module's.hbp", "two-modules-with-one-function.hbp"}

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[A-Za-z_\u0080-\uffff][\w]*|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?'
                   r'|\.\.<|\.\.|->|==|!=|<=|>=|#[^\n]*|\S')


def is_offered(token, items):
    if token[0] == '"':
        return "a string" in items
    if token[0].isdigit():
        return "a number" in items
    return token in items or ("a name" in items and re.match(r"[^\W\d]", token))


def is_offered_later(token, head, rest, document):
    """Units with a prefix are only offered once something is typed; a module is offered with its dots."""
    if document["place"] == "module":
        return any(item["text"].startswith(token + ".") for item in document["items"])
    if document["place"] not in ("type", "unit"):
        return False
    return token in named(following(head + token[0] + rest, len((head + token[0]).encode())))


def check_tokens(path, keep, step, first):
    text = path.read_text(encoding="utf-8")
    tokens = [m for m in TOKEN.finditer(text) if m[0][0] != "#"]
    for match in tokens[first::step]:
        start, token = match.start(), match[0]
        rest = text[match.end():] if keep else ""
        if text[start - 1] == "." == text[match.end()]:
            continue  # two points would become a range
        head = text[:start] + ("" if re.match(r"\w", token) else " ")  # what touches a word is a part of it
        document = following(head + rest, len(head.encode()))
        line = text.count("\n", 0, start) + 1
        require(not document["unclear"], f"line {line}: `{token}` stands behind an error")
        # a name of the text behind the place cannot be known without it
        if keep or not re.match(r"[^\W\d]", token):
            require(is_offered(token, named(document)) or is_offered_later(token, head, rest, document),
                    f"line {line}: `{token}` is not offered at a {document['place']}, but "
                    f"{' '.join(named(document))[:600]}")


# ---- any place of broken blueprints ----

def check_broken(paths):
    for path in paths:
        data = path.read_bytes()
        for offset in range(0, len(data) + 1, max(1, len(data) // 3)):
            done = hermesc("next", "--format=json", f"{path}:{offset}")
            require(done.returncode in (0, 1) and "Sanitizer" not in done.stderr,
                    f"{path.name}:{offset} exits {done.returncode}\n{done.stderr}")
            if done.returncode == 0:
                validate_by("next.schema.json", json.loads(done.stdout))
            else:
                require("error[" in done.stderr, f"{path.name}:{offset} says nothing")


# ---- the command line ----

def check_places():
    text = EXAMPLE.read_text(encoding="utf-8")
    offset = len(text[:text.index("c.tx_power + ")].encode())
    line = text[:text.index("c.tx_power + ")].count("\n") + 1
    column = text.index("c.tx_power + ") - text.rindex("\n", 0, text.index("c.tx_power + "))
    one, two = (hermesc("next", f"{EXAMPLE}:{place}") for place in (offset, f"{line}:{column}"))
    require(one.stdout == two.stdout != "" and one.returncode == 0, f"line and column differ\n{one.stdout}\n{two.stdout}")
    for place, code in ((len(text.encode()), 0), (len(text.encode()) + 1, 1), ("9999:1", 1), ("1:9999", 1), ("0:1", 1),
                        ("x", 2), ("-1", 2), ("", 2), ("99999999999999999999", 2)):
        done = hermesc("next", f"{EXAMPLE}:{place}")
        require(done.returncode == code and bool(done.stderr) == bool(code), f"at {place}: {done}")
    done = hermesc("next", "--error-format=json", "--format=json", f"{EXAMPLE}:{offset}")
    document = json.loads(done.stdout)
    validate_by("diagnostics.schema.json", document)
    validate_by("next.schema.json", json.loads(document["form"]))


def check_inside_characters():
    """A place inside of a character is the place before it."""
    text = 'blueprint a "é日𝄞";\n'
    for offset in range(len(text.encode()) + 1):
        done = subprocess.run([HERMESC, "next", "--format=json", f"-:{offset}"], input=text.encode(),
                              capture_output=True, timeout=60)
        document = json.loads(done.stdout.decode())
        require(document["offset"] == len(text.encode()[:offset].decode(errors="ignore").encode()),
                f"at {offset} it answers for {document['offset']}")


def check_imports():
    """Functions of modules that are not imported say which import they need; those of imported ones do not."""
    text = EXAMPLE.read_text(encoding="utf-8")
    before = "out power[c in cell] : dBm = c.tx_power + "
    at = text.index(before) + len(before)
    items = named(following(text[:at] + ";" + text[text.index(";", at):], len(text[:at].encode())))
    loss, own = items["free_space_loss"], items["thermal_noise"]
    require(loss["import"] == "radio.propagation" and "radio.propagation" in loss["note"], str(loss))
    require("import" not in own and "note" not in own, str(own))
    order = list(items)
    require(order.index("offset") < order.index("free_space_loss"), "what is at hand comes first")


def check_parameters():
    """In the head of a function, and in its body."""
    text = 'blueprint b "d";\nfunction f(x: km in 1 km .. 5, y: dB) -> dB = y + y;\nkpi k : dB = f(2 km, 1 dB);\n'
    for before, place, wanted, fits in ((".. 5", "unit", "km", "m"), ("= y + ", "value", "dB", "y"), ("= f(", "value", "m", None),
                                        ("f(2 km, ", "value", "dB", None), ("-> ", "type", None, None)):
        document = following(text, text.index(before) + len(before))
        same = (document["place"], document.get("wanted"))
        require(same == (place, wanted), f"behind `{before}`: {same}")
        require(fits is None or named(document)[fits]["fits"], f"behind `{before}`: {fits} does not fit")


DRAWS = [  # behind a draw's name: wanted; what fits, what does not, what is not said
    (" : dBm ~ ", "dBm", "normal uniform pick field", "exponential poisson bernoulli", ""),
    (" : W ~ ", "W", "normal exponential gamma rayleigh rician lognormal", "poisson bernoulli discrete", ""),
    (" : int ~ ", "1", "uniform poisson discrete pick", "normal gamma bernoulli", ""),
    (" : bool ~ b", "bool", "bernoulli", "", ""),
    (" : {a, b} ~ ", "{a, b}", "discrete pick", "uniform normal", ""),
    (" : cell ~ ", "row of cell", "pick", "discrete bernoulli", ""),
    (" : dBm ~ normal(", "dBm", "level", "spread", "if"),
    (" : dBm ~ normal(level + ", "dB", "spread", "level", ""),
    (" : dBm ~ normal(0 dBm, ", "dB", "spread", "level", ""),
    (" : W ~ gamma(", "1", "part", "spread", ""),
    (" : W ~ gamma(part, ", "W", "most", "part", ""),
    (" : {a, b} ~ discrete(part, ", "1", "part", "spread", ""),
    (" : cell ~ pick(", "row of cell", "c", "level", ""),
]


def check_draws():
    """Distributions that fit the declared type come first, and nothing else comes there; parameters have types."""
    head = ('blueprint b "d";\ntable cell from "c.csv" { height : m; }\ninput { level : dBm; spread : dB; part : 1; most : W; }\n'
            "draw { x[c in cell]")
    for typed, wanted, fits, others, unsaid in DRAWS:
        document = following(head + typed, len(head + typed))
        items = named(document)
        require(document.get("wanted") == wanted, f"behind `{typed}`: wanted is {document.get('wanted')}")
        for words, fit in ((fits, True), (others, False), (unsaid, None)):
            for name in words.split():
                require(name in items and items[name].get("fits") is fit, f"behind `{typed}`: `{name}` is {items.get(name)}")
        if "(" not in typed:
            require(document["place"] == "distribution", f"behind `{typed}`: the place is {document['place']}")
            require(all(item["kind"] == "builtin" and item["doc"] and "(" in item["type"] for item in items.values()),
                    f"behind `{typed}`: {items}")
            marks = [item["fits"] for item in items.values()]
            require(marks == sorted(marks, reverse=True), f"behind `{typed}`: what fits does not come first")


def check_characters():
    """Columns count characters, offsets bytes."""
    text = 'blueprint b "Größe – 📶";\ninput { ' + "a : W; }\n"
    start = text.index("a :")
    document = following(text, len(text[:start].encode()))
    require(document["place"] == "new_name", f"the place is {document['place']}")
    by_column = json.loads(hermesc("next", "--format=json", "-:1:24", text=text).stdout)
    require(by_column["offset"] == len(text[:23].encode()), f"column 24 is at {by_column['offset']}")


def check_deep():
    head = 'blueprint b "d";\nkpi x : W = '
    for body in ("(" * 500, "(" * 100000, "1 + " * 100000, "if " * 5000, "a[" * 400, "lin(" * 150):
        following(head + body, len(head + body))


def all_tests():
    for case in CASES:
        yield f"{case[0]}{case[1]} ({'all' if case[2] else 'head'})", lambda case=case: check_case(*case)
    files = sorted((SOURCE / "examples").glob("*/*.hbp")) + sorted((SOURCE / "stdlib").rglob("*.hbp"))
    files += sorted((SOURCE / "tests/right").rglob("*.hbp"))
    for path in files:
        if path.name in ELSEWHERE:
            continue
        big = path.stat().st_size > 1500
        steps = 17 if big else 7
        for keep in (True, False):
            yield f"{path.name} ({'all' if keep else 'head'})", lambda path=path, keep=keep, steps=steps: check_tokens(
                path, keep, steps, int(keep))
    wrong = sorted((SOURCE / "tests/wrong").rglob("*.hbp"))
    for i in range(0, len(wrong), 40):
        yield f"wrong {i}", lambda i=i: check_broken(wrong[i:i + 40:3])
    yield "places", check_places
    yield "inside characters", check_inside_characters
    yield "imports", check_imports
    yield "parameters", check_parameters
    yield "draws", check_draws
    yield "characters", check_characters
    yield "nesting", check_deep


sys.exit(run_all(all_tests()))
