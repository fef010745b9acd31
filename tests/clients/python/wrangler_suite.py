"""wrangler, as a person runs it: `wrangler_suite.py NODE WRANGLER_JS`."""

import json
import os
import subprocess
import sys
import time

import boto3
from botocore.config import Config

from suite import ACCESS_KEY, ENDPOINT, LARGE, ODD_KEYS, SECRET_KEY, SMALL, WORK, Suite, equal, write_file

NODE, WRANGLER = sys.argv[1:]
ACCOUNT = os.environ["COFFER_ACCOUNT"]
ADMIN = os.environ["COFFER_TOKEN"]
BUCKET = "wrangler-suite"
HOME = WORK / "wrangler"
SECONDS_MAX = 60
suite = Suite("wrangler")
s3 = boto3.client("s3", endpoint_url=ENDPOINT, region_name="auto", aws_access_key_id=ACCESS_KEY,
                  aws_secret_access_key=SECRET_KEY, config=Config(s3={"addressing_style": "path"}))


def environment(token):
    return {"CLOUDFLARE_API_BASE_URL": os.environ["COFFER_API"], "CLOUDFLARE_API_TOKEN": token,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT, "CI": "1", "WRANGLER_SEND_METRICS": "false",
            "HOME": str(HOME), "TMPDIR": str(HOME), "NO_COLOR": "1", "PATH": os.environ["PATH"],
            "NODE_COMPILE_CACHE": str(HOME / "compiled")}


def run(*arguments, token=ADMIN, stdin=b"", ok=True):
    """What it printed; of a command that is to fail also what it said on stderr."""
    done = subprocess.run([NODE, WRANGLER, *arguments], env=environment(token), cwd=HOME, input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS_MAX, check=False)
    said = done.stderr.decode("utf-8", "replace")
    if ok:
        equal(done.returncode, 0, f"{' '.join(arguments)}: {said} {done.stdout[-500:]!r}")
        return done.stdout
    text = done.stdout.decode("utf-8", "replace") + said
    assert done.returncode != 0, f"{' '.join(arguments)} succeeded: {text}"
    assert "    at " not in text, f"a stack trace: {text}"
    return text


def text(*arguments, **named):
    return run(*arguments, **named).decode()


def contains(output, *words):
    for word in words:
        assert word in output, f"no {word!r} in {output[-800:]}"


def refused(code, *arguments, token):
    contains(run(*arguments, token=token, ok=False), f"[code: {code}]")


def prepare():
    """A home without a word of any other Cloudflare, and no look at npm for a newer version."""
    HOME.mkdir()
    cache = HOME / "update-check" / "wrangler-latest.json"
    cache.parent.mkdir()
    cache.write_text(json.dumps({"latest": None, "lastUpdate": int(time.time() * 1000)}))


def whoami():
    contains(text("whoami"), "Account API Token", ACCOUNT)
    contains(text("whoami", token=os.environ["COFFER_USER_TOKEN"]),
             "User API Token", os.environ["COFFER_USER"], ACCOUNT)


def buckets():
    text("r2", "bucket", "create", BUCKET, "--location", "weur")
    contains(text("r2", "bucket", "list"), BUCKET)
    text("r2", "bucket", "update", "storage-class", BUCKET, "-s", "InfrequentAccess")
    contains(run("r2", "bucket", "create", BUCKET, ok=False), "[code: 10004]")


def objects():
    source = write_file("wrangler-large.bin", LARGE)
    text("r2", "object", "put", f"{BUCKET}/dir/large.bin", "--file", source, "--remote",
         "--content-type", "text/plain")
    run("r2", "object", "put", f"{BUCKET}/piped", "--pipe", "--remote", stdin=SMALL)
    equal(s3.head_object(Bucket=BUCKET, Key="dir/large.bin")["ContentType"], "text/plain", "content type")
    back = HOME / "back.bin"
    text("r2", "object", "get", f"{BUCKET}/dir/large.bin", "--file", str(back), "--remote")
    assert back.read_bytes() == LARGE
    equal(run("r2", "object", "get", f"{BUCKET}/piped", "--pipe", "--remote"), SMALL, "piped")


def information():
    about = json.loads(run("r2", "bucket", "info", BUCKET, "--json"))
    equal((about["name"], about["location"], about["default_storage_class"], int(about["object_count"])),
          (BUCKET, "WEUR", "InfrequentAccess", 2), "information")


def deletes_objects():
    text("r2", "object", "delete", f"{BUCKET}/piped", "--remote")
    contains(run("r2", "object", "get", f"{BUCKET}/piped", "--pipe", "--remote", ok=False),
             "The specified key does not exist")
    contains(run("r2", "object", "get", "no-such-bucket/a", "--pipe", "--remote", ok=False), "does not exist")


def odd_names():
    # wrangler does not encode keys: the percent sign of an escape is the escape's, to its server too.
    keys = [key for key in ODD_KEYS if "%" not in key]
    listed = [{"key": key, "file": write_file(f"wrangler-odd/{i}", key.encode())} for i, key in enumerate(keys)]
    listing = write_file("wrangler-bulk.json", json.dumps(listed).encode())
    text("r2", "bulk", "put", BUCKET, "--filename", listing, "--remote")
    stored = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix="odd/")["Contents"]]
    equal(sorted(stored), sorted(keys), "stored")
    for key in keys:
        equal(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode(), key, "body")
    for key in keys[:3]:
        equal(run("r2", "object", "get", f"{BUCKET}/{key}", "--pipe", "--remote").decode(), key, "body")
    run("r2", "object", "delete", f"{BUCKET}/{keys[0]}", "--remote")
    equal(s3.list_objects_v2(Bucket=BUCKET, Prefix="odd/")["KeyCount"], len(keys) - 1, "stored after a delete")


def jurisdiction():
    name = f"{BUCKET}-eu"
    text("r2", "bucket", "create", name, "--jurisdiction", "eu")
    contains(text("r2", "bucket", "list", "--jurisdiction", "eu"), name)
    assert name not in text("r2", "bucket", "list")
    run("r2", "object", "put", f"{name}/a", "--pipe", "--remote", "--jurisdiction", "eu", stdin=SMALL)
    equal(run("r2", "object", "get", f"{name}/a", "--pipe", "--remote", "--jurisdiction", "eu"), SMALL, "body")
    about = json.loads(run("r2", "bucket", "info", name, "--json", "--jurisdiction", "eu"))
    equal(int(about["object_count"]), 1, "objects")
    text("r2", "object", "delete", f"{name}/a", "--remote", "--jurisdiction", "eu")
    text("r2", "bucket", "delete", name, "--jurisdiction", "eu")


def read_only():
    viewer = os.environ["COFFER_VIEW_TOKEN"]
    contains(text("r2", "bucket", "list", token=viewer), BUCKET)
    refused(10000, "r2", "bucket", "create", f"{BUCKET}-no", token=viewer)
    refused(10000, "r2", "bucket", "delete", BUCKET, token=viewer)
    run("r2", "object", "get", f"{BUCKET}/dir/large.bin", "--pipe", "--remote", token=viewer)
    contains(run("r2", "object", "put", f"{BUCKET}/no", "--pipe", "--remote", token=viewer, stdin=SMALL, ok=False),
             "403")


def object_scoped():
    """Such a token is for S3 alone."""
    scoped = os.environ["COFFER_SCOPED_TOKEN"]
    s3.create_bucket(Bucket="scoped-suite")
    s3.put_object(Bucket="scoped-suite", Key="a", Body=SMALL)
    refused(10000, "r2", "bucket", "list", token=scoped)
    refused(10000, "r2", "bucket", "info", "scoped-suite", token=scoped)
    contains(run("r2", "object", "put", "scoped-suite/b", "--pipe", "--remote", token=scoped, stdin=SMALL, ok=False),
             "403")
    contains(run("r2", "object", "get", "scoped-suite/a", "--pipe", "--remote", token=scoped, ok=False), "403")
    equal([each["Key"] for each in s3.list_objects_v2(Bucket="scoped-suite")["Contents"]], ["a"], "objects")
    s3.delete_object(Bucket="scoped-suite", Key="a")
    s3.delete_bucket(Bucket="scoped-suite")


def unknown_token():
    contains(run("r2", "bucket", "list", token="x" * 46, ok=False), "[code: 10000]")


def deletes_buckets():
    contains(run("r2", "bucket", "delete", BUCKET, ok=False), "[code: 10008]")
    for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    text("r2", "bucket", "delete", BUCKET)
    assert BUCKET not in text("r2", "bucket", "list")


prepare()
for claim, function in [
    ("tells who an account's token and a user's token are", whoami),
    ("creates, lists and updates a bucket", buckets),
    ("puts and gets objects from files and pipes", objects),
    ("tells about a bucket", information),
    ("deletes an object, and says what is not there", deletes_objects),
    ("puts odd names in bulk", odd_names),
    ("works in a jurisdiction", jurisdiction),
    ("is refused cleanly with a read-only token", read_only),
    ("is refused cleanly with an object-scoped token", object_scoped),
    ("is refused cleanly with an unknown token", unknown_token),
    ("deletes a bucket once it is empty", deletes_buckets),
]:
    suite.check(claim, function)
