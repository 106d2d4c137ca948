"""Mistakes made mechanically: every text that one slip of the hand makes of a right blueprint.

A mutant is (family, line, what was done, text, is_kept). `is_kept` says that the slip leaves
dimensions, level and gain kinds and index sets as they were, and why: such a mutant may well be a
consistent program. What a unit is worth is written down here once more, by hand, so that the
compiler is not asked whether it was right to refuse.
"""
import collections
import difflib
import itertools
import re

Token = collections.namedtuple("Token", "start end kind text")
Mutant = collections.namedtuple("Mutant", "family line done text kept")

# Units by what they measure: (kind, dimension). The same pair: one may be written for the other.
UNITS = {
    "1": ("linear", ""), "%": ("linear", ""), "dB": ("gain", ""),
    "dBm": ("level", "W"), "dBm/RE": ("level", "W/RE"), "dBm/Hz": ("level", "W/Hz"),
    "W": ("linear", "W"), "mW": ("linear", "W"), "W/RE": ("linear", "W/RE"),
    "Hz": ("linear", "1/s"), "kHz": ("linear", "1/s"), "MHz": ("linear", "1/s"),
    "GHz": ("linear", "1/s"), "kHz/RE": ("linear", "1/s/RE"),
    "bit/s": ("linear", "bit/s"), "Mbit/s": ("linear", "bit/s"), "Mbit": ("linear", "bit"),
    "bit": ("linear", "bit"), "bit/s/Hz": ("linear", "bit"),
    "m": ("linear", "m"), "km": ("linear", "m"), "m/s": ("linear", "m/s"), "m^2": ("linear", "m^2"),
    "s": ("linear", "s"), "min": ("linear", "s"), "h": ("linear", "s"), "ms": ("linear", "s"),
    "J": ("linear", "J"), "kWh": ("linear", "J"), "J/Mbit": ("linear", "J/bit"),
    "J/K": ("linear", "J/K"), "K": ("linear", "K"), "deg": ("linear", "rad"), "dB/m": ("gain", "1/m"),
}
SLIPS = {  # what is written for what
    "dBm": ["dB", "W", "mW", "dBm/RE", "1"], "dB": ["dBm", "1", "%"], "W": ["dBm", "dB", "J", "mW"],
    "dBm/RE": ["dBm", "dB", "W/RE", "dBm/Hz"], "W/RE": ["W", "dBm/RE"], "1": ["%", "dB", "m"],
    "%": ["1", "dB", "W"], "MHz": ["kHz", "ms", "Mbit/s", "kHz/RE"], "GHz": ["MHz", "m"],
    "kHz/RE": ["kHz", "MHz"], "Mbit/s": ["Mbit", "MHz", "bit/s"], "bit/s/Hz": ["bit/s", "1"],
    "kWh": ["W", "J", "h"], "J/Mbit": ["J", "Mbit", "W"], "min": ["h", "Hz"], "m": ["km", "deg", "s"],
    "deg": ["1", "m"], "m/s": ["m", "s"], "J/K": ["J", "K"], "K": ["dB", "1"], "Hz": ["s", "MHz"],
    "dBm/Hz": ["dBm", "dB", "W"], "km": ["m", "h"], "h": ["W", "s"],
}
DOORS = {"lin": ["", "db"], "db": ["", "lin"], "psum": ["sum", "max"], "pmean": ["mean", "lmean"],
         "sum": ["psum", "mean"], "mean": ["pmean", "sum"], "lmean": ["mean"]}
# Where a door's name changes, but neither dimension nor kind.
SAME_KIND = {("psum", "max"), ("pmean", "lmean"), ("sum", "mean"), ("mean", "sum")}
NEAREST = 3  # names that are taken for another
KEYWORDS = set("blueprint module import unit sparse table from input policy function for any block "
               "operational functional in out let return kpi goal minimize maximize subject to by "
               "expect vary assert within before if then else and or not true false default step "
               "missing bool int".split())


class Text:
    """A right blueprint and its tokens."""

    def __init__(self, text, printed):
        self.text = text
        raw = text.encode()
        self.tokens = []
        for line in printed.splitlines():
            place, kind, *_ = line.split(None, 2)
            start, end = map(int, place.split(".."))
            self.tokens.append(Token(start, end, kind, raw[start:end].decode()))
        self.raw = raw
        self.names = sorted({t.text for t in self.tokens if t.kind == "name"} - KEYWORDS)

    def line(self, place):
        return self.raw.count(b"\n", 0, place) + 1

    def replaced(self, start, end, new):
        return (self.raw[:start] + new.encode() + self.raw[end:]).decode()

    def mutant(self, family, start, end, new, kept=""):
        old = self.raw[start:end].decode()
        return Mutant(family, self.line(start), f"`{old}` -> `{new}`", self.replaced(start, end, new), kept)


def closing(tokens, i):
    """The bracket that closes tokens[i]."""
    pairs, depth = {"(": ")", "[": "]", "{": "}"}, 0
    opened, closed = tokens[i].text, pairs[tokens[i].text]
    for j in range(i, len(tokens)):
        depth += (tokens[j].text == opened) - (tokens[j].text == closed)
        if depth == 0:
            return j
    raise ValueError("unbalanced")


# ---- units --------------------------------------------------------------------------------------


def unit_spans(blueprint):
    """Declared units: behind a `:` or `->`, up to what ends a type; and those of quantities."""
    tokens = blueprint.tokens
    for i, token in enumerate(tokens):
        if token.kind == "quantity":
            digits = re.match(r"[-+0-9.e]*(?<!e) *", token.text).end()
            yield token.start + digits, token.end, True
        elif token.text in (":", "->"):
            j = i + 1
            while j < len(tokens) and tokens[j].kind in ("name", "number", "symbol") and \
                    tokens[j].text not in ("=", ";", ",", ")", "{", "in", "for", "or"):
                j += 1
            if j > i + 1:
                yield tokens[i + 1].start, tokens[j - 1].end, False


def unit_slips(blueprint):
    for start, end, is_quantity in unit_spans(blueprint):
        unit = blueprint.raw[start:end].decode()
        for slip in SLIPS.get(unit, []):
            if slip == "1" and is_quantity:
                continue  # bare_numbers does that
            kept = "the same dimension at another scale" if UNITS[unit] == UNITS[slip] else ""
            yield blueprint.mutant("unit", start, end, slip, kept)


def bare_numbers(blueprint):
    """A quantity without its unit."""
    for token in blueprint.tokens:
        if token.kind == "quantity":
            number = re.match(r"[-+0-9.]+(e[-+]?\d+)?", token.text).group()
            unit = token.text[len(number):].strip()
            kept = "the same dimension at another scale" if UNITS.get(unit) == ("linear", "") else ""
            yield blueprint.mutant("unit", token.start, token.end, number, kept)


# ---- indices ------------------------------------------------------------------------------------


def parts_between(tokens, i, j):
    """What commas separate between the brackets i and j, as (first, last) tokens."""
    depth, first, parts = 0, i + 1, []
    for k in range(i + 1, j + 1):
        depth += (tokens[k].text in "([{") - (tokens[k].text in ")]}" and k != j)
        if k == j or (tokens[k].text == "," and depth == 0):
            parts.append((tokens[first].start, tokens[k - 1].end))
            first = k + 1
    return parts


def declares(tokens, i, j):
    return any(t.text == "in" for t in tokens[i:j]) or tokens[i - 2].text in (
        "table", "policy", "{", ";", "input", "out", "sparse")


def reads(blueprint):
    """The brackets of every value that is read with indices."""
    tokens = blueprint.tokens
    for i, token in enumerate(tokens):
        if token.text == "[" and not declares(tokens, i, closing(tokens, i)):
            j = closing(tokens, i)
            yield token.start, tokens[j].end, parts_between(tokens, i, j)


def index_slips(blueprint, variables):
    for start, end, parts in reads(blueprint):
        texts = [blueprint.raw[a:b].decode() for a, b in parts]
        if len(texts) == 2:
            kept = "" if not same_set(texts, variables) else "rows of one table"
            yield blueprint.mutant("index", start, end, f"[{texts[1]}, {texts[0]}]", kept)
            yield blueprint.mutant("index", start, end, f"[{texts[0]}]")
            yield blueprint.mutant("index", start, end, f"[{texts[1]}]")
        yield blueprint.mutant("index", start, end, "")
        yield blueprint.mutant("index", start, end, f"[{', '.join(texts + texts[:1])}]")
        for (a, b), text in zip(parts, texts):
            for other in sorted(name for name in set(variables) - {text} if "[" not in name):
                same = variables[other] == table_of(text, variables)
                kept = "rows of one table" if same else ""
                yield blueprint.mutant("index", a, b, other, kept)


def table_of(row, variables):
    """The table of a row: of a variable, of one that looks back, `t - 1`, or of a value such as `server[u]`."""
    row = re.sub(r" *- *[0-9]+$", "", row)
    return variables.get(row) or variables.get(row.split("[")[0] + "[]")


def same_set(texts, variables):
    tables = {table_of(t, variables) for t in texts}
    return len(tables) == 1 and None not in tables


def set_slips(blueprint, variables):
    """`for c in cell` over another table."""
    tokens, sets = blueprint.tokens, sorted(set(variables.values()))
    for i in range(len(tokens) - 3):
        if tokens[i].text == "for" and tokens[i + 2].text == "in":
            for other in sets:
                if other != tokens[i + 3].text:
                    yield blueprint.mutant("index", tokens[i + 3].start, tokens[i + 3].end, other)


def bound_variables(blueprint, types):
    """Index variables and their tables; a name that runs over two tables is left out. A value that
    gives rows is among them with empty brackets."""
    found = collections.defaultdict(set)
    for name, (_, _, unit) in types.items():
        if unit[0].startswith("row of "):
            found[f"{name}[]"].add(unit[0].removeprefix("row of "))
    tokens = blueprint.tokens
    for a, b, c in zip(tokens, tokens[1:], tokens[2:]):
        if b.text == "in" and a.kind == c.kind == "name" and a.text not in KEYWORDS:
            found[a.text].add(c.text)
    return {name: sets.pop() for name, sets in found.items() if len(sets) == 1}


# ---- names --------------------------------------------------------------------------------------


def misspelt(name):
    if len(name) > 3:
        yield name[:1] + name[2:]
        yield name[:-2] + name[-1] + name[-2]
        yield name + "s"
        yield name.replace("_", "", 1) if "_" in name else name[0].upper() + name[1:]


def is_label_of_type(tokens, i):
    """In `mode : {eco, full}`."""
    while i > 0 and (tokens[i].kind == "name" or tokens[i].text == ","):
        i -= 1
    return tokens[i].text == "{" and tokens[i - 1].text == ":"


def is_declared_here(tokens, i):
    """A name where it is made, not used: to misspell it there is another name."""
    before, behind = tokens[i - 1].text, tokens[i + 1].text
    if any(t.text == "module" for t in tokens[max(0, i - 3):i]) or is_label_of_type(tokens, i):
        return True
    return before in ("blueprint", "module", "table", "block", "function", "kpi", "out", "let", "for",
                      "unit") or behind in (":", "in") or (behind == "[" and tokens[i - 1].text in "{;")


def is_only_listed(tokens, i):
    """A label, in the list that makes it, which its own function does not name again."""
    starts = [k for k, token in enumerate(tokens) if token.text == "function"] + [len(tokens)]
    first, behind = max((k for k in starts if k <= i), default=0), min(k for k in starts if k > i)
    again = sum(token.text == tokens[i].text for token in tokens[first:behind])
    return tokens[i - 1].text in "{," and tokens[i + 1].text in ",}" and again == 1


def spelling_slips(blueprint):
    tokens, taken = blueprint.tokens, set(blueprint.names)
    spans = list(unit_spans(blueprint))
    for i, token in enumerate(tokens[:-1]):
        unit = any(a <= token.start < b for a, b, _ in spans)
        if token.kind != "name" or token.text in KEYWORDS or unit or is_declared_here(tokens, i):
            continue
        kept = "a label that nothing else names" if is_only_listed(tokens, i) else ""
        for wrong in dict.fromkeys(misspelt(token.text)):
            if wrong not in taken and wrong != token.text:
                yield blueprint.mutant("name", token.start, token.end, wrong, kept)


def similarity(name):
    """How like another name is: the slip of a hand takes the one that looks alike."""
    return lambda other: -difflib.SequenceMatcher(None, name, other).ratio()


def exchanged_names(blueprint, types):
    """Another value's or column's name, one of those spelt most alike. `types` says what is read
    under each."""
    tokens, spans = blueprint.tokens, list(unit_spans(blueprint))
    for i, token in enumerate(tokens[:-1]):
        type_or_import = any(a <= token.start < b for a, b, _ in spans) or tokens[i - 2].text == "import"
        if token.text not in types or is_declared_here(tokens, i) or type_or_import:
            continue
        column = tokens[i - 1].text == "."
        others = [o for o in types if o != token.text and types[o][0] == column]
        for other in sorted(others, key=similarity(token.text))[:NEAREST]:
            kept = "a value of the same type" if types[other] == types[token.text] else ""
            yield blueprint.mutant("exchange", token.start, token.end, other, kept)


# ---- doors --------------------------------------------------------------------------------------


def door_slips(blueprint):
    tokens = blueprint.tokens
    for i, token in enumerate(tokens[:-1]):
        if tokens[i + 1].text != "(" or token.text not in DOORS:
            continue
        for other in DOORS[token.text]:
            kept = "one reduction for another of its kind" if (token.text, other) in SAME_KIND else ""
            end = tokens[closing(tokens, i + 1)].end
            mutant = blueprint.mutant("door", token.start, token.end, other, kept)
            yield mutant._replace(done=f"{mutant.done} in `{blueprint.raw[token.start:end].decode()}`")


def added_doors(blueprint):
    """lin(...) or db(...) around a value that needs none."""
    tokens = blueprint.tokens
    for i, token in enumerate(tokens[:-1]):
        if token.text == "[" and not declares(tokens, i, closing(tokens, i)):
            first = i - 1
            while tokens[first - 1].text == ".":
                first -= 2
            last = closing(tokens, i)
            a, b = tokens[first].start, tokens[last].end
            alone = tokens[first - 2].text in ("argmax", "argmin") and tokens[last + 1].text == "for"
            for door, kept in (("lin", "the order of levels is that of powers" if alone else ""), ("db", "")):
                yield blueprint.mutant("door", a, b, f"{door}({blueprint.raw[a:b].decode()})", kept)


# ---- contracts ----------------------------------------------------------------------------------


def contract_slips(blueprint):
    tokens = blueprint.tokens
    for i, token in enumerate(tokens):
        if token.text != "in" or tokens[i - 1].text not in ("{", "}"):
            continue
        j = next(k for k in range(i, len(tokens)) if tokens[k].text == ";")
        names = [t.text for t in tokens[i + 1:j] if t.kind == "name"]
        for gone in range(len(names) if len(names) > 1 else 0):
            rest = ", ".join(names[:gone] + names[gone + 1:])
            yield blueprint.mutant("contract", tokens[i + 1].start, tokens[j].start, rest)


def all_mutants(blueprint, types):
    variables = bound_variables(blueprint, types)
    made = itertools.chain(unit_slips(blueprint), bare_numbers(blueprint),
                           index_slips(blueprint, variables), set_slips(blueprint, variables),
                           spelling_slips(blueprint), exchanged_names(blueprint, types),
                           door_slips(blueprint), added_doors(blueprint), contract_slips(blueprint))
    seen = {blueprint.text}
    for mutant in made:
        if mutant.text not in seen:
            seen.add(mutant.text)
            yield mutant
