#!/usr/bin/env python3
"""`hermes mcp` in conversation: what is asked in conversation.jsonl is answered as it says, line by line; and what
clients do wrong, or in bad faith, harms nobody.

A line of conversation.jsonl sends a message (`send`), a tool's call (`call`, `arguments`; `expect` is of its result) or
a line as it is (`raw`). `expect` is what the answer holds at least; a text that begins with ~ is a pattern. Without
`expect` there is no answer. `about` is for readers.
usage: run.py HERMESC [WORKDIR]
"""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "diagnostics"))
from cases import require, run_all
from schema import validate_by

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
HERMES = pathlib.Path(sys.argv[1]).resolve().parent / "hermes"
EXAMPLE = SOURCE / "examples/power_control"
SECONDS = 120  # for one answer, also of a sanitized server
SECRET = "sk-a-secret-of-the-server"
RUNNERS = ("run", "test", "rank")  # what cannot be confined does not run
NOT_RUN = {"isError": True, "structuredContent": {"diagnostics": [{"code": "HB0921", "message": "~was not run"}]}}


def is_confined():
    layers = json.loads(subprocess.run([HERMES, "doctor", "--json"], capture_output=True, text=True, timeout=300).stdout)
    return bool(layers["landlock"] and layers["seccomp"])


CONFINED = is_confined()


# ---- a server, and somebody who talks to it ----

class Talk:
    def __init__(self, before=(), **environment):
        self.held = tempfile.TemporaryDirectory(prefix="hermes mcp ")
        self.top = pathlib.Path(self.held.name).resolve()
        self.root = self.top / "root"
        self.temporary = self.top / "tmp"
        shutil.copytree(EXAMPLE, self.root)
        (self.root / "empty").mkdir()
        self.temporary.mkdir()
        (self.root / "wrong.hbp").write_text("blueprint wrong; kpi k : m = 1 km\n")
        (self.top / "outside.hbp").write_text("blueprint outside; kpi k : m = 1 km;\n")
        self.count = 0
        self.server = subprocess.Popen(
            [*before, HERMES, "mcp", "--repository", self.top / "repository.db"], cwd=self.root, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(self.temporary), "HERMES_API_KEY": SECRET, **environment})

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.server.kill()
        self.server.communicate()
        self.held.cleanup()

    def write(self, line):
        self.server.stdin.write(line)
        self.server.stdin.flush()

    def read(self):
        timer = threading.Timer(SECONDS, self.server.kill)
        timer.start()
        line = self.server.stdout.readline()
        timer.cancel()
        require(line.endswith(b"\n"), f"no answer; {self.server.stderr.read() if self.server.poll() is not None else ''}")
        return json.loads(line)

    def ask(self, message):
        self.write(json.dumps(message).encode() + b"\n")
        return self.read()

    def silent(self, line):
        """Sends what is not answered: the next answer is that of a ping."""
        self.write(line)
        self.count += 1
        answer = self.ask({"jsonrpc": "2.0", "id": f"ping {self.count}", "method": "ping"})
        require(answer.get("id") == f"ping {self.count}", f"it is answered: {answer}")

    def greet(self, version="2025-11-25"):
        answer = self.ask({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": version}})
        require("result" in answer, str(answer))
        return self

    def call(self, tool, **arguments):
        self.count += 1
        answer = self.ask({"jsonrpc": "2.0", "id": self.count, "method": "tools/call",
                           "params": {"name": tool, "arguments": arguments}})
        require(answer.get("id") == self.count and "result" in answer, f"{tool}: {answer}")
        return answer["result"]

    def end(self):
        """Closes its input: the server ends, having said nothing else. Its standard error."""
        out, err = self.server.communicate(timeout=SECONDS)
        require(self.server.returncode == 0 and not out, f"exits {self.server.returncode}, says {out[:200]}")
        require(os.listdir(self.temporary) == [], f"it leaves {os.listdir(self.temporary)}")
        return err.decode()


def twins(test):
    """A test of what twins do, where they run."""
    return test if CONFINED else lambda: None


# ---- the conversation ----

def fits(expected, actual, where=""):
    """What is wrong with an answer, or None."""
    if isinstance(expected, str) and expected.startswith("~"):
        text = actual if isinstance(actual, str) else json.dumps(actual)
        return None if re.search(expected[1:], text) else f"{where} is {text[:300]}, no {expected}"
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"{where}.{key} is missing in {json.dumps(actual)[:300]}"
            wrong = fits(value, actual[key], f"{where}.{key}")
            if wrong:
                return wrong
        return None
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return f"{where} has {len(actual)} items: {json.dumps(actual)[:600]}"
        return next(filter(None, (fits(e, a, f"{where}[{i}]") for i, (e, a) in enumerate(zip(expected, actual)))), None)
    return None if expected == actual and type(expected) is type(actual) else f"{where} is {actual!r}, not {expected!r}"


def say(talk, line):
    if "call" in line:
        result = talk.call(line["call"], **line["arguments"])
        text = result["content"][0]["text"]
        structured = result["structuredContent"]
        require(json.loads(text) == structured if text.startswith("{") else structured == {"text": text},
                "text and structuredContent differ")
        if result["isError"] or line["call"] == "check":
            validate_by("diagnostics.schema.json", structured)
        elif line["call"] in RUNNERS:
            validate_by(f"{line['call']}.schema.json", structured)
        return result
    raw = line.get("raw", json.dumps(line.get("send"))).encode() + b"\n"
    if "expect" not in line:
        talk.silent(raw)
        return None
    talk.write(raw)
    return talk.read()


def check_conversation():
    lines = [json.loads(line) for line in (HERE / "conversation.jsonl").read_text(encoding="utf-8").splitlines()]
    require(len(lines) > 90, "the conversation is short")
    with Talk() as talk:
        for number, line in enumerate(lines, 1):
            if "about" in line:
                continue
            answer = say(talk, line)
            runs = line.get("call") in RUNNERS and not line["expect"].get("isError")
            wrong = fits(NOT_RUN if runs and not CONFINED else line["expect"], answer) if "expect" in line else None
            require(not wrong, f"line {number}: {wrong}\n  {json.dumps(answer)[:1500]}")
        require((talk.root / "wrong.hbp").read_text().rstrip().endswith(";"), "`fix` has not written")
        require(os.access(talk.root / "twin", os.X_OK), "`compile` has not written")
        require(talk.end() == "", "it says something on standard error")


# ---- schemas ----

def check_schemas():
    """Each tool names its arguments, and refuses all others."""
    with Talk().greet() as talk:
        tools = talk.ask({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})["result"]["tools"]
        for tool in tools:
            schema = tool["inputSchema"]
            require(re.fullmatch(r"[a-z_]+", tool["name"]) and tool["description"].endswith("."), tool["name"])
            require(schema["type"] == "object" and schema["additionalProperties"] is False, tool["name"])
            require(set(schema.get("required", [])) <= set(schema["properties"]), tool["name"])
            for name, of in schema["properties"].items():
                require(of["type"] in ("string", "integer", "boolean", "object", "array") and of["description"], name)
                require((of["type"] == "array") == ("items" in of), f"{tool['name']}: {name}")
                wrong = talk.call(tool["name"], **{name: 5 if of["type"] == "string" else "x"})
                require(wrong["isError"] and wrong["structuredContent"]["diagnostics"][0]["code"] == "HB0919",
                        f"{tool['name']} takes a wrong `{name}`")


def check_page():
    """docs/mcp.md names every tool with its arguments, in their order."""
    page = (SOURCE / "docs/mcp.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\| .* \|$", page, re.M)
    found = {name: re.findall(r"`(\w+)`", arguments) for name, arguments in rows}
    with Talk().greet() as talk:
        tools = talk.ask({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})["result"]["tools"]
    wanted = {tool["name"]: list(tool["inputSchema"]["properties"]) for tool in tools}
    require(found == wanted and list(found) == list(wanted), f"the page says {found}, the server {wanted}")


# ---- the root ----

def check_root():
    with Talk().greet() as talk:
        root, top = talk.root, talk.top
        (root / "link.hbp").symlink_to(top / "outside.hbp")
        (root / "up").symlink_to(top)
        (root / "relative.hbp").symlink_to("../outside.hbp")
        (root / "inside.hbp").symlink_to("power_control.hbp")
        (root / "dangling").symlink_to(top / "new")
        (root / "loop").symlink_to("loop")
        (top / "root beside").mkdir()
        shutil.copy(top / "outside.hbp", top / "root beside/b.hbp")
        for path in ("../outside.hbp", "link.hbp", "up/outside.hbp", "relative.hbp", str(top / "outside.hbp"), "loop",
                     "/etc/passwd", "data/../../outside.hbp", "dangling", "./../outside.hbp", "../root beside/b.hbp",
                     f"{top}/root beside/b.hbp", f"{root}/../outside.hbp", "/proc/self/environ", "~/x", "x" * 5000):
            result = talk.call("check", file=path)
            codes = [d["code"] for d in result["structuredContent"]["diagnostics"]]
            require(result["isError"] and codes == ["HB0920"], f"{path}: {result}")
        for path in ("inside.hbp", f"{root}/power_control.hbp", "./power_control.hbp", ".//power_control.hbp"):
            require(not talk.call("check", file=path)["isError"], path)
        for path in ("../new", "up/new", "link.hbp", "dangling", str(top / "new"), "none/new", "data/", ".", "", "loop"):
            result = talk.call("compile", file="power_control.hbp", output=path)
            require(result["isError"], f"output {path}: {result}")
        require(sorted(os.listdir(top)) == ["outside.hbp", "root", "root beside", "tmp"], f"it wrote: {os.listdir(top)}")
        require(not talk.call("compile", file="power_control.hbp", output="data/twin")["isError"], "beneath the root")
        for tool, arguments in (("run", {}), ("test", {}), ("rank", {"candidates": [{}]})):
            for data in ("..", "/etc", "up", str(top)):
                result = talk.call(tool, file="power_control.hbp", data=data, **arguments)
                require(result["isError"] and "HB0920" in result["content"][0]["text"], f"{tool} {data}: {result}")
        for name, tool in (("policy_file", "run"), ("candidates_file", "rank")):
            result = talk.call(tool, file="power_control.hbp", data="data", **{name: "link.hbp"})
            require(result["isError"] and "HB0920" in result["content"][0]["text"], f"{name}: {result}")
        require(talk.end() == "", "it says something")


@twins
def check_data_links():
    """A table that is a link to somewhere else is not read by the twin."""
    with Talk().greet() as talk:
        shutil.copytree(talk.root / "data", talk.top / "elsewhere")
        (talk.root / "data/cells.csv").unlink()
        (talk.root / "data/cells.csv").symlink_to(talk.top / "elsewhere/cells.csv")
        result = talk.call("run", file="power_control.hbp", data="data")
        require(result["isError"] and "cells.csv" in result["content"][0]["text"], str(result)[:600])


# ---- bad faith ----

def check_long_lines():
    with Talk().greet() as talk:
        talk.write(b"[" * 100000 + b"\n")
        require(talk.read()["error"]["code"] == -32700, "deep nesting")
        piece = b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * (1 << 20)
        talk.write(piece)
        for _ in range(40):
            talk.write(b"x" * (1 << 20))
        talk.write(b"\n")
        answer = talk.read()
        require(answer["id"] is None and answer["error"]["code"] == -32600 and "32 MiB" in answer["error"]["message"], str(answer))
        long_text = "blueprint b;" + " " * (5 << 20)
        result = talk.call("check", blueprint=long_text)
        require(result["isError"], "a source beyond its limit")
        require(not talk.call("check", file="power_control.hbp")["isError"], "it does not go on")


def check_bytes():
    with Talk().greet() as talk:
        for line in (b"\xff\xfe\n", b'{"jsonrpc":"2.0","id":"\xc3\x28","method":"ping"}\n', b'{"a":"\x00"}\n', b"\x00\n",
                     b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}\n', b'{"jsonrpc":"2.0","id":1e999,"method":"ping"}\n',
                     b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}\n', b"}{\n", b'{"a":1,}\n'):
            talk.write(line)
            answer = talk.read()
            require(answer["error"]["code"] in (-32700, -32600) and answer["id"] is None, f"{line}: {answer}")
        result = talk.call("check", blueprint="blueprint b \"\u001b[31m\u0007é€😀\"; kpi k : 1 = 1;")
        require(result["structuredContent"]["file"] is None, str(result))
        talk.write(b'{"jsonrpc":"2.0","id":7,"method":"ping"}\r\n')
        require(talk.read()["id"] == 7, "a carriage return")
        big = {"jsonrpc": "2.0", "id": 2 ** 53, "method": "ping"}
        require(talk.ask(big)["id"] == 2 ** 53, "a large id")


@twins
def check_twins_are_guarded():
    with Talk().greet() as talk:
        (talk.root / "big").mkdir()
        (talk.root / "big/a.csv").write_text("a,x\n" + "".join(f"r{i},{i}\n" for i in range(2000)))
        slow = ("blueprint b; table a from \"a.csv\" { x : 1; } "
                "kpi k : 1 = sum(sin(p.x * q.x * 1 rad + r.x * 1 rad) for p in a for q in a for r in a);")
        begin = time.monotonic()
        result = talk.call("run", blueprint=slow, data="big", seconds=1)
        codes = [d["code"] for d in result["structuredContent"]["diagnostics"]]
        require(result["isError"] and codes == ["HB0921"] and "in time" in result["content"][0]["text"], str(result)[:600])
        require(time.monotonic() - begin < 60, "it is not stopped")
        require(talk.end() == "", "something is left")


def check_older_kernels():
    """Where a layer is missing, no twin runs, and the rest goes on."""
    without = pathlib.Path(os.environ.get("HERMES_BUILD", HERMES.parent)) / "tests/without"
    for layer in ("landlock", "seccomp"):
        with Talk([without, layer]).greet() as talk:
            wrong = fits(NOT_RUN, talk.call("run", file="power_control.hbp", data="data"))
            require(not wrong, f"without {layer}: {wrong}")
            require(not talk.call("check", file="power_control.hbp")["isError"], f"without {layer}")
            require(talk.end() == "", "it says something")


def check_no_compiler():
    with Talk(CC="/no/such/compiler").greet() as talk:
        result = talk.call("compile", blueprint="blueprint never_built; kpi k : 1 = 12345;")
        require(result["isError"] and "HB06" in result["content"][0]["text"], str(result)[:400])
        require(talk.end() == "", "it says something")


@twins
def check_ignored_children():
    """Started by one who ignores how children end."""
    with tempfile.TemporaryDirectory() as cache:
        before = [sys.executable, "-c", "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
                  "os.execv(sys.argv[1], sys.argv[1:])"]
        with Talk(before, XDG_CACHE_HOME=cache).greet() as talk:
            result = talk.call("run", blueprint="blueprint b; kpi k : 1 = 5;", data="empty")
            require(not result["isError"], str(result))


@twins
def check_numbers():
    """They come as the twin wrote them, to the last digit."""
    with Talk().greet() as talk:
        result = talk.call("run", blueprint="blueprint b; kpi k : 1 = 1 / 3 + 70;", data="empty")
        require(result["structuredContent"]["kpis"]["k"]["value"] == 1 / 3 + 70, str(result))


def check_compiler_sees_no_key():
    with tempfile.TemporaryDirectory() as room:
        spy = pathlib.Path(room, "cc")
        subprocess.run(["install", "-m", "755", "/dev/stdin", spy], check=True, text=True,
                       input=f"#!/bin/sh\nenv > '{room}/environment'\nexec cc \"$@\"\n")
        with Talk(CC=str(spy), XDG_CACHE_HOME=room).greet() as talk:
            require(not talk.call("compile", file="power_control.hbp")["isError"], "it does not compile")
        seen = pathlib.Path(room, "environment").read_text()
        require("PATH=" in seen and SECRET not in seen, "the C compiler is told the key")


def spoil(line, chance):
    """A line with a piece of another one in it, cut, doubled, or with other bytes."""
    start, end = sorted(chance.randrange(len(line) + 1) for _ in range(2))
    piece = chance.choice([b"", b"[", b"{", b'"', b"}", b"null", b"-1e308", b"\\u0000", b"\xc3\xa9", b"\xff", b"0" * 400,
                           line[start:end] * 2, bytes(chance.randrange(256) for _ in range(8)).replace(b"\n", b"")])
    return line[:start] + piece + line[chance.choice([start, end]):]


def check_spoilt_lines():
    """Whatever comes, there is one answer or none, and the server goes on."""
    chance = random.Random(20260728)
    lines = [json.loads(line) for line in (HERE / "conversation.jsonl").read_text(encoding="utf-8").splitlines()]
    harmless = [json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params":
                            {"name": line["call"], "arguments": line["arguments"]}} if "call" in line else line["send"]).encode()
                for line in lines if line.get("call", "send") not in RUNNERS + ("compile",) and ("call" in line or "send" in line)]
    with Talk().greet("2025-03-26") as talk:
        for _ in range(600):
            line = spoil(spoil(chance.choice(harmless), chance), chance)
            talk.write(line + b"\n" + b'{"jsonrpc": "2.0", "id": "after", "method": "ping"}\n')
            answer = talk.read()
            if not (isinstance(answer, dict) and answer.get("id") == "after"):
                of = answer if isinstance(answer, list) else [answer]
                require(all(("result" in one) != ("error" in one) for one in of), f"{line}: {answer}")
                require(talk.read()["id"] == "after", f"{line}: two answers")
        require(talk.end() == "", "it says something")


# ---- coming and going ----

def check_many_at_once():
    """All questions before the first answer: answers come in their order, each in a line of its own."""
    with Talk().greet() as talk:
        count = 300
        lines = [json.dumps({"jsonrpc": "2.0", "id": i, "method": "tools/call",
                             "params": {"name": "check", "arguments": {"blueprint": f"blueprint b; kpi k : 1 = {i};"}}})
                 for i in range(count)]
        writer = threading.Thread(target=talk.write, args=("\n".join(lines).encode() + b"\n",))
        writer.start()
        for i in range(count):
            answer = talk.read()
            require(answer["id"] == i and not answer["result"]["isError"], str(answer)[:300])
        writer.join()
        require(talk.end() == "", "it says something")


def check_last_line():
    with Talk() as talk:
        out, err = talk.server.communicate(b'{"jsonrpc":"2.0","id":1,"method":"ping"}', timeout=SECONDS)
        require(json.loads(out) == {"jsonrpc": "2.0", "id": 1, "result": {}} and not err, f"{out} {err}")
    with Talk() as talk:
        out, err = talk.server.communicate(b"", timeout=SECONDS)
        require(out == err == b"" and talk.server.returncode == 0, f"{out} {err}")


def check_nobody_reads():
    with Talk().greet() as talk:
        talk.server.stdout.close()
        try:
            for i in range(100):
                talk.write(json.dumps({"jsonrpc": "2.0", "id": i, "method": "tools/list"}).encode() + b"\n")
                time.sleep(0.01)
        except BrokenPipeError:
            pass
        talk.server.stdout = None
        talk.server.wait(timeout=SECONDS)


def check_signal():
    with Talk().greet() as talk:
        talk.server.send_signal(signal.SIGTERM)
        require(talk.server.wait(timeout=SECONDS) == 130, f"exits {talk.server.returncode}")
        require(os.listdir(talk.temporary) == [], "it leaves something behind")


def all_tests():
    return [(name, check) for name, check in globals().items() if name.startswith("check_")]


sys.exit(run_all(all_tests(), workers=2))
