"""What the integration tests share: a server on free ports, an S3 client with SigV4 by hand, raw sockets.

A test file is run as `start_test.py build/debug/coffer [unittest arguments]` and ends with `harness.main()`.
"""

import collections
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

# Nothing here waits this long unless it is broken, also under a sanitizer on a busy machine.
DEADLINE_S = 30
EXIT_SKIPPED = 77
# The sanitizers' builds are slower and bigger: what is measured there says nothing.
SANITIZED = bool(os.environ.get("COFFER_SANITIZE"))
PROGRAM = None

Answer = collections.namedtuple("Answer", "status headers body")


def wait_until(condition, what):
    """Polls until the condition holds, and returns its value."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {DEADLINE_S} s for {what}")
        time.sleep(0.005)


def clean_environment(more=None):
    """Without settings and credentials of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COFFER_", "AWS_"))}
    return {**kept, **(more or {})}


def split_url(url):
    """(host, port) of http://host:port."""
    host, port = url.split("//", 1)[1].rsplit(":", 1)
    return host, int(port.split("/", 1)[0])


class Case(unittest.TestCase):
    """A test with a directory of its own, and servers that end with it."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="coffer-it-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)

    def server(self, *flags, **options):
        """A started server; see Server."""
        server = Server(self.work, *flags, **options)
        self.addCleanup(server.end)
        server.start()
        return server

    def run_coffer(self, *arguments, environment=None, cwd=None, check=None):
        """Runs the program to its end: CompletedProcess with text. `check` is the exit code it must have."""
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=cwd,
                              env=clean_environment(environment), timeout=DEADLINE_S, check=False)
        if check is not None:
            self.assertEqual(done.returncode, check, f"{arguments}: {done.stdout}{done.stderr}")
        return done

    def operate(self, data, *arguments):
        """The JSON result of an operator's command on a data directory."""
        done = self.run_coffer(*arguments, "--data", data, "--json", check=0)
        return json.loads(done.stdout)


class Server:
    """A coffer on free ports. Flags given here take the place of the usual ones."""

    def __init__(self, work, *flags, name="server", data=None, bootstrap=True, access_log="off", environment=None,
                 limit_files=None):
        self.work = pathlib.Path(work)
        self.data = pathlib.Path(data) if data else self.work / "data"
        self.bootstrap_file = self.work / "bootstrap.json"
        self.log_file = self.work / f"{name}.log"
        self.out_file = self.work / f"{name}.out"
        self.environment = clean_environment(environment)
        self.limit_files = limit_files
        usual = {"--data": self.data, "--access-log": access_log, "--listen-s3": "127.0.0.1:0",
                 "--listen-api": "127.0.0.1:0"}
        if bootstrap:
            usual["--bootstrap-file"] = self.bootstrap_file
        flags = [str(flag) for flag in flags]
        self.command = [PROGRAM, "serve", *flags]
        for flag, value in usual.items():
            if flag not in flags:
                self.command += [flag, str(value)]
        self.process = None
        self.started_in_s = None

    def spawn(self):
        """Starts the process and waits for nothing."""
        began = time.monotonic()
        with open(self.log_file, "ab") as log, open(self.out_file, "ab") as out:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=self.environment,
                preexec_fn=self.limit_files)
        return began

    def start(self):
        """Starts and waits for the bootstrap file, which is written last."""
        before = self.stamp()
        began = self.spawn()
        wait_until(lambda: self.stamp() != before or self.process.poll() is not None, "the bootstrap file")
        self.started_in_s = time.monotonic() - began
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}: {self.log()[-2000:]}")
        self.boot = json.loads(self.bootstrap_file.read_text())

    def stamp(self):
        try:
            found = self.bootstrap_file.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def wait_for_log(self, text):
        wait_until(lambda: text in self.log(), f"'{text}' in the log")

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(timeout=DEADLINE_S)

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def s3(self, keys=None, jurisdiction=None, **options):
        """A client with the bootstrap token's keys, or with those of an operator command's result."""
        url = self.boot["jurisdiction_endpoints"][jurisdiction] if jurisdiction else self.boot["s3_endpoint"]
        keys = keys or self.boot
        return S3(url, keys["access_key_id"], keys["secret_access_key"], **options)

    def api(self, path, method="GET"):
        host, port = split_url(self.boot["api_endpoint"])
        with contextlib.closing(http.client.HTTPConnection(host, port, timeout=DEADLINE_S)) as connection:
            connection.request(method, path)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def raw(self):
        return Raw(*split_url(self.boot["s3_endpoint"]))

    def memory(self):
        """Resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


class Signer:
    """AWS Signature Version 4, of the header and of presigned URLs."""

    def __init__(self, access, secret, region="auto"):
        self.access, self.secret, self.region = access, secret, region

    @staticmethod
    def now():
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")

    @staticmethod
    def quote(text):
        return urllib.parse.quote(text, safe="-._~")

    def query(self, pairs):
        return "&".join(f"{self.quote(name)}={self.quote(value)}" for name, value in sorted(pairs.items()))

    def scope(self, time_text):
        return f"{time_text[:8]}/{self.region}/s3/aws4_request"

    def signature(self, method, path, query, headers, digest, time_text):
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = "\n".join([method, path, query, lines, ";".join(sorted(headers)), digest])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", time_text, self.scope(time_text),
                             hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for piece in self.scope(time_text).split("/"):
            key = hmac.new(key, piece.encode(), hashlib.sha256).digest()
        return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()

    def sign(self, method, host, path, pairs=None, headers=None, digest="UNSIGNED-PAYLOAD"):
        """All headers of a request, `host` and the signature included."""
        time_text = self.now()
        signed = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": time_text,
                  **{name.lower(): value for name, value in (headers or {}).items()}}
        signature = self.signature(method, path, self.query(pairs or {}), signed, digest, time_text)
        return {**signed, "authorization":
                f"AWS4-HMAC-SHA256 Credential={self.access}/{self.scope(time_text)}, "
                f"SignedHeaders={';'.join(sorted(signed))}, Signature={signature}"}

    def presign(self, method, host, path, seconds=300):
        """Path and query of a presigned URL."""
        time_text = self.now()
        pairs = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.access}/{self.scope(time_text)}",
                 "X-Amz-Date": time_text, "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host"}
        pairs["X-Amz-Signature"] = self.signature(method, path, self.query(pairs), {"host": host},
                                                  "UNSIGNED-PAYLOAD", time_text)
        return f"{path}?{self.query(pairs)}"


class S3:
    """Signed requests over one kept connection."""

    def __init__(self, url, access, secret, context=None):
        self.host, self.port = split_url(url)
        self.authority = f"{self.host}:{self.port}"
        self.signer = Signer(access, secret)
        if url.startswith("https:"):
            self.connection = http.client.HTTPSConnection(self.host, self.port, timeout=DEADLINE_S,
                                                          context=context or ssl.create_default_context())
        else:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, method, path, pairs=None, body=b"", headers=None, digest=None):
        digest = digest or hashlib.sha256(body).hexdigest()
        signed = self.signer.sign(method, self.authority, path, pairs, headers, digest)
        query = self.signer.query(pairs or {})
        return self.exchange(method, path + ("?" + query if query else ""), body, signed)

    def exchange(self, method, target, body=b"", headers=None):
        """As given: nothing is signed."""
        self.connection.request(method, target, body, headers or {})
        answer = self.connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def get(self, path, pairs=None, **more):
        return self.send("GET", path, pairs, **more)

    def put(self, path, body=b"", **more):
        return self.send("PUT", path, body=body, **more)

    def delete(self, path, pairs=None):
        return self.send("DELETE", path, pairs)

    def presign(self, method, path, seconds=300):
        return self.signer.presign(method, self.authority, path, seconds)


class Raw:
    """A socket that sends exactly what it is told to, and reads answers one by one."""

    def __init__(self, host, port):
        self.authority = f"{host}:{port}"
        self.socket = socket.create_connection((host, port), timeout=DEADLINE_S)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(ConnectionError):  # the answer tells why
            self.socket.sendall(data)

    def end_sending(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def read_more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.pending += data
        return bool(data)

    def receive(self, head_only=False):
        """The next answer, or None when the connection ends before a whole one."""
        while b"\r\n\r\n" not in self.pending:
            if not self.read_more():
                return None
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        length = 0 if head_only or status < 200 else int(headers.get("content-length", 0))
        while len(self.pending) < length:
            if not self.read_more():
                return None
        body, self.pending = self.pending[:length], self.pending[length:]
        return Answer(status, headers, body)

    def at_end(self):
        """The peer ends the connection and sends nothing more before."""
        while self.read_more():
            pass
        return not self.pending


def head_bytes(method, target, headers):
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def make_certificate(folder, name):
    """A self-signed certificate for 127.0.0.1: (certificate, key)."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-noenc", "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", str(certificate), "-keyout", str(key)], check=True, capture_output=True)
    return certificate, key


def main():
    """Runs the tests of the calling file; the first argument is the program."""
    global PROGRAM
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    ran = unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2).result
    if not ran.wasSuccessful():
        sys.exit(1)
    if not ran.skipped or len(ran.skipped) < ran.testsRun:
        sys.exit(0)
    # tools/run_tests.py looks for this word, which tells a skipped test from one that was not built.
    print(f"SKIP_ everything: {ran.skipped[0][1]}", flush=True)
    sys.exit(EXIT_SKIPPED)
