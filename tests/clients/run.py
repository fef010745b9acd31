#!/usr/bin/env python3
"""Runs every client against a server of its own and counts: `run.py build/release/coffer [CLIENT...]`.

Clients are required: one that cannot be had is a failure. Only those written in Go may be skipped,
with the reason in their lines. Packages are pinned (requirements.txt, package-lock.json, go.sum) and
kept below build/clients, so that a second run installs nothing.
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
EXAMPLES = ROOT / "examples"
CACHE = ROOT / "build" / "clients"
SUITE_SECONDS_MAX = 300
START_SECONDS_MAX = 30

USER = "ada@example.com"
# The tokens of the suites, by the name that their variables begin with: COFFER_<NAME>_TOKEN is the
# value, ..._ACCESS_KEY and ..._SECRET_KEY are the S3 keys.
TOKENS = {
    "READ": ["--permission", "object-read-only"],
    "VIEW": ["--permission", "admin-read-only"],
    "SCOPED": ["--permission", "object-read-write", "--bucket", "scoped-suite"],
    "MANAGER": ["--permission", "Account API Tokens Write", "--permission", "Workers R2 Storage Write"],
    "USER": ["--user", USER, "--permission", "API Tokens Write", "--permission", "User Details Write",
             "--permission", "Memberships Read", "--permission", "Account Settings Write",
             "--permission", "Account API Tokens Write", "--permission", "Workers R2 Storage Write"],
}


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
    """The newest Python clients in a virtual environment, or Debian's when PyPI is out of reach."""
    venv = CACHE / "venv"
    stamp = venv / "requirements.txt"
    lists = [HERE / "python" / "requirements.txt", EXAMPLES / "python" / "requirements.txt"]
    wanted = "".join(each.read_text() for each in lists)
    if stamp.exists() and stamp.read_text() == wanted:
        return venv / "bin" / "python", venv / "bin" / "aws"
    try:
        shutil.rmtree(venv, ignore_errors=True)
        quiet(["python3", "-m", "venv", str(venv)])
        quiet([str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
               *(argument for each in lists for argument in ("-r", str(each)))])
        stamp.write_text(wanted)
        return venv / "bin" / "python", venv / "bin" / "aws"
    except RuntimeError as error:
        print(f"note: PyPI is out of reach, Debian's boto3 and awscli are used: {str(error)[-200:]}")
        return pathlib.Path("/usr/bin/python3"), pathlib.Path("/usr/bin/aws")


def npm_folder(source, target):
    """A copy of the folder, with its packages by the lock file."""
    target.mkdir(parents=True, exist_ok=True)
    lock = (source / "package-lock.json").read_text()
    stamp = target / "installed-lock.json"
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, target / file.name)
    if not stamp.exists() or stamp.read_text() != lock:
        quiet(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=target)
        stamp.write_text(lock)
    return target


def node_clients():
    """The npm clients, and npm's own Node 22 (not the system's)."""
    target = npm_folder(HERE / "js", CACHE / "js")
    node = next((target / "node_modules").glob("node-linux-*/bin/node"), None)
    if node is None:
        raise RuntimeError("npm has no Node 22 for this processor")
    return str(node), target


class Server:
    """A coffer on free ports, with the bootstrap token and those of TOKENS."""

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

    def command(self, *arguments):
        return json.loads(subprocess.check_output(
            [self.program, *arguments, "--json", "--data", str(self.data)]))

    def environment(self, work):
        boot = json.loads(self.bootstrap.read_text())
        # Nothing that the machine has set up for other clouds may reach a client, nor a proxy.
        inherited = {name: value for name, value in os.environ.items()
                     if not name.startswith(("AWS_", "CF_", "CLOUDFLARE_", "COFFER_", "RCLONE_", "RESTIC_",
                                             "WRANGLER_")) and not name.lower().endswith("_proxy")}
        environment = dict(
            inherited, COFFER_ENDPOINT=boot["s3_endpoint"],
            COFFER_ENDPOINT_EU=boot["jurisdiction_endpoints"]["eu"], COFFER_API=boot["api_endpoint"],
            COFFER_ACCOUNT=boot["account_id"], COFFER_USER=USER, COFFER_TOKEN=boot["api_token"],
            COFFER_ACCESS_KEY=boot["access_key_id"], COFFER_SECRET_KEY=boot["secret_access_key"],
            COFFER_CLIENT_WORK=str(work), PYTHONPATH=str(HERE / "python"))
        self.command("member", "add", "--email", USER, "--role", "Super Administrator - All Privileges")
        for name, permissions in TOKENS.items():
            token = self.command("token", "create", "--name", name.lower(), *permissions)
            environment[f"COFFER_{name}_TOKEN"] = token["value"]
            environment[f"COFFER_{name}_ACCESS_KEY"] = token["access_key_id"]
            environment[f"COFFER_{name}_SECRET_KEY"] = token["secret_access_key"]
        return environment

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


def go_program(name, folder, package):
    """The program, built; or None and why there is none."""
    if shutil.which("go") is None:
        return None, "no Go is installed"
    program = CACHE / name
    try:
        quiet(["go", "build", "-o", str(program), package], cwd=folder,
              env=dict(os.environ, GOFLAGS="-mod=readonly", GOTOOLCHAIN="local"))
    except RuntimeError as error:
        return None, f"it cannot be built here: {str(error)[-300:]!r}"
    return program, ""


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    only = set(sys.argv[2:])
    CACHE.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    work = pathlib.Path(tempfile.mkdtemp(prefix="coffer-clients-"))
    server = None

    def run(name, *command, cwd=None):
        if not only or name in only:
            run_suite(tally, name, list(map(str, command)), environment, cwd)

    def run_go(name, folder, package, *before):
        if only and name not in only:
            return
        built, why = go_program(name.replace("/", "-"), folder, package)
        if built:
            run(name, *before, built)
        else:
            tally.line(f"SKIP {name}: {why}")

    try:
        server = Server(program, work)
        environment = server.environment(work)
        python, aws = python_clients()
        scripts = HERE / "python"
        run("boto3", python, scripts / "boto3_suite.py")
        run("aws-cli", python, scripts / "cli_suites.py", "aws-cli", aws)
        for name in ("rclone", "s3cmd", "restic"):
            run(name, python, scripts / "cli_suites.py", name)
        run("curl", python, scripts / "curl_suite.py")
        run("cloudflare-python", python, scripts / "cloudflare_suite.py")

        node, folder = node_clients()
        run("aws-sdk-js-v3", node, "aws_sdk_v3.mjs", cwd=folder)
        run("minio-js", node, "minio_client.mjs", cwd=folder)
        run("cloudflare-js", node, "cloudflare_sdk.mjs", cwd=folder)
        run("wrangler", python, scripts / "wrangler_suite.py", node, folder / "node_modules/wrangler/bin/wrangler.js")

        run_go("aws-sdk-go-v2", HERE / "go", ".")
        run_go("cloudflare-go", HERE / "go", "./cloudflare")

        example = (python, scripts / "example_suite.py")
        for name in ("javascript", "temporary-credentials"):
            folder = npm_folder(EXAMPLES / name, CACHE / "examples" / name)
            run(f"examples/{name}", *example, name, node, folder / "main.mjs")
        run("examples/python", *example, "python", python, EXAMPLES / "python" / "main.py")
        run_go("examples/go", EXAMPLES / "go", ".", *example, "go")
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
