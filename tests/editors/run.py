#!/usr/bin/env python3
"""What stands in editors/ is what the compiler says of its language, and works.

  * The committed grammars are what `hermesc generate` writes now.
  * The TextMate grammar is applied here (it has matches only): to samples by hand, and to every sound blueprint, whose
    quantities, strings and comments it must see as the compiler's own tokens have them.
  * Vim, where it is installed, colours the same samples and formats by the compiler.
  * What VS Code reads is JSON that fits together.
usage: run.py HERMESC WORKDIR
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
from cases import require, run_all  # noqa: E402

HERMESC, WORK = map(os.path.abspath, sys.argv[1:3])
EDITORS = SOURCE / "editors"
BLUEPRINTS = sorted((SOURCE / "examples").glob("*/*.hbp")) + sorted((SOURCE / "stdlib").rglob("*.hbp")) + \
    sorted((SOURCE / "tests/right").rglob("*.hbp"))
ENVIRONMENT = {**os.environ, "PATH": f"{os.path.dirname(HERMESC)}:{os.environ['PATH']}", "NO_COLOR": "1"}

SAMPLE = '''blueprint load "What it is for. \\"kpi\\" 5 dB";  # a comment: 3 dB "no string"
import radio.noise;
unit user;
sparse table path[ue, cell] from "rsrp.csv" { rsrp : dBm/RE; site : site; on : bool = true; }
input { step : MHz = 20 MHz; load : 1 = 0.5; time : m^2; share : % = 95 %; }
policy "d" { mode : {eco, full} = full; n : int in 0 .. 9 step 3; }
operational block from_here "d" {
  in  load, time;
  out power[c in cell] : W/(m*K) = if c.table == load and not c.on then sum(lin(x[u]) for u in ue, default = 0) else 3e-6 W;
  let default = -174 dBm/Hz + step * time[c].load;
}
function f(x: Q) -> Hz/Q for any Q = thermal_noise(x) * 3 kgm;
goal maximize load subject to time >= 95 %;
expect "e" { vary offset[c] by +3 dB; assert any(x for u in ue) within 1e-9; }
'''

# (text in front of the word, the word, scope in TextMate, group in Vim)
SAMPLES = [
    ("", "blueprint", "keyword.declaration", "Declaration"), ("blueprint ", "load", "entity.name", "Name"),
    ('blueprint load ', '"What', "string", "String"), ('\\"', 'kpi', "string", "String"), ('\\" ', '5 dB', "string", "String"),
    ("# a ", "comment", "comment", "Comment"), ("comment: ", "3 dB", "comment", "Comment"),
    ("", "import", "keyword.other", "Keyword"), ("unit ", "user", "entity.name", "Name"),
    ("", "sparse", "keyword.other", "Keyword"), ("sparse ", "table", "keyword.declaration", "Declaration"),
    ("cell] ", "from", "keyword.other", "Keyword"), ("rsrp : ", "dBm/RE", "keyword.other.unit", "Unit"),
    ("on : ", "bool", "storage.type", "Type"), ("bool = ", "true", "constant.language", "Boolean"),
    ("", "input", "keyword.other", "Keyword"), ("{ ", "step", "variable", None), ("step : ", "MHz", "keyword.other.unit", "Unit"),
    ("MHz = ", "20", "constant.numeric", "Number"), ("MHz = 20 ", "MHz", "keyword.other.unit", "Unit"),
    ("20 MHz; ", "load", "variable", None), ("load : ", "1", "constant.numeric", "Number"),
    ("1 = ", "0.5", "constant.numeric", "Number"), ("time : ", "m^2", "keyword.other.unit", "Unit"),
    ("share : ", "%", "keyword.other.unit", "Unit"), ("= 95 ", "%", "keyword.other.unit", "Unit"),
    ("", "policy", "keyword.other", "Keyword"), ("n : ", "int", "storage.type", "Type"), ("int ", "in", "keyword.control", "Conditional"),
    ("9 ", "step", "keyword.other", "Keyword"), ("", "operational", "keyword.other", "Keyword"),
    ("operational ", "block", "keyword.declaration", "Declaration"), ("block ", "from_here", "entity.name", "Name"),
    ("  ", "in  ", "keyword.control", "Conditional"), ("in  ", "load", "variable", None),
    ("  ", "out", "keyword.declaration", "Declaration"), ("out ", "power", "entity.name", "Name"),
    ("cell] : ", "W/(m*K)", "keyword.other.unit", "Unit"), ("= ", "if", "keyword.control", "Conditional"),
    ("c.", "table", "variable", None), ("load ", "and", "keyword.operator.logical", "Logical"),
    ("and ", "not", "keyword.operator.logical", "Logical"), ("then ", "sum", "support.function", "Builtin"),
    ("sum(", "lin", "support.function", "Builtin"), ("x[u]) ", "for", "keyword.control", "Conditional"),
    ("ue, ", "default", "keyword.other", "Keyword"), ("else ", "3e-6", "constant.numeric", "Number"),
    ("3e-6 ", "W", "keyword.other.unit", "Unit"), ("let ", "default", "entity.name", "Name"),
    ("-", "174", "constant.numeric", "Number"), ("-174 ", "dBm/Hz", "keyword.other.unit", "Unit"),
    ("+ ", "step", "keyword.other", "Keyword"), ("* ", "time", "variable", None), ("].", "load", "variable", None),
    ("", "function", "keyword.declaration", "Declaration"), ("function ", "f", "entity.name", "Name"),
    ("-> ", "Hz", "keyword.other.unit", "Unit"), ("for ", "any", "keyword.other", "Keyword"),
    ("= ", "thermal_noise", "entity.name.function", "Function"), ("* ", "3", "constant.numeric", "Number"),
    ("3 ", "kgm", "variable", None), ("", "goal", "keyword.other", "Keyword"), ("goal ", "maximize", "keyword.other", "Keyword"),
    ("load ", "subject", "keyword.other", "Keyword"), ("subject ", "to", "keyword.other", "Keyword"),
    ("[c] ", "by", "keyword.other", "Keyword"), ("assert ", "any", "support.function", "Builtin"),
    (") ", "within", "keyword.other", "Keyword"), ("  ", "let", "keyword.declaration", "Declaration"),
]


def run(*words, text=None, **more):
    return subprocess.run(words, input=text, text=True, capture_output=True, timeout=120, env=ENVIRONMENT, **more)


def place(before, word):
    """The only place of the sample where the word stands behind that text, at the start of a line where it is empty."""
    pattern = (r"^" if before == "" else "") + "(?:" + re.escape(before) + ")" + r"(?=" + re.escape(word) + ")"
    found = [m.end() for m in re.finditer(pattern, SAMPLE, re.M)]
    require(found, f"the sample has no {before + word!r}")
    return found[0]


# ---- committed files ----

def check_generated():
    for form, path in (("vim", "vim/syntax/hermes.vim"), ("textmate", "vscode/syntaxes/hermes.tmLanguage.json")):
        done = run(HERMESC, "generate", form)
        require(done.returncode == 0 and not done.stderr, f"generate {form}: {done.stderr}")
        require((EDITORS / path).read_text(encoding="utf-8") == done.stdout,
                f"editors/{path} is out of date: build/hermesc generate {form} > editors/{path}")
        require(run(HERMESC, "generate", form, "ndt").returncode == 2, f"generate {form} ndt makes no sense")


# ---- TextMate: at each place the rule that matches first, and of those the one that stands first ----

def rules():
    grammar = json.loads((EDITORS / "vscode/syntaxes/hermes.tmLanguage.json").read_text(encoding="utf-8"))
    for rule in grammar["patterns"]:
        require(set(rule) <= {"name", "match", "captures"}, f"this rule is applied in another way: {rule}")
        yield re.compile(rule["match"]), rule.get("name"), rule.get("captures", {})


def scopes_of(text, known):
    """The scope of every character."""
    scopes, start = [], 0
    for line in text.split("\n"):
        of_line, at = [None] * (len(line) + 1), 0
        while at < len(line):
            matches = [(match.start(), i, match) for i, (pattern, _, _) in enumerate(known)
                       if (match := pattern.search(line, at)) and match.end() > match.start()]
            if not matches:
                break
            _, i, match = min(matches)
            of_line[match.start():match.end()] = [known[i][1]] * (match.end() - match.start())
            for number, capture in known[i][2].items():
                first, last = match.span(int(number))
                if first >= 0:
                    of_line[first:last] = [capture["name"]] * (last - first)
            at = match.end()
        scopes += of_line
        start += len(line) + 1
    return scopes


def check_textmate_samples():
    scopes = scopes_of(SAMPLE, list(rules()))
    for before, word, scope, _ in SAMPLES:
        start = place(before, word)
        for offset, letter in enumerate(word):
            found = scopes[start + offset]
            require(letter == " " or (found or "").startswith(scope + "."),
                    f"`{word}` behind `{before}`: {letter} is {found}, not {scope}")


def tokens_of(path):
    """(start, end, kind) of the compiler's tokens, in characters."""
    text = path.read_text(encoding="utf-8")
    places = {len(text[:i].encode()): i for i in range(len(text) + 1)} if not text.isascii() else None
    done = run(HERMESC, "--print=tokens", str(path))
    require(done.returncode == 0, f"{path.name}: {done.stderr}")
    for line in done.stdout.splitlines():
        match = re.match(r"\s*(\d+)\.\.(\d+)\s+(\w+) ", line)
        if match:
            start, end = (int(match[i]) if places is None else places[int(match[i])] for i in (1, 2))
            yield start, end, match[3]


def declared_units(text):
    return set(re.findall(r"^unit (\w+)", text, re.M))


def check_textmate_corpus():
    known, seen = list(rules()), 0
    for path in BLUEPRINTS:
        text = path.read_text(encoding="utf-8")
        scopes, own = scopes_of(text, known), declared_units(text)
        kinds = [None] * len(text)
        for start, end, kind in tokens_of(path):
            kinds[start:end] = [kind] * (end - start)
            written = text[start:end]
            if kind == "string":
                require(all(scopes[i] and scopes[i].startswith("string.") for i in range(start, end)),
                        f"{path.name}: {written} is not seen as a string")
            elif kind in ("quantity", "number"):
                parts = re.fullmatch(r"([0-9.]+(?:[eE][+-]?[0-9]+)?)(\s*)(.*)", written, re.S)
                number = scopes[start] == "constant.numeric.hermes"
                require(number or (kind == "number" and scopes[start] == "keyword.other.unit.hermes" and text[start - 1] in "^-"),
                        f"{path.name}: {written} is no number")
                if parts[3] and not own & set(re.findall(r"\w+", parts[3])):
                    begin = start + parts.start(3)
                    require(all(scope == "keyword.other.unit.hermes" for scope in scopes[begin:end]),
                            f"{path.name}: the unit of {written} is not seen")
                seen += 1
        for i, scope in enumerate(scopes[:len(text)]):
            require(not (scope or "").startswith("comment.") or kinds[i] is None,
                    f"{path.name}: {text[i:i + 30]!r} is no comment")
    require(seen > 200, f"only {seen} numbers were seen")


# ---- Vim ----

def vim(commands, path):
    done = subprocess.run(["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "-es", "-c", "set nomodeline encoding=utf-8",
                           "-c", f"set runtimepath^={EDITORS / 'vim'}", "-c", "filetype plugin on", "-c", "syntax on",
                           "-c", f"edit {path}", *[word for command in commands for word in ("-c", command)], "-c", "qa!"],
                          capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, "TERM": "dumb"}, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


def check_vim():
    if not shutil.which("vim"):
        print("vim is not installed: its part is left out")
        return
    sample, groups = os.path.join(WORK, "sample.hbp"), os.path.join(WORK, "groups.txt")
    pathlib.Path(sample).write_text(SAMPLE, encoding="utf-8")
    pathlib.Path(groups).unlink(missing_ok=True)
    places = [place(before, word) for before, word, _, _ in SAMPLES]
    asked = [[SAMPLE.count("\n", 0, at) + 1, at - SAMPLE.rfind("\n", 0, at)] for at in places]
    said = vim([f"let g:asked = {json.dumps(asked)}",
                f"call writefile(map(g:asked, 'synIDattr(synID(v:val[0], v:val[1], 1), \"name\")') + [&commentstring], "
                f"'{groups}')"], sample)
    require(os.path.exists(groups), f"vim says: {said}")
    *found, comment = pathlib.Path(groups).read_text().splitlines()
    if not any(found) and "E319" in said:
        print("this vim knows no syntax: its part is left out")
        return
    for (before, word, _, group), name in zip(SAMPLES, found):
        require(name == (f"hermes{group}" if group else ""), f"`{word}` behind `{before}`: {name or 'nothing'}, not {group}")
    require(comment == "# %s", f"commentstring is {comment}")


def check_vim_formats():
    if not shutil.which("vim"):
        return
    path = pathlib.Path(WORK) / "unformatted.hbp"
    text = (SOURCE / "examples/power_control/power_control.hbp").read_text(encoding="utf-8")
    for given, wanted in ((text.replace(" : ", ":").replace("\n\n", "\n\n\n"), text), (text.replace("kpi mean_rate :", "kpi :"),) * 2):
        path.write_text(given, encoding="utf-8")
        said = vim(["normal! gggqG", "write"], path)
        expected = run(HERMESC, "fmt", "-", text=given)
        require(path.read_text(encoding="utf-8") == (expected.stdout if expected.returncode == 0 else wanted), f"vim says: {said}")


# ---- VS Code ----

def check_vscode():
    folder = EDITORS / "vscode"
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    version = re.search(r"project\(\w+ VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    require(package["version"] == version, f"the extension is of version {package['version']}, Hermes of {version}")
    language, = package["contributes"]["languages"]
    grammar, = package["contributes"]["grammars"]
    configuration = json.loads((folder / language["configuration"]).read_text(encoding="utf-8"))
    scope = json.loads((folder / grammar["path"]).read_text(encoding="utf-8"))["scopeName"]
    require(grammar["language"] == language["id"] and grammar["scopeName"] == scope, "the grammar is of another language")
    require(configuration["comments"]["lineComment"] == "#", "comments begin with #")
    require(re.fullmatch(configuration["wordPattern"], "mean_rate2"), "a name is a word")
    rules = configuration["indentationRules"]
    require(re.search(rules["increaseIndentPattern"], "policy {") and re.search(rules["decreaseIndentPattern"], "}"), "bodies")
    extension = (folder / package["main"]).read_text(encoding="utf-8")
    require(set(re.findall(r'require\("([\w-]+)', extension)) <= {"vscode"} | set(package["dependencies"]), "what it needs")
    require("hermes." + re.search(r'\.get\("(\w+)"\)', extension)[1] in package["contributes"]["configuration"]["properties"],
            "the setting that it reads")
    if shutil.which("node"):
        done = run("node", "--check", str(folder / package["main"]))
        require(done.returncode == 0, done.stderr)


CHECKS = [check_generated, check_textmate_samples, check_textmate_corpus, check_vim, check_vim_formats, check_vscode]
sys.exit(run_all([(check.__name__[6:], check) for check in CHECKS], workers=1))
