#!/usr/bin/env python3
"""hermesc as a program: command line, documents, exit codes, the cache, the installed tree.

usage: run.py HERMESC [WORKDIR]  (every test here has a fresh directory of its own)
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HERMESC = pathlib.Path(sys.argv[1]).resolve()
BUILD = pathlib.Path(os.environ.get("HERMES_BUILD", HERMESC.parent))
KEY = re.compile(r"[0-9a-f]{64}")

BLUEPRINT = """blueprint power "Transmit power after a change.";
table cell from "cells.csv" { tx_power : dBm; }
policy { offset[cell] : dB in -6 dB .. 6 dB = 0 dB; }
operational block change "Apply the change." {
  in  offset;
  out power[c in cell] : dBm = c.tx_power + offset[c];
}
kpi total : W = sum(lin(power[c]) for c in cell);
"""
WRONG = BLUEPRINT.replace("c.tx_power + offset[c]", "c.tx_power + c.tx_power")


class Room:
    """A directory of its own for one test, with a cache of its own."""

    def __init__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="hermes test ")
        self.path = pathlib.Path(self.holder.name)
        self.write("power.hbp", BLUEPRINT)
        self.write("data/cells.csv", "cell,tx_power\na,40\nb,43\n")
        (self.path / "tmp").mkdir()
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.path / "cache"),
                                TMPDIR=str(self.path / "tmp"))
        self.environment.pop("CC", None)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, *words, hermesc=HERMESC, stdin="", **environment):
        return subprocess.run([hermesc, *words], cwd=self.path, input=stdin, text=True, timeout=120,
                              capture_output=True, env={**self.environment, **environment})

    def document(self, *words, **more):
        """The one JSON document on standard output, and the exit code."""
        done = self.run("--error-format=json", *words, **more)
        assert done.stdout.endswith("\n") and done.stdout.count("\n") == 1, done.stdout
        return json.loads(done.stdout), done.returncode

    def twin(self, name="ndt"):
        return subprocess.run([self.path / name, "run", "--data", "data", "--format", "json"],
                              cwd=self.path, text=True, capture_output=True, timeout=60)

    def entries(self):
        return sorted((self.path / "cache/hermes").glob("*"))


def succeeds(done):
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return done


def fails(done, code, *texts, exit_code=1):
    assert done.returncode == exit_code, (done.returncode, done.stdout, done.stderr)
    for text in (code, *texts):
        assert text in done.stderr, (text, done.stderr)


def check_codes(document, exit_code, *codes):
    assert document["status"] == ("ok" if exit_code == 0 else "error"), document
    assert [d["code"] for d in document["diagnostics"]] == list(codes), document
    assert document["errors"] == len(codes)


# ---- the command line ---------------------------------------------------------------------------


def test_help_teaches(room):
    text = succeeds(room.run("--help")).stdout
    for word in ("check", "interpret", "--output", "--keep", "--print", "--error-format"):
        assert word in text, word
    assert max(map(len, text.splitlines())) <= 100
    example = text[text.index("  blueprint "):text.index("\n\noptions:")]
    succeeds(room.run("check", "-", stdin=example))


def test_version(room):
    assert re.fullmatch(r"hermesc \d+\.\d+\.\d+\n", succeeds(room.run("--version")).stdout)


def test_usage_errors(room):
    for words, text in [
        ((), "no blueprint"),
        (("--kep", "power.hbp"), "--keep"),
        (("--print=stag", "power.hbp"), "stages"),
        (("--error-limit=-1", "power.hbp"), "whole number"),
        (("chek", "power.hbp"), "hermesc check power.hbp"),
        (("power.hbp", "power.hbp"), "one word too many"),
        (("check", "power.hbp", "-o", "x"), "means nothing with `check`"),
        (("--print=ast", "power.hbp", "--keep"), "means nothing with `--print`"),
        (("power.hbp", "-o"), "needs a value"),
        (("power.hbp", "--verbose=yes"), "takes no value"),
        (("power.hbp", "-o", "-"), "names a file"),
        (("-",), "-o FILE"),
    ]:
        fails(room.run(*words), "HB0601", text, exit_code=2)


def test_exit_codes(room):
    room.write("wrong.hbp", WRONG)
    succeeds(room.run("check", "power.hbp"))
    fails(room.run("check", "wrong.hbp"), "HB04")
    fails(room.run("wrong.hbp", "-o", "ndt"), "HB04")
    assert not (room.path / "ndt").exists()


def test_warnings(room):
    room.write("warned.hbp", BLUEPRINT + "kpi ratio : dB = 10 * log10(4.0);\n")
    assert "warning[HB0421]" in succeeds(room.run("check", "warned.hbp")).stderr
    fails(room.run("check", "warned.hbp", "--werror"), "error[HB0421]")
    document, code = room.document("check", "warned.hbp")
    assert (code, document["status"], document["warnings"]) == (0, "ok", 1), document


def test_json_is_one_document(room):
    room.write("wrong.hbp", WRONG)
    document, code = room.document("check", "power.hbp")
    assert set(document) == {"hermes", "file", "status", "errors", "warnings", "diagnostics"}
    check_codes(document, code)
    document, code = room.document("check", "wrong.hbp")
    assert code == 1 and document["status"] == "error" and document["errors"] >= 1
    document, code = room.document("power.hbp", "-o", "ndt")
    assert code == 0 and document["file"] == "power.hbp"
    document, code = room.document("check", "absent.hbp")
    check_codes(document, code, "HB0001")
    document, code = room.document("--kep")
    assert code == 2
    check_codes(document, code, "HB0601")
    assert document["file"] is None
    document, code = room.document("--print=ast", "power.hbp")
    assert code == 0 and "power" in document["form"]
    document, code = room.document("check", b"\xff\n\".hbp")
    check_codes(document, code, "HB0001")
    document, code = room.document("interpret", "wrong.hbp")
    assert code == 1 and document["errors"] >= 1


def test_error_limit(room):
    lines = "".join(f"kpi k{i} : W = missing_{i};\n" for i in range(9))
    room.write("many.hbp", BLUEPRINT + lines)
    shown = lambda *words: room.run("check", "many.hbp", *words).stderr.count("error[")
    assert (shown(), shown("--error-limit=2"), shown("--error-limit", "0")) == (5, 2, 9)


def test_colour(room):
    room.write("wrong.hbp", WRONG)
    coloured = lambda *words, **env: "\033[" in room.run("check", "wrong.hbp", *words, **env).stderr
    assert not coloured() and coloured("--color=always") and not coloured("--color=never")
    assert coloured("--color=always", NO_COLOR="1") and not coloured(NO_COLOR="")


def test_forms(room):
    for form in ("tokens", "ast", "types", "stages", "ir", "c"):
        assert succeeds(room.run(f"--print={form}", "power.hbp")).stdout.strip(), form
    stages = room.run("--print=stages", "power.hbp").stdout
    assert re.search(r"power\[cell\] +policy +because of `offset`", stages), stages
    types = room.run("--print=types", "power.hbp").stdout
    assert re.search(r"out +power\[cell\] +: dBm +in change", types), types


def test_interpret(room):
    native = succeeds(room.run("power.hbp", "-o", "ndt")) and succeeds(room.twin()).stdout
    words = ("run", "--data", "data", "--format", "json")
    interpreted = succeeds(room.run("interpret", "power.hbp", *words)).stdout
    assert json.loads(native)["kpis"] == json.loads(interpreted)["kpis"]
    usage = room.run("interpret", "power.hbp", "--help")
    assert "compare" in succeeds(usage).stdout


# ---- sources ------------------------------------------------------------------------------------


def test_standard_input(room):
    succeeds(room.run("check", "-", stdin=BLUEPRINT))
    succeeds(room.run("-", "-o", "ndt", stdin=BLUEPRINT))
    succeeds(room.twin())
    fails(room.run("check", "-", stdin=WRONG), "HB04", "<standard input>")


def test_sources_that_are_none(room):
    room.write("large.hbp", b"#" * (4 << 20) + b"\n")
    room.write("nul.hbp", BLUEPRINT + "# \0")
    room.write("latin.hbp", BLUEPRINT.encode() + b"# caf\xe9\n")
    room.write("cut.hbp", BLUEPRINT.encode() + b"# \xe2\x82")
    room.write("surrogate.hbp", BLUEPRINT.encode() + b"# \xed\xa0\x80\n")
    os.mkfifo(room.path / "pipe.hbp")
    for name, code in [("absent.hbp", "HB0001"), ("data", "HB0002"), ("pipe.hbp", "HB0002"),
                       ("large.hbp", "HB0003"), ("nul.hbp", "HB0004"), ("latin.hbp", "HB0005"),
                       ("cut.hbp", "HB0005"), ("surrogate.hbp", "HB0005")]:
        document, exit_code = room.document("check", name)
        assert exit_code == 1
        check_codes(document, 1, code)


def test_byte_order_mark_and_comments_in_any_language(room):
    room.write("marked.hbp", "\ufeff" + BLUEPRINT + "# Sendeleistung ändern, 送信電力\n")
    succeeds(room.run("check", "marked.hbp"))


# ---- building -----------------------------------------------------------------------------------


def test_default_output(room):
    succeeds(room.run("power.hbp"))
    succeeds(room.twin("power"))


def test_output_is_named_as_asked(room):
    for name in ("-leading-blank name", "a'b$(c)", "ndt.exe"):
        succeeds(room.run("power.hbp", f"--output={name}"))
        succeeds(room.twin(name))
    assert not list((room.path / "tmp").iterdir())


def test_output_that_cannot_be_written(room):
    fails(room.run("power.hbp", "-o", "absent/ndt"), "HB0602", "absent/ndt")
    fails(room.run("power.hbp", "-o", "data"), "HB0602", "directory")
    fails(room.run("power.hbp", "-o", "/dev/null"), "HB0602")
    fails(room.run("power.hbp", "-o", "power.hbp"), "HB0602", "source")
    fails(room.run("power.hbp", "-o", "ndt", "--keep=power.hbp"), "HB0602", "source")
    assert (room.path / "power.hbp").read_text() == BLUEPRINT
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with open("/dev/full", "w") as full:
        done = subprocess.run([HERMESC, "--print=c", "power.hbp"], cwd=room.path, stdout=full,
                              stderr=subprocess.PIPE, text=True, env=room.environment)
    assert done.returncode == 1 and "HB0602" in done.stderr, done


def test_keep(room):
    succeeds(room.run("power.hbp", "-o", "ndt", "--keep"))
    kept = (room.path / "ndt.c").read_text()
    assert kept == succeeds(room.run("--print=c", "power.hbp")).stdout
    (room.path / "ndt.c").unlink()
    succeeds(room.run("power.hbp", "-o", "ndt", "--keep=kept.c"))  # the program is cached by now
    assert (room.path / "kept.c").read_text() == kept
    succeeds(room.twin())


def test_c_compilers_that_are_none(room):
    for cc in ("/nonexistent/cc", "false"):
        fails(room.run("power.hbp", "-o", "ndt", CC=cc), "HB0604", cc)
    assert not (room.path / "ndt").exists()
    assert not list((room.path / "tmp").iterdir())
    succeeds(room.run("power.hbp", "-o", "ndt", CC="env gcc"))


def fake_cc(room, script):
    """A C compiler for $CC, named from the room's directory: $CC is split at blanks."""
    room.write("cc", "#!/bin/sh\n" + script).chmod(0o755)
    return "./cc"


def test_a_failing_c_compiler_is_our_fault(room):
    cc = fake_cc(room, 'case "$*" in *twin.c*) echo "twin.c:1: error: no"; exit 1;; esac\n')
    done = room.run("power.hbp", "-o", "ndt", CC=cc)
    fails(done, "HB0690", "error: no", "twin.c")
    kept = [p.name for p in (room.path / "tmp").glob("hermesc-*/*")]
    assert kept == ["twin.c"], kept
    fails(room.run("power.hbp", "-o", "ndt", "--keep=kept.c", CC=cc), "HB0690", "kept.c")
    assert (room.path / "kept.c").exists()


def test_what_does_not_link(room):
    cc = fake_cc(room, 'case "$*" in *" -c "*) ;; *) echo "ld: cannot find -lgsl"; exit 1;; esac\n')
    fails(room.run("power.hbp", "-o", "ndt", CC=cc), "HB0606", "cannot find -lgsl")
    assert not list((room.path / "tmp").iterdir())


def test_a_stopped_c_compiler(room):
    fails(room.run("power.hbp", "-o", "ndt", CC=fake_cc(room, "kill -9 $$\n")), "HB0605")


def test_no_temporary_directory(room):
    fails(room.run("power.hbp", "-o", "ndt", TMPDIR=str(room.path / "nowhere")), "HB0607")


# ---- the cache ----------------------------------------------------------------------------------


def verbose(room, *words, **environment):
    return succeeds(room.run("power.hbp", "-o", "ndt", "--verbose", *words, **environment)).stderr


def test_the_same_again_comes_from_the_cache(room):
    assert "builds anew" in verbose(room)
    first = (room.path / "ndt").read_bytes()
    start = time.monotonic()
    assert "from the cache" in verbose(room)
    print(f"  cached build {1000 * (time.monotonic() - start):.0f} ms", end="")
    assert (room.path / "ndt").read_bytes() == first
    succeeds(room.twin())
    assert "without a cache" in verbose(room, "--no-cache")
    assert len(room.entries()) == 1


def test_what_differs_is_built_anew(room):
    verbose(room)
    room.write("power.hbp", BLUEPRINT.replace("6 dB = 0 dB", "6 dB = 1 dB"))
    assert "builds anew" in verbose(room)
    assert "builds anew" in verbose(room, CC="env gcc")
    os.rename(room.path / "power.hbp", room.path / "other.hbp")
    assert "builds anew" in succeeds(room.run("other.hbp", "-o", "ndt", "--verbose")).stderr
    assert len(room.entries()) == 4


def test_the_cache_is_private(room):
    verbose(room)
    cache = room.path / "cache/hermes"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(entry.stat().st_mode) == 0o600 for entry in room.entries())
    cache.chmod(0o777)
    assert "without a cache" in verbose(room)
    cache.chmod(0o700)
    cache.rename(room.path / "elsewhere")
    cache.symlink_to(room.path / "elsewhere")
    assert "without a cache" in verbose(room)
    if os.geteuid() == 0:
        cache.unlink()
        (room.path / "elsewhere").rename(cache)
        os.chown(cache, 12345, 12345)
        assert "without a cache" in verbose(room)


def test_a_damaged_entry_is_not_used(room):
    damages = [lambda b: b[:-1], lambda b: b[:40], lambda b: b"", lambda b: b + b"x",
               lambda b: b[:100] + bytes([b[100] ^ 1]) + b[101:]]
    verbose(room)
    (entry,) = room.entries()
    whole = entry.read_bytes()
    for damage in damages:
        entry.write_bytes(damage(whole))
        assert "builds anew" in verbose(room)
        succeeds(room.twin())
        assert "from the cache" in verbose(room)
    other = entry.with_name("0" * 64)
    entry.rename(other)  # under a key that is not its own
    room.write("power.hbp", BLUEPRINT + "# changed\n")
    line = verbose(room)
    key = KEY.search(line).group()
    (entry.parent / key).write_bytes(other.read_bytes())
    assert "builds anew" in verbose(room)


def test_a_cache_that_cannot_be_used_is_no_error(room):
    room.write("file", "")
    for home in ("/proc/nothing", str(room.path / "file"), "/dev/null"):
        assert "without a cache" in verbose(room, XDG_CACHE_HOME=home)
        succeeds(room.twin())
    home = room.path / "home"
    assert "builds anew" in verbose(room, XDG_CACHE_HOME="relative", HOME=str(home))
    assert (home / ".cache/hermes").is_dir() and not (room.path / "relative").exists()
    bare = dict(room.environment)
    del bare["XDG_CACHE_HOME"]
    bare.pop("HOME", None)
    done = subprocess.run([HERMESC, "power.hbp", "-o", "ndt"], cwd=room.path, env=bare)
    assert done.returncode == 0


def test_the_cache_is_bounded(room):
    verbose(room)
    cache = room.path / "cache/hermes"
    old, older = cache / ("a" * 64), cache / ("b" * 64)
    half_written, fresh = cache / ".hermes-1-2", cache / ".hermes-3-4"
    for path, size, age in [(old, 300 << 20, 1000), (older, 300 << 20, 2000),
                            (half_written, 1, 9000), (fresh, 1, 0)]:
        path.touch()
        os.truncate(path, size)  # sparse
        os.utime(path, (time.time() - age,) * 2)
    room.write("power.hbp", BLUEPRINT + "# one more\n")
    verbose(room)
    assert old.exists() and not older.exists()
    assert fresh.exists() and not half_written.exists()
    assert len([e for e in room.entries() if KEY.fullmatch(e.name)]) == 3


def test_concurrent_builds(room):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outputs = ["ndt"] * 6 + [f"ndt{i}" for i in range(6)]
        runs = list(pool.map(lambda name: room.run("power.hbp", "-o", name), outputs))
    for done in runs:
        succeeds(done)
    for name in set(outputs):
        succeeds(room.twin(name))
    assert len(room.entries()) == 1
    assert not [p for p in room.path.iterdir() if p.name.startswith(".")]
    assert not list((room.path / "tmp").iterdir())


def test_an_interrupted_build_leaves_nothing(room):
    fake_cc(room, "sleep 1\nexit 1\n")
    child = subprocess.Popen([HERMESC, "power.hbp", "-o", "ndt"], cwd=room.path,
                             env={**room.environment, "CC": "./cc"}, stderr=subprocess.DEVNULL)
    while not list((room.path / "tmp").iterdir()):
        time.sleep(0.01)
    child.terminate()
    assert child.wait(timeout=60) == -15
    assert not list((room.path / "tmp").iterdir())
    assert not (room.path / "ndt").exists()


def test_times(room):
    start = time.monotonic()
    succeeds(room.run("power.hbp", "-o", "ndt"))
    cold = time.monotonic() - start
    print(f"  cold build {1000 * cold:.0f} ms", end="")


# ---- installed ----------------------------------------------------------------------------------


def install(room):
    prefix = room.path / "first place"
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True,
                   capture_output=True)
    moved = room.path / "second place"
    prefix.rename(moved)
    return moved


def test_an_installed_tree_may_be_moved(room):
    prefix = install(room)
    for name in ("bin/hermesc", "lib/libhermes.a", "lib/pkgconfig/hermes.pc",
                 "include/hermes/twin.h", "share/hermes/stdlib/radio/noise.hbp",
                 "share/doc/hermes/LICENSE"):
        assert (prefix / name).is_file(), name
    room.write("noise.hbp", 'blueprint noise "Noise.";\nimport radio.noise;\n'
               "input { width : MHz = 20 MHz; }\nkpi floor : dBm = thermal_noise(width);\n")
    hermesc = prefix / "bin/hermesc"
    done = succeeds(room.run("noise.hbp", "-o", "ndt", "--verbose", hermesc=hermesc))
    elsewhere = done.stderr.replace(str(room.path), "")
    assert f"{BUILD}/" not in elsewhere and f"{SOURCE}/" not in elsewhere, elsewhere
    succeeds(room.twin())
    link = room.path / "hermesc"
    link.symlink_to(hermesc)
    succeeds(room.run("check", "noise.hbp", hermesc=link))


def test_a_lone_hermesc_says_what_it_lacks(room):
    lone = room.path / "lone" / "hermesc"
    lone.parent.mkdir()
    shutil.copy(HERMESC, lone)
    fails(room.run("check", "power.hbp", hermesc=lone), "HB0603")
    fails(room.run("check", "power.hbp", HERMES_HOME="/nonexistent"), "HB0603")
    succeeds(room.run("check", "power.hbp", hermesc=lone, HERMES_HOME=str(install(room))))


def test_plain_c_programs_find_the_library(room):
    prefix = install(room)
    room.write("plain.c", "#include <hermes/units.h>\n"
               "int main(void) { return hermes_unit_one().factor != 1; }\n")
    where = {**room.environment, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "hermes"], check=True, text=True,
                           capture_output=True, env=where).stdout.strip()
    sanitized = "HERMES_SANITIZE:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text()
    sanitizer = "-fsanitize=address,undefined" if sanitized else ""
    subprocess.run(f"cc {sanitizer} plain.c {flags} -o plain && ./plain", shell=True, check=True,
                   cwd=room.path, env=room.environment)


def main():
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        room = Room()
        try:
            print(name[5:].replace("_", " "), end="", flush=True)
            test(room)
            print()
        except Exception as error:  # whatever it is: the other tests still run
            failed += 1
            line = error.__traceback__.tb_next.tb_lineno if error.__traceback__.tb_next else 0
            print(f"\n  FAILED at line {line}: {type(error).__name__}: {error}")
        finally:
            room.holder.cleanup()
    return 1 if failed else 0


sys.exit(main())
