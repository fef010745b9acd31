#!/usr/bin/env python3
"""Runs every S3 client against a server of its own and counts: `run.py build/release/coffer`.

Clients are required: one that cannot be had is a failure. Only the AWS SDK for Go may be skipped,
with the reason in its line. Packages are pinned (requirements.txt, package-lock.json, go.sum) and kept
below build/clients, so that a second run installs nothing.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = ROOT / "build" / "clients"
SUITE_SECONDS_MAX = 300
START_SECONDS_MAX = 30


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def line(self, text):
        print(text, flush=True)
        self.passed += text.startswith("PASS ")
        self.failed += text.startswith("FAIL ")
        self.skipped += text.startswith("SKIP ")


def quiet(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout.decode('utf-8', 'replace')[-800:]}")


def python_clients():
    """The newest boto3 and AWS CLI in a virtual environment, or Debian's when PyPI is out of reach."""
    venv = CACHE / "venv"
    stamp = venv / "requirements.txt"
    wanted = (HERE / "python" / "requirements.txt").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return venv / "bin" / "python", venv / "bin" / "aws"
    try:
        shutil.rmtree(venv, ignore_errors=True)
        quiet(["python3", "-m", "venv", str(venv)])
        quiet([str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
               "-r", str(HERE / "python" / "requirements.txt")])
        stamp.write_text(wanted)
        return venv / "bin" / "python", venv / "bin" / "aws"
    except RuntimeError as error:
        print(f"note: PyPI is out of reach, Debian's boto3 and awscli are used: {str(error)[-200:]}")
        return pathlib.Path("/usr/bin/python3"), pathlib.Path("/usr/bin/aws")


def node_clients():
    """npm packages by the lock file, and npm's own Node 22 (not the system's)."""
    target = CACHE / "js"
    target.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "js" / "package-lock.json").read_text()
    stamp = target / "installed-lock.json"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "js" / name, target / name)
    if not stamp.exists() or stamp.read_text() != lock:
        quiet(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=target)
        stamp.write_text(lock)
    for script in (HERE / "js").glob("*.mjs"):
        shutil.copy(script, target / script.name)
    node = next((target / "node_modules").glob("node-linux-*/bin/node"), None)
    if node is None:
        raise RuntimeError("npm has no Node 22 for this processor")
    return node, target


class Server:
    """A coffer on free ports, with the keys of an admin and of a read-only token."""

    def __init__(self, program, work):
        self.program = program
        self.data = work / "data"
        self.bootstrap = work / "bootstrap.json"
        self.log = open(work / "server.log", "wb")
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(self.data), "--listen-s3", "127.0.0.1:0", "--listen-api",
             "127.0.0.1:0", "--bootstrap-file", str(self.bootstrap)],
            stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.bootstrap.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start: " + (work / "server.log").read_text()[-800:])
            time.sleep(0.02)

    def environment(self, work):
        boot = json.loads(self.bootstrap.read_text())
        reader = json.loads(subprocess.check_output(
            [self.program, "token", "create", "--json", "--data", str(self.data), "--name", "reader",
             "--permission", "object-read-only"]))
        # Nothing that the machine has set up for other clouds may reach a client.
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith(("AWS_", "RCLONE_", "RESTIC_", "COFFER_"))}
        return dict(inherited, COFFER_ENDPOINT=boot["s3_endpoint"],
                    COFFER_ENDPOINT_EU=boot["jurisdiction_endpoints"]["eu"],
                    COFFER_ACCESS_KEY=boot["access_key_id"], COFFER_SECRET_KEY=boot["secret_access_key"],
                    COFFER_READ_ACCESS_KEY=reader["access_key_id"],
                    COFFER_READ_SECRET_KEY=reader["secret_access_key"],
                    COFFER_CLIENT_WORK=str(work), PYTHONPATH=str(HERE / "python"))

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.log.close()
        return code


def run_suite(tally, name, command, environment, cwd=None):
    before = tally.passed + tally.failed
    began = time.monotonic()
    try:
        done = subprocess.run(command, env=environment, cwd=cwd, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SUITE_SECONDS_MAX, check=False)
        output, code = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode("utf-8", "replace")
        code = f"more than {SUITE_SECONDS_MAX} s"
    for line in output.splitlines():
        if line.startswith(("PASS ", "FAIL ", "SKIP ")):
            tally.line(line)
    if code != 0 or tally.passed + tally.failed == before:
        tally.line(f"FAIL {name}: runs to its end: ended with {code}: {output[-600:]!r}")
    print(f"     {name}: {time.monotonic() - began:.1f} s", flush=True)


def go_suite(tally, environment):
    if shutil.which("go") is None:
        tally.line("SKIP aws-sdk-go-v2: no Go is installed")
        return
    program = CACHE / "go-suite"
    try:
        quiet(["go", "build", "-o", str(program), "."], cwd=HERE / "go",
              env=dict(os.environ, GOFLAGS="-mod=mod", GOTOOLCHAIN="local"))
    except RuntimeError as error:
        tally.line(f"SKIP aws-sdk-go-v2: it cannot be built here: {str(error)[-300:]!r}")
        return
    run_suite(tally, "aws-sdk-go-v2", [str(program)], environment)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    only = set(sys.argv[2:])
    CACHE.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    work = pathlib.Path(tempfile.mkdtemp(prefix="coffer-clients-"))
    server = None
    try:
        server = Server(program, work)
        environment = server.environment(work)
        python, aws = python_clients()
        suites = {
            "boto3": [str(python), str(HERE / "python" / "boto3_suite.py")],
            "aws-cli": [str(python), str(HERE / "python" / "cli_suites.py"), "aws-cli", str(aws)],
            "rclone": [str(python), str(HERE / "python" / "cli_suites.py"), "rclone"],
            "s3cmd": [str(python), str(HERE / "python" / "cli_suites.py"), "s3cmd"],
            "restic": [str(python), str(HERE / "python" / "cli_suites.py"), "restic"],
        }
        for name, command in suites.items():
            if not only or name in only:
                run_suite(tally, name, command, environment)
        if not only or only & {"aws-sdk-js-v3", "minio-js"}:
            node, folder = node_clients()
            for name, script in (("aws-sdk-js-v3", "aws_sdk_v3.mjs"), ("minio-js", "minio_client.mjs")):
                if not only or name in only:
                    run_suite(tally, name, [str(node), script], environment, cwd=folder)
        if not only or "aws-sdk-go-v2" in only:
            go_suite(tally, environment)
        code = server.stop()
        server = None
        tally.line("PASS server: stops cleanly" if code == 0 else f"FAIL server: stops cleanly: code {code}")
    except Exception as error:  # set-up failed: that is a failure, not a crash of the runner
        tally.line(f"FAIL clients: set up: {type(error).__name__}: {error}")
    finally:
        if server is not None:
            server.process.kill()
        if tally.failed:
            log = (work / "server.log").read_text(errors="replace")
            (CACHE / "server.log").write_text(log)
        shutil.rmtree(work, ignore_errors=True)
    print(f"clients: {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
