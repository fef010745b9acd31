#!/usr/bin/env python3
"""The dashboard's tests: `run.py build/release/coffer [--logic|--browser] [Playwright's arguments...]`.

Vitest for its logic, then Playwright with Debian's Chromium against servers of its own. The program
must have been built with the dashboard (tools/build-dashboard, which also installs the packages).
Ends with `dashboard: N passed, N failed, N skipped`.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DASHBOARD = ROOT / "dashboard"
REPORT = ROOT / "build" / "dashboard" / "vitest.json"
CLOSING = re.compile(r"dashboard: (\d+) passed, (\d+) failed, (\d+) skipped")
SECONDS_MAX = 900


def command(*words):
    return [str(DASHBOARD / "tools" / "with-node.sh"), *words]


def logic():
    """Vitest's counts."""
    REPORT.unlink(missing_ok=True)
    done = subprocess.run(
        command("vitest", "run", "--reporter=dot", "--reporter=json", f"--outputFile.json={REPORT}"),
        cwd=DASHBOARD, env=with_packages(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS_MAX, check=False)
    if not REPORT.exists():
        print(f"FAIL logic: Vitest left no report: {done.stdout[-2000:]}")
        return [0, 1, 0]
    report = json.loads(REPORT.read_text())
    passed, failed = report["numPassedTests"], report["numFailedTests"]
    skipped = report["numPendingTests"] + report["numTodoTests"]
    if done.returncode != 0:
        print(done.stdout[-6000:])
        failed = max(failed, 1)
    print(f"     logic: {passed} passed, {failed} failed, {skipped} skipped")
    return [passed, failed, skipped]


def browser(program, arguments):
    """Playwright's counts; its lines go out as they come."""
    environment = with_packages()
    environment["COFFER_PROGRAM"] = program
    counts = None
    with subprocess.Popen(command("playwright", "test", "--config", "e2e/playwright.config.ts", *arguments),
                          cwd=DASHBOARD, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as running:
        for line in running.stdout:
            if found := CLOSING.fullmatch(line.strip()):
                counts = list(map(int, found.groups()))
            else:
                print(line, end="", flush=True)
    if counts is None:
        print("FAIL browser: Playwright ended without its closing line")
        return [0, 1, 0]
    if running.returncode != 0 and counts[1] == 0:
        counts[1] = 1
    return counts


def with_packages():
    environment = dict(os.environ)
    environment["PATH"] = f"{DASHBOARD / 'node_modules' / '.bin'}:{environment['PATH']}"
    return environment


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    arguments = sys.argv[2:]
    totals = [0, 0, 0]
    if "--browser" not in arguments:
        totals = [a + b for a, b in zip(totals, logic())]
    if "--logic" not in arguments:
        rest = [each for each in arguments if each != "--browser"]
        totals = [a + b for a, b in zip(totals, browser(program, rest))]
    print(f"dashboard: {totals[0]} passed, {totals[1]} failed, {totals[2]} skipped", flush=True)
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
