"""Does a text follow a grammar in GBNF? Reads the notation as llama.cpp documents it, and nothing of Hermes.

A rule at a place of the text leads to a set of places where it may end; each is worked out once.
"""
import re

TOKEN = re.compile(r'\s*(?:#[^\n]*\s*)*(?:(?P<define>[A-Za-z0-9-]+)\s*::=|(?P<name>[A-Za-z0-9-]+)'
                   r'|"(?P<text>(?:[^"\\\n]|\\.)*)"|\[(?P<set>(?:[^\]\\\n]|\\.)*)\]|(?P<sign>[()|*+?])|(?P<end>$))')
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Wrong(Exception):
    """What is wrong with the grammar itself."""


def characters(text):
    """(character, was it escaped?) of a literal or of a set."""
    for escape, hexadecimal, plain in re.findall(r"\\(x[0-9A-Fa-f]{2}|.)|()(.)", text.replace("\n", "")):
        if escape:
            yield chr(int(escape[1:], 16)) if len(escape) == 3 else ESCAPES.get(escape, escape), True
        else:
            yield plain, False


# ---- expressions: each knows with which characters it may begin, and where it may end ----

class Set:
    def __init__(self, text):
        self.negative = text.startswith("^")
        items = list(characters(text[self.negative:]))
        self.ranges, i = [], 0
        while i < len(items):
            through = i + 2 < len(items) and items[i + 1] == ("-", False)
            self.ranges.append((items[i][0], items[i + 2][0] if through else items[i][0]))
            i += 3 if through else 1
        self.known = {}

    def holds(self, character):
        if character not in self.known:
            self.known[character] = self.negative != any(low <= character <= high for low, high in self.ranges)
        return self.known[character]

    def ends(self, run, at):
        return (at + 1,) if at < run.length and self.holds(run.text[at]) else ()


class Text:
    def __init__(self, text):
        self.text = "".join(character for character, _ in characters(text))

    def ends(self, run, at):
        return (at + len(self.text),) if run.text.startswith(self.text, at) else ()


class Rule:
    def __init__(self, name):
        self.name, self.body = name, None

    def ends(self, run, at):
        key = (self, at)
        if key not in run.known:
            run.known[key] = None  # being worked out: to ask again is recursion to the left
            run.known[key] = self.body.ends(run, at)
        if run.known[key] is None:
            raise Wrong(f"`{self.name}` begins with itself")
        return run.known[key]


class Sequence:
    def __init__(self, items):
        self.items = items

    def ends(self, run, at):
        places = (at,)
        for item in self.items:
            places = item.ends(run, places[0]) if len(places) == 1 else union(item.ends(run, p) for p in places)
            if not places:
                break
        return places


class Choice:
    def __init__(self, items):
        self.items = items

    def ends(self, run, at):
        return union(item.ends(run, at) for item in self.items)


class Repeat:
    def __init__(self, item, least, many):
        self.item, self.least, self.many = item, least, many

    def ends(self, run, at):
        found = set() if self.least else {at}
        places = self.item.ends(run, at)
        while places:
            new = [place for place in places if place not in found]
            found.update(new)
            places = union(self.item.ends(run, p) for p in new if p > at) if self.many else ()
        return tuple(found)


def union(sets):
    found = set()
    for places in sets:
        found.update(places)
    return tuple(found)


# ---- reading the notation ----

class Reader:
    def __init__(self, text):
        self.text, self.at, self.rules = text, 0, {}
        self.step()

    def step(self):
        token = TOKEN.match(self.text, self.at)
        if not token:
            raise Wrong(f"this is no GBNF: {self.text[self.at:self.at + 40]!r}")
        self.kind, self.value = token.lastgroup, token[token.lastgroup]
        self.at = token.end()

    def take(self):
        value = self.value
        self.step()
        return value

    def rule(self, name):
        return self.rules.setdefault(name, Rule(name))

    def atom(self):
        if self.kind == "sign" and self.value == "(":
            self.step()
            item = self.choice()
            if self.value != ")":
                raise Wrong("a `)` is missing")
            self.step()
            return item
        return {"name": self.rule, "text": Text, "set": Set}[self.kind](self.take())

    def sequence(self):
        items = []
        while self.kind in ("name", "text", "set") or (self.kind == "sign" and self.value == "("):
            item = self.atom()
            while self.kind == "sign" and self.value in "*+?":
                sign = self.take()
                item = Repeat(item, sign == "+", sign != "?")
            items.append(item)
        return items[0] if len(items) == 1 else Sequence(items)

    def choice(self):
        items = [self.sequence()]
        while self.kind == "sign" and self.value == "|":
            self.step()
            items.append(self.sequence())
        return items[0] if len(items) == 1 else Choice(items)

    def grammar(self):
        while self.kind == "define":
            rule = self.rule(self.take())
            if rule.body:
                raise Wrong(f"`{rule.name}` is defined twice")
            rule.body = self.choice()
        if self.kind != "end":
            raise Wrong(f"`{self.value}` cannot stand here")
        for rule in self.rules.values():
            if not rule.body:
                raise Wrong(f"`{rule.name}` is not defined")
        return self.rules


class Run:
    def __init__(self, text):
        self.text, self.length, self.known = text, len(text), {}


class Grammar:
    def __init__(self, text):
        self.rules = Reader(text).grammar()

    def accepts(self, text):
        return len(text) in self.rules["root"].ends(Run(text), 0)
