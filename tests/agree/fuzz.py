#!/usr/bin/env python3
"""Blueprints made at random, held against each other by run.py: for a night, not for every build.

usage: fuzz.py HERMESC COUNT [SEED [WORKDIR]]

Everything in them is a plain number, a boolean, a label or a row, over the tables of data/common;
what is random is how reductions, groups, guards, references and decisions stand in one another. A
blueprint whose evaluators differ stays in the work directory.
"""
import pathlib
import random
import sys

import run

HEAD = '''blueprint made_{seed} "Made at random.";

table site from "sites.csv" {{ x : 1; y : 1; p_fixed : 1; }}
table cell from "cells.csv" {{
  site : site;  neighbour : cell;  ports : int;  height : 1;  tx_power : 1;  planned : bool;
  layer : {{coverage, capacity, small}};
}}
table ue from "ues.csv" {{
  home : cell;  x : 1;  y : 1;  weight : int;  demand : 1;  indoor : bool;
}}
table hour from "hours.csv" {{ activity : 1; length : 1; }}
table path[ue, cell] from "rsrp.csv" {{ rsrp : 1; delay : 1; }}
input {{ given : 1 = 3; strict : bool = false; }}
policy {{
  number : 1 in -3 .. 5 step 0.5 = 1;
  of_cell[cell] : 1 in -6 .. 6 step 1 = 0;
  attached[u in ue] : cell = u.home;
  asleep[c in cell, h in hour] : bool = c.planned;
  mode : {{coverage, capacity, small}} = small;
}}

function bend(a: 1, b: 1) -> 1 {{ let c = a - b; return if c > 0 then sqrt(c) else exp(c / 100); }}
function pick(a: bool, b: 1, c: 1) -> 1 = if a then b else c;

operational block take "All that is decided." {{
  out d_number : 1 = number;
  out d_cell[c in cell] : 1 = of_cell[c];
  out d_server[u in ue] : cell = attached[u];
  out d_awake[c in cell, h in hour] : bool = not asleep[c, h];
  out d_mode : {{coverage, capacity, small}} = mode;
}}
'''
REALS = {"site": ["x", "y", "p_fixed"], "cell": ["ports", "height", "tx_power"],
         "ue": ["x", "y", "weight", "demand"], "hour": ["activity", "length"]}
BOOLS = {"cell": ["planned"], "ue": ["indoor"]}
REFERENCES = {("cell", "site"): "site", ("cell", "cell"): "neighbour", ("ue", "cell"): "home"}
FUNCTIONS = ["abs", "floor", "exp", "log", "sign", "sqrt", "round"]
LAYERS = ["coverage", "capacity", "small"]
LETTER = {"site": "s", "cell": "c", "ue": "u", "hour": "h"}
TABLES = list(LETTER)
MOST_LOOPS = 4  # around one term: keeps a blueprint's work small


class Maker:
    def __init__(self, seed):
        self.seed = seed
        self.rng = random.Random(seed)
        self.values = [("d_number", "real", []), ("d_cell", "real", ["cell"]),
                       ("d_server", "cell", ["ue"]), ("d_awake", "bool", ["cell", "hour"]),
                       ("given", "real", []), ("strict", "bool", [])]
        self.names = 0

    def chance(self, p):
        return self.rng.random() < p

    def one_of(self, *makers):
        return self.rng.choice(makers)

    # ---- rows

    def row(self, table, scope, depth):
        """A row of a table, in scope's variables; None: there is none at hand."""
        own = [v for v, t in scope if t == table]
        ways = [lambda: self.rng.choice(own)] * 4 * bool(own)
        if depth > 0:
            for (source, target), column in REFERENCES.items():
                if target == table and (source != target or own):
                    ways.append(lambda s=source, c=column: self.member(s, c, scope, depth - 1))
            ways.append(lambda: self.read(table, scope, depth - 1))
            if len(scope) < MOST_LOOPS:
                ways.append(lambda: self.best(table, scope, depth - 1))
            if own:
                ways.append(lambda: self.choice(table, scope, depth - 1))
        self.rng.shuffle(ways)
        for way in ways:
            text = way()
            if text:
                return text
        return None

    def member(self, table, column, scope, depth):
        row = self.row(table, scope, depth)
        if not row:
            return None
        return f"{row}.{column}" if not row.startswith("if ") else f"({row}).{column}"

    def choice(self, kind, scope, depth):
        a, b = self.make(kind, scope, depth), self.make(kind, scope, depth)
        return a and b and f"(if {self.make('bool', scope, depth)} then {a} else {b})"

    def best(self, table, scope, depth):
        variable, inside = self.loop(table, scope)
        body = self.make("real", inside, depth)
        rest = self.filter_and_default(table, scope, inside, depth)
        return f"{self.rng.choice(['argmax', 'argmin'])}({body} for {variable} in {table}{rest})"

    # ---- reading what stands above

    def read(self, kind, scope, depth):
        found = [v for v in self.values if v[1] == kind]
        self.rng.shuffle(found)
        for name, _, index in found[:3]:
            rows = [self.row(t, scope, depth) for t in index]
            if all(rows):
                return f"{name}[{', '.join(rows)}]" if rows else name
        return None

    # ---- reductions

    def loop(self, table, scope):
        self.names += 1  # no name twice: none may hide another
        variable = f"{LETTER[table]}{self.names}"
        return variable, scope + [(variable, table)]

    def group(self, scope, inside, depth):
        """A condition that makes a group: key == outer variable."""
        outer = [(v, t) for v, t in scope]
        self.rng.shuffle(outer)
        loops = inside[len(scope):]
        for variable, table in outer:
            key = self.row(table, loops + [s for s in scope if self.chance(0.3)], depth)
            if key and key != variable:
                return f"{key} == {variable}" if self.chance(0.7) else f"{variable} == {key}"
        return None

    def condition(self, scope, inside, depth):
        parts = [self.group(scope, inside, depth)] if self.chance(0.7) else []
        more = self.rng.randint(0, 2) if depth > 0 else 0
        parts += [self.make("bool", inside, depth) for _ in range(more)]
        parts = [p for p in parts if p]
        self.rng.shuffle(parts)
        return " and ".join(parts)

    def filter_and_default(self, kind, scope, inside, depth):
        condition = self.condition(scope, inside, depth) if self.chance(0.75) else ""
        text = f" if {condition}" if condition else ""
        if self.chance(0.8 if condition else 0.2):
            default = self.make(kind, scope, min(depth, 1))
            text += f", default = {default}" if default else ""
        return text

    def reduction(self, names, kind, body_kind, scope, depth):
        inside, fors = list(scope), ""
        for _ in range(self.rng.choice([1, 1, 1, 2])):
            if len(inside) >= MOST_LOOPS:
                break
            table = self.rng.choice(TABLES)
            variable, inside = self.loop(table, inside)
            fors += f" for {variable} in {table}"
        if not fors:
            return None
        name = self.rng.choice(names)
        part = self.rng.choice(["0 %", "25 %", "60 %", "100 %", "d_number / 5", "d_number - 0.5"])
        first = f"{part}, " if name == "percentile" else ""
        body = self.make(body_kind, inside, depth)
        if first and body.replace(".", "").replace("-", "").isdigit():
            body += f" * {inside[-1][0]}.{REALS[inside[-1][1]][0]}"
        rest = self.filter_and_default(kind, scope, inside, depth)
        return f"{name}({first}{body}{fors}{rest})"

    # ---- expressions by kind

    def real(self, scope, depth):
        rng = self.rng
        if depth <= 0 or self.chance(0.15):
            ways = [lambda: str(rng.choice([0, 1, 2, 3, 7, 0.5, 0.25, 100]))]
            rows = [(v, t) for v, t in scope]
            if rows:
                ways = [lambda: "{0}.{1}".format(*(lambda r: (r[0], rng.choice(REALS[r[1]])))
                                                 (rng.choice(rows)))] * 3 + ways
            ways.append(lambda: self.read("real", scope, 0) or "1")
            return rng.choice(ways)()
        deeper = lambda: self.make("real", scope, depth - 1)
        table = rng.choice(TABLES)
        ways = [
            lambda: f"({deeper()} {rng.choice('+-*/')} {deeper()})",
            lambda: f"({deeper()} {rng.choice('+-*')} {deeper()})",
            lambda: f"{rng.choice(['min', 'max', 'mod', 'hypot', 'bend'])}({deeper()}, {deeper()})",
            lambda: f"{rng.choice(FUNCTIONS)}({deeper()} / 50)",
            lambda: f"({deeper()})^{rng.choice(['2', '0.5', '-1', '3', '(1/3)'])}",
            lambda: self.choice("real", scope, depth - 1),
            lambda: self.read("real", scope, depth - 1),
            lambda: self.read("real", scope, depth - 1),
            lambda: self.member(table, rng.choice(REALS[table]), scope, depth - 1),
            lambda: self.pair(scope, depth - 1),
            lambda: f"pick({self.make('bool', scope, depth - 1)}, {deeper()}, {deeper()})",
        ]
        if len(scope) < MOST_LOOPS:
            ways += [lambda: self.reduction(["sum", "mean", "min", "max", "percentile", "median"],
                                            "real", "real", scope, depth - 1)] * 4
            ways += [lambda: self.reduction(["sum", "mean"], "real", "real", scope, depth - 1)] * 2
            ways += [lambda: self.reduction(["count", "share"], "real", "bool", scope,
                                            depth - 1)] * 2
        return rng.choice(ways)() or self.real(scope, depth - 1)

    def pair(self, scope, depth):
        u, c = self.row("ue", scope, depth), self.row("cell", scope, depth)
        return u and c and f"path.{self.rng.choice(['rsrp', 'delay'])}[{u}, {c}]"

    def bool(self, scope, depth):
        rng = self.rng
        table = rng.choice(["cell", "ue"])
        other = rng.choice(TABLES)
        deeper = lambda: self.make("bool", scope, depth - 1)
        number = lambda: self.make("real", scope, max(depth - 1, 0))
        ways = [
            lambda: f"{number()} {rng.choice(['<', '<=', '>', '>=', '=='])} {number()}",
            lambda: f"{number()} {rng.choice(['<', '>'])} {number()}",
            lambda: self.member(table, BOOLS[table][0], scope, max(depth - 1, 0)),
            lambda: self.compared_rows(other, scope, max(depth - 1, 0)),
            lambda: self.compared_labels(scope, max(depth - 1, 0)),
        ]
        if depth > 0:
            ways += [lambda: f"({deeper()} {rng.choice(['and', 'or'])} {deeper()})"] * 2
            ways += [lambda: f"not ({deeper()})", lambda: self.read("bool", scope, depth - 1)]
            if len(scope) < MOST_LOOPS:
                ways += [lambda: self.reduction(["any", "all"], "bool", "bool", scope,
                                                depth - 1)] * 2
        text = rng.choice(ways)()
        return f"({text})" if text else "true"

    def compared_rows(self, table, scope, depth):
        a, b = self.row(table, scope, depth), self.row(table, scope, depth)
        return a and b and f"{a} {self.rng.choice(['==', '!='])} {b}"

    def compared_labels(self, scope, depth):
        label = self.rng.choice(LAYERS)
        row = self.row("cell", scope, depth)
        if row and self.chance(0.7):
            return f"{row}.layer == {label if self.chance(0.7) else 'd_mode'}"
        return f"d_mode != {label}"

    def make(self, kind, scope, depth):
        if kind == "real":
            return self.real(scope, depth)
        return self.bool(scope, depth) if kind == "bool" else self.row(kind, scope, depth)

    # ---- the blueprint

    def value(self, number):
        rng = self.rng
        index = rng.sample(TABLES, rng.choice([0, 1, 1, 1, 2, 2, 3]))
        kind = rng.choice(["real", "real", "real", "bool", "cell", "site", "ue"])
        scope = []
        for table in index:
            scope = self.loop(table, scope)[1]
        text = self.make(kind, scope, rng.choice([2, 3, 3, 4])) or None
        if text is None:
            return ""
        name = f"v{number}"
        self.values.append((name, kind, index))
        head = f"[{', '.join(f'{v} in {t}' for v, t in scope)}]" if scope else ""
        return f"  out {name}{head} : {'1' if kind == 'real' else kind} = {text};\n"

    def kpi(self, name, kind, index):
        scope = []
        for table in index:
            scope = self.loop(table, scope)[1]
        rows = f"[{', '.join(v for v, _ in scope)}]" if scope else ""
        fors = "".join(f" for {v} in {t}" for v, t in scope) or " for s in site"
        test = {"real": f"{name}{rows} > 1", "bool": f"{name}{rows}"}.get(
            kind, f"{name}{rows}.{REALS.get(kind, ['x'])[0]} > 1")
        return f"kpi k_{name} : 1 = count({test}{fors});\n"

    def expectation(self):
        row, pair = [("c", "cell")], [("c", "cell"), ("u", "ue")]
        return (f'\nexpect "some" for c in cell if {self.make("bool", row, 2)} {{\n'
                f"  vary of_cell[c] by {self.make('real', row, 1)};\n"
                f"  assert {self.make('bool', pair, 2)} for u in ue\n"
                f"    if {self.make('bool', pair, 1)};\n"
                f"  assert {self.make('real', row, 2)} <= {self.make('real', row, 2)};\n}}\n")

    def blueprint(self):
        text = HEAD.format(seed=self.seed)
        count = self.rng.randint(6, 14)
        text += '\nfunctional block made "At random." {\n'
        text += "".join(self.value(i) for i in range(count)) + "}\n\n"
        made = [v for v in self.values if v[0].startswith("v")]
        text += "".join(self.kpi(*v) for v in made)
        text += "kpi k_some : 1 = d_number;\n\ngoal maximize k_some subject to k_some >= -2;\n"
        return text + self.expectation() + "#> test => any\n"


def main():
    hermesc, count = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    work = pathlib.Path(sys.argv[4] if len(sys.argv) > 4 else "fuzz").resolve()
    work.mkdir(parents=True, exist_ok=True)
    total, differing = run.Tally(), 0
    for seed in range(first, first + count):
        path = work / f"made_{seed}.hbp"
        path.write_text(Maker(seed).blueprint())
        tally = run.examine(path, work, hermesc, run.HERE / "data" / "common")
        tally.failures = [f for f in tally.failures if not f[0].endswith("is valid")]
        total.add(tally)
        differing += bool(tally.failures)
        for file in [] if tally.failures else work.glob(f"made_{seed}*"):
            file.unlink()
    run.report(count, total)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
