"""What the modules of the library say of themselves: their functions, and the parts of each function's doc."""
import json
import os
import pathlib
import re
import subprocess
from dataclasses import dataclass

SOURCE = pathlib.Path(os.environ.get("HERMES_SOURCE") or pathlib.Path(__file__).parents[2]).resolve()
TRUTHS = {"true": True, "false": False}
FUNCTION = re.compile(r'^function ((\w+)\(.*?\)\s*->.*?)\s*((?:"[^"]*"\s*)+)([={].*?)(?=^function|\Z)', re.M | re.S)
RANGE = re.compile(r"(\w+: [^,()]*?) in (\{[^}]*\}|[^,()]*)")
EXAMPLE = re.compile(r"(\w+)(\([^()]*\)) is (-?\d+(?:\.\d+)?|true|false)(?: ?([^\s,.][^\s,]*?))?(?=,|\.?(?:\s|$))")


def joined(strings):
    return "".join(re.findall(r'"([^"]*)"', strings))


@dataclass
class Function:
    name: str
    signature: str
    doc: str
    body: str

    def part(self, label):
        """The sentences behind `Valid:`, `Source:` or `Example:`, up to the next of these."""
        found = re.search(rf"(?:^|\s){label}: (.*?)(?=\s(?:Valid|Source|Example): |$)", self.doc)
        return found[1].rstrip(".") if found else ""

    def bare_signature(self):
        return RANGE.sub(r"\1", self.signature)

    @staticmethod
    def range_words(range):
        low, _, high = range.partition(" .. ")
        return f"of {low}" if low == high else f"in {range}"

    def valid(self):
        """The ranges of its parameters, and what its doc says beyond."""
        ranges = [f"{parameter.partition(':')[0]} {self.range_words(range)}"
                  for parameter, range in RANGE.findall(self.signature)]
        return ", ".join(ranges + [self.part("Valid")] * bool(self.part("Valid")))

    def examples(self):
        """(call, value, unit) of the worked examples."""
        return [(name + arguments, value, unit or ("bool" if value in TRUTHS else "1"))
                for name, arguments, value, unit in EXAMPLE.findall(self.part("Example")) if name == self.name]


@dataclass
class Module:
    name: str
    doc: str
    functions: list


def read_module(path):
    text = path.read_text(encoding="utf-8")
    name, doc = re.search(r'^module ([\w.]+)\s*((?:"[^"]*"\s*)+);', text, re.M).groups()
    functions = [Function(function, re.sub(r"\s+", " ", signature).replace("( ", "("), joined(doc), body)
                 for signature, function, doc, body in FUNCTION.findall(text)]
    return Module(name, joined(doc), functions)


def evaluate(hermesc, work, module, cases):
    """The values of worked examples, as `examples` lists them."""
    lines = [f"blueprint examples;\nimport {module};\n"]
    lines += [f"kpi k{i} : {unit} = {call};\n" for i, (call, _, unit) in enumerate(cases)]
    run = subprocess.run([hermesc, "interpret", "-", "run", "--data", work, "--format", "json"], input="".join(lines),
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"{module}: {run.stderr}")
    return [kpi["value"] for kpi in json.loads(run.stdout)["kpis"].values()]


def modules():
    return [read_module(path) for path in sorted((SOURCE / "stdlib").rglob("*.hbp"))]
