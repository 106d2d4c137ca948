"""Draws made at random, and KPIs that are means over draws.

Chance has the parts of a maker (made.py) that concern draws. What draws reach (`drawn`) and what a
mean over draws reaches (`concluded`) may not meet in one value, and a truth has no mean: KPIs are
made of the one or of the other.
"""
from made_terms import Terms, Value
from made_types import (BOOL, ENUMERATIONS, GAIN, LEVELS, LINEAR, NUMBER, POINT, SLOPED,
                        difference, is_linear, row_of, spell_type)

MOST_VALUES = 4       # of a `pick` or a `discrete`
PARAMETER_TERMS = 10  # of one parameter
LONG = 60             # letters of a mean that is written once only


class Chance(Terms):
    def __init__(self, rng):
        super().__init__(rng)
        self.drawn, self.concluded = set(), set()  # names

    def note_chance(self, name, words):
        """What reaches a value whose definition has these words?"""
        self.concluded |= {name} if self.concluded & words else set()
        self.drawn |= {name} if self.drawn & words and name not in self.concluded else set()

    def without(self, names, values):
        return [v for v in values if v.name not in names]

    # ---- distributions: declared type, and what stands behind `~`; None where no row is at hand

    def parameter(self, scope, kind, bound):
        """An expression, mostly within its bounds: what is beyond makes a candidate invalid."""
        text = self.expression(kind, scope, self.rng.choice([0, 0, 1, 2]), PARAMETER_TERMS)
        if not text or self.chance(0.03):
            return text
        return {"any": text, "size": f"abs({text})", "shape": f"abs({text}) + 0.1",
                "chance": f"min(abs({text}), 1)"}[bound]

    def parameters_of(self, scope, *wanted):
        """Of kinds, and of their bounds where they have any."""
        pairs = [one if type(one) is tuple else (one, "any") for one in wanted]
        texts = [self.parameter(scope, *pair) for pair in pairs]
        return ", ".join(texts) if all(texts) else None

    def ends_of(self, scope, kind):
        low, width = self.parameter(scope, kind, "any"), self.parameter(scope, difference(kind), "size")
        return f"{low}, {low} + {width}" if low and width else None

    def some_scaled(self):
        return self.rng.choice([self.rng.choice(LINEAR), NUMBER, GAIN, self.rng.choice(LEVELS),
                                POINT, self.rng.choice(SLOPED)])

    def draws_number(self, name, scope):
        kind = self.some_scaled()
        if name == "uniform":
            return kind, self.ends_of(scope, kind)
        return kind, self.parameters_of(scope, kind, (difference(kind), "size"))

    def draws_linear(self, name, scope):
        kind = self.rng.choice(LINEAR)
        size = kind, "size"
        wanted = {"lognormal": (size, (NUMBER, "size")), "gamma": ((NUMBER, "shape"), size),
                  "rician": (size, size)}
        return kind, self.parameters_of(scope, *wanted.get(name, (size,)))

    def draws_count(self, _, scope):
        return NUMBER, self.parameters_of(scope, (NUMBER, "size"))

    def draws_truth(self, _, scope):
        return BOOL, self.parameters_of(scope, (NUMBER, "chance"))

    def draws_label(self, _, scope):
        kind = self.rng.choice([NUMBER, *ENUMERATIONS])
        count = len(kind.labels) or self.rng.randint(2, MOST_VALUES)
        return kind, self.parameters_of(scope, *[(NUMBER, "shape")] * count)

    def draws_value(self, _, scope):
        kind = self.some_type()
        return kind, self.parameters_of(scope, *[kind] * self.rng.randint(1, MOST_VALUES))

    def draws_row(self, _, scope):
        table = self.rng.choice(list(self.columns))
        variable, inside = self.loop(table, scope)
        weight = self.expression(self.rng.choice(LINEAR), inside, 1, PARAMETER_TERMS)
        condition = f" if {self.side(BOOL, inside, 1, 6)}" if self.chance(0.4) else ""
        return row_of(table), f"{weight} for {variable} in {table}{condition}"

    def draws_field(self, _, scope):
        kind, place = self.some_scaled(), self.rng.choice(LINEAR)
        share = [(NUMBER, "chance")] * self.rng.choice([0, 1])
        return kind, self.parameters_of(scope, kind, (difference(kind), "size"), place, place,
                                        (place, "size"), *share)

    def distribution(self, scope):
        """The type of what is drawn, and the text; None where no row is at hand."""
        ways = {"normal": self.draws_number, "uniform": self.draws_number,
                "lognormal": self.draws_linear, "exponential": self.draws_linear,
                "gamma": self.draws_linear, "rayleigh": self.draws_linear,
                "rician": self.draws_linear, "poisson": self.draws_count,
                "bernoulli": self.draws_truth, "discrete": self.draws_label,
                "field": self.draws_field}
        name = self.rng.choice([*ways, "pick", "pick"])
        way = ways.get(name) or self.rng.choice([self.draws_value, self.draws_row])
        kind, text = way(name, scope)
        return kind, text and f"{name}({text})", name

    # ---- declarations

    def draw(self):
        """One draw, or nothing."""
        index = self.some_index(2)
        values = [v for v in self.values if v.role in ("input", "out", "draw")]
        scope = self.scope_of(index, values)
        kind, text, distribution = self.distribution(scope)
        if text is None:
            return ""
        name, unit = self.fresh("d"), spell_type(self.rng, kind)
        if kind == NUMBER and distribution in ("uniform", "poisson", "discrete"):
            unit = self.rng.choice(["int", "1"])
        self.values.append(Value(name, kind, index, "draw"))
        self.drawn.add(name)
        self.note(name, text)
        return f"  {self.head(scope, name)} : {unit} ~ {text}{self.doc()};\n"

    def draws(self):
        lines = "".join(self.draw() for _ in range(self.rng.randint(1, 4)))
        self.declarations.append(f"draw{self.doc()} {{\n{lines}}}\n")

    # ---- means over draws

    def mean_over_draws(self, scope):
        """A mean of something in scope, and its type."""
        values = self.without(self.concluded, self.public())
        near = [v for v in values if v.name in self.drawn]
        inside = scope._replace(values=tuple(values + 6 * near))
        if self.chance(0.5):
            return f"probability({self.expression(BOOL, inside, 2, 12)})", NUMBER
        linear = [v.type for v in near if is_linear(v.type)]
        kind = self.rng.choice(linear or LINEAR)
        return f"expectation({self.expression(kind, inside, 2, 12)})", kind

    def concluded_kpi(self):
        """Means over draws by themselves, or reduced over rows, among what chance does not reach."""
        steady = self.without(self.drawn, self.public())
        outer = self.scope_of((), steady)
        inside = self.scope_of(self.some_index(2), steady)
        text, kind = self.mean_over_draws(inside)
        if inside.variables:
            fors = "".join(f" for {v} in {t}" for v, t in inside.variables)
            rest = self.filter_and_default(kind, outer, inside, 1)
            text = f"{self.rng.choice(['sum', 'mean', 'max', 'median'])}({text}{fors}{rest})"
        if len(text) < LONG:
            outer = outer._replace(names=((text, kind),))
        wanted = self.rng.choice([kind, kind, NUMBER, BOOL, GAIN])
        beside = self.side(wanted, outer, 2, 12)
        if wanted == kind:
            text = f"{text} {self.rng.choice('+-')} {beside}"
        elif wanted == BOOL:
            text = f"{text} > {self.literal(kind)} or {beside}"
        else:
            text = f"if {text} > {self.literal(kind)} then {beside} else {self.literal(wanted)}"
        name = self.fresh("k")
        self.declarations.append(f"kpi {name} : {spell_type(self.rng, wanted)} = {text};\n")
        self.values.append(Value(name, wanted, (), "kpi"))
        self.concluded.add(name)
        self.note(name, text)
