"""What every client suite shares: the endpoint's environment, checks that print one line each, and
the test data. A suite prints `PASS client: claim` or `FAIL client: claim: why`; run.py counts."""

import hashlib
import os
import pathlib
import subprocess
import sys
import traceback

ENDPOINT = os.environ["COFFER_ENDPOINT"]
ENDPOINT_EU = os.environ["COFFER_ENDPOINT_EU"]
ACCESS_KEY = os.environ["COFFER_ACCESS_KEY"]
SECRET_KEY = os.environ["COFFER_SECRET_KEY"]
READ_ACCESS_KEY = os.environ["COFFER_READ_ACCESS_KEY"]
READ_SECRET_KEY = os.environ["COFFER_READ_SECRET_KEY"]
WORK = pathlib.Path(os.environ["COFFER_CLIENT_WORK"])

SMALL = b"hello coffer\n"
# Four parts of 5 MiB and a bit: multipart in every client at its default or smallest setting.
LARGE = hashlib.shake_256(b"coffer large object").digest(21 * 1024 * 1024 + 17)
# Everything that has broken a client or a server: spaces, plus, percent, quotes, Unicode, dots.
ODD_KEYS = [
    "odd/space and+plus.txt",
    "odd/percent%25%2F.txt",
    "odd/quotes'\"&<>.txt",
    "odd/ümlaut-名前-🙂.txt",
    "odd/(brackets)[]{}=;,@$!~.txt",
    "odd/a:b*c.txt",
]


class Suite:
    def __init__(self, client):
        self.client = client

    def check(self, claim, function):
        try:
            function()
        except Exception as error:  # a failed claim must not hide the others
            text = str(error).strip().replace("\n", " | ")[:600]
            where = traceback.extract_tb(sys.exc_info()[2])[-1].lineno
            print(f"FAIL {self.client}: {claim}: {type(error).__name__} line {where}: {text}", flush=True)
        else:
            print(f"PASS {self.client}: {claim}", flush=True)


def run(command, env=None, stdin=None, ok=True):
    """Runs a command; with ok=True a non-zero exit is an error that carries its output."""
    full = dict(os.environ)
    full.update(env or {})
    done = subprocess.run(command, env=full, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=240, check=False)
    text = done.stdout.decode("utf-8", "replace")
    if ok and done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {text[-500:]}")
    return done.returncode, text


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: {str(actual)[:200]!r} is not {str(expected)[:200]!r}")


def write_file(name, data):
    path = WORK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path)
