"""Values that depend on themselves, made at random: through a solve, or at an earlier instant.

Change has the parts of a maker (made.py) that concern them. Of two values that depend on one
another each reads the other at its own rows: what may be read stands among the names of a scope, as
it is written.
"""
from made_terms import Scope, Terms, Value
from made_types import (GAIN, LEVELS, LINEAR, NUMBER, POINT, SLOPED, difference, is_linear,
                        linear, spell_type, spell_unit)

TIMES = [("0 h", "2 h", "30 min"), ("0 s", "20 ms", "10 ms"), ("15 min", "1 h", "0.25 h"),
         ("2 ms", "2 ms", "1 ms")]
SECONDS = linear(s=1)


def quantity(number, unit):
    return number if unit == "1" else f"{number} {unit}"


class Change(Terms):
    def time_table(self):
        """Of a few instants, as each multiplies the work."""
        low, high, step = self.rng.choice(TIMES)
        dots = "..<" if low != high and self.chance(0.5) else ".."
        self.columns["slot"] = [Value("instant", SECONDS, ("slot",), "time")]
        self.declarations.append(f"time slot in {low} {dots} {high} step {step}{self.doc()};\n")

    def some_quantity(self):
        rng = self.rng
        return rng.choice([NUMBER, rng.choice(LINEAR), rng.choice(LINEAR), GAIN, POINT,
                           rng.choice(LEVELS), rng.choice(SLOPED)])

    def part_of(self, kind, read, factor):
        """What a value passes on of itself: of a level, what is above some level."""
        if is_linear(kind) or kind.scale == "gain":
            return f"{factor} * {read}", kind
        return f"{factor} * ({read} - {self.literal(kind)})", difference(kind)

    def passed_on(self, kind, read, factor, scope, depth, terms):
        """A definition that reads `read`."""
        part, of = self.part_of(kind, read, factor)
        other = self.side(kind, scope, depth, terms)
        return f"{other} + {part}" if of != kind else f"{part} + {other}"

    def beside(self, kind, read, block, index, outside, own):
        """A value that reads another one at its own rows, its line, and how it is read there."""
        scope = self.scope_of(index, outside + own)
        names = [(read(scope), kind)]
        if read(scope) != read(Scope()) and self.chance(0.5):
            names.append((self.over_rows(read, scope), kind))
        scope = scope._replace(names=tuple(names))
        mine = self.some_quantity()
        text = self.expression(mine, scope, self.rng.choice([1, 2, 3]), 16)
        name = self.fresh("v")
        value = Value(name, mine, index, "out", block)
        self.note(name, text)
        line = f"  out {self.head(scope, name)} : {spell_type(self.rng, mine)} = {text};\n"
        return value, line

    def over_rows(self, read, scope):
        """What is greatest among all rows, at one instant."""
        loops = [(v if t == "slot" else self.fresh("z"), t) for v, t in scope.variables]
        fors = "".join(f" for {v} in {t}" for v, t in loops if t != "slot")
        value = read(Scope(variables=tuple(loops)))
        return f"max({value}{fors})" if fors else value

    # ---- solves

    def clauses(self, kind, scope):
        """How it is solved; in the cheapest way that may converge or may not."""
        rng, low, domain = self.rng, "", []
        if self.chance(0.4):
            unit = spell_unit(rng, kind)  # one for both: 0 dBW .. 1 dBm is empty
            low, high = [quantity(n, unit) for n in rng.choice([("0", "1"), ("-50", "1e3")])]
            domain = [f"in {low} .. {high}"]
        inputs = tuple(v for v in scope.values if v.role == "input")
        start = self.read(kind, scope._replace(values=inputs), 0) or low or self.literal(kind)
        allowed = quantity(rng.choice(["1e-9", "0.01", "5", "5"]), spell_unit(rng, difference(kind)))
        clauses = [f"start {start}", f"tolerance {allowed}",
                   f"iterations {rng.choice([5, 40, 40, 40])}"]
        if self.chance(0.4):
            clauses.append(f"damping {rng.choice(['0.7', '0.9', '1'])}")
        rng.shuffle(clauses)
        return " ".join(domain + clauses)

    def solved(self, block, outside, own):
        """A solve, and maybe a value that it depends on and that depends on it."""
        kind, index, name = self.some_quantity(), self.some_index(2), self.fresh("v")
        read = lambda scope: self.read_at(name, scope)
        lines, values = [], []
        scope = self.scope_of(index, outside + own)
        clauses = self.clauses(kind, scope)
        if self.chance(0.6):
            value, line = self.beside(kind, read, block, index, outside, own)
            values, lines = [value], [line]
            scope = scope._replace(names=((self.read_at(value.name, scope), value.type),))
        factor = self.rng.choice(["0.3", "0.3", "0.1", "-0.2", "-0.5", "1"])  # most converge
        text = self.passed_on(kind, read(scope), factor, scope, self.rng.choice([0, 0, 1, 2]), 8)
        lines.append(f"  solve {self.head(scope, name)} : {spell_type(self.rng, kind)} {clauses} = "
                     f"{text};\n")
        return self.took(lines, [*values, Value(name, kind, index, "out", block)], own)

    # ---- time

    def read_at(self, name, scope, back=0):
        rows = [f"{v} - {back}" if t == "slot" and back else v for v, t in scope.variables]
        return f"{name}[{', '.join(rows)}]" if rows else name

    def stepped(self, block, outside, own):
        """A value that depends on what it was, and maybe another one on the way."""
        kind, name = self.some_quantity(), self.fresh("v")
        index = [t for t in self.some_index(1) if t != "slot"]
        index.insert(self.rng.randint(0, len(index)), "slot")
        index, lines, values = tuple(index), [], []
        scope, back = self.scope_of(index, outside + own), self.rng.choice([1, 1, 2, 3])
        if self.chance(0.6):
            read = lambda inside: self.read_at(name, inside)
            value, line = self.beside(kind, read, block, index, outside, own)
            values, lines = [value], [line]
            scope = scope._replace(names=((self.read_at(value.name, scope, 1), value.type),))
        factor = self.rng.choice(["0.3", "-0.5", "1", "2"])
        earlier = lambda inside: self.read_at(name, inside, back)
        was = self.over_rows(earlier, scope) if self.chance(0.3) else earlier(scope)
        text = self.passed_on(kind, was, factor, scope, self.rng.choice([1, 2]), 16)
        first = self.expression(kind, scope._replace(names=()), 1, 6)
        lines.append(f"  out {self.head(scope, name)} : {spell_type(self.rng, kind)} = {text} "
                     f"initially {first}{self.doc()};\n")
        return self.took(lines, [*values, Value(name, kind, index, "out", block)], own)

    def took(self, lines, values, own):
        """What reaches one of them reaches all of them."""
        for value in values:
            self.note(value.name, "".join(lines))
        own += values
        return lines
