#!/usr/bin/env python3
"""`hermes repository`: what goes in comes out again, words are words, and no other file is touched.

usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all

HERMES = pathlib.Path(sys.argv[1]).resolve().parent / "hermes"
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
NAMES = ["power_control", "energy_saving", "new_site"]


class Room:
    """A directory of its own with a home in it."""

    def __enter__(self):
        self.held = tempfile.TemporaryDirectory(prefix="hermes repository ")
        self.path = pathlib.Path(self.held.name)
        self.file = self.path / "data/hermes/repository.db"
        return self

    def __exit__(self, *reason):
        self.held.cleanup()

    def run(self, *words, code=0, error=None, environment=None):
        environment = {**os.environ, "HOME": str(self.path), "XDG_DATA_HOME": str(self.path / "data"), **(environment or {})}
        done = subprocess.run([HERMES, "repository", *map(str, words)], cwd=self.path, env=environment, text=True,
                              capture_output=True, timeout=60)
        require(done.returncode == code, f"{words}: exits {done.returncode}\n{done.stdout}{done.stderr}")
        require((f"[{error}]" in done.stderr) if error else not done.stderr, f"{words}: says\n{done.stderr}")
        return done.stdout

    def json(self, *words):
        return json.loads(self.run("--json", *words))

    def add(self, name, *words):
        return self.json("add", EXAMPLES / name / f"{name}.hbp", *words)

    def blueprint(self, name, text):
        (self.path / name).write_text(text)
        return self.path / name


def check_round_trip():
    with Room() as room:
        source = (EXAMPLES / "power_control/power_control.hbp").read_text()
        entry = room.add("power_control", "--task", "which cells send less")
        require(entry["id"] == 1 and entry["origin"] == "human" and entry["task"] == "which cells send less", str(entry))
        shown = room.json("show", "1")
        require(shown["blueprint"] == source, "another text comes out")
        require({**shown, "blueprint": 0} == {**entry, "blueprint": 0}, "show says something else than add")
        require(room.json("show", "power_control") == shown, "by name it is another one")
        text = room.run("show", "1")
        require(text.endswith(source) and all(line.startswith("# ") for line in text[:-len(source)].splitlines()), text[:500])
        require(shown["name"] == "power_control" and shown["doc"] and shown["created"][10] == "T" and len(shown["sha256"]) == 64,
                str(shown)[:500])
        room.blueprint("shown.hbp", text)
        room.run("add", "shown.hbp")


def check_again():
    """The same text for the same task is one entry; for another task it is another."""
    with Room() as room:
        room.add("power_control", "--task", "one")
        room.add("new_site", "--task", "one")
        require(room.add("power_control", "--task", "one", "--name", "renamed")["id"] == 1, "it is there twice")
        room.add("power_control", "--task", "one", "--name", "zebra")
        require(found(room, "zebra"), "the new name is not found")
        room.add("power_control", "--task", "one", "--name", "renamed")
        require(not found(room, "zebra"), "the index knows a name that is gone")
        require(room.add("power_control", "--task", "two")["id"] == 3, "another task is not another entry")
        names = {entry["id"]: entry["name"] for entry in room.json("list")["entries"]}
        require(names == {1: "renamed", 2: "new_site", 3: "power_control"}, str(names))
        ids = [entry["id"] for entry in room.json("search", "renamed")["entries"]]
        require(ids == [1], f"the index does not follow: {ids}")


def found(room, *words):
    return [entry["name"] for entry in room.json("search", *words)["entries"]]


def check_search():
    with Room() as room:
        for name in NAMES:
            room.add(name)
        require(found(room, "energy")[0] == "energy_saving", "energy")
        require(found(room, "sleeping", "cells", "energy")[0] == "energy_saving", "several words, in another form")
        require(found(room, "new", "site")[0] == "new_site", "new site")
        require(found(room, "zebra") == [], "a word that is nowhere")
        require(len(found(room, "power", "--top", "1")) == 1, "--top")
        # What means something to the index means nothing here.
        for words in (['"'], ['energy"'], ["name:energy"], ["NOT", "energy"], ["energy*"], ["(energy"], ["NEAR(energy"],
                      ["energy", "OR"], ["-", "energy"], ["^energy"], ["{task}", ":", "energy"], ["'; DROP TABLE entry; --"],
                      ["a" * 10000], ["energy"] * 50, ["énergie", "energy"], ["+"], [""], ["  "]):
            names = found(room, "--", *words)
            require("energy_saving" in names or not any("energy" in word for word in words), f"{words}: {names}")
        require(len(room.json("list")["entries"]) == 3, "a search has changed something")


def check_list():
    with Room() as room:
        for name in NAMES:
            room.add(name)
        names = [entry["name"] for entry in room.json("list")["entries"]]
        require(names == NAMES[::-1], f"the newest is not first: {names}")
        require(len(room.json("list", "--top", "2")["entries"]) == 2, "--top")
        lines = room.run("list").splitlines()
        require(len(lines) == 3 and "new_site" in lines[0] and lines[0].startswith("3 "), str(lines))
        room.add("power_control", "--task", "a\x1b[31m\ntask")
        require("\x1b" not in room.run("list") and len(room.run("list").splitlines()) == 4, "a terminal would obey it")


def check_remove():
    with Room() as room:
        for name in NAMES:
            room.add(name)
        require(room.json("remove", "2") == {"removed": 2}, "remove says something else")
        room.run("show", "2", code=1, error="HB0917")
        room.run("remove", "2", code=1, error="HB0917")
        require(found(room, "sleep") == [], "the index knows what is removed")
        room.run("remove", "new_site")
        require([entry["id"] for entry in room.json("list")["entries"]] == [1], "more is gone")
        require(room.add("new_site")["id"] == 4, "a number is given twice")


def check_unsound():
    with Room() as room:
        wrong = room.blueprint("wrong.hbp", "blueprint wrong; kpi k : dBm = 1 dBm + 1 dBm;\n")
        room.run("add", wrong, code=1, error="HB0402")
        room.run("add", room.blueprint("m.hbp", "module m;\nfunction f(x: 1) -> 1 = x;\n"), code=1, error="HB0514")
        room.run("add", room.path / "none.hbp", code=1, error="HB0001")
        room.run("add", room.path, code=1, error="HB0002")
        require(room.json("list")["entries"] == [], "what is not sound was taken")


def check_wrong_words():
    with Room() as room:
        room.run("ad", code=2, error="HB0801")
        room.run("add", code=2, error="HB0805")
        room.run("add", "a.hbp", "b.hbp", code=2, error="HB0805")
        room.run("list", "x", code=2, error="HB0805")
        room.run("search", code=2, error="HB0805")
        room.run("list", "--held-out", "x", code=2, error="HB0802")
        require(not room.file.exists(), "a file was made")


def check_files():
    with Room() as room:
        room.run("list", code=1, error="HB0913")
        require(not (room.path / "data").exists(), "looking makes a directory")
        text = room.blueprint("text.db", "this is no database, and it is long enough to be looked at" * 100)
        room.run("list", "--repository", text, code=1, error="HB0914")
        power = EXAMPLES / "power_control/power_control.hbp"
        room.run("add", power, "--repository", text, code=1, error="HB0914")
        other = room.path / "other.db"
        with sqlite3.connect(other) as database:
            database.execute("CREATE TABLE entry(id)")
        before = other.read_bytes()
        room.run("add", power, "--repository", other, code=1, error="HB0914")
        require(other.read_bytes() == before, "another program's database was changed")
        room.run("list", "--repository", room.path, code=1, error="HB0913")
        room.run("add", power, "--repository", text / "below.db", code=1, error="HB0913")
        room.run("list", code=1, error="HB0913", environment={"HOME": "", "XDG_DATA_HOME": ""})
        room.run("add", power, "--repository", room.path / "a/b/c.db")
        room.run("add", power, "--repository", "here.db")
        require((room.path / "a/b/c.db").exists() and (room.path / "here.db").exists(), "it is made elsewhere")
        room.run("add", power, environment={"XDG_DATA_HOME": ""})
        require((room.path / ".local/share/hermes/repository.db").exists(), "the default is another one")


def check_read_only():
    with Room() as room:
        room.add("power_control")
        room.file.chmod(0o444)
        if os.geteuid() != 0:
            room.run("remove", "1", code=1, error="HB0916")
        require(len(room.json("list")["entries"]) == 1, "it cannot be read")
        require(os.listdir(room.file.parent) == ["repository.db"], "something lies beside it")


def check_damaged():
    with Room() as room:
        for name in NAMES:
            room.add(name)
        bytes_ = bytearray(room.file.read_bytes())
        for i in range(4096, len(bytes_)):
            bytes_[i] = i * 7 % 256
        room.file.write_bytes(bytes_)
        for words in (["list"], ["search", "power"], ["show", "1"]):
            room.run(*words, code=1, error="HB0916")


def check_newer():
    with Room() as room:
        room.add("power_control")
        with sqlite3.connect(room.file) as database:
            database.execute("PRAGMA user_version = 2")
        room.run("list", code=1, error="HB0915")
        room.run("add", EXAMPLES / "new_site/new_site.hbp", code=1, error="HB0915")


def check_many_at_once():
    """Programs that add to a file that is not there yet, all at once."""
    with Room() as room:
        texts = [room.blueprint(f"b{i}.hbp", f"blueprint b{i}; kpi k : 1 = {i};\n") for i in range(12)]
        environment = {**os.environ, "XDG_DATA_HOME": str(room.path / "data")}
        running = [subprocess.Popen([HERMES, "repository", "add", text], env=environment, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for text in texts]
        problems = [run.communicate(timeout=120)[1] for run in running]
        require(not any(problems) and not any(run.returncode for run in running), str(problems))
        entries = room.json("list")["entries"]
        require(sorted(entry["id"] for entry in entries) == list(range(1, 13)), str(entries))
        with sqlite3.connect(room.file) as database:
            require(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the file is damaged")
            database.execute("INSERT INTO words(words) VALUES ('integrity-check')")


def check_waits():
    """Another program that writes is waited for."""
    with Room() as room:
        room.add("power_control")
        other = sqlite3.connect(room.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        environment = {**os.environ, "XDG_DATA_HOME": str(room.path / "data")}
        run = subprocess.Popen([HERMES, "repository", "add", EXAMPLES / "new_site/new_site.hbp"], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            run.wait(timeout=1)
            require(False, f"it does not wait: {run.stderr.read()}")
        except subprocess.TimeoutExpired:
            pass
        require(len(room.json("list")["entries"]) == 1, "readers wait, too")
        other.execute("ROLLBACK")
        require(run.wait(timeout=30) == 0, run.stderr.read())


def check_hostile_schema():
    """A file whose triggers were written by somebody else: they are not obeyed."""
    with Room() as room:
        room.add("power_control")
        with sqlite3.connect(room.file) as database:
            database.execute("CREATE TRIGGER evil AFTER INSERT ON entry BEGIN DELETE FROM entry; END")
        room.add("new_site")
        require(len(room.json("list")["entries"]) == 2, "a stranger's trigger is obeyed")


def all_tests():
    return [(name, check) for name, check in globals().items() if name.startswith("check_")]


sys.exit(run_all(all_tests()))
