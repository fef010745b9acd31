#!/usr/bin/env python3
"""What `make test` runs: build, ctest, the real clients, the dashboard, the crash test; all of them, whatever fails.

Prints the seconds of every stage and, as its last line, `coffer: N passed, N failed, N skipped`. The
unit of counting is the single test: a GoogleTest case, a client's check, a ctest entry that is not a
GoogleTest program.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PROGRAM = BUILD / "coffer"
REPORTS = BUILD / "reports"


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def build(jobs):
    """Configures with the tests (a plain `make build` leaves them out) and builds all that will build."""
    cache = BUILD / "CMakeCache.txt"
    if not cache.exists() or "COFFER_TESTS:BOOL=ON" not in cache.read_text():
        subprocess.run(["cmake", "--preset", "release", "-DCOFFER_TESTS=ON"], cwd=ROOT, check=True)
    dashboard = subprocess.run([ROOT / "tools" / "build-dashboard"], env=dict(os.environ, REQUIRE="1"),
                               check=False)
    done = subprocess.run(["ninja", "-C", str(BUILD), f"-j{jobs}", "-k", "0", "--quiet"], check=False)
    return Counts(failed=(done.returncode != 0) + (dashboard.returncode != 0))


def unit_tests(jobs):
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    summary = REPORTS / "ctest.xml"
    # A trailing slash makes it a directory: each GoogleTest program leaves <its name>.xml there.
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{REPORTS}/cases/")
    done = subprocess.run(
        ["ctest", "--test-dir", str(BUILD), "--parallel", str(jobs), "--output-on-failure",
         "--output-junit", str(summary)], env=environment, check=False)
    counts = Counts()
    entries = list(ElementTree.parse(summary).getroot().iter("testcase")) if summary.exists() else []
    for entry in entries:
        cases = REPORTS / "cases" / f"{entry.get('name')}.xml"
        if cases.exists() and cases.stat().st_size > 0:
            counts.add(count_cases(cases))
        elif entry.get("status") == "run":
            counts.passed += 1
        elif entry.find("skipped") is not None or entry.get("status") in ("notrun", "disabled"):
            # ctest also calls a program that was not built "not run".
            if "SKIP_" in (entry.findtext("system-out") or "") or entry.get("status") == "disabled":
                counts.skipped += 1
            else:
                counts.failed += 1
        else:
            counts.failed += 1
    if not entries or (done.returncode != 0 and counts.failed == 0):
        counts.failed += 1
    return counts


def count_cases(path):
    counts = Counts()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None:
            counts.failed += 1
        elif case.get("result") == "skipped" or case.get("status") == "notrun":
            counts.skipped += 1
        else:
            counts.passed += 1
    return counts


def counted_by_itself(name, command):
    """A runner that ends with `<name>: N passed, N failed, N skipped`."""
    closing = re.compile(rf"{name}: (\d+) passed, (\d+) failed, (\d+) skipped")
    counts = None
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            if found := closing.fullmatch(line.strip()):
                counts = Counts(*map(int, found.groups()))
    if counts is None:
        print(f"{name}: ended without its closing line")
        counts = Counts(failed=1)
    if running.returncode != 0 and counts.failed == 0:
        counts.failed += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    jobs = parser.parse_args().jobs

    stages = [("build", lambda: build(jobs)), ("ctest", lambda: unit_tests(jobs))]
    clients = ROOT / "tests" / "clients" / "run.sh"
    if clients.exists():
        stages.append(("clients", lambda: counted_by_itself("clients", [str(clients), str(PROGRAM)])))
    dashboard = ROOT / "tests" / "dashboard" / "run.py"
    if dashboard.exists():
        stages.append(("dashboard", lambda: counted_by_itself("dashboard", [str(dashboard), str(PROGRAM)])))
    crash = ROOT / "tests" / "crash" / "kill.py"
    if crash.exists():
        stages.append(("crash", lambda: counted_by_itself("crash", [str(crash), str(PROGRAM)])))

    total = Counts()
    lines = []
    for name, run in stages:
        print(f"--- {name}", flush=True)
        began = time.monotonic()
        try:
            counts = run()
        except (OSError, subprocess.SubprocessError, ElementTree.ParseError) as error:
            print(f"{name}: {error}")
            counts = Counts(failed=1)
        total.add(counts)
        lines.append(f"stage {name}: {time.monotonic() - began:.0f} s, {counts}")
        sys.stdout.flush()
    print("---")
    for line in lines:
        print(line)
    print(f"coffer: {total}", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
