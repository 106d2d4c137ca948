"""Blueprints that break the limits of hermesc.h: too large to keep as files, so they are made.

CASES maps the name of a case to what makes its text (str or bytes); the expected output of
limits/NAME is limits/NAME.err. NEAR maps a code to a blueprint that stays within its limit, and is
right. LIBRARY maps the path of a made module to its text.
"""


def blueprint(*declarations):
    return 'blueprint wrong "Beyond a limit.";\n' + "\n".join(declarations) + "\n"


def kpi(expression, unit="1"):
    return blueprint(f"kpi best : {unit} = {expression};")


def joined(count, form, separator=" "):
    return separator.join(form.format(i) for i in range(count))


def block(statements):
    return blueprint(f"functional block b {{ {statements} out z : 1 = 1; }}", "kpi best : 1 = z;")


def many_terms(kpis=1500):
    inner = "psum(" + ", ".join(["p"] * 16) + ")"
    outer = "psum(" + ", ".join([inner] * 16) + ")"
    kpis = joined(kpis, f"kpi k{{}} : dBm = {outer};", "\n")
    return blueprint("input { p : dBm = 3 dBm; }", kpis)


TABLES = 'table ue from "ues.csv" { rate : 1; }'

CASES = {
    "file-too-large": lambda: "#" * (4 << 20) + "\n",
    "nul-byte": lambda: kpi("3 # \0"),
    "not-utf-8": lambda: kpi("3").encode() + b"# caf\xe9\n",
    "overlong-utf-8": lambda: kpi("3").encode() + b"# \xc0\xaf\n",
    "too-many-modules": lambda: blueprint(joined(64, "import many.m{};"), "kpi best : 1 = 3;"),
    "too-many-tokens": lambda: blueprint("kpi best : 1 = 3;") + "- " * (1 << 20),
    "name-too-long": lambda: blueprint(f"input {{ {'a' * 129} : m = 3 m; }}", "kpi best : 1 = 3;"),
    "string-too-long": lambda: blueprint(f'kpi best : 1 = 3 "{"a" * 8193}";'),
    "number-too-long": lambda: kpi("1" + "0" * 63),
    "parentheses-too-deep": lambda: kpi("(" * 201 + "3" + ")" * 201),
    "parentheses-far-too-deep": lambda: kpi("(" * 100000 + "3" + ")" * 100000),
    "signs-too-deep": lambda: kpi("- " * 201 + "3"),
    "choices-too-deep": lambda: kpi("if true then 1 else " * 201 + "3"),
    "powers-too-deep": lambda: kpi("2 ^ " * 201 + "3"),
    "sum-too-long": lambda: kpi(" + ".join(["3"] * 202)),
    "calls-too-deep": lambda: kpi("abs(" * 201 + "3" + ")" * 201),
    "unit-too-deep": lambda: kpi("3", "(" * 20 + "m" + ")" * 20),
    "unit-far-too-deep": lambda: kpi("3", "(" * 100000 + "m" + ")" * 100000),
    "unit-too-long": lambda: kpi("3", "m" + "/s" * 50),
    "exponent-too-large": lambda: blueprint("input { x : m^999 = 3 m^999; }", "kpi a : 1 = 3;"),
    "too-many-indices": lambda: blueprint(
        TABLES, "functional block b { out x[" + joined(5, "u{} in ue", ", ") + "] : 1 = 3; }",
        "kpi best : 1 = 3;"),
    "too-many-fors": lambda: blueprint(
        TABLES, "kpi best : 1 = sum(1 " + joined(5, "for u{} in ue") + ");"),
    "too-many-variables": lambda: blueprint(
        TABLES, "kpi best : 1 = " + joined(33, "sum(u{0}.rate for u{0} in ue)", " + ") + ";"),
    "too-many-labels": lambda: blueprint(
        "input { x : {" + joined(257, "l{}", ", ") + "} = l0; }", "kpi best : 1 = 3;"),
    "too-many-values": lambda: blueprint(
        "input {", joined(4200, "  x{} : m = 3 m;", "\n"), "}", "kpi best : 1 = 3;"),
    "too-many-instances": lambda: blueprint(
        joined(1026, "function f{0}(x: 1) -> 1 = x + {0};\nkpi k{0} : 1 = f{0}(3);", "\n")),
    "too-many-terms": many_terms,
    "too-many-lets-in-a-chain": lambda: block(
        " ".join(f"let x{i} = x{i + 1};" for i in range(40)) + " let x40 = 3;"),
    "too-many-functions-in-a-chain": lambda: blueprint(
        "\n".join(f"function f{i}(x: 1) -> 1 = f{i + 1}(x);" for i in range(40)),
        "function f40(x: 1) -> 1 = x;", "kpi best : 1 = f0(3);"),
    "too-many-units": lambda: blueprint(joined(22, "unit u{};", "\n"), "kpi best : u1 = 3 u1;"),
    "too-many-generics": lambda: blueprint(
        "function f(x: 1) -> 1 for any A1, B1, C1, D1, E1 = x;", "kpi best : 1 = f(3);"),
    "too-many-parameters": lambda: blueprint(
        "function f(" + joined(17, "x{}: 1", ", ") + ") -> 1 = 3;",
        "kpi best : 1 = f(" + joined(17, "{}", ", ") + ");"),
    "too-many-arguments": lambda: kpi("max(" + joined(17, "{}", ", ") + ")"),
    "too-many-lets-of-a-function": lambda: blueprint(
        "function f(x: 1) -> 1 { " + joined(70, "let y{} = x;") + " return x; }",
        "kpi best : 1 = f(3);"),
    "cycle-too-long-to-name": lambda: blueprint(
        joined(50, "functional block b{0} {{ out x{0} : 1 = y{0}; }}", "\n"),
        "functional block c { " +
        " ".join(f"out y{i} : 1 = x{(i + 1) % 50};" for i in range(50)) + " }",
        "kpi best : 1 = x0;"),
}

def filled(text, size):
    return text + "#" * (size - len(text) - 1) + "\n"


NEAR = {
    "HB0003": lambda: filled(kpi("3"), 4 << 20),
    "HB0004": lambda: kpi("3") + "# \x01\n",
    "HB0005": lambda: kpi("3") + "# café\n",
    "HB0006": lambda: blueprint(joined(63, "import many.m{};"), "kpi best : 1 = 3;"),
    "HB0007": lambda: blueprint(joined(3400, f"kpi k{{}} : 1 = {'(' * 150}3{')' * 150};", "\n")),
    "HB0008": lambda: blueprint(f"input {{ {'a' * 128} : m = 3 m; }}", "kpi best : 1 = 3;"),
    "HB0009": lambda: blueprint(f'kpi best : 1 = 3 "{"a" * 8192}";'),
    "HB0010": lambda: kpi("(" * 199 + "3" + ")" * 199),
    "HB0011": lambda: blueprint(
        TABLES, "functional block b { out x[" + joined(4, "u{} in ue", ", ") + "] : 1 = 3; }",
        "kpi best : 1 = 3;"),
    "HB0012": lambda: blueprint(
        TABLES, "kpi best : 1 = " + joined(32, "sum(u{0}.rate for u{0} in ue)", " + ") + ";"),
    "HB0013": lambda: blueprint(
        "input { x : {" + joined(256, "l{}", ", ") + "} = l0; }", "kpi best : 1 = 3;"),
    "HB0014": lambda: blueprint(
        "input {", joined(4095, "  x{} : m = 3 m;", "\n"), "}", "kpi best : 1 = 3;"),
    "HB0015": lambda: blueprint(
        joined(1024, "function f{0}(x: 1) -> 1 = x + {0};\nkpi k{0} : 1 = f{0}(3);", "\n")),
    "HB0016": lambda: many_terms(1000),
    "HB0017": lambda: block(
        " ".join(f"let x{i} = x{i + 1};" for i in range(31)) + " let x31 = 3;"),
}


def many_types():
    """One large generic body for each of many units."""
    inner = "psum(" + ", ".join(["x"] * 16) + ")"
    lets = joined(60, "let a{} = psum(" + ", ".join([inner] * 16) + ");")
    return blueprint(f"function f(x: Q) -> Q for any Q {{ {lets} return a0; }}",
                     joined(90, "kpi k{0} : dB(m^{0}) = f(3 dB(m^{0}));", "\n"))


# What these say is long, or what they were made for is the time that they take, which once grew
# with the square of their length or worse: that they are refused or accepted in time is enough.
SURVIVED = {
    "too-many-errors": lambda: blueprint(joined(1200, "kpi k{0} : W = missing{0};", "\n")),
    "types-beyond-too-many-errors": lambda: blueprint("kpi k : MHz = 1 m" + ";" * 1100),
    "blocks-of-one-name": lambda: blueprint(
        joined(20000, "functional block b {{}}", "\n"), "kpi k : 1 = 1;"),
    "functions-of-one-name": lambda: blueprint(
        joined(20000, "function f() -> 1 = 1;", "\n"), "kpi k : 1 = 1;"),
    "lets-of-one-name": lambda: blueprint(
        joined(1300, "functional block b{0} {{ let x = 1; out y{0} : 1 = x + x + x; }}", "\n"),
        "kpi k : 1 = 1;"),
    "columns-of-one-name": lambda: blueprint(
        joined(4000, 'table t{} from "a" {{ x : 1; }}', "\n"),
        "kpi k : 1 = " + joined(30, "max(a.x for a in t3999)", " + ") + ";"),
    "misspelt-long-names": lambda: blueprint(
        "input {", joined(2000, "n" + "a" * 110 + "{} : 1 = 1;"), "}",
        joined(1000, "kpi k{0} : 1 = z" + "a" * 110 + "{0};", "\n")),
    "misspelt-units": lambda: blueprint(joined(3000, "kpi k{} : m = 3 kmm + 4 mmm;", "\n")),
    "doc-of-many-strings": lambda: blueprint("kpi k : 1 = 1 " + '"doc" ' * 30000 + ";"),
    "contract-of-many-names": lambda: blueprint(
        "input {", joined(3000, "x{} : 1 = 1;"), "} functional block b { in",
        ",\n".join(["x2999"] * 30000), "; out z : 1 = x0; }", "kpi k : 1 = z;"),
    "cycles-without-end": lambda: blueprint(
        joined(300, "functional block b{0} {{ out x{0} : 1 = " + joined(150, "x{}", " + ").replace(
            "{", "{{").replace("}", "}}") + "; }}", "\n"), "kpi k : 1 = 1;"),
    "generic-for-many-units": many_types,
    "nothing-but-open-braces": lambda: blueprint("{" * 100000),
    "nothing-but-signs": lambda: blueprint("&\n" * 50000),
}

LIBRARY = {f"many/m{i}.hbp": f'module many.m{i} "One of many.";\n' for i in range(64)}
