"""A model by script: cassettes whose replies a test writes, so that every turn of the agents can be brought about."""
import contextlib
import http.server
import json
import os
import pathlib
import socket
import sys
import threading

SOURCE = pathlib.Path(__file__).resolve().parents[1]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
HERMES = HERMESC.parent / "hermes"
WORK = pathlib.Path(sys.argv[2]).resolve()
NETWORK = SOURCE / "bench/tasks/power_control/networks/three_cells"
REFERENCE = (SOURCE / "tests/bench/reference/power_control.hbp").read_text(encoding="utf-8")
TRUTH = json.loads((SOURCE / "bench/tasks/power_control/truth.json").read_text())["three_cells"]


def clean_environment(home):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HERMES_", "OPENAI_"))}
    return {**kept, "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"), "NO_COLOR": "1",
            "TMPDIR": str(home)}


# ---- what the roles say ----

def block(language, text):
    return f"So be it.\n\n```{language}\n{text}\n```\n"


def as_json(value):
    return block("json", json.dumps(value))


REFLECTION = {"purpose": "Predict rates.", "decisions": ["power[cell] in dBm"], "effects": ["power -> rsrp -> sinr"],
              "kpis": [{"name": "mean_rate", "unit": "Mbit/s", "definition": "mean"}], "traps": [], "missing": []}
GO = {"verdict": "go", "chosen": 1, "why": "It follows the task.", "keep": [], "reject": [],
      "parts": [{"name": "sinr", "question": "Over which bandwidth?"}], "missing": []}
DETAIL = {"part": "sinr", "formulas": [], "assumptions": [], "checks": ["more power, more of it arrives"]}
PLAN = {"title": "Powers.", "tables": [], "inputs": [], "policies": [], "blocks": [], "kpis": [], "expects": [],
        "assumptions": []}
ROLES = {"coarse_generator": [as_json(REFLECTION)] * 3, "evaluator": [as_json(GO)], "fine_generator": [as_json(DETAIL)],
         "blueprint_editor": [as_json(PLAN)], "refiner": [as_json({**PLAN, "changes": ["none"]})],
         "coder": [block("hermes", REFERENCE)]}


def cassette(path, roles):
    with open(path, "w", encoding="utf-8") as file:
        for role, replies in roles.items():
            for ordinal, reply in enumerate(replies):
                file.write(json.dumps({"event": "call", "role": role, "ordinal": ordinal, "prompt": f"{role} 1",
                                       "sha256": "0" * 64, "model": "script", "reply": reply, "finish": "stop",
                                       "prompt_tokens": 100, "completion_tokens": 10, "attempts": 1}) + "\n")


# ---- the same, live ----

def live_environment(home, port):
    """That of a run which asks a server on this machine."""
    return {**clean_environment(home), "HERMES_MODEL": "script", "HERMES_BASE_URL": f"http://127.0.0.1:{port}/v1"}


@contextlib.contextmanager
def silent_server():
    """A server that takes calls, and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(60)
        yield server


class Server(http.server.ThreadingHTTPServer):
    """A server that replies by role, which it knows by the prompt's system text."""

    def __init__(self, roles):
        super().__init__(("127.0.0.1", 0), Answer)
        self.roles = roles
        self.systems = {}
        for path in (SOURCE / "prompts").glob("*.md"):
            text = path.read_text(encoding="utf-8").partition("# system\n")[2].strip()
            self.systems[text[:60]] = path.stem
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reply(self, messages):
        role = next(role for text, role in self.systems.items() if text and messages[0]["content"].startswith(text))
        self.asked.append((role, messages[-1]["content"]))
        return self.roles[role][0]


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        choice = {"index": 0, "message": {"role": "assistant", "content": self.server.reply(request["messages"])},
                  "finish_reason": "stop"}
        body = json.dumps({"object": "chat.completion", "choices": [choice], "model": "script",
                           "usage": {"prompt_tokens": 7, "completion_tokens": 3}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def nothing_left(work):
    """The exit code of tests whose programs had `work`, or directories in it, for temporary files."""
    left = [path for path in work.rglob("hermes-??????") if path.is_dir()]
    print(*(f"left behind: {path}" for path in left), sep="\n", end="")
    return 1 if left else 0
