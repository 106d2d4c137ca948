#!/usr/bin/env python3
"""Programs under guard (agents/confine/child.h): what they try in vain, and what they still may.

Every attack is run twice: under guard, where it must fail, and in the open, where it must succeed: an attack
that never works tells nothing. An attack that succeeds says so by its last line, DONE.
usage: run.py HERMESC WORKDIR
"""
import errno
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import require, run_all

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("HERMES_BUILD", pathlib.Path(sys.argv[1]).resolve().parent))
GUARDED, ATTEMPTS, WITHOUT = (BUILD / "tests" / name for name in ("guarded", "attempts", "without"))
WORK = pathlib.Path(sys.argv[2])
SOURCE = HERE.parents[1]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
SECRET = "a secret of the parent"
PYTHON = "/usr/bin/python3"  # as children find it
ENVIRONMENT = {**os.environ, "HERMES_API_KEY": SECRET, "OPENAI_API_KEY": SECRET}


# ---- running ----

def guarded(*program, readable=(), without=None, **settings):
    words = [WITHOUT, without, GUARDED] if without else [GUARDED]
    for path in readable:
        words += ["--readable", path]
    for name, value in settings.items():
        words += ["--loose"] if name == "loose" else [f"--{name}", str(value)]
    done = subprocess.run([*words, "--", *program], env=ENVIRONMENT, text=True, errors="replace", capture_output=True,
                          timeout=120)
    require(done.returncode == 0 and not done.stderr, f"guarded exits {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def script(code, **settings):
    return guarded("python3", "-c", code, **settings)


def in_the_open(code):
    """By a parent of its own, which it may harm; its environment is the parent's."""
    return subprocess.run([PYTHON, "-c", f"import subprocess, sys; print(subprocess.run([{PYTHON!r}, '-c', {code!r}], "
                           "env={'HOME': '/'}, capture_output=True, text=True, timeout=60).stdout)"],
                          env=ENVIRONMENT, text=True, capture_output=True, timeout=60, cwd=WORK).stdout


def room():
    return tempfile.TemporaryDirectory(prefix="guard ", dir=WORK)


# ---- what scripts try ----

# name: (script, what is said where it fails). `ROOM` is a directory that nobody may touch.
SCRIPTS = {
    "read a file": ("print(open('/etc/passwd').read()[:4])", "PermissionError"),
    "list a directory": ("import os; os.listdir('/etc')", "PermissionError"),
    "read the parent's environment":
        (f"import os; assert b'{SECRET}' in open(f'/proc/{{os.getppid()}}/environ', 'rb').read()", "PermissionError"),
    "read the parent's memory map": ("import os; open(f'/proc/{os.getppid()}/maps').read(1)", "PermissionError"),
    "open a socket": ("import socket; socket.socket()", "PermissionError"),
    "ask for a name": ("import socket; socket.socketpair()", "PermissionError"),
    "fork": ("import os\nfor i in range(3):\n  if os.fork() == 0: os._exit(0)\n  os.wait()", "PermissionError"),
    "run a program": ("import subprocess; subprocess.run(['/bin/true'], check=True)", "PermissionError"),
    "become a program": ("import os; os.system('true') and os._exit(1)", ""),
    "exec a program": ("import os, sys; sys.stdout.flush(); os.execv('/bin/echo', ['echo', 'DONE'])", "PermissionError"),
    "write outside": ("open('ROOM/new', 'w').write('x')", "PermissionError"),
    "write over a file": ("open('ROOM/prey', 'w').write('x')", "PermissionError"),
    "remove a file": ("import os; os.remove('ROOM/prey')", "PermissionError"),
    "kill the parent": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL if os.getppid() == 1 else 0)",
                        "PermissionError"),
    "leave a grandchild": ("import os\nif os.fork() == 0:\n  os.setsid(); os._exit(0)\nos.wait()", "PermissionError"),
    "write to a device": ("open('/dev/shm/hermes-prey', 'w').write('x'); import os; os.remove('/dev/shm/hermes-prey')",
                          "PermissionError"),
    "use much memory": ("x = bytearray(400 << 20)", "MemoryError"),
}


def check_script(name):
    code, says = SCRIPTS[name]
    with room() as directory:
        for guard in (True, False):
            (pathlib.Path(directory) / "prey").write_text("prey")
            attack = code.replace("ROOM", directory) + "\nprint('DONE')"
            done = script(attack, memory=256 << 20, readable=[directory]) if guard else in_the_open(attack)
            if guard:
                require(done["started"] and "DONE" not in done["out"], f"it succeeds: {done}")
                require(says in done["err"] and not done["good"], f"it does not say {says}: {done}")
                require((pathlib.Path(directory) / "prey").read_text() == "prey", "a file was touched")
            else:
                require("DONE" in done, f"in the open it fails, too: {done}")


# ---- what system calls try ----

# Those that need privileges in the open, or succeed with no arguments that make sense.
ONLY_GUARDED = {"mount", "module", "bpf", "keyctl", "io-uring", "userfaultfd", "setns", "perf", "chroot", "terminal",
                "old-calls", "x32", "thread-apart", "read-memory", "owner", "chown"}
OTHER_ERRORS = {"clone3": errno.ENOSYS}  # so that the C library falls back to clone
# Some are Landlock's business.
BY_LANDLOCK = {"append", "remove", "rename", "make", "exec"}


def attempt_in_the_open(name, directory):
    return subprocess.run([ATTEMPTS, name, directory], text=True, capture_output=True, timeout=60,
                          start_new_session=name not in ("group", "kill-all")).stdout


def check_attempt(name):
    with room() as directory:
        prey = pathlib.Path(directory) / "prey"
        prey.write_text("prey")
        done = guarded(ATTEMPTS, name, directory, readable=[directory])
        wanted = OTHER_ERRORS.get(name, errno.EPERM)
        if name == "old-calls":
            require(done["signal"] == signal.SIGSYS, f"it is not stopped: {done}")
        elif name == "x32":
            require(done["signal"] == signal.SIGSYS or done["out"].strip() in ("1", "38"), f"it succeeds: {done}")
        else:
            got = int(done["out"] or -1)
            require(got == wanted or (name in BY_LANDLOCK and got == errno.EACCES), f"errno {got}: {done}")
        require(prey.read_text() == "prey" and os.listdir(directory) == ["prey"], "a file was touched")
        if name in ONLY_GUARDED:
            return
        done = attempt_in_the_open(name, directory)
        require(done.strip() == "0" or (name == "exec" and not done), f"in the open it fails, too: {done}")


# What even the owner of a directory may not leave there.
def check_no_links():
    for name in ("symlink", "fifo", "link"):
        with room() as directory:
            (pathlib.Path(directory) / "prey").write_text("prey")
            done = guarded(ATTEMPTS, name, directory, writable=directory)
            require(done["out"].strip() in ("1", "13"), f"{name}: {done}")


# ---- older kernels ----

def check_without_a_layer():
    """What cannot be confined does not run; what need not be is held by the layers that there are."""
    for layer in ("landlock", "seccomp"):
        done = guarded("sh", "-c", "echo DONE", without=layer)
        require(not done["started"] and not done["out"] and "does not run" in done["problem"], f"without {layer}: {done}")
        require(not done[layer], f"{layer} is told to be there")
        done = guarded("sh", "-c", "echo DONE", without=layer, loose=True)
        require(done["good"] and done["out"] == "DONE\n", f"without {layer}, loose: {done}")
    require("PermissionError" in script("import os; os.fork()", without="landlock", loose=True)["err"], "seccomp is gone, too")
    require("PermissionError" in script("open('/etc/passwd')", without="seccomp", loose=True)["err"], "Landlock is gone, too")


def check_group():
    """Without seccomp a child may have children: they end with it."""
    with room() as directory:
        sign = pathlib.Path(directory) / "pid"
        code = f"import os, time\nif os.fork() == 0:\n  open('{sign}', 'w').write(str(os.getpid())); time.sleep(60)\ntime.sleep(1)"
        done = script(code, writable=directory, without="seccomp", loose=True)
        require(done["good"] and done["seconds"] < 20, str(done))
        process, end = int(sign.read_text()), time.monotonic() + 10
        while is_there(process) and time.monotonic() < end:
            time.sleep(0.05)
        require(not is_there(process), "a grandchild lives on")


# ---- limits ----

def check_time():
    for code in ("while True: pass", "import time; time.sleep(60)", "import os, time; os.close(1); os.close(2); time.sleep(60)",
                 "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)"):
        begin = time.monotonic()
        done = script(code, seconds=1)
        require(done["late"] and done["started"] and not done["good"], f"{code}: {done}")
        require(0.9 < done["seconds"] < 10 and time.monotonic() - begin < 20, f"{code}: {done}")
    require(not script("print(1)", seconds=20)["late"], "one that is in time is late")


def check_output():
    done = script("while True: print('x' * 1000)", seconds=1, output=5000)
    require(done["cut"] and done["late"] and done["out"].startswith("xxx") and len(done["out"]) == 5000, str(done)[:300])
    done = script("import sys; sys.stderr.write('e' * 300000); sys.stdout.write('o' * 300000)", output=1 << 20)
    require(done["good"] and not done["cut"] and done["out"] == "o" * 300000 and done["err"] == "e" * 300000,
            "two long outputs do not come whole")
    done = script("import sys; sys.stdout.buffer.write(b'a\\0b')")
    require(done["out"] == "a?b", f"a NUL: {done}")


def check_file_size():
    code = "open('big', 'wb', buffering=0).write(bytes({})); print('DONE')"
    with room() as directory:
        done = script(code.format(8 << 20), writable=directory, directory=directory, file=1 << 20)
        require(os.path.getsize(f"{directory}/big") <= 1 << 20, f"a file beyond its limit: {done}")
        done = script(code.format(1 << 19), writable=directory, directory=directory, file=1 << 20)
        require(done["good"] and os.path.getsize(f"{directory}/big") == 1 << 19, f"a small file: {done}")


def check_limits_stay():
    done = script("import resource as r; print(r.getrlimit(r.RLIMIT_CORE), r.getrlimit(r.RLIMIT_NOFILE))\n"
                  "r.setrlimit(r.RLIMIT_NOFILE, (1 << 20, 1 << 20)); print('DONE')")
    require("(0, 0) (256, 256)" in done["out"] and "DONE" not in done["out"], str(done))


# ---- what is left of a child ----

def is_there(process):
    try:
        return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def check_nothing_left():
    """Its parent is killed: so is the child."""
    with room() as directory:
        sign = pathlib.Path(directory) / "pid"
        code = f"import os, time; open('{sign}.new', 'w').write(str(os.getpid())); os.rename('{sign}.new', '{sign}'); time.sleep(60)"
        parent = subprocess.Popen([GUARDED, "--writable", directory, "--", "python3", "-c", code], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not sign.exists() and time.monotonic() < end:
            time.sleep(0.05)
        child = int(sign.read_text())
        require(is_there(child), "it has ended already")
        parent.kill()
        parent.wait()
        while is_there(child) and time.monotonic() < end:
            time.sleep(0.05)
        require(not is_there(child), "it lives on behind its parent")


def check_clean():
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    code = ("import os, json, signal\nopen_files = []\nfor i in range(200):\n  try: os.fstat(i); open_files.append(i)\n"
            "  except OSError: pass\nprint(json.dumps([dict(os.environ), open_files, os.getcwd(), os.getpgrp() == os.getpid()]))")
    with room() as directory:
        words = [GUARDED, "--writable", directory, "--directory", directory, "--", "python3", "-c", code]
        done = subprocess.run(words, env=ENVIRONMENT, text=True, capture_output=True, timeout=60, pass_fds=[reading])
        os.close(reading), os.close(writing)
        environment, files, place, leads = json.loads(json.loads(done.stdout)["out"])
        environment.pop("ASAN_OPTIONS", None)
        require(environment == {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                                "HOME": "/nonexistent", "TMPDIR": os.path.realpath(directory)}, f"environment: {environment}")
        require(files == [0, 1, 2], f"open files: {files}")
        require(place == os.path.realpath(directory) and leads, f"it runs in {place}")
    done = script("print(input())")
    require("EOFError" in done["err"], "its input is not empty")


# ---- what works all the same ----

def check_threads():
    done = script("import threading\nt = [threading.Thread(target=print, args=(i,)) for i in range(4)]\n"
                  "[x.start() for x in t]; [x.join() for x in t]")
    require(done["good"] and sorted(done["out"].split()) == list("0123"), str(done))


def check_libraries():
    done = script("import json, math, csv, statistics, random, tempfile, decimal; print(math.pi)")
    require(done["good"] and done["out"] == "3.141592653589793\n", str(done))


def check_own_files():
    with room() as directory:
        data = pathlib.Path(directory) / "data"
        data.mkdir()
        (data / "t.csv").write_text("a,b\n1,2\n")
        out = pathlib.Path(directory) / "out"
        out.mkdir()
        code = (f"import csv, os; rows = list(csv.reader(open('{data}/t.csv')))\nos.mkdir('{out}/sub')\n"
                f"open('{out}/sub/r', 'w').write(str(rows)); os.rename('{out}/sub/r', '{out}/r'); os.rmdir('{out}/sub')\n"
                f"import tempfile; tempfile.NamedTemporaryFile('w').write('x'); print(rows)")
        done = script(code, readable=[data], writable=out)
        require(done["good"] and (out / "r").read_text() == "[['a', 'b'], ['1', '2']]", str(done))
        require(os.listdir(out) == ["r"], "something is left")


def check_endings():
    done = script("import sys; sys.exit(7)")
    require(done["exit_code"] == 7 and done["signal"] == 0 and not done["good"], str(done))
    done = script("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    require(done["exit_code"] == -1 and done["signal"] == signal.SIGTERM, f"a signal to itself: {done}")
    done = script("import os; os.abort()")
    require(done["signal"] == signal.SIGABRT, f"abort: {done}")


def check_not_started():
    with room() as directory:
        text = pathlib.Path(directory) / "text"
        text.write_text("#!/bin/sh\ntrue\n")
        for program, says in (("no-such-program", "No such file"), (text, "Permission denied"), (directory, "Permission denied"),
                              ("/no/such/program", "No such file")):
            done = guarded(program)
            require(not done["started"] and says in done["problem"] and not done["good"], f"{program}: {done}")
        text.chmod(0o755)
        done = guarded(text)
        require(not done["started"] and "cannot be run" in done["problem"], f"a script: {done}")
        done = script("print(1)", directory="/no/such/directory")
        require(not done["started"] and "directory" in done["problem"], str(done))


def check_twin():
    example = SOURCE / "examples/power_control"
    with room() as directory:
        twin = pathlib.Path(directory) / "ndt"
        subprocess.run([HERMESC, "build", example / "power_control.hbp", "-o", twin], check=True, timeout=300)
        words = ["run", "--data", example / "data", "--format", "json"]
        done = guarded(twin, *words, readable=[example / "data"], memory=1 << 30)
        wanted = subprocess.run([twin, *words], text=True, capture_output=True, timeout=120)
        require(done["good"] and done["out"] == wanted.stdout, f"a twin says something else: {done}")
        done = guarded(twin, *words, memory=1 << 30)
        require(not done["good"] and "HB0" in done["err"], f"a twin reads what it was not given: {done}")


def all_tests():
    names = subprocess.run([ATTEMPTS], text=True, capture_output=True, timeout=60, check=True).stdout.split()
    for name in SCRIPTS:
        yield f"script: {name}", lambda name=name: check_script(name)
    for name in names:
        yield f"system call: {name}", lambda name=name: check_attempt(name)
    for check in (check_no_links, check_without_a_layer, check_group, check_time, check_output, check_file_size, check_limits_stay, check_nothing_left,
                  check_clean, check_threads, check_libraries, check_own_files, check_endings, check_not_started,
                  check_twin):
        yield check.__name__, check


def main():
    layers = guarded("/bin/true", loose=True)
    if not layers["landlock"] or not layers["seccomp"] or not os.path.exists(PYTHON):
        refused = guarded("/bin/true")
        require(refused["started"] == bool(layers["landlock"] and layers["seccomp"]), "what cannot be confined runs")
        print(f"nothing to be tested: Landlock {layers['landlock']}, seccomp {layers['seccomp']}, {PYTHON}")
        return 77
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    return run_all(all_tests(), workers=2)


sys.exit(main())
