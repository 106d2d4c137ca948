#!/usr/bin/env python3
"""`hermes doctor` tells the truth: what is there is ok, what is taken away is missing, and no secret is shown.

usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all

HERMES = pathlib.Path(sys.argv[1]).resolve().parent / "hermes"
BARE = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
SECRET = "sk-a-secret-key"
NAMES = ["library", "C compiler", "prompts", "repository", "server", "model", "key", "python3", "Landlock", "seccomp",
         "self-test"]


def doctor(room, *words, without=(), **environment):
    done = subprocess.run([*without, HERMES, "doctor", *words], env={**BARE, "HOME": room, **environment}, text=True,
                          capture_output=True, timeout=300)
    require(done.returncode in (0, 1) and not done.stderr, f"exits {done.returncode}\n{done.stderr}")
    return done


def checks(room, **environment):
    done = doctor(room, "--json", **environment)
    document = json.loads(done.stdout)
    require([check["name"] for check in document["checks"]] == NAMES, "it looks at other things")
    states = {check["name"]: check["state"] for check in document["checks"]}
    require(document["ready"] == (done.returncode == 0) == ("missing" not in states.values()), f"ready: {done.stdout}")
    require(bool(document["landlock"]) == (states["Landlock"] == "ok") and document["seccomp"] == (states["seccomp"] == "ok"),
            "the layers are others")
    return states, done.stdout


def check_plain():
    with tempfile.TemporaryDirectory() as room:
        states, _ = checks(room)
        confined = states["Landlock"] == states["seccomp"] == "ok"
        require(states["library"] == "ok", str(states))
        require(states["server"] == states["key"] == states["model"] == states["repository"] == "absent", str(states))
        if confined:
            require(states["C compiler"] == states["self-test"] == "ok", str(states))
        else:
            require(states["self-test"] == states["C compiler"] == "missing", str(states))
        require(os.listdir(room) == [], "it leaves something behind")


def check_text():
    with tempfile.TemporaryDirectory() as room:
        done = doctor(room)
        for name in NAMES:
            require(f"  {name}" in done.stdout, f"{name} is not told")
        require((done.returncode == 0) == ("all that is needed is there" in done.stdout), done.stdout)


def check_secrets():
    with tempfile.TemporaryDirectory() as room:
        settings = {"HERMES_API_KEY": SECRET, "HERMES_BASE_URL": "http://127.0.0.1:9/v1", "HERMES_MODEL": "m"}
        states, text = checks(room, **settings)
        require(states["key"] == states["server"] == states["model"] == "ok", str(states))
        require("http://127.0.0.1:9/v1" in text and SECRET not in text + doctor(room, **settings).stdout, "a secret is shown")
        for url in (f"http://user:{SECRET}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={SECRET}"):
            states, text = checks(room, HERMES_BASE_URL=url)
            require(states["server"] == "missing" and SECRET not in text, f"an address with a secret: {text}")


def check_older_kernels():
    """Where a layer is missing, so is all that needs it."""
    without = pathlib.Path(os.environ.get("HERMES_BUILD", HERMES.parent)) / "tests/without"
    with tempfile.TemporaryDirectory() as room:
        for layer, name in (("landlock", "Landlock"), ("seccomp", "seccomp")):
            states, text = checks(room, without=[without, layer])
            for lost in (name, "C compiler", "self-test"):
                require(states[lost] == "missing", f"without {layer}, {lost} is {states[lost]}: {text}")
            require(states["python3"] == "absent", f"without {layer}, python3 is {states['python3']}")


def check_no_compiler():
    with tempfile.TemporaryDirectory() as room:
        states, _ = checks(room, CC="/no/such/compiler")
        require(states["C compiler"] == "missing", str(states))


def check_broken_compiler():
    with tempfile.TemporaryDirectory() as room:
        states, _ = checks(room, CC="false")
        require(states["C compiler"] == "missing", str(states))


def check_repository():
    with tempfile.TemporaryDirectory() as room:
        blueprint = pathlib.Path(room, "b.hbp")
        blueprint.write_text("blueprint b; kpi k : 1 = 1;")
        subprocess.run([HERMES, "repository", "add", blueprint], env={**BARE, "HOME": room}, check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        require(checks(room)[0]["repository"] == "ok", "a repository is not found")
        pathlib.Path(room, ".local/share/hermes/repository.db").write_text("nothing" * 1000)
        require(checks(room)[0]["repository"] == "missing", "a broken one is good enough")


def all_tests():
    return [(name, check) for name, check in globals().items() if name.startswith("check_")]


sys.exit(run_all(all_tests(), workers=2))
