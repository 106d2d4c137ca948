"""Expressions made at random, of whatever type is asked for.

Every maker takes the type wanted, the scope and how deep it may go, and gives text that stands
anywhere (parenthesised where that matters). Where nothing else will do there is a literal, so that
only rows may be wanting: `row` gives None where none is at hand.
"""
from fractions import Fraction
from typing import NamedTuple

from made_types import (ANGLE, BOOL, ENUMERATIONS, FIELD_LEVELS, GAIN, KELVIN, LEVELS, LINEAR,
                        NUMBER, POINT, POWER_LEVELS, SLOPED, SPELT, Type, is_linear, linear, power,
                        product, row_of, spell_unit)

MOST_LOOPS = 4  # around one term: keeps its work small
MOST_EXPONENT = 3
LETTER = {"site": "s", "cell": "c", "ue": "u", "hour": "h", "mast": "m",
          "slot": "t"}
NUMBERS = ["0", "1", "2", "3", "7", "0.5", "0.25", "12", "1.75", "100"]  # no 10: `10 * log10(x)`


class Value(NamedTuple):
    name: str
    type: Type
    index: tuple = ()    # tables
    role: str = "out"    # column, input, policy, out, let, kpi
    block: str = ""


class Function(NamedTuple):
    name: str
    parameters: list     # types
    result: Type
    generic: str = ""    # name of its generic unit
    alone: bool = False  # the generic stands alone, for any quantity; else in products of units


class Scope(NamedTuple):
    variables: tuple = ()  # (name, table)
    names: tuple = ()      # (name, type): parameters and lets of a function
    values: tuple = ()     # that may be read
    tables: bool = True    # may columns be read, and rows reduced?
    before: bool = False   # in an expect: values of the unvaried candidate, too


class Terms:
    def __init__(self, rng):
        self.rng = rng
        self.columns = {}    # table: [Value], of tables with rows; index: what more is needed
        self.pairs = {}      # table: (its two tables, [Value])
        self.functions = []  # that may be called
        self.counter = 0
        self.budget = 0      # terms that the expression may still have

    def chance(self, p):
        return self.rng.random() < p

    def first_of(self, ways):
        """What the first of these ways gives, in a random order, that gives anything."""
        for way in self.rng.sample(ways, len(ways)):
            text = way()
            if text:
                return text
        return None

    # ---- literals

    def number_for(self, kind):
        if kind.scale == "level":
            return str(self.rng.choice([-120, -100, -95.5, -80, -30, 0, 3, 30, 43]))
        if kind.scale == "gain" or kind == POINT:
            return str(self.rng.choice([-20, -6, -3, 0, 0, 1, 2.5, 3, 10, 17]))
        return self.rng.choice(NUMBERS)

    def literal(self, kind):
        if kind.kind == "bool":
            return self.rng.choice(["true", "false"])
        if kind.kind == "enum":
            return self.rng.choice(kind.labels)
        if kind.scale == "level" and kind not in SPELT:
            return f"db({self.literal(linear()._replace(dimension=kind.dimension))})"
        if kind.scale == "gain" and kind not in SPELT:
            return f"(3 dB / {self.literal(Type('real', 'linear', power(kind.dimension, -1)))})"
        unit = spell_unit(self.rng, kind)
        text = self.number_for(kind) + ("" if unit == "1" else f" {unit}")
        return f"({text})" if text.startswith("-") else text

    # ---- rows

    def row(self, table, scope, depth):
        """A row of a table, or None: there is none at hand."""
        own = [v for v, t in scope.variables if t == table]
        names = [n for n, t in scope.names if t == row_of(table)]
        ways = [lambda: self.rng.choice(own)] * 3 * bool(own)
        ways += [lambda: self.rng.choice(names)] * bool(names)
        ways.append(lambda: self.read(row_of(table), scope, depth))
        if depth > 0 and scope.tables:
            if len(scope.variables) < MOST_LOOPS:
                ways.append(lambda: self.best(table, scope, depth - 1))
            if own:
                ways.append(lambda: self.choice(row_of(table), scope, depth - 1))
        return self.first_of(ways)

    def best(self, table, scope, depth):
        variable, inside = self.loop(table, scope)
        body = self.make(self.some_real(inside), inside, depth)
        body = self.torn(inside) if self.chance(0.3) else body
        rest = self.filter_and_default(row_of(table), scope, inside, depth)
        return f"{self.rng.choice(['argmax', 'argmin'])}({body} for {variable} in {table}{rest})"

    # ---- reading

    def sources(self, kind, scope):
        """What has this type, with how it is written: names before columns, mostly."""
        found = [(v, "name") for v in scope.values if v.type == kind]
        if scope.tables and not (found and self.chance(0.75)):
            found += [(v, "member") for vs in self.columns.values() for v in vs if v.type == kind]
            found += [(v, "pair") for _, vs in self.pairs.values() for v in vs if v.type == kind]
        return found

    def read(self, kind, scope, depth):
        names = [n for n, t in scope.names if t == kind]
        if names and self.chance(0.8):
            return self.rng.choice(names)
        found = self.sources(kind, scope)
        for value, way in self.rng.sample(found, min(len(found), 3)):
            if kind.kind == "ref" and way == "member" and depth <= 0 and self.chance(0.5):
                continue  # a.b.a.b. ...
            rows = [self.row(t, scope, depth - 1) if depth > 0 else self.variable(t, scope)
                    for t in value.index]
            if all(rows):
                return self.written(value, way, rows, scope)
        return self.rng.choice(names) if names else None

    def variable(self, table, scope):
        own = [v for v, t in scope.variables if t == table]
        return self.rng.choice(own) if own else None

    def written(self, value, way, rows, scope):
        if value.role == "time":
            return f"{value.name}({rows[0]})"
        if way == "member":
            return f"{rows[0]}.{value.name}"
        name = value.name
        if way == "name" and value.role not in ("let", "policy"):
            name = "before." * (scope.before and self.chance(0.4)) + name
        return f"{name}[{', '.join(rows)}]" if rows else name

    # ---- reductions

    def fresh(self, letter):
        self.counter += 1  # no name twice: none may hide another
        return f"{letter}{self.counter}"

    def loop(self, table, scope):
        variable = self.fresh(LETTER[table])
        return variable, scope._replace(variables=scope.variables + ((variable, table),))

    def group(self, scope, inside, depth):
        """A condition that makes a group: key == outer variable."""
        loops = inside.variables[len(scope.variables):]
        for variable, table in self.rng.sample(scope.variables, len(scope.variables)):
            key = self.row(table, inside._replace(variables=loops), 0)
            if key and self.chance(0.8):
                return f"{key} == {variable}"
            seen = loops + tuple(v for v in scope.variables if self.chance(0.3))
            key = self.row(table, inside._replace(variables=seen), depth)
            if key and key != variable:
                return f"{key} == {variable}" if self.chance(0.7) else f"{variable} == {key}"
        return None

    def referring(self, scope):
        """Tables whose rows refer to those of outer variables."""
        wanted = {row_of(t) for _, t in scope.variables}
        columns = [v for values in self.columns.values() for v in values]
        return [v.index[0] for v in columns + list(scope.values)
                if v.type in wanted and len(v.index) == 1]

    def condition(self, scope, inside, depth):
        parts = [self.group(scope, inside, depth)] if self.chance(0.7) else []
        more = self.rng.randint(0, 2) if depth > 0 else 0
        parts += [self.make(BOOL, inside, depth) for _ in range(more)]
        parts = [p for p in parts if p]
        self.rng.shuffle(parts)
        return " and ".join(parts)

    def filter_and_default(self, kind, scope, inside, depth):
        condition = self.condition(scope, inside, depth) if self.chance(0.7) else ""
        text = f" if {condition}" if condition else ""
        if self.chance(0.87 if condition else 0.4):
            default = self.make(kind, scope, min(depth, 1))
            text += f", default = {default}" if default else ""
        return text

    def reduction(self, names, kind, body_kind, scope, depth):
        """One of these reductions, of that type, over a body of another."""
        if not scope.tables or len(scope.variables) >= MOST_LOOPS:
            return None
        inside, fors = scope, ""
        for _ in range(self.rng.choice([1, 1, 1, 2])):
            if len(inside.variables) < MOST_LOOPS:
                table = self.rng.choice((self.chance(0.6) and self.referring(scope)) or list(self.columns))
                variable, inside = self.loop(table, inside)
                fors += f" for {variable} in {table}"
        name = self.rng.choice(names)
        share = ["0 %", "5 %", "25 %", "60 %", "100 %",
                 self.read(NUMBER, scope, min(depth, 1)) or "1"]
        body = self.make(body_kind, inside, depth)
        if name == "percentile" and body[0].isdigit():
            name = "median"  # a plain number there is taken for the share, out of place
        first = f"{self.rng.choice(share)}, " if name == "percentile" else ""
        return f"{name}({first}{body}{fors}{self.filter_and_default(kind, scope, inside, depth)})"

    def total(self, kind, scope, depth):
        """A reduction that may become a pass over groups, if the type has one."""
        if kind == BOOL:
            return self.reduction(["any", "all"], BOOL, BOOL, scope, depth)
        if kind == NUMBER and self.chance(0.4):
            return self.reduction(["count", "share"], NUMBER, BOOL, scope, depth)
        if is_linear(kind):
            return self.reduction(["sum", "sum", "mean"], kind, kind, scope, depth)
        if kind.scale in ("gain", "level") and kind in SPELT and kind not in SLOPED:
            return self.reduction(["psum", "psum", "pmean", "lmean"], kind, kind, scope, depth)
        return None

    def order_statistic(self, kind, scope, depth):
        return self.reduction(["min", "max", "percentile", "median"], kind, kind, scope, depth)

    def guarded(self, kind, scope, depth):
        """Whether something is there, and a reduction that has a value only then: two texts."""
        if not scope.tables or len(scope.variables) >= MOST_LOOPS:
            return None, None
        table = self.rng.choice(list(self.columns))
        variable, inside = self.loop(table, scope)
        condition = self.condition(scope, inside, depth) or self.make(BOOL, inside, depth)
        fors = f"for {variable} in {table}"
        test = self.rng.choice([f"any(true {fors} if {condition})", f"any({condition} {fors})",
                                f"(count({condition} {fors}) > 0)"])
        name = self.rng.choice(["min", "max", "median", "percentile"])
        share = "25 %, " if name == "percentile" else ""
        body = self.make(kind, inside, depth)
        if share and body[0].isdigit():
            name, share = "max", ""
        return test, f"{name}({share}{body} {fors} if {condition})"

    def guarded_choice(self, kind, scope, depth):
        test, value = self.guarded(kind, scope, depth)
        return test and f"(if {test} then {value} else {self.make(kind, scope, depth)})"

    def guarded_comparison(self, scope, depth):
        kind = self.some_real(scope)
        test, value = self.guarded(kind, scope, depth)
        guard = f"{test} and" if self.chance(0.5) else f"not {test} or"
        sign = self.rng.choice(["<", ">="])
        return test and f"({guard} {value} {sign} {self.make(kind, scope, depth)})"

    def torn(self, scope):
        """A number for some rows, none for others."""
        name = self.rng.choice(["sqrt", "log", "log10"])
        return f"{name}({self.leaf(NUMBER, scope)} - {self.rng.choice(['0.5', '1', '2'])})"

    # ---- what every type has

    def some_real(self, scope=Scope()):
        """A type: mostly one that a value at hand has."""
        kinds = [v.type for v in scope.values if v.type.kind == "real"]
        if kinds and self.chance(0.75):
            return self.rng.choice(kinds)
        return self.rng.choice(LINEAR + LEVELS + [GAIN, GAIN, POINT])

    def some_linear(self, scope):
        kinds = [v.type for v in scope.values if is_linear(v.type)]
        return self.rng.choice(kinds if kinds and self.chance(0.75) else LINEAR)

    def leaf(self, kind, scope, depth=0):
        text = self.read(kind, scope, depth) if self.chance(0.85) else None
        return text or self.literal(kind)

    def choice(self, kind, scope, depth):
        a, b = self.make(kind, scope, depth), self.make(kind, scope, depth)
        return a and b and f"(if {self.make(BOOL, scope, depth)} then {a} else {b})"

    def several(self, name, kind, scope, depth):
        count = self.rng.choice([2, 2, 2, 3])
        return f"{name}({', '.join(self.make(kind, scope, depth) for _ in range(count))})"

    def call(self, kind, scope, depth):
        for function in self.rng.sample(self.functions, len(self.functions)):
            bound = self.bind(function, kind)
            if bound is not None:
                parameters = [self.settled(p, function, bound) for p in function.parameters]
                arguments = [self.make(p, scope, depth) for p in parameters]
                return f"{function.name}({', '.join(arguments)})"
        return None

    def bind(self, function, kind):
        """The unit, or for one that stands alone the type, that the generic must be: None where the
        function does not give this type, "" where it has no generic."""
        result = function.result
        if not function.generic:
            return "" if result == kind else None
        if function.alone:
            if result.scale == "generic":
                return kind if kind.kind == "real" and kind.scale != "generic" else None
            return self.some_real() if result == kind else None
        exponent = dict(result.dimension).get(function.generic, 0)
        if not exponent:
            return self.rng.choice(LINEAR).dimension if result == kind else None
        rest = tuple(p for p in result.dimension if p[0] != function.generic)
        if (result.kind, result.scale) != (kind.kind, kind.scale) or has_generic(kind):
            return None
        found = power(product(kind.dimension, rest, -1), 1 / exponent)
        mixed = kind.scale == "level" and "V" in dict(found)  # root-power quantities keep apart
        return found if is_moderate(found) and not mixed else None

    def settled(self, kind, function, bound):
        """A parameter's type, once the generic is known."""
        if kind.scale == "generic":
            return bound
        exponent = dict(kind.dimension).get(function.generic, 0) if kind.kind == "real" else 0
        if not exponent:
            return kind
        rest = tuple(p for p in kind.dimension if p[0] != function.generic)
        return kind._replace(dimension=product(rest, bound, exponent))

    # ---- by type

    def make(self, kind, scope, depth):
        self.budget -= 1
        if self.budget < 0:
            depth = 0
        if kind.kind == "ref":
            return self.row(kind.table, scope, depth)
        if depth <= 0 or self.chance(0.12):
            return self.leaf_of(kind, scope)
        ways = [lambda: self.read(kind, scope, depth - 1)] * 3
        ways += [lambda: self.choice(kind, scope, depth - 1),
                 lambda: self.call(kind, scope, depth - 1)]
        ways += self.ways_of(kind)(kind, scope, depth - 1)
        if kind.kind == "real" and kind.scale != "generic":
            ways.append(lambda: self.guarded_choice(kind, scope, depth - 1))
        return self.rng.choice(ways)() or self.leaf_of(kind, scope)

    def leaf_of(self, kind, scope):
        if kind.scale == "generic" or has_generic(kind):
            return self.generic_leaf(kind, scope)
        return self.leaf(kind, scope)

    def ways_of(self, kind):
        if kind.kind != "real":
            return {"bool": self.ways_bool, "enum": self.ways_enum}[kind.kind]
        return {"linear": self.ways_linear, "gain": self.ways_gain, "level": self.ways_level,
                "point": self.ways_point, "generic": self.ways_generic}[kind.scale]

    def generic_leaf(self, kind, scope):
        """Only the parameters hold such a unit: what is wanted is made of them by multiplying."""
        own = [n for n, t in scope.names if t == kind]
        if own:
            return self.rng.choice(own)
        name, held = self.rng.choice([(n, t) for n, t in scope.names
                                      if is_linear(t) and has_generic(t)])
        generic = next(b for b, _ in held.dimension if is_generic(b))
        exponent = dict(kind.dimension)[generic] / dict(held.dimension)[generic]
        rest = product(kind.dimension, held.dimension, -exponent)
        factor = self.literal(Type("real", "linear", rest))
        powered = name if exponent == 1 else f"abs({name})^({exponent})"
        made = f"({powered} * {factor})"
        return made if is_linear(kind) else f"db({made})"

    def ways_linear(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        of = lambda d: Type("real", "linear", d)
        d = kind.dimension
        ways = [
            lambda: f"({make(kind)} {self.rng.choice('+-')} {make(kind)})",
            lambda: f"({make(kind)} {self.rng.choice('+-')} {make(kind)})",
            lambda: f"({make(NUMBER)} * {make(kind)})",
            lambda: f"({make(kind)} {self.rng.choice('*/')} {make(NUMBER)})",
            lambda: f"(-({make(kind)}))",
            lambda: f"abs({make(kind)})",
            lambda: f"{self.rng.choice(['mod', 'hypot'])}({make(kind)}, {make(kind)})",
            lambda: self.several(self.rng.choice(["min", "max"]), kind, scope, depth),
            lambda: self.product(kind, scope, depth),
            lambda: self.quotient(kind, scope, depth),
            lambda: self.rooted(kind, scope, depth),
        ]
        ways += [lambda: self.reduction(["sum", "sum", "mean"], kind, kind, scope, depth)] * 4
        ways += [lambda: self.order_statistic(kind, scope, depth)] * 2
        if Type("real", "level", d) in SPELT:
            ways += [lambda: f"lin({make(Type('real', 'level', d))})"] * 3
        if kind == KELVIN:
            ways += [lambda: f"lin({make(POINT)})", lambda: f"({make(POINT)} - {make(POINT)})"]
        if kind == NUMBER:
            ways += self.ways_number(scope, depth)
        if kind == ANGLE:
            ways += [lambda: f"{self.rng.choice(['asin', 'acos', 'atan'])}({make(NUMBER)})",
                     lambda: "atan2({0}, {1})".format(*self.alike(scope, depth))]
        return ways

    def alike(self, scope, depth):
        kind = self.some_linear(scope)
        return self.make(kind, scope, depth), self.make(kind, scope, depth)

    def product(self, kind, scope, depth):
        one = self.some_linear(scope)
        other = Type("real", "linear", product(kind.dimension, one.dimension, -1))
        if not is_moderate(other.dimension):
            return None
        return f"({self.make(one, scope, depth)} * {self.make(other, scope, depth)})"

    def quotient(self, kind, scope, depth):
        under = self.some_linear(scope)
        over = Type("real", "linear", product(kind.dimension, under.dimension))
        if not is_moderate(over.dimension):
            return None
        return f"({self.make(over, scope, depth)} / {self.make(under, scope, depth)})"

    def rooted(self, kind, scope, depth):
        """A power: the exponent of a unit is a constant."""
        exponent = self.rng.choice([Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(3),
                                    Fraction(1, 3), Fraction(-2), Fraction(1)])
        base = Type("real", "linear", power(kind.dimension, 1 / exponent))
        if not is_moderate(base.dimension):
            return None
        text = self.make(base, scope, depth)
        if exponent == Fraction(1, 2) and self.chance(0.5):
            return f"sqrt({text})"
        shown = {Fraction(1, 2): "0.5", Fraction(1, 3): "(1/3)"}.get(exponent, str(exponent))
        return f"({text})^{shown}"

    def ways_number(self, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        one = lambda names: self.rng.choice(names)
        return [
            lambda: "({0} / {1})".format(*self.alike(scope, depth)),
            lambda: f"({make(GAIN)} / {make(GAIN)})",
            lambda: f"{one(['floor', 'ceil', 'round', 'sign', 'bessel_j1', 'bessel_i0_scaled', 'log_gamma'])}"
                    f"({make(NUMBER)} / 12)",
            lambda: f"{one(['gamma_p', 'marcum_p'])}({make(NUMBER)} / 12, {make(NUMBER)} / 12)",
            lambda: f"{one(['sqrt', 'exp'])}({make(NUMBER)} / 12)",
            lambda: f"{one(['log', 'log10', 'log2'])}(1 + abs({make(NUMBER)}))",
            lambda: f"{one(['sqrt', 'log', 'log2'])}({make(NUMBER)})",
            lambda: f"{one(['sin', 'cos', 'tan'])}({make(ANGLE)})",
            lambda: f"sign({make(one([self.some_linear(scope), GAIN]))})",
            lambda: f"({make(NUMBER)})^({make(NUMBER)})",
            lambda: self.torn(scope),
            lambda: f"lin({make(GAIN)})",
            lambda: self.reduction(["count", "share"], NUMBER, BOOL, scope, depth),
            lambda: self.reduction(["count", "share"], NUMBER, BOOL, scope, depth),
            lambda: self.reduction(["product"], NUMBER, NUMBER, scope, depth),
        ]

    def ways_logarithmic(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        under = Type("real", "linear", kind.dimension)
        return [
            lambda: f"db({make(under)})",
            lambda: f"db(abs({make(under)}))",
            lambda: self.several(self.rng.choice(["psum", "pmean"]), kind, scope, depth),
            lambda: self.several(self.rng.choice(["min", "max"]), kind, scope, depth),
            lambda: self.order_statistic(kind, scope, depth),
            lambda: self.reduction(["psum", "pmean", "lmean"], kind, kind, scope, depth),
            lambda: self.reduction(["psum", "psum", "pmean"], kind, kind, scope, depth),
        ]

    def ways_level(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        ways = [lambda: f"({make(kind)} {self.rng.choice('+-')} {make(GAIN)})"] * 4
        ways += [lambda: f"({make(GAIN)} + {make(kind)})"]
        ways += [lambda: f"({make(a)} {sign} {make(b)})" for a, sign, b in combinations(kind)]
        return ways + self.ways_logarithmic(kind, scope, depth)

    def ways_gain(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        ways = [
            lambda: f"({make(kind)} {self.rng.choice('+-')} {make(kind)})",
            lambda: f"({make(kind)} {self.rng.choice('+-')} {make(kind)})",
            lambda: f"({self.literal(NUMBER)} * {make(kind)})",
            lambda: f"({make(kind)} / {self.rng.choice(['2', '3', '0.5'])})",
            lambda: f"(-({make(kind)}))",
            lambda: self.reduction(["sum"], kind, kind, scope, depth),
            lambda: f"abs({make(kind)})",
        ]
        if kind != GAIN:
            ways += [lambda: self.several(self.rng.choice(["min", "max"]), kind, scope, depth)]
            return ways
        levels = [v.type for v in scope.values if v.type in LEVELS] or LEVELS
        level, sloped = self.rng.choice(levels), self.rng.choice(SLOPED)
        inverse = Type("real", "linear", power(sloped.dimension, -1))
        ways += [
            lambda: f"({make(level)} - {make(level)})",
            lambda: f"({make(level)} - {make(level)})",
            lambda: f"({make(sloped)} * {make(inverse)})",
            lambda: f"({make(inverse)} * {make(sloped)})",
            lambda: f"(22 dB * log10(1 + abs({make(NUMBER)})))",
        ]
        return ways + self.ways_logarithmic(kind, scope, depth)

    def ways_point(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        return [
            lambda: f"({make(kind)} {self.rng.choice('+-')} {make(KELVIN)})",
            lambda: f"({make(KELVIN)} + {make(kind)})",
            lambda: self.several(self.rng.choice(["min", "max"]), kind, scope, depth),
            lambda: self.order_statistic(kind, scope, depth),
        ]

    def ways_generic(self, kind, scope, depth):
        """Of a parameter whose unit stands alone: all that suits levels and temperatures, too."""
        make = lambda k: self.make(k, scope, depth)
        return [
            lambda: f"({make(kind)} + {make(NUMBER)} * ({make(kind)} - {make(kind)}))",
            lambda: self.several(self.rng.choice(["min", "max"]), kind, scope, depth),
        ]

    def ways_enum(self, kind, scope, depth):
        return [lambda: self.read(kind, scope, depth)]

    def ways_bool(self, kind, scope, depth):
        make = lambda k: self.make(k, scope, depth)
        ways = [lambda: self.comparison(scope, depth)] * 4
        ways += [lambda: f"({make(BOOL)} {self.rng.choice(['and', 'or'])} {make(BOOL)})"] * 2
        ways += [lambda: f"(not {make(BOOL)})",
                 lambda: self.compared_labels(scope, depth),
                 lambda: self.compared_rows(scope, depth),
                 lambda: self.guarded_comparison(scope, depth)]
        ways += [lambda: self.reduction(["any", "all"], BOOL, BOOL, scope, depth)] * 2
        return ways

    def comparison(self, scope, depth):
        kinds = [self.some_real(scope), self.some_real(scope), NUMBER]
        kinds += [t for _, t in scope.names if t.kind == "real"]
        kind = self.rng.choice(kinds)
        sign = self.rng.choice(["<", "<=", ">", ">=", "<", ">", "==", "!="])
        return f"({self.make(kind, scope, depth)} {sign} {self.make(kind, scope, depth)})"

    def compared_rows(self, scope, depth):
        table = self.rng.choice(list(self.columns))
        if not scope.tables:
            return None
        a, b = self.row(table, scope, depth), self.row(table, scope, depth)
        return a and b and f"({a} {self.rng.choice(['==', '!='])} {b})"

    def compared_labels(self, scope, depth):
        kind = self.rng.choice(ENUMERATIONS)
        a, b = self.read(kind, scope, depth), self.make(kind, scope, depth)
        return a and f"({a} {self.rng.choice(['==', '!='])} {b})"


def is_generic(base):
    return base in ("Q", "R")


def has_generic(kind):
    return any(is_generic(b) for b, _ in kind.dimension)


def is_moderate(dimension):
    return all(abs(e) <= MOST_EXPONENT and 60 % e.denominator == 0 for _, e in dimension)


def combinations(kind):
    """Levels of power whose sum or difference is this one: a, sign, b."""
    levels = [t for t, _ in POWER_LEVELS]
    if kind in [t for t, _ in FIELD_LEVELS]:
        return []
    found = [(a, "+", b) for a in levels for b in levels
             if product(a.dimension, b.dimension) == kind.dimension]
    found += [(a, "-", b) for a in levels for b in levels
              if product(a.dimension, b.dimension, -1) == kind.dimension]
    return found
