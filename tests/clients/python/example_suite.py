"""An example as its README says to run it: `example_suite.py NAME COMMAND...`."""

import os
import sys

from suite import ACCESS_KEY, ENDPOINT, SECRET_KEY, Suite, equal, run

name, *command = sys.argv[1:]
suite = Suite(f"examples/{name}")
SETTINGS = {"CLOUDFLARE_ACCOUNT_ID": os.environ["COFFER_ACCOUNT"], "R2_ENDPOINT": ENDPOINT}
CREATE_TOKEN = dict(SETTINGS, CLOUDFLARE_API_BASE_URL=os.environ["COFFER_API"],
                    CLOUDFLARE_API_TOKEN=os.environ["COFFER_MANAGER_TOKEN"])
TEMPORARY = dict(SETTINGS, AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY,
                 R2_BUCKET="example-temporary")


def fails(settings, words):
    code, text = run(command, env=settings, ok=False)
    equal(code, 1, text)
    equal([line for line in text.splitlines() if line.startswith("failed: ")], text.splitlines(), "output")
    assert words in text, text


def creates_token():
    for _ in range(2):  # the bucket is there the second time
        _, text = run(command, env=CREATE_TOKEN)
        first, second, third = text.strip().splitlines()
        assert first.startswith("Access Key ID: "), text
        equal(second, f"hello.txt: {len(third) + 1} bytes", "listed")
        assert third.startswith("Hello from "), text


def creates_no_token():
    fails(dict(CREATE_TOKEN, CLOUDFLARE_API_TOKEN=os.environ["COFFER_VIEW_TOKEN"]), "Authentication error [10000]")
    fails(dict(CREATE_TOKEN, R2_ENDPOINT=""), "R2_ENDPOINT")


def mints():
    api = ["curl", "-sS", "-H", f"Authorization: Bearer {os.environ['COFFER_TOKEN']}", "-H",
           "Content-Type: application/json"]
    run([*api, "--data", '{"name": "example-temporary"}',
         f"{os.environ['COFFER_API']}/accounts/{os.environ['COFFER_ACCOUNT']}/r2/buckets"])
    _, text = run(command, env=TEMPORARY)
    equal(text.splitlines(), ["uploads/alice/hello.txt: Hello from a temporary credential",
                              "hello.txt, which is outside: 403"], "output")


def mints_nothing():
    fails(dict(TEMPORARY, AWS_SECRET_ACCESS_KEY="0" * 64), "X-Amz-Security-Token")
    fails(dict(TEMPORARY, R2_BUCKET=""), "R2_BUCKET")


if name == "temporary-credentials":
    suite.check("is allowed inside its prefix and refused outside", mints)
    suite.check("says why it fails", mints_nothing)
else:
    suite.check("creates a token and uses it as an S3 key", creates_token)
    suite.check("says why it fails", creates_no_token)
