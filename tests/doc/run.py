#!/usr/bin/env python3
"""hermesc doc: pages that are whole, say everything, run nothing, and draw nothing over anything else.

usage: run.py HERMESC [WORKDIR]
HERMES_UPDATE=1 rewrites power_control.outline, to be read before it is committed.
"""
import concurrent.futures
import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
EXAMPLES = sorted(SOURCE.glob("examples/*/*.hbp"))
MODULES = sorted(SOURCE.glob("stdlib/**/*.hbp"))
BLUEPRINTS = EXAMPLES + sorted((SOURCE / "tests/agree").glob("*.hbp"))

TAGS = set("html head meta title style body main header nav section article div p h1 h2 h3 h4 a b i code pre "
           "dl dt dd ul li span table thead tr th td footer svg g rect text tspan path math mrow mi mn mo mtext "
           "mspace mfrac msqrt msub msup msubsup munder mtable mtr mtd".split())
ATTRIBUTES = set("lang charset http-equiv content name id class href width height viewBox x y rx d role aria-label "
                 "font-size mathvariant lspace rspace stretchy form fence displaystyle largeop "
                 "movablelimits xmlns".split())


class Wrong(Exception):
    """What a page should be and is not."""


def require(condition, message):
    if not condition:
        raise Wrong(message)


def run(*words, cwd=None, stdin=None, **environment):
    return subprocess.run([HERMESC, *map(str, words)], cwd=cwd, input=stdin, capture_output=True, timeout=120,
                          env={**os.environ, **environment})


def page(path, form, **more):
    done = run("doc", f"--format={form}", path, **more)
    require(done.returncode == 0, f"{path}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def page_of(text, form):
    with tempfile.TemporaryDirectory() as room:
        path = pathlib.Path(room) / "made.hbp"
        path.write_text(text, encoding="utf-8")
        return page(path, form)


# ---- a page of HTML as a tree ----

def local(element):
    return element.tag.rpartition("}")[2]


def tree_of(text):
    """XML is stricter than any browser: what it takes, nobody reads otherwise."""
    head, body = text.split("\n", 1)
    require(head == "<!DOCTYPE html>", f"begins with {head!r}")
    return ElementTree.fromstring(body)


def text_of(element):
    return "".join(element.itertext())


def by_class(root, name):
    return [e for e in root.iter() if name in e.get("class", "").split()]


class Balance(html.parser.HTMLParser):
    """The same page as a browser's parser sees it: every tag that opens is closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        require(self.open and self.open.pop() == tag, f"</{tag}> closes nothing")


def check_form(root, text):
    """Only elements and attributes that the writers know; links lead to what is there, and stay on the page."""
    ids = [e.get("id") for e in root.iter() if e.get("id") is not None]
    require(len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)[:5]}")
    for element in root.iter():
        require(local(element) in TAGS, f"<{local(element)}>")
        extra = set(element.attrib) - ATTRIBUTES
        require(not extra, f"<{local(element)} {extra}>")
        link = element.get("href")
        require(link is None or (link[0] == "#" and link[1:] in ids), f"a link to {link}")
    parser = Balance()
    parser.feed(text)
    require(not parser.open, f"left open: {parser.open}")
    require("default-src 'none'" in text, "no content security policy")
    style = text_of(next(root.iter("style")))
    require(not re.search(r"url\(|@import", style), "something is loaded from elsewhere")


# ---- the picture ----

class Rectangle:
    def __init__(self, element, owner, texts):
        self.left, self.top, width, height = (float(element.get(k)) for k in ("x", "y", "width", "height"))
        self.right, self.bottom = self.left + width, self.top + height
        self.owner, self.texts = owner, texts

    def covers(self, x, y):
        return self.left + 1 < x < self.right - 1 and self.top + 1 < y < self.bottom - 1

    def overlaps(self, other):
        return not (self.right <= other.left or other.right <= self.left or
                    self.bottom <= other.top or other.bottom <= self.top)


def columns(text):
    return sum(2 if ord(c) >= 0x300 else 1 for c in text)


def boxes_of(svg):
    boxes = []
    for group in svg.iter():
        if local(group) == "g":
            rects = [e for e in group if local(e) == "rect" and e.get("class") == "box"]
            boxes += [Rectangle(e, text_of(group), [t for t in group if local(t) == "text"]) for e in rects]
    return boxes


def points_of(path):
    """Points along a path of M, L and C with absolute coordinates."""
    words = re.findall(r"[MLC]|-?[\d.]+", path)
    points, at = [], None
    while words:
        kind = words.pop(0)
        count = {"M": 1, "L": 1, "C": 3}[kind]
        ends = [(float(words.pop(0)), float(words.pop(0))) for _ in range(count)]
        for i in range(1, 41):
            t = i / 40
            if kind == "L":
                points.append((at[0] + t * (ends[0][0] - at[0]), at[1] + t * (ends[0][1] - at[1])))
            elif kind == "C":
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
                points.append(tuple(sum(w * p[k] for w, p in zip(weights, [at, *ends])) for k in (0, 1)))
        at = ends[-1]
    return points


def check_picture(root):
    """No box on another, no text wider than its box, no line through a box, nothing outside."""
    for svg in (e for e in root.iter() if local(e) == "svg"):
        left, top, width, height = map(float, svg.get("viewBox").split())
        boxes = boxes_of(svg)
        for i, box in enumerate(boxes):
            require(left <= box.left and box.right <= left + width and top <= box.top and
                    box.bottom <= top + height, f"{box.owner} is outside of the picture")
            for other in boxes[i + 1:]:
                require(not box.overlaps(other), f"{box.owner} overlaps {other.owner}")
            for text in box.texts:
                size = float(text.get("font-size"))
                wide = columns(text_of(text)) * 0.61 * size
                require(wide + 12 <= box.right - box.left, f"{text_of(text)!r} is wider than its box")
                require(box.top < float(text.get("y")) - size / 2 and float(text.get("y")) < box.bottom,
                        f"{text_of(text)!r} is not in its box")
        for edge in by_class(svg, "edge"):
            for x, y in points_of(edge.get("d")):
                hit = [b.owner for b in boxes if b.covers(x, y)]
                require(not hit, f"a line runs through {hit}")


def check_page(path):
    text = page(path, "html")
    root = tree_of(text)
    check_form(root, text)
    check_picture(root)
    return root


# ---- what must be on a page ----

ROLES = {"column": "column-{0}", "input": "value-{0}", "policy": "value-{0}", "draw": "value-{0}", "out": "value-{0}", "kpi": "value-{0}"}


def slots_of(path):
    """Role and name of every value, as the compiler itself lists them."""
    done = run("--print=types", path)
    require(done.returncode == 0, done.stderr.decode())
    for line in done.stdout.decode().splitlines():
        match = re.match(r"(\w+) +([^\s\[]+)", line)
        yield match[1], match[2]


def check_complete(path):
    root, markdown = check_page(path), page(path, "markdown")
    ids = {e.get("id") for e in root.iter()}
    times = re.findall(r"^time (\w+)", path.read_text(encoding="utf-8"), re.M)
    for role, name in slots_of(path):
        if role in ROLES:
            table = name.partition(".")[0]
            wanted = f"table-{table}" if table in times else ROLES[role].format(name.replace(".", "-"))
            require(wanted in ids, f"{role} {name}: no {wanted}")
        if role not in ("bound", "function"):
            require(name.rpartition(".")[2] in markdown, f"{role} {name} is not in the Markdown")
    source = path.read_text(encoding="utf-8")
    for name in re.findall(r"^(?:operational|functional) block (\w+)", source, re.M):
        require(f"block-{name}" in ids, f"block {name} has no place")
        drawn = [e for e in root.iter() if e.get("href") == f"#block-{name}" and "title" in map(
            lambda t: t.get("class"), e.iter())]
        require(len(drawn) == 1, f"block {name} is drawn {len(drawn)} times")
    for doc in re.findall(r'^(?:operational|functional) block \w+\s+"([^"]*)"\s*\{', source, re.M):
        require(doc in text_of(root), f"the reason {doc!r} is missing")
    for count, kind in ((len(re.findall(rf"^{k}\b", source, re.M)), k) for k in ("expect", "kpi")):
        part = [e for e in root.iter() if e.get("id") == {"expect": "expectations", "kpi": "kpis"}[kind]]
        require(not count or len(list(part[0].iter("article"))) == count, f"not {count} of {kind}")
    check_markdown(markdown)


def fences_of(markdown):
    """The text outside of fences, and the fences: kind and lines."""
    outside, fences, fence = [], [], None
    for line in markdown.split("\n"):
        match = re.match(r"(`{3,})(.*)$", line)
        if fence is None and match:
            fence = (match[1], match[2], [])
        elif fence is not None and line == fence[0]:
            fences.append((fence[1], fence[2]))
            fence = None
        elif fence is not None:
            fence[2].append(line)
        else:
            outside.append(line)
    require(fence is None, "a fence is left open")
    return outside, fences


def check_markdown(markdown):
    """Outside of code nothing is raw that Markdown gives a meaning, but what the writer itself puts there."""
    outside, fences = fences_of(markdown)
    require({kind for kind, _ in fences} <= {"mermaid", "math", "hermes"}, "a fence of another kind")
    for line in outside:
        plain = re.sub(r"\\[\\`*_{}\[\]|$~#!^]", "", line)
        plain = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", plain)
        plain = re.sub(r"^(#{1,4} |---$|\| --- .*|- )", "", plain)
        plain = plain.replace("**", "").strip("|* ")
        require(not re.search(r"[<>`\[\]~$]|\*[^ ]|!\[|^#|://|@", plain), f"raw Markdown: {line}")
    for kind, lines in fences:
        text = "\n".join(lines)
        if kind == "mermaid":
            require(lines[0] == "flowchart TD" and not re.search(r"<(?!b>|/b>|br/>)", text), text)
        if kind == "math":
            require(text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}"), text)
            require(text.count("\\left") - text.count("\\leftr") >= text.count("\\right"), text)


def test_examples():
    for path in EXAMPLES:
        check_complete(path)


def test_corpus():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for path, error in pool.map(try_complete, BLUEPRINTS):
            require(error is None, f"{path.name}: {error}")


def try_complete(path):
    try:
        check_complete(path)
    except Wrong as error:
        return path, error
    return path, None


def test_modules():
    for path in MODULES:
        root = check_page(path)
        names = re.findall(r"^function (\w+)", path.read_text(encoding="utf-8"), re.M)
        titles = [text_of(e) for e in root.iter("h3")]
        require(names == titles[:len(names)], f"{path.name}: {names} and {titles}")
        check_markdown(page(path, "markdown"))
        require("Source" in text_of(root), f"{path.name} names no source")


# ---- the structure of one page ----

def outline(root):
    for element in root.iter():
        tag, kind = local(element), element.get("class", "")
        if tag in ("h1", "h2", "h3", "h4"):
            yield "#" * int(tag[1]) + " " + " ".join(text_of(element).split())
        elif tag == "p" and kind.startswith("stage"):
            yield f"  {kind}: {text_of(element)}"
        elif tag == "math":
            yield "  = " + " ".join(text_of(element).split())
        elif tag == "g" and kind.startswith("flow"):
            yield f"  {kind}: {text_of(element)}"
        elif tag == "g":
            yield f"  {kind}: " + " | ".join(text_of(t) for t in element if local(t) == "text")
        elif tag == "tr":
            yield "  " + " | ".join(text_of(cell) for cell in element)


def test_outline():
    root = tree_of(page(SOURCE / "examples/power_control/power_control.hbp", "html"))
    found, golden = "\n".join(outline(root)) + "\n", HERE / "power_control.outline"
    if os.environ.get("HERMES_UPDATE"):
        golden.write_text(found, encoding="utf-8")
    wanted = golden.read_text(encoding="utf-8")
    for number, (a, b) in enumerate(zip(wanted.splitlines(), found.splitlines()), 1):
        require(a == b, f"{golden.name}:{number}: wanted {a!r}, found {b!r}")
    require(wanted == found, "the outline is longer or shorter")


# ---- formulas ----

NOTATION = r"""
a - (b - c)                             | a-\left(b-c\right)
a - b - c                               | a-b-c
a + (b + c)                             | a+\left(b+c\right)
(a + b) * c                             | \left(a+b\right)\cdot c
a * (b + c) / d                         | \frac{a\cdot \left(b+c\right)}{d}
a / b / c                               | \frac{a}{b\cdot c}
a / (b / c)                             | \frac{a}{\frac{b}{c}}
a / (b + c)                             | \frac{a}{b+c}
a / b * c                               | \frac{a}{b}\cdot c
-a^2                                    | {-}{a}^{{2}}
(-a)^2                                  | {\left({-}a\right)}^{{2}}
(a + b)^(c + 1)                         | {\left(a+b\right)}^{c+{1}}
(a / b)^2                               | {\left(\frac{a}{b}\right)}^{{2}}
a - -2                                  | a-\left({-}{2}\right)
-a * b                                  | {-}a\cdot b
a * (-b)                                | a\cdot \left({-}b\right)
2^-a                                    | {{2}}^{{-}a}
exp(-a / b)                             | {e}^{{-}a/b}
sqrt(a) * abs(b - c)                    | \sqrt{a}\cdot \left|b-c\right|
log10(a) + log2(b) + log(c)             | {\log}_{{10}}\left(a\right)+{\log}_{{2}}\left(b\right)+\ln\left(c\right)
bessel_j1(a)                            | {\mathrm{J}}_{{1}}\left(a\right)
floor(a) + ceil(b)                      | \left\lfloor a\right\rfloor +\left\lceil b\right\rceil 
hypot(a, b + c)                         | \sqrt{{a}^{{2}}+{\left(b+c\right)}^{{2}}}
mod(a + b, c * d)                       | \left(a+b\right)\text{ mod }\left(c\cdot d\right)
max(a, b, c)                            | \max\left(a, b, c\right)
if a > b then c else d                  | \begin{cases}c & \text{if }a\gt b \\ d & \text{otherwise}\end{cases}
if a > b then c else if a < b then d else 0 | \begin{cases}c & \text{if }a\gt b \\ d & \text{if }a\lt b \\ {0} & \text{otherwise}\end{cases}
(if a > b then c else d) * 2            | \left(\begin{cases}c & \text{if }a\gt b \\ d & \text{otherwise}\end{cases}\right)\cdot {2}
sum(r.v for r in t)                     | \sum\limits_{r\in t}\,v_r
sum(r.v + 1 for r in t)                 | \sum\limits_{r\in t}\,\left(v_r+{1}\right)
sum(r.v for r in t) * a                 | \left(\sum\limits_{r\in t}\,v_r\right)\cdot a
a - sum(r.v for r in t if r.v > a)      | a-\sum\limits_{\substack{r\in t \\ v_r\gt a}}\,v_r
mean(r.v * a for r in t) / b            | \frac{\underset{r\in t}{\mathrm{mean}}\,v_r\cdot a}{b}
max(r.v for r in t if r.v > 0, default = a) | \underset{\substack{r\in t \\ v_r\gt {0}}}{\max}\,v_r\text{  (}a\text{ if none)}
count(r.v > a for r in t)               | \left|\left\{r\in t : v_r\gt a\right\}\right|
percentile(5 %, r.v for r in t)         | \underset{r\in t}{{\mathrm{percentile}}_{{5}\,\text{\%}}}\,v_r
v_sum[argmax(r.v for r in t)]           | v\_sum_{\mathrm{argmax}\left(v_r\text{ for }r\in t\right)}
1.5e-3 * a                              | {1.5}\cdot {{10}}^{{-3}}\cdot a
1e6                                     | {{10}}^{{6}}
20 m^2 / 1 m^2                          | \frac{{20}\,{\text{m}}^{{2}}}{{1}\,{\text{m}}^{{2}}}
"""


def simple(latex):
    """Without the markup of names: \\mathit{a} is a, {v}_{r} is v_r."""
    latex = re.sub(r"\\math(?:it|rm)\{([a-z])\}", r"\1", latex)
    latex = re.sub(r"\\math(?:it|rm)\{(max|min|log|ln)\}", r"\\\1", latex)
    latex = re.sub(r"\\math(?:it|rm)\{(v\\_sum)\}", r"\1", latex)
    latex = re.sub(r"\{(v\\_sum|[a-z])\}_", r"\1_", latex)
    return re.sub(r"_\{([a-z])\}", r"_\1", latex)


def test_notation():
    rows = [tuple(part.strip(" ") for part in line.split(" | ")) for line in NOTATION.strip("\n").split("\n")]
    values = "".join(f"  out x{i} : 1 = {code};\n" for i, (code, _) in enumerate(rows))
    text = page_of('blueprint notation "Signs.";\ntable t from "t.csv" { v : 1; }\n'
                   "input { a : 1 = 1; b : 1 = 1; c : 1 = 1; d : 1 = 1; }\n"
                   'functional block sums "Of all." { out v_sum[r in t] : 1 = r.v; }\n'
                   f'functional block one "Each." {{\n{values}}}\nkpi k : 1 = x0;\n', "markdown")
    formulas = dict(re.findall(r"```math\n\\mathit\{(\w+)\}=(.*)\n```", text))
    for i, (code, wanted) in enumerate(rows):
        found = simple(formulas.get(f"x{i}", "nothing"))
        require(found.strip() == wanted.strip(), f"{code}\n  wanted {wanted}\n  found  {found}")


def test_wide_formulas():
    """A long sum is broken into lines; what cannot be broken is left to the code."""
    names = [f"a_rather_long_name_{i}" for i in range(12)]
    text = page_of('blueprint wide "Long.";\ninput { ' + " ".join(f"{n} : 1 = 1;" for n in names) + " }\n"
                   'functional block one "Each." {\n'
                   f"  out total : 1 = {' + '.join(names)};\n  out product : 1 = {' * '.join(names)};\n}}\n"
                   "kpi k : 1 = total + product;\n", "markdown")
    require(re.search(r"```math\n\\begin\{aligned\}&\\mathit\{total\}=", text), "the sum is not broken")
    require("\\mathit{product}=" not in text, "the product is wider than the page")
    require("out product : 1 = a_rather" in text, "the product's code is missing")


def test_deep_formulas():
    """Depth costs no more than length; what is too deep to be read is left to the code."""
    deep = {"ratio": "a", "choice": "a", "power": "a"}
    for _ in range(45):
        deep["ratio"] = f"(1 / (1 + {deep['ratio']}))"
        deep["choice"] = f"(if a > 1 then {deep['choice']} else 2)"
        deep["power"] = f"2^({deep['power']})"
    text = page_of('blueprint deep "Deep.";\ninput { a : 1 = 1; }\n'
                   + "".join(f"kpi {name} : 1 = {code};\n" for name, code in deep.items()), "markdown")
    require("```math" not in text and text.count("```hermes") == 3, "a formula that nobody can read")


# ---- what an enemy would write ----

ATTACKS = ["</style></title><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "--><svg onload=alert(1)>",
           "]]><script>1</script>", "' onmouseover='alert(1)", "javascript:alert(1)", "&lt;b&gt; &#60;script&#62;",
           "```\n<script>", "`code` **bold** [link](http://evil.example) ![p](http://evil.example/p.png)",
           "<!-- ", "{{7*7}} ${7*7} $$x$$", "# heading", "- item", "1. item", "| a | b |", "@everyone http://a.example",
           "www.evil.example", "\u202egnorw\u202c", "zero\u200bwidth", "\u2028line", "\x01\x08\x1b[31m", "\\", "end"]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def attack_blueprint(attack):
    doc = quoted(attack)
    return (f"blueprint enemy {doc};\nunit user {doc};\n"
            f'table cell from "a.csv" {doc} {{ p : dBm {doc}; n : 1 = 1 {doc}; }}\n'
            f"input {doc} {{ i : 1 = 1 {doc}; }}\npolicy {doc} {{ d[cell] : dB in 0 dB .. 1 dB = 0 dB {doc}; }}\n"
            f"function f(x: 1) -> 1 {doc} = x;\n"
            f"operational block end {doc} {{ in d; # ``` {attack.splitlines()[0]}\n"
            f"  out q[c in cell] : dBm = c.p # ````` </code></pre> $$ {attack.splitlines()[0]}\n    + d[c] {doc}; }}\n"
            f'kpi class : 1 = f(i) + count(q[c] > 0 dBm for c in cell) {doc};\ngoal maximize class {doc};\n'
            f"expect {doc} {{ assert class >= 0; }}\n")


def hidden(text):
    return [hex(ord(c)) for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\n\t"]


def test_attacks():
    for attack in ATTACKS:
        blueprint = attack_blueprint(attack)
        text = page_of(blueprint, "html")
        root = tree_of(text)
        check_form(root, text)
        check_picture(root)
        require(not hidden(text), f"{attack!r} hides {hidden(text)}")
        markdown = page_of(blueprint, "markdown")
        check_markdown(markdown)
        require(not hidden(markdown), f"{attack!r} hides {hidden(markdown)} in Markdown")
        shown = " ".join("".join("\ufffd" if hidden(c) else c for c in attack.replace("\n", " ")).split())
        require(text_of(root).count(shown) >= 10, f"{attack!r} is not shown as it is")


def test_names():
    """Names may be long, and words of other languages."""
    names = ["x" * 128, "_", "end", "class", "subgraph", "style", "script", "onload", "before_1", "A" * 64]
    blocks = "".join(f'functional block {n} "Why." {{ out {n} : 1 = {i}; }}\n' for i, n in enumerate(names))
    blueprint = f'blueprint constructor "Words.";\n{blocks}kpi all_of_them : 1 = {" + ".join(names)};\n'
    text = page_of(blueprint, "html")
    check_form(tree_of(text), text)
    check_picture(tree_of(text))
    check_markdown(page_of(blueprint, "markdown"))


# ---- pictures of every size ----

def made_up(blocks, seed, kpis=5, backward=0):
    """A flow by chance: each block reads a few of those before it; some, the other way round, of later ones."""
    chance = random.Random(seed)
    lines = ['blueprint made "By chance.";\ntable cell from "c.csv" { some : 1; other_column : 1; }\n'
             "input { k1 : 1 = 1; an_input : 1 = 2; }\npolicy { decision[cell] : 1 in 0 .. 1 = 0; }\n"]
    names = []
    for i in range(blocks):
        reads = chance.sample(names[-9:], min(len(names[-9:]), chance.randint(1, 3)))
        terms = [f"{n}[c]" for n in reads] + (["decision[c]"] if i == 0 else [])
        terms += [f"c.{chance.choice(['some', 'other_column'])}"] if chance.random() < 0.5 or not terms else []
        terms += ["k1 + an_input"] if chance.random() < 0.2 else []
        outs = [f"value_{i}_{j}" for j in range(chance.randint(1, 4))]
        body = "".join(f"  out {o}[c in cell] : 1 = {' + '.join(terms)};\n" for o in outs)
        if backward and i + 1 < blocks and i % 3 == 0:  # blocks in a circle, values not
            body += f"  out back_{i}[c in cell] : 1 = value_{min(i + backward, blocks - 1)}_0[c];\n"
        lines.append(f'{"operational" if i == 0 else "functional"} block step_{i} "Why {i}." {{\n{body}}}\n')
        names += outs
    for k in range(kpis):
        lines.append(f"kpi result_{k} : 1 = mean({chance.choice(names)}[c] for c in cell);\n")
    return "".join(lines)


def try_made_up(words):
    try:
        check_picture(tree_of(page_of(made_up(*words), "html")))
    except Wrong as error:
        return f"{words}: {error}"
    return None


def test_pictures():
    cases = [(n, seed) for n in range(1, 26, 2) for seed in (1, 2)]
    cases += [(12, 3, 40), (60, 4), (75, 5, 1), (9, 6, 3, 2), (20, 7, 4, 5)]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        wrong = [e for e in pool.map(try_made_up, cases) if e]
    require(not wrong, "\n".join(wrong))


def test_too_large():
    for words in ((120, 1), (350, 2)):
        for form in ("html", "markdown"):
            text = page_of(made_up(*words), form)
            require("too much in this blueprint for one picture" in text, f"{words} are drawn")
            require("step_100" in text.replace("\\", ""), "and nothing is said of them")


# ---- the command ----

def test_determinism():
    for path in EXAMPLES:
        for form in ("html", "markdown"):
            first = page(path, form)
            again = page(path.name, form, cwd=path.parent, LC_ALL="C", TZ="Asia/Tokyo")
            require(first == again, f"{path.name} as {form} depends on time or place")


def test_command():
    example = SOURCE / "examples/power_control/power_control.hbp"
    with tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        for words, name, start in ((("-o", "a.html"), "a.html", "<!DOCTYPE"), (("-o", "a.md"), "a.md", "Hermes"),
                                   (("--format=markdown", "-o", "b.html"), "b.html", "Hermes"),
                                   (("--format", "html", "--output=c"), "c", "<!DOCTYPE")):
            done = run("doc", *words, example, cwd=room)
            require(done.returncode == 0 and not done.stdout, f"{words}: {done}")
            require((room / name).read_text(encoding="utf-8").startswith(start), f"{words}: {name}")
        require(run("doc", example).stdout == (room / "a.md").read_bytes(), "standard output differs")
        require(run("doc", "-o", "-", example).stdout == (room / "a.md").read_bytes(), "-o - differs")
        stdin = run("doc", "-", stdin=example.read_bytes())
        require(stdin.returncode == 0 and b"# power" in stdin.stdout, "standard input is not read")
        document = json.loads(run("doc", "--error-format=json", example).stdout)
        require(document["form"].encode() == (room / "a.md").read_bytes(), "the JSON document differs")
        (room / "wrong.hbp").write_text('blueprint wrong "Wrong.";\nkpi k : m = 1 s;\n', encoding="utf-8")
        done = run("doc", "-o", "wrong.md", "wrong.hbp", cwd=room)
        require(done.returncode == 1 and not (room / "wrong.md").exists(), "a page of what is wrong")
        (room / "own.hbp").write_bytes(pathlib.Path(example).read_bytes())
        os.mkfifo(room / "pipe")
        for name in ("own.hbp", "pipe"):
            mode, size = (room / name).stat().st_mode, (room / name).stat().st_size
            done = run("doc", "-o", name, "own.hbp", cwd=room)
            require(done.returncode == 1 and b"HB0602" in done.stderr, f"it writes its page to {name}")
            require(((room / name).stat().st_mode, (room / name).stat().st_size) == (mode, size), f"{name} is replaced")
        done = run("doc", "-o", "no/such/place.md", example, cwd=room)
        require(done.returncode == 1 and b"HB0602" in done.stderr, f"an impossible place: {done}")
    for words in (("doc",), ("doc", "--format=pdf", example), ("check", "--format=html", example),
                  ("doc", "--keep", example)):
        require(run(*words).returncode == 2, f"{words} makes sense")


def main():
    failed = 0
    for name, test in sorted(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            print(f"ok      {name}")
        except (Wrong, ElementTree.ParseError) as error:
            failed += 1
            print(f"FAILED  {name}: {error}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
