#!/usr/bin/env python3
"""`hermesc generate`: manual pages and completions, of hermesc, of twins and of hermes, name all that --help names.

Where man, zsh or fish are not installed, what needs them is left out.
usage: run.py HERMESC [WORKDIR]
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCAFFOLD = SOURCE / "tests/docs/scaffold.hbp"
HERMESC = pathlib.Path(sys.argv[1]).resolve()
HERMES = HERMESC.parent / "hermes"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "MANWIDTH": "100", "HOME": "/nonexistent"}
TWIN_COMMANDS = ["run", "compare", "rank", "test", "trace", "info"]
FORMS = ["man", "bash", "zsh", "fish"]


def run(*words, **more):
    return subprocess.run(words, text=True, capture_output=True, timeout=60, env=ENVIRONMENT, **more)


def generate(*words, program=HERMESC):
    done = run(program, "generate", *words)
    require(done.returncode == 0 and not done.stderr, f"generate {words}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


# ---- what there is, by --help ----

def options_in(text):
    """--name of every line of help that begins with an option."""
    return set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.M))


def hermesc_names():
    text = run(HERMESC, "--help").stdout
    commands = set(re.findall(r"^  hermesc ([a-z]+) ", text.partition("\n\nA blueprint")[0], re.M))
    return commands | {"build"}, options_in(text)


def twin_names():
    found = set()
    for command in TWIN_COMMANDS:
        found |= options_in(run(HERMESC, "interpret", SCAFFOLD, "help", command).stdout)
    return set(TWIN_COMMANDS), found


def hermes_names():
    commands = set(re.findall(r"^  hermes ([a-z]+)", run(HERMES, "--help").stdout.partition("\n\nA chain")[0], re.M))
    return commands, set().union(*(options_in(run(HERMES, command, "--help").stdout) for command in commands))


PROGRAMS = {"hermesc": hermesc_names, "ndt": twin_names, "hermes": hermes_names}


def text_of(form, program):
    if program == "hermes":
        return generate(form, program=HERMES)
    return generate(form) if program == "hermesc" else generate(form, program)


def names_in(form, text):
    """Every --option that the text names."""
    if form == "fish":
        return {f"--{name}" for name in re.findall(r" -l ([a-z-]+)", text)}
    return set(re.findall(r"--[a-z-]+", text.replace("\\-", "-")))


def check_names(form, program):
    commands, options = PROGRAMS[program]()
    require(len(commands) > 4 and len(options) > 8, "--help is written anew")
    text = text_of(form, program)
    for option in options:
        require(option in names_in(form, text), f"{option} is missing")
    for command in commands:
        require(re.search(rf"\b{command}\b", text), f"{command} is missing")


# ---- are they sound ----

CHECKERS = {"man": ["man", "--warnings", "-l"], "bash": ["bash", "-n"], "zsh": ["zsh", "-n"],
            "fish": ["fish", "--no-execute"]}


def check_sound(form, program):
    if not shutil.which(CHECKERS[form][0]):
        return
    with tempfile.NamedTemporaryFile("w", suffix=f".{form}", encoding="utf-8") as file:
        file.write(text_of(form, program))
        file.flush()
        done = run(*CHECKERS[form], file.name)
    require(done.returncode == 0 and not done.stderr, f"{done.stderr}")


def check_page(program):
    """What a reader sees holds every option's help, and no troff."""
    if not shutil.which("man"):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".1", encoding="utf-8") as file:
        file.write(text_of("man", program))
        file.flush()
        shown = run("man", "-l", file.name).stdout
    require(f"{program.upper()}(1)" in shown and "\nNAME\n" in shown and "\nEXIT STATUS\n" in shown, shown[:500])
    require("\\" not in shown.replace("\\n", ""), "a backslash is shown")


# ---- what they offer ----

OFFER = """
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"_$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered_by_bash(script, words, directory):
    path = directory / "completions"
    path.write_text(script, encoding="utf-8")
    done = run("bash", "-c", OFFER, "bash", path, *words, cwd=directory)
    require(done.returncode == 0 and not done.stderr, f"{words}: {done.stderr}")
    return set(done.stdout.split("\n")) - {""}


# What is written, and what of this must and must not be offered.
BASH = [
    ("hermesc", ["hermesc", ""], {"check", "explain", "site.hbp", "data"}, {"notes.txt", "run"}),
    ("hermesc", ["hermesc", "che"], {"check"}, {"explain"}),
    ("hermesc", ["hermesc", "--pr"], {"--print"}, {"--keep"}),
    ("hermesc", ["hermesc", "--print", "="], {"tokens", "types"}, {"site.hbp"}),
    ("hermesc", ["hermesc", "--print", "=", "t"], {"tokens", "types"}, {"ast"}),
    ("hermesc", ["hermesc", "--error-format", "s"], {"sarif"}, {"json"}),
    ("hermesc", ["hermesc", "grammar", "--format", "="], {"gbnf", "lark"}, {"html"}),
    ("hermesc", ["hermesc", "doc", "--format", "="], {"markdown", "html"}, {"gbnf"}),
    ("hermesc", ["hermesc", "check", "--"], {"--werror"}, {"--output", "--print", "--data"}),
    ("hermesc", ["hermesc", "check", ""], {"site.hbp"}, {"check"}),
    ("hermesc", ["hermesc", "site.hbp", "-o", "n"], {"notes.txt"}, {"site.hbp"}),
    ("hermesc", ["hermesc", "--keep", "s"], {"site.hbp"}, {"notes.txt"}),
    ("hermesc", ["hermesc", "--keep", "=", "n"], {"notes.txt"}, {"site.hbp"}),
    ("hermesc", ["hermesc", "explain", "HB040"], {"HB0402"}, {"HB0411"}),
    ("hermesc", ["hermesc", "generate", ""], {"man", "fish"}, {"site.hbp"}),
    ("hermes", ["hermes", ""], {"design", "ask", "bench"}, {"site.hbp"}),
    ("hermes", ["hermes", "bench", "--l"], {"--live"}, {"--data"}),
    ("hermes", ["hermes", "design", "--"], {"--data", "--resume"}, {"--live"}),
    ("hermes", ["hermes", "repository", ""], {"add", "search"}, {"design"}),
    ("hermes", ["hermes", "trace", ""], {"show"}, {"add"}),
    ("hermesc", ["hermesc", "interpret", "site.hbp", ""], {"run", "rank"}, {"check"}),
    ("hermesc", ["hermesc", "interpret", "site.hbp", "run", "--da"], {"--data"}, {"--policy"}),
    ("hermesc", ["hermesc", "interpret", "site.hbp", "run", "--data", ""], {"data"}, {"site.hbp"}),
    ("ndt", ["ndt", ""], {"run", "trace"}, {"check"}),
    ("ndt", ["ndt", "rank", "--"], {"--threads", "--data"}, {"--show"}),
    ("ndt", ["ndt", "--format", "=", "j"], {"json"}, {"csv"}),
    ("ndt", ["ndt", "run", "--data", ""], {"data"}, {"notes.txt"}),
    ("ndt", ["ndt", "compare", "no"], {"notes.txt"}, {"site.hbp"}),
]


def make_files(directory):
    (directory / "data").mkdir()
    for name in ("site.hbp", "notes.txt"):
        (directory / name).write_text("", encoding="utf-8")


def check_bash(program, words, wanted, unwanted):
    with tempfile.TemporaryDirectory(prefix="hermes manual ") as work:
        make_files(pathlib.Path(work))
        offered = offered_by_bash(text_of("bash", program), words, pathlib.Path(work))
    require(wanted <= offered, f"{words}: {sorted(wanted - offered)} is not offered: {sorted(offered)[:20]}")
    require(not unwanted & offered, f"{words}: {sorted(unwanted & offered)} is offered")


FISH = [
    ("hermesc", "hermesc ch", {"check"}),
    ("hermesc", "hermesc --pr", {"--print"}),
    ("hermesc", "hermesc --error-format ", {"text", "json", "sarif"}),
    ("hermesc", "hermesc explain HB040", {"HB0402"}),
    ("hermesc", "hermesc interpret site.hbp run --form", {"--format"}),
    ("ndt", "ndt rank --thr", {"--threads"}),
]


def check_fish(program, line, wanted):
    with tempfile.TemporaryDirectory(prefix="hermes manual ") as work:
        path = pathlib.Path(work) / f"{program}.fish"
        path.write_text(text_of("fish", program), encoding="utf-8")
        done = run("fish", "--no-config", "-c", f"source '{path}'; complete -C '{line}'", cwd=work)
    offered = {row.split("\t")[0] for row in done.stdout.splitlines()}
    require(wanted <= offered, f"{line}: {sorted(wanted - offered)} is not offered: {sorted(offered)[:20]}\n{done.stderr}")


# ---- the command itself ----

def check_names_of_twins():
    require("_my_twin_2()" in generate("bash", "my-twin.2"), "the name of a function is made of letters")
    require(generate("zsh", "my-twin.2").startswith("#compdef my-twin.2\n"), "zsh is told the program")
    for name in ("a b", "$(id)", "", "-x", "a;b", "x\ny", "é"):
        done = run(HERMESC, "generate", "bash", name)
        require(done.returncode in (1, 2) and not done.stdout, f"`{name}` is made a script:\n{done.stdout[:200]}")


def check_wrong():
    for words in ([], ["pdf"], ["man", "ndt", "more"]):
        done = run(HERMESC, "generate", *words)
        require(done.returncode == 2 and "HB0601" in done.stderr and not done.stdout, f"{words}: {done.stderr}")


def check_built():
    """The build leaves them where an installation has them."""
    share = pathlib.Path(os.environ.get("HERMES_BUILD", "/nonexistent")) / "share"
    if not share.exists():
        return
    for program in PROGRAMS:
        places = {"man": f"man/man1/{program}.1", "bash": f"bash-completion/completions/{program}",
                  "zsh": f"zsh/site-functions/_{program}", "fish": f"fish/vendor_completions.d/{program}.fish"}
        for form, place in places.items():
            require((share / place).read_text(encoding="utf-8") == text_of(form, program), f"{place} is another one")


def all_tests():
    for program in PROGRAMS:
        for form in FORMS:
            yield f"{form} of {program}, names", lambda form=form, program=program: check_names(form, program)
            yield f"{form} of {program}, sound", lambda form=form, program=program: check_sound(form, program)
        yield f"page of {program}", lambda program=program: check_page(program)
    for row in BASH:
        yield f"bash: {row[1]}", lambda row=row: check_bash(*row)
    for row in FISH if shutil.which("fish") else []:
        yield f"fish: {row[1]}", lambda row=row: check_fish(*row)
    yield "names of twins", check_names_of_twins
    yield "what cannot be generated", check_wrong
    yield "what the build leaves", check_built


sys.exit(run_all(all_tests(), workers=1))
