"""An editor without a screen: speaks the Language Server Protocol with `hermesc lsp`."""
import json
import subprocess
import threading


class Gone(Exception):
    """The server ended in the middle of a conversation."""


class Client:
    def __init__(self, hermesc, environment=None):
        self.server = subprocess.Popen([hermesc, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, env=environment)
        self.last, self.shown, self.unread = 0, {}, []
        self.timer = threading.Timer(60, self.server.kill)  # nothing here may take so long
        self.timer.start()

    # ---- bytes and messages ----

    def send_bytes(self, data):
        self.server.stdin.write(data)
        self.server.stdin.flush()

    def send(self, message):
        body = json.dumps(message).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def read(self):
        length = None
        while (line := self.server.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            if name == "Content-Length":
                length = int(value)
        if length is None:
            raise Gone(self.server.stderr.read().decode(errors="replace"))
        message = json.loads(self.server.stdout.read(length).decode())
        if message.get("method") == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = message["params"]
        return message

    # ---- requests and notifications ----

    def notify(self, method, **params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method, **params):
        """The whole answer: its `result` or `error`."""
        self.last += 1
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        while True:
            message = self.read()
            if "id" in message:
                assert message["id"] == self.last and message["jsonrpc"] == "2.0", message
                return message

    def get(self, method, **params):
        answer = self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    # ---- a session ----

    def initialize(self, utf8=False, snippets=False):
        general = {"positionEncodings": ["utf-16"] + ["utf-8"] * utf8}
        completion = {"completionItem": {"snippetSupport": snippets}}
        result = self.get("initialize", processId=None, rootUri=None,
                          capabilities={"general": general, "textDocument": {"completion": completion}})
        self.notify("initialized")
        return result

    def open(self, uri, text, version=1):
        """What is shown of it."""
        self.notify("textDocument/didOpen",
                    textDocument={"uri": uri, "languageId": "hermes", "version": version, "text": text})
        return self.diagnostics(uri, version)

    def change(self, uri, version, *changes):
        self.notify("textDocument/didChange", textDocument={"uri": uri, "version": version},
                    contentChanges=[{"text": text, **({"range": span} if span else {})} for span, text in changes])
        return self.diagnostics(uri, version)

    def diagnostics(self, uri, version):
        while self.shown.get(uri, {}).get("version") != version:
            self.read()
        return self.shown[uri]["diagnostics"]

    def end(self):
        """The exit code of a session that ends as it should, and what was said on standard error."""
        self.get("shutdown")
        self.notify("exit")
        return self.wait()

    def wait(self):
        self.server.stdin.close()
        rest = self.server.stderr.read().decode(errors="replace")
        code = self.server.wait(timeout=30)
        self.timer.cancel()
        return code, rest
