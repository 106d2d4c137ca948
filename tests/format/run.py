#!/usr/bin/env python3
"""hermesc fmt: one layout for every blueprint, and nothing changed but blanks.

  written/NAME.hbp    a blueprint as somebody might write it
  formatted/NAME.hbp  the same, formatted

What holds for every blueprint is tried on all that the project has, on the same ones spaced at
random, and on the same ones with long names. The seed of what is random is printed with what fails.
usage: run.py HERMESC [WORKDIR]
"""
import concurrent.futures
import functools
import json
import os
import pathlib
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
COLUMNS = 100
SEEDS = range(2)

# The words of a blueprint, as grammar/blueprint.l has them: told apart here without hermesc.
LEXEME = re.compile(r"""
    (?P<blank>[ \t\r\n\f]+) | (?P<comment>\#[^\n]*) | (?P<string>"(?:[^"\\\n]|\\.)*") |
    (?P<name>(?:[A-Za-z_]|[^\x00-\x7F])(?:[A-Za-z_0-9]|[^\x00-\x7F])*) |
    (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?) | (?P<sign>\.\.<|\.\.|->|==|!=|<=|>=|.)
    """, re.X)


def words(text, kinds=("string", "name", "number", "sign")):
    return [m.group() for m in LEXEME.finditer(text) if m.lastgroup in kinds]


def comments(text):
    return [comment.rstrip() for comment in words(text, ("comment",))]


def hermesc(*arguments, text=None, **more):
    return subprocess.run([HERMESC, *arguments], input=text, text=True, capture_output=True,
                          timeout=120, **more)


def formatted(text):
    done = hermesc("fmt", "-", text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tree(text):
    """What the parser makes of it, without places and without the blanks in types."""
    with tempfile.NamedTemporaryFile("w", suffix=".hbp", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = hermesc("--print=ast", file.name)
    assert done.returncode == 0, done.stderr
    return re.sub(r"\s", "", re.sub(r" \d+\.\.\d+\)", ")", done.stdout))


@functools.cache
def tokens(text):
    """(kind, text, what stands before it) of each, numbers joined to their units."""
    done = hermesc("--print=tokens", "-", text=text)
    assert done.returncode == 0, done.stderr
    data, end, found = text.encode(), 0, []
    for line in done.stdout.splitlines():
        place, kind = line.split()[:2]
        start, stop = map(int, place.split(".."))
        found.append((kind, data[start:stop].decode(), data[end:start].decode()))
        end = stop
    return found + [("end", "", data[end:].decode())]


# ---- what holds of every formatted blueprint ----

def may_be_long(line):
    """A word that is too long, a doc or a comment, is not broken."""
    return len(line.split()) == 1 or re.match(r'\s*["#]', line) or " #" in line


def check_layout(text):
    assert text.endswith("\n") and not text.endswith("\n\n") and not text.startswith("\n")
    assert "\n\n\n" not in text and "\t" not in text and "\r" not in text
    for line in text.splitlines():
        assert line == line.rstrip(), f"blanks at the end of `{line}`"
        assert len(line) <= COLUMNS or may_be_long(line), f"{len(line)} columns: {line}"
        assert (len(line) - len(line.lstrip())) % 2 == 0, f"indentation of `{line}`"
    code = "\n".join("" if '"' in line or "#" in line else line for line in text.splitlines())
    assert not re.search(r";[ ]*\S", code), "two statements on a line"
    assert not re.search(r"\{\n\n|\n\n *\}", text), "a body begins or ends with a blank line"


def check_same(before, after):
    assert words(before) == words(after), "other words"
    assert sorted(comments(before)) == sorted(comments(after)), "other comments"
    assert tree(before) == tree(after), "another tree"


# ---- the corpus: every blueprint of the project that parses ----

@functools.cache
def corpus():
    """{path: text}, and the paths of those that do not parse."""
    paths = sorted(path for folder in ("examples", "stdlib", "tests", "demo", "bench")
                   for path in (SOURCE / folder).rglob("*.hbp"))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        parsed = list(pool.map(lambda path: hermesc("--print=ast", path).returncode == 0, paths))
    good = {path: path.read_text(encoding="utf-8") for path, ok in zip(paths, parsed) if ok}
    assert len(good) > 40, "the corpus is gone"
    return good, [path for path, ok in zip(paths, parsed) if not ok]


def in_room(room, texts):
    """Each text in a file of its own; all formatted at once."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(room / f"{number}.hbp")
        paths[-1].write_bytes(text.encode())
    done = hermesc("fmt", *paths)
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr
    done = hermesc("fmt", "--check", *paths)
    assert done.returncode == 0, "formatting twice changes " + done.stdout
    return [path.read_text(encoding="utf-8") for path in paths]


def each(texts, check):
    """The first complaint names its blueprint."""
    def run(item):
        path, arguments = item[0], item[1:]
        try:
            check(*arguments)
        except AssertionError as wrong:
            raise AssertionError(f"{path}: {wrong}") from wrong
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(run, texts))


def test_corpus_keeps_its_meaning(room):
    good, _ = corpus()
    after = in_room(room, good.values())
    each(zip(good, after), check_layout)
    each(zip(good, good.values(), after), check_same)


def test_what_does_not_parse_is_left_alone(room):
    good, bad = corpus()
    paths = [shutil.copy(path, room / f"{number}.hbp") for number, path in enumerate(bad)]
    last = room / "good.hbp"
    last.write_text(next(iter(good.values())).replace(" = ", "="), encoding="utf-8")
    done = hermesc("fmt", "--error-limit=0", *paths, last)
    assert done.returncode == 1 and done.stdout == ""
    for copy, path in zip(paths, bad):
        assert copy.read_bytes() == path.read_bytes(), path
        assert f"--> {copy}:" in done.stderr, path
    check_layout(last.read_text(encoding="utf-8"))


def test_project_is_formatted(room):
    paths = sorted(path for folder in ("examples", "stdlib")
                   for path in (SOURCE / folder).rglob("*.hbp"))
    done = hermesc("fmt", "--check", *paths)
    assert done.returncode == 0, f"to be formatted: {done.stdout}{done.stderr}"
    for path in paths:
        each([(path, path.read_text(encoding="utf-8"))], check_layout)
        assert all(len(line) <= COLUMNS for line in path.read_text(encoding="utf-8").splitlines())


# ---- spaced at random ----

def may_touch(left, right):
    """Do two tokens stay two without a blank, and make no unit of a name?"""
    if left[0] in ("number", "quantity") or right[1][:1] == ".":
        return False
    return words(left[1] + right[1]) == words(left[1]) + words(right[1])


def respaced_unit(chance, token):
    number = re.match(LEXEME, token).group()
    return number + " " * chance.randrange(4) + token[len(number):].lstrip()


def respaced_gap(chance, left, right, gap):
    """Whatever may stand there instead; comments and blank lines between statements stay."""
    if "#" in gap:
        lines = gap.split("\n")
        lines[1:] = [" " * chance.randrange(9) + line.strip() for line in lines[1:]]
        return "\n".join(lines)
    if left[1] in (";", "{", "}") or right[1] == "}":
        return "\n" * (1 + (gap.count("\n") > 1)) + " " * chance.randrange(9)
    if left[0] == "number" and right[0] == "name":
        return gap
    blanks = [" ", " ", "  ", "\n", "\n   ", "\t", "\r\n"]
    return chance.choice(blanks + ([""] * 4 if may_touch(left, right) else []))


def respaced(text, seed):
    chance, left, parts = random.Random(seed), ("start", ""), []
    for kind, token, gap in tokens(text):
        parts.append(gap if kind == "end" or not parts else
                     respaced_gap(chance, left, (kind, token), gap))
        parts.append(respaced_unit(chance, token) if kind == "quantity" else token)
        left = kind, token
    return "".join(parts)


def test_spacing_does_not_matter(room):
    good, _ = corpus()
    wanted = in_room(room, good.values())
    for seed in SEEDS:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            others = list(pool.map(lambda text: respaced(text, seed), good.values()))
        for path, other, found, text in zip(good, others, in_room(room, others), wanted):
            (room / "other.hbp").write_text(other, encoding="utf-8")
            assert found == text, f"seed {seed}: {path} becomes\n{found}\nfrom\n{other}"


# ---- with comments at random ----

def commented(text, seed):
    chance, parts = random.Random(seed), []
    for number, (kind, token, gap) in enumerate(tokens(text)):
        for _ in range(chance.choice((0,) * 12 + (1, 1, 2))):
            before, behind = chance.choice((" ", "\n", "\n\n")), chance.choice(("\n", "\n\n"))
            gap += f"{before}# {number}{behind}"
        parts += [gap, token]
    return "".join(parts)


def test_comments_stay(room):
    """Not compared as trees: a comment inside of a unit is part of what the tree has of it."""
    good, _ = corpus()
    for seed in SEEDS:
        texts = [commented(text, seed) for text in good.values()]
        for path, text, found in zip(good, texts, in_room(room, texts)):
            assert words(text) == words(found), f"seed {seed}: {path}: other words"
            assert sorted(comments(text)) == sorted(comments(found)), f"seed {seed}: {path}"
            check_layout(found)


# ---- with long names ----

def test_long_names_are_broken(room):
    """No names that mean something to the lexer: keywords, and units, of which types are made."""
    known = set(re.findall(r'"([a-z]+)"', (SOURCE / "compiler/syntax/keywords.def").read_text()))
    good, _ = corpus()
    longer = {path: text for path, text in good.items() if "\nunit " not in text}
    for seed in SEEDS:
        chance = random.Random(seed)

        def stretch(match):
            name = match.group()
            long = match.lastgroup == "name" and len(name) > 3 and name not in known
            return name + "_long" * (len(name) * (seed + 2) % 7) if long else name

        texts = [LEXEME.sub(stretch, text) for text in longer.values()]
        texts = [text for text in texts if chance.random() < 0.3]
        texts = [text for text in texts if hermesc("--print=ast", "-", text=text).returncode == 0]
        assert len(texts) > 20
        after = in_room(room, texts)
        each(zip(longer, texts, after), check_same)


# ---- as written, as formatted ----

def test_layout_of_each_construct(room):
    for path in sorted((HERE / "written").glob("*.hbp")):
        text = path.read_text(encoding="utf-8")
        wanted = (HERE / "formatted" / path.name).read_text(encoding="utf-8")
        found = formatted(text)
        (room / path.name).write_text(found, encoding="utf-8")
        assert found == wanted, f"{path.name}: see {room / path.name}\n{found}"
        check_same(text, found)
        assert formatted(found) == found, f"{path.name}: formatting twice"


def test_nothing_is_too_deep(room):
    for depth, code in ((30, 0), (70, 0), (200, 1)):
        inner = "x"
        for level in range(depth):
            inner = ("max(1 + ({}) for u in ue if x > 3, default = 0)",
                     "f({}, (if a then b else c))", "-({})^2 * 3")[level % 3].format(inner)
        done = hermesc("fmt", "-", text=f"blueprint deep;kpi k:1={inner};")
        assert done.returncode == code, (depth, done.stderr[:500])
        if code == 0:
            assert formatted(done.stdout) == done.stdout, depth


def test_bytes(room):
    """Line ends, byte order marks, other alphabets, no line end at the end."""
    text = 'blueprint bytes "A dürüm, 5 °.";\n# Ωμέγα\nkpi k : ohm = 3 Ω;  # µ\n'
    assert formatted(text) == text
    assert formatted(text.replace("\n", "\r\n")) == text
    assert formatted("\ufeff" + text) == text
    assert formatted(text.rstrip("\n")) == text
    assert formatted("\n\n\n" + text + "\n\n") == text


# ---- the command ----

NEAT = 'blueprint neat;\n\nkpi k : 1 = 3;\n'
UGLY = 'blueprint ugly ;\nkpi k:1=3;\n'
WRONG = "blueprint wrong\nkpi k : = 3;\n"


def write(path, text, mode=0o644):
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_standard_input(room):
    done = hermesc("fmt", "-", text=UGLY)
    assert (done.returncode, done.stdout, done.stderr) == (0, formatted(UGLY), "")
    done = hermesc("fmt", "--check", "-", text=UGLY)
    assert (done.returncode, done.stdout) == (1, "<standard input>\n")
    done = hermesc("fmt", "--check", "-", text=NEAT)
    assert (done.returncode, done.stdout) == (0, "")
    done = hermesc("fmt", "-", text=WRONG)
    assert done.returncode == 1 and done.stdout == "" and "<standard input>:" in done.stderr


def test_check_names_and_writes_nothing(room):
    names = ["neat", "ugly", "wrong", "again"]
    paths = [write(room / name, text) for name, text in zip(names, (NEAT, UGLY, WRONG, UGLY))]
    before = [(path.read_bytes(), path.stat()) for path in paths]
    done = hermesc("fmt", *names[:2], "--check", *names[2:], cwd=room)
    assert done.returncode == 1 and done.stdout == "ugly\nagain\n" and "--> wrong:" in done.stderr
    for path, (content, status) in zip(paths, before):
        assert path.read_bytes() == content
        assert path.stat().st_mtime_ns == status.st_mtime_ns and path.stat().st_ino == status.st_ino
    assert sorted(os.listdir(room)) == sorted(names)


def test_writing(room):
    """Only what changes is written; its mode stays, and a link to it; nothing is left over."""
    neat, ugly = write(room / "neat", NEAT, 0o600), write(room / "ugly", UGLY, 0o664)
    (room / "link").symlink_to("ugly")
    before = neat.stat()
    done = hermesc("fmt", neat, room / "link", preexec_fn=lambda: os.umask(0o077))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (neat.stat().st_mtime_ns, neat.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert ugly.read_text() == formatted(UGLY)
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o664 and (room / "link").is_symlink()
    assert sorted(os.listdir(room)) == ["link", "neat", "ugly"]


def test_what_cannot_be_read_or_written(room):
    done = hermesc("fmt", room / "absent", room, write(room / "ugly", UGLY))
    assert done.returncode == 1 and "HB0001" in done.stderr and "HB0002" in done.stderr
    assert (room / "ugly").read_text() == formatted(UGLY)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([HERMESC, "fmt", "-"], input=UGLY, text=True, stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1 and "HB0602" in done.stderr
    if os.geteuid() != 0:
        closed = room / "closed"
        closed.mkdir()
        write(closed / "ugly", UGLY)
        closed.chmod(0o555)
        done = hermesc("fmt", closed / "ugly")
        closed.chmod(0o755)
        assert done.returncode == 1 and "HB0602" in done.stderr
        assert (closed / "ugly").read_text() == UGLY and os.listdir(closed) == ["ugly"]


def test_command_line(room):
    assert hermesc("fmt").returncode == 2
    assert hermesc("check", "--check", write(room / "neat", NEAT)).returncode == 2
    assert "fmt [--check]" in hermesc("--help").stdout


def test_json(room):
    def document(*arguments, text=None):
        done = hermesc("fmt", "--error-format=json", *arguments, text=text)
        assert done.stdout.count("\n") == 1 and done.stderr == ""
        return json.loads(done.stdout), done.returncode
    read, code = document("-", text=UGLY)
    assert (read["status"], read["form"], code) == ("ok", formatted(UGLY), 0)
    read, code = document("--check", "-", text=UGLY)
    assert (read["form"], code) == ("<standard input>\n", 1)
    wrong, more = write(room / "wrong", WRONG), write(room / "more", WRONG)
    read, code = document(wrong, more)
    assert (read["status"], code) == ("error", 1)
    assert {d["file"] for d in read["diagnostics"]} == {str(wrong), str(more)}


def main():
    work = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    failed = 0
    for name, test in tests.items():
        with tempfile.TemporaryDirectory(dir=work, prefix="format ") as room:
            try:
                test(pathlib.Path(room))
                print(f"ok    {name}", flush=True)
            except AssertionError as wrong:
                failed += 1
                print(f"FAIL  {name}: {wrong}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
