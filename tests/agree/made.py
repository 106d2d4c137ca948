"""Blueprints made at random, well typed: the same seed makes the same blueprint.

A maker collects values in an order in which each reads only earlier ones; what is written is
shuffled, as the order of the text means nothing. One statement stands on a line, a declaration with
statements ends in a line `}`: shrinking (shrink.py) takes such pieces away.
"""
import random
import re

from made_chance import Chance
from made_change import Change
from made_data import DATA_SETS, EXTREME, LARGE, MADE, PAIRS, TABLES
from made_terms import Function, Scope, Value
from made_types import (BOOL, ENUMERATIONS, GAIN, LEVELS, LINEAR, NUMBER, POINT, SLOPED, Type,
                        difference, is_linear, linear, logarithmic, product, row_of,
                        spell_dimension, spell_type, spell_unit)

LIBRARY = {
    "radio.link": [Function("shannon", [GAIN], linear(bit=1))],
    "radio.noise": [Function("thermal_noise", [linear(s=-1, Q=-1)],
                             logarithmic("level", W=1, Q=-1), "Q"),
                    Function("thermal_noise_minus_174", [linear(s=-1, Q=-1)],
                             logarithmic("level", W=1, Q=-1), "Q")],
    "radio.propagation": [Function("free_space_loss", [linear(m=1), linear(s=-1)], GAIN),
                          Function("log_distance_loss", [linear(m=1), NUMBER, linear(m=1), GAIN],
                                   GAIN)],
}
ALONE = Type("real", "generic", (("Q", 1),))
BUDGET = 32  # terms of one definition


class Maker(Chance, Change):
    def __init__(self, seed):
        super().__init__(random.Random(seed))
        self.seed = seed
        self.values = []  # inputs, policies, outs, KPIs: all that may be read somewhere
        self.decided = set()  # names of policies, and of values that policies reach
        self.imports, self.declarations = [], []

    def side(self, kind, scope, depth, most=BUDGET):
        """An expression that may stand beside an operator; None: no row is at hand."""
        self.budget = most
        return self.make(kind, scope, depth)

    def expression(self, kind, scope, depth, most=BUDGET):
        return bare(self.side(kind, scope, depth, most))

    def some_type(self):
        """Of an input, a policy, an out."""
        rng = self.rng
        return rng.choice([
            *[lambda: rng.choice(LINEAR)] * 8, *[lambda: rng.choice(LEVELS)] * 3, lambda: GAIN,
            lambda: GAIN, lambda: POINT, lambda: rng.choice(SLOPED), lambda: BOOL, lambda: BOOL,
            lambda: rng.choice(ENUMERATIONS), lambda: row_of(rng.choice(list(self.columns)))])()

    def some_index(self, most=3):
        count = self.rng.choice([0, 0, 1, 1, 1, 2, 2, 3])
        return tuple(self.rng.sample(list(self.columns), min(most, count)))

    def scope_of(self, index, values):
        """Of values, those that policies or draws reach are the nearest at hand."""
        near = [v for v in values if v.name in self.decided | self.drawn]
        scope = Scope(values=tuple(values) + 6 * tuple(near))
        for table in index:
            scope = self.loop(table, scope)[1]
        return scope

    def head(self, scope, name):
        index = ", ".join(f"{v} in {t}" for v, t in scope.variables)
        return f"{name}[{index}]" if index else name

    def doc(self):
        return self.rng.choice(["", "", "", ' "As it may be."'])

    # ---- tables

    def column_text(self, column, defaults):
        kind = column.type
        unit = self.rng.choice(column.spellings) if column.spellings else spell_type(self.rng, kind)
        text = f"{column.name} : {unit}"
        if kind.kind != "ref" and (defaults or self.chance(0.1)):
            text += f" = {bare(self.literal_in(kind, unit, column.integer))}"
            text += " or missing" * self.chance(0.2)
        return f"  {text}{self.doc()};\n"

    def literal_in(self, kind, unit, integer=False):
        if kind.kind != "real":
            return self.literal(kind)
        unit = "s^-1" if unit == "1/s" else unit
        number = str(self.rng.randint(0, 4)) if integer else self.number_for(kind)
        return number if unit in ("1", "int") else f"{number} {unit}"

    def chosen(self, columns):
        """Rows of other tables always; some of the others."""
        few = self.rng.choice([0.3, 0.6, 0.9])
        return [c for c in columns if c.type.kind == "ref" or self.chance(few)]

    def absent(self, table):
        """A column that no file has: its default holds."""
        name = self.fresh("extra")
        self.columns.setdefault(table, []).append(Value(name, NUMBER, (table,), "column"))
        return f"  {name} : 1 = {self.literal_in(NUMBER, '1')};\n"

    def made_table(self):
        """One that no file holds: a grid, or points at random."""
        placed = {"x", "y"} <= {value.name for value in self.columns["site"]}
        source, all_columns = self.rng.choice([m for m in MADE if placed or "(site" not in m[0]])
        columns = self.chosen(all_columns)
        self.columns["mast"] = [Value(c.name, c.type, ("mast",), "column") for c in columns]
        body = "".join(self.column_text(c, False) for c in columns)
        source = source.format(self.rng.randint(1, 9))
        self.declarations.append(f"table mast from {source}{self.doc()} {{\n{body}}}\n")

    def tables(self):
        for table, all_columns in TABLES.items():
            columns = self.chosen(all_columns)
            self.columns[table] = [Value(c.name, c.type, (table,), "column") for c in columns]
            body = "".join(self.column_text(c, False) for c in columns)
            body += self.absent(table) if self.chance(0.1) else ""
            self.declarations.append(f'table {table} from "{table}.csv"{self.doc()} {{\n{body}}}\n')
        if self.chance(0.2):
            self.made_table()
        if self.chance(0.4):
            self.time_table()
        for table, (index, sparse, all_columns) in PAIRS.items():
            columns = self.chosen(all_columns)
            if not columns or self.chance(0.3):
                continue
            self.pairs[table] = index, [Value(f"{table}.{c.name}", c.type, index, "column")
                                        for c in columns]
            body = "".join(self.column_text(c, sparse) for c in columns)
            self.declarations.append(f'{"sparse " * sparse}table {table}[{", ".join(index)}] from '
                                     f'"{table}.csv" {{\n{body}}}\n')

    # ---- functions

    def some_imports(self):
        for module, functions in LIBRARY.items():
            if self.chance(0.3):
                self.imports.append(f"import {module};\n")
                self.functions += functions

    def parameters(self, form):
        """Types of parameters, and of the result. The generic unit: none, alone, or in products."""
        some = lambda: self.rng.choice([self.rng.choice(LINEAR), NUMBER, GAIN, BOOL, POINT,
                                        self.rng.choice(LEVELS), self.rng.choice(ENUMERATIONS)])
        if form == "none":
            result = self.some_type()
            result = NUMBER if result.kind == "ref" else result
            return [some() for _ in range(self.rng.randint(1, 3))], result
        if form == "alone":
            result = ALONE if self.chance(0.8) else self.rng.choice([NUMBER, BOOL])
            return [ALONE, ALONE] + [some() for _ in range(self.rng.randint(0, 2))], result
        with_generic = lambda power: Type("real", "linear", product(
            self.rng.choice(LINEAR).dimension, (("Q", power),)))
        result = with_generic(self.rng.choice([1, -1, 2])) if self.chance(0.8) else NUMBER
        return [with_generic(self.rng.choice([1, 1, -1, 2])), some()], result

    def spell_parameter(self, kind):
        if kind.scale == "generic":
            return "Q"
        if kind.kind == "real" and is_linear(kind) and kind.dimension:
            return spell_dimension(self.rng, kind.dimension)
        return spell_type(self.rng, kind)

    def function(self):
        form = self.rng.choice(["none", "alone", "product"])
        parameters, result = self.parameters(form)
        names = [(self.fresh("a"), k) for k in parameters]
        scope = Scope(names=tuple(names), tables=False)
        lines = ""
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            kind = self.rng.choice(parameters + [NUMBER, BOOL])
            name = self.fresh("b")
            if kind.kind != "enum":  # a let has no type to find labels by
                lines += f"  let {name} = {self.expression(kind, scope, 2, 12)};\n"
                scope = scope._replace(names=scope.names + ((name, kind),))
        body = self.expression(result, scope, self.rng.choice([1, 2, 3]), 16)
        name = self.fresh("f")
        shown = ", ".join(f"{n} : {self.spell_parameter(k)}" for n, k in names)
        head = f"function {name}({shown}) -> {self.spell_parameter(result)}"
        head += " for any Q" if form != "none" else ""
        self.declarations.append(f"{head} {{\n{lines}  return {body};\n}}\n" if lines else
                                 f"{head} = {body};\n")
        self.functions.append(Function(name, parameters, result, "Q" if form != "none" else "",
                                       form == "alone"))

    # ---- inputs and policies

    def domain(self, kind, unit):
        """A range or a set, and a default in it: two texts, or None."""
        rng, base = self.rng, self.rng.choice([-6, 0, 2, 30])
        step_unit = "dB" if kind.scale == "level" else "K" if kind == POINT else unit
        with_unit = lambda x, u: f"{x:g}" if u == "1" else f"{x:g} {u}"
        step = rng.choice([0.5, 1, 2])
        if self.chance(0.3):
            values = sorted({base + step * rng.randint(0, 9) for _ in range(3)})
            return ("in {" + ", ".join(with_unit(v, unit) for v in values) + "}",
                    with_unit(rng.choice(values), unit))
        high = base + step * rng.choice([4, 6, 12])
        dots = rng.choice(["..", "..", "..<"])
        text = f"in {with_unit(base, unit)} {dots} {with_unit(high, unit)}"
        text += f" step {with_unit(step, step_unit)}" if self.chance(0.5) else ""
        return text, with_unit(base + step * rng.randint(0, 3), unit)

    def given(self, role):
        """One input or policy."""
        kind, name = self.some_type(), self.fresh("n" if role == "input" else "p")
        index = self.some_index(2)
        if kind.kind == "ref" and kind.table not in index:
            index += (kind.table,)  # so that a row is at hand without a search
        scope = self.scope_of(index, [v for v in self.values if v.role == "input"])
        unit = spell_type(self.rng, kind)
        domain, default = "", None
        if kind.kind == "real" and self.chance(0.5):
            domain, default = self.domain(kind, unit)
        if kind == NUMBER and unit == "1" and not domain and self.chance(0.3):
            unit, default = "int", str(self.rng.randint(0, 5))
        if default is None:
            readable = scope if role == "policy" else scope._replace(values=())
            default = self.expression(kind, readable, self.rng.choice([0, 1, 2]), 12)
        self.values.append(Value(name, kind, index, role))
        if role == "policy":
            self.decided.add(name)
        return f"  {self.head(scope, name)} : {unit} {domain} = {default}{self.doc()};\n"

    def givens(self, role):
        lines = "".join(self.given(role) for _ in range(self.rng.randint(1, 4)))
        self.declarations.append(f"{role} {{\n{lines}}}\n")

    # ---- blocks

    def block(self):
        rng, name = self.rng, self.fresh("block")
        operational = self.chance(0.5)
        roles = ("input", "draw", "out") + ("policy",) * operational
        outside = [v for v in self.values if v.role in roles]
        own, lines = [], []
        for _ in range(rng.choice([1, 1, 2, 3])):
            lines.append(self.definition(name, operational, outside, own))
            if ".home" in lines[-1] and self.chance(0.5):
                lines.append(self.sibling(lines[-1], own))
        if not operational and self.chance(0.2):
            lines += self.solved(name, outside, own)
        if "slot" in self.columns and self.chance(0.6):
            lines += self.stepped(name, outside, own)
        rng.shuffle(lines)
        reads = sorted(set(re.findall(r"\w+", "".join(lines))) & {v.name for v in outside})
        if reads and self.chance(0.5):
            rng.shuffle(reads)
            lines.insert(0, f"  in {', '.join(reads)};\n")
        self.values += [v for v in own if v.role == "out"]
        kind = "operational" if operational else "functional"
        self.declarations.append(f'{kind} block {name} "At random." {{\n{"".join(lines)}}}\n')

    def definition(self, block, operational, outside, own):
        """An out or a let, of a type that something at hand has."""
        index, kind = self.some_index(), self.some_type()
        at_hand = [v.type for v in outside if v.name in self.decided]
        kind = self.rng.choice(at_hand) if at_hand and self.chance(0.7) else kind
        if kind.kind == "ref" and not index:
            index = (kind.table,)
        scope = self.scope_of(index, outside + own * 2)
        self.budget, text = BUDGET, None
        if index and self.chance(0.4):
            text = self.total(kind, scope, self.rng.choice([1, 2]))
        text = text or self.expression(kind, scope, self.rng.choice([1, 2, 3, 3, 4]))
        if text is None:
            kind, text = NUMBER, self.expression(NUMBER, scope, 2)
        is_let = kind.kind != "enum" and self.chance(0.3)
        name = self.fresh("w" if is_let else "v")
        own.append(Value(name, kind, index, "let" if is_let else "out", block))
        self.note(name, text)
        if is_let:
            return f"  let {self.head(scope, name)} = {text};\n"
        unit = spell_type(self.rng, kind)
        return f"  out {self.head(scope, name)} : {unit} = {text}{self.doc()};\n"

    def sibling(self, line, own):
        """The same through another reference: what is alike but for that is not shared."""
        value = own[-1]._replace(name=self.fresh("v" if own[-1].role == "out" else "w"))
        text = line.replace(own[-1].name, value.name, 1).replace(".home", ".second")
        own.append(value)
        self.note(value.name, text)
        return text

    def note(self, name, text):
        """Do policies reach it, or chance?"""
        words = set(re.findall(r"\w+", text))
        if self.decided & words:
            self.decided.add(name)
        self.note_chance(name, words)

    def decisions(self):
        """A block that takes policies up as they are, so that any other may read them."""
        policies, lines = [v for v in self.values if v.role == "policy"], ""
        for policy in self.rng.sample(policies, self.rng.randint(0, len(policies))):
            scope, name = self.scope_of(policy.index, []), self.fresh("v")
            rows = ", ".join(v for v, _ in scope.variables)
            unit = spell_type(self.rng, policy.type)
            lines += f"  out {self.head(scope, name)} : {unit} = {policy.name}[{rows}];\n".replace(
                "[]", "")
            self.values.append(policy._replace(name=name, role="out"))
            self.decided.add(name)
        self.declarations.append(f'operational block decisions "As they are." {{\n{lines}}}\n')

    # ---- what comes out

    def public(self):
        return [v for v in self.values if v.role in ("input", "draw", "out", "kpi")]

    def of_one_kind(self):
        """No means over draws, or nothing drawn beside them."""
        return self.without(self.rng.choice([self.drawn, self.concluded, self.concluded]),
                            self.public())

    def kpi(self):
        kind = self.rng.choice([self.rng.choice(LINEAR), NUMBER, BOOL, GAIN,
                                self.rng.choice(LEVELS)])
        scope = self.scope_of((), self.of_one_kind())
        text = self.expression(kind, scope, self.rng.choice([2, 3, 3]), 24)
        if kind == BOOL and self.drawn & set(re.findall(r"\w+", text)):
            kind = NUMBER
            text = f"if {text} then 1 else 0"  # a truth has no mean
        name, unit = self.fresh("k"), spell_type(self.rng, kind)
        self.declarations.append(f"kpi {name} : {unit} = {text}{self.doc()};\n")
        self.values.append(Value(name, kind, (), "kpi"))
        self.note(name, text)

    def kpi_of(self, value):
        """Counts something of a value: always finite, unless a fault is met on the way."""
        scope = self.scope_of(value.index, [])
        rows = ", ".join(v for v, _ in scope.variables)
        read = f"{value.name}[{rows}]" if rows else value.name
        self.budget = 4
        other = self.make(value.type, scope, 0) if value.type.kind != "ref" else None
        test = read if value.type == BOOL else "true"
        if other is not None and value.type != BOOL:
            test = f"{read} {'>=' if value.type.kind == 'real' else '=='} {other}"
        fors = "".join(f" for {v} in {t}" for v, t in scope.variables) or " for s0 in site"
        name = self.fresh("k")
        self.declarations.append(f"kpi {name} : 1 = count({test}{fors});\n")
        self.values.append(Value(name, NUMBER, (), "kpi"))
        self.note(name, value.name)

    def certainty(self):
        return self.rng.choice(["", f" with confidence {self.rng.choice([50, 90, 99.9])} %"])

    def goal(self):
        kpis = [v for v in self.values if v.role == "kpi" and v.type.kind == "real"]
        chosen = self.rng.sample(kpis, min(len(kpis), 3))
        scope = self.scope_of((), self.of_one_kind())
        steady = self.scope_of((), self.without(self.drawn, self.public()))
        objectives = ", ".join(f"{self.rng.choice(['maximize', 'minimize'])} {v.name}"
                               for v in chosen[:2])
        bounds = [f"{v.name} {self.rng.choice(['<', '<=', '>', '>='])} "
                  f"{self.side(v.type, scope, 1, 8)}{self.certainty()}" for v in chosen[1:]]
        bounds += [f"{v.name} == {self.side(BOOL, steady, 1, 8)}" for v in self.values
                   if v.role == "kpi" and v.type == BOOL and self.chance(0.5)]
        subject = f" subject to {', '.join(bounds)}" if bounds else ""
        self.declarations.append(f"goal {objectives}{subject};\n")

    # ---- expects

    def vary(self, scope):
        given = [v for v in self.values if v.role in ("policy", "input")]
        value = self.rng.choice(given)
        bare_scope = scope._replace(before=False)
        rows = [self.row(t, bare_scope, 1) for t in value.index]
        if not all(rows):
            return ""
        target = f"{value.name}[{', '.join(rows)}]" if rows else value.name
        if value.type.kind == "real" and self.chance(0.6):
            amount = self.expression(difference(value.type), bare_scope, 1, 6)
            return f"  vary {target} by {amount};\n"
        amount = self.expression(value.type, bare_scope, 1, 6)
        return f"  vary {target} to {amount};\n" if amount else ""

    def change(self, scope):
        """A claim about a value that policies reach, and what it was before."""
        found = [v for v in self.public() if v.type.kind == "real" and v.name in self.decided]
        if not found:
            return self.claim(scope)
        value, inside = self.rng.choice(found), scope
        for table in value.index:
            inside = self.loop(table, inside)[1]
        loops = inside.variables[len(scope.variables):]
        rows = f"[{', '.join(v for v, _ in loops)}]" if loops else ""
        fors = "".join(f" for {v} in {t}" for v, t in loops)
        sign = self.rng.choice(["<", "<=", ">=", "==", "!="])
        return f"  assert {value.name}{rows} {sign} before.{value.name}{rows}{fors};\n"

    def claim(self, scope):
        loops = self.some_index(2)
        inside = scope
        for table in loops:
            inside = self.loop(table, inside)[1]
        fors = "".join(f" for {v} in {t}" for v, t in inside.variables[len(scope.variables):])
        condition = f" if {self.side(BOOL, inside, 1, 8)}" if self.chance(0.3) else ""
        kind = self.some_type()
        if kind.kind in ("bool", "enum", "ref"):
            return f"  assert {self.expression(BOOL, inside, 2, 12)}{fors}{condition};\n"
        sign = self.rng.choice(["<", "<=", ">", ">=", "==", "!="])
        left, right = (self.side(kind, inside, self.rng.choice([1, 2]), 12) for _ in "12")
        within = ""
        if sign not in ("<", ">", "!=") and self.chance(0.3):
            unit = spell_unit(self.rng, difference(kind))
            within = f" within 0.5{'' if unit == '1' else ' ' + unit}"
        return f"  assert {left} {sign} {right}{within}{fors}{condition};\n"

    def expectation(self):
        index = self.some_index(2)
        scope = self.scope_of(index, self.public())
        fors = "".join(f" for {v} in {t}" for v, t in scope.variables)
        condition = f" if {self.side(BOOL, scope, 1, 8)}" if self.chance(0.4) else ""
        varied = "".join(self.vary(scope) for _ in range(self.rng.choice([0, 1, 1, 2])))
        after = scope._replace(before=bool(varied))
        claims = "".join(self.change(after) if varied and self.chance(0.5) else self.claim(after)
                         for _ in range(self.rng.choice([1, 1, 2, 3])))
        self.declarations.append(f'expect "something"{fors}{condition} {{\n{varied}{claims}}}\n')

    # ---- all of it

    def blueprint(self):
        rng = self.rng
        self.tables()
        self.some_imports()
        for _ in range(rng.choice([0, 1, 2, 3])):
            self.function()
        self.givens("input")
        self.givens("policy")
        self.decisions()
        chance = self.chance(0.7)
        for _ in range(rng.choice([1, 1, 2, 2, 3, 5])):
            if chance and self.chance(0.6):
                self.draws()
            self.block()
        for _ in range(rng.choice([1, 1, 2, 3])):
            self.kpi()
        for _ in range(rng.choice([1, 2]) if self.drawn else 0):
            self.concluded_kpi()
        for value in rng.sample(self.public(), min(3, len(self.public()))):
            self.kpi_of(value)
        self.goal()
        for _ in range(rng.choice([0, 1, 1, 2])):
            self.expectation()
        rng.shuffle(self.declarations)
        return (f'blueprint made_{self.seed} "Made at random.";\n{"".join(self.imports)}'
                f'unit packet "of whatever length";\n{"".join(self.declarations)}')

    def data_sets(self):
        """Numbers of those that the blueprint is run with: the large ones, as far as work allows,
        others, and an extreme one."""
        small = [n for n in range(DATA_SETS) if n not in LARGE]
        return [*LARGE, *self.rng.sample(small, 3), EXTREME[self.seed % len(EXTREME)]]


def bare(text):
    """Without the parentheses around all of it, half as many as there may be."""
    if not text or text[0] != "(" or text[-1] != ")":
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1]
