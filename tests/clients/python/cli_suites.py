"""AWS CLI, rclone, s3cmd and restic, as a person runs them."""

import filecmp
import pathlib
import sys

from suite import (ACCESS_KEY, ENDPOINT, LARGE, ODD_KEYS, READ_ACCESS_KEY, READ_SECRET_KEY,
                   SECRET_KEY, SMALL, WORK, Suite, equal, run, write_file)


def make_tree(name):
    """A folder with small, large and odd-named files (names that every file system takes)."""
    root = WORK / name
    write_file(f"{name}/small.txt", SMALL)
    write_file(f"{name}/large.bin", LARGE)
    write_file(f"{name}/empty", b"")
    for key in ODD_KEYS:
        write_file(f"{name}/{key}", key.encode())
    return root


def same_tree(a, b):
    comparison = filecmp.dircmp(a, b)
    assert not comparison.left_only and not comparison.right_only, (comparison.left_only, comparison.right_only)
    for sub in comparison.common_dirs:
        same_tree(pathlib.Path(a) / sub, pathlib.Path(b) / sub)
    for name in comparison.common_files:
        assert (pathlib.Path(a) / name).read_bytes() == (pathlib.Path(b) / name).read_bytes(), name


def aws_cli(program):
    suite = Suite("aws-cli")
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "auto", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    reader = dict(keys, AWS_ACCESS_KEY_ID=READ_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=READ_SECRET_KEY)

    def aws(*arguments, env=keys, ok=True):
        return run([program, "--endpoint-url", ENDPOINT, *arguments], env=env, ok=ok)

    tree = make_tree("aws-tree")
    suite.check("creates a bucket", lambda: aws("s3", "mb", "s3://aws-suite"))
    suite.check("syncs a tree up", lambda: aws("s3", "sync", str(tree), "s3://aws-suite/tree"))

    def down():
        aws("s3", "sync", "s3://aws-suite/tree", str(WORK / "aws-back"))
        same_tree(tree, WORK / "aws-back")

    def nothing_left_to_sync():
        _, text = aws("s3", "sync", str(tree), "s3://aws-suite/tree")
        equal([line for line in text.splitlines() if line.startswith("upload")], [], "second sync")

    def lists():
        _, text = aws("s3", "ls", "--recursive", "s3://aws-suite/tree/odd/")
        equal(len(text.strip().splitlines()), len(ODD_KEYS), "listed")

    def ranges():
        aws("s3api", "get-object", "--bucket", "aws-suite", "--key", "tree/large.bin",
            "--range", "bytes=7-19", str(WORK / "aws-range"))
        equal((WORK / "aws-range").read_bytes(), LARGE[7:20], "range")

    def copies():
        aws("s3", "cp", "s3://aws-suite/tree/large.bin", "s3://aws-suite/copied.bin")
        aws("s3", "mv", "s3://aws-suite/copied.bin", "s3://aws-suite/moved.bin")
        aws("s3", "cp", "s3://aws-suite/moved.bin", str(WORK / "aws-moved"))
        assert (WORK / "aws-moved").read_bytes() == LARGE

    def presigns():
        _, url = aws("s3", "presign", "s3://aws-suite/tree/small.txt", "--expires-in", "60")
        _, body = run(["curl", "-sf", url.strip()])
        equal(body.encode(), SMALL, "presigned body")

    def refused():
        code, text = aws("s3", "cp", str(tree / "small.txt"), "s3://aws-suite/no", env=reader, ok=False)
        assert code != 0 and "AccessDenied" in text, text
        aws("s3", "cp", "s3://aws-suite/tree/small.txt", "-", env=reader)

    def deletes():
        aws("s3", "rb", "--force", "s3://aws-suite")
        code, _ = aws("s3", "ls", "s3://aws-suite", ok=False)
        assert code != 0

    for claim, function in [("syncs it down again", down), ("finds nothing more to sync", nothing_left_to_sync),
                            ("lists", lists), ("reads a range", ranges), ("copies and moves", copies),
                            ("presigns", presigns), ("is refused cleanly with a read-only token", refused),
                            ("deletes the bucket with its objects", deletes)]:
        suite.check(claim, function)


def rclone():
    suite = Suite("rclone")

    def config(name, access, secret):
        return write_file(name, f"""[r2]
type = s3
provider = Cloudflare
access_key_id = {access}
secret_access_key = {secret}
region = auto
endpoint = {ENDPOINT}
chunk_size = 5M
upload_cutoff = 8M
""".encode())

    writer = config("rclone.conf", ACCESS_KEY, SECRET_KEY)
    reader = config("rclone-read.conf", READ_ACCESS_KEY, READ_SECRET_KEY)

    def call(*arguments, conf=writer, ok=True):
        return run(["rclone", "--config", conf, "--retries", "1", *arguments], ok=ok)

    tree = make_tree("rclone-tree")
    suite.check("creates a bucket", lambda: call("mkdir", "r2:rclone-suite"))
    suite.check("copies a tree up", lambda: call("copy", str(tree), "r2:rclone-suite/tree"))
    suite.check("checks it by hash", lambda: call("check", str(tree), "r2:rclone-suite/tree"))

    def down():
        call("copy", "r2:rclone-suite/tree", str(WORK / "rclone-back"))
        same_tree(tree, WORK / "rclone-back")

    def ranges():
        _, text = call("cat", "--offset", "6", "--count", "6", "r2:rclone-suite/tree/small.txt")
        equal(text, "coffer", "range")

    def copies():
        call("copyto", "r2:rclone-suite/tree/large.bin", "r2:rclone-suite/copied.bin")
        call("copyto", "r2:rclone-suite/copied.bin", str(WORK / "rclone-copied"))
        assert (WORK / "rclone-copied").read_bytes() == LARGE

    def link():
        _, url = call("link", "--expire", "1m", "r2:rclone-suite/tree/small.txt")
        _, body = run(["curl", "-sf", url.strip().splitlines()[-1]])
        equal(body.encode(), SMALL, "presigned body")

    def refused():
        code, text = call("--s3-no-check-bucket", "copyto", str(tree / "small.txt"), "r2:rclone-suite/no",
                          conf=reader, ok=False)
        assert code != 0 and ("AccessDenied" in text or "Forbidden" in text or "403" in text), text
        call("cat", "r2:rclone-suite/tree/small.txt", conf=reader)

    for claim, function in [("copies it down again", down), ("reads a range", ranges),
                            ("copies on the server", copies), ("makes a link", link),
                            ("is refused cleanly with a read-only token", refused),
                            ("purges the bucket", lambda: call("purge", "r2:rclone-suite"))]:
        suite.check(claim, function)


def s3cmd():
    suite = Suite("s3cmd")
    host = ENDPOINT.split("//", 1)[1]

    def config(name, access, secret):
        return write_file(name, f"""[default]
access_key = {access}
secret_key = {secret}
host_base = {host}
host_bucket = {host}
use_https = False
signature_v2 = False
bucket_location = auto
multipart_chunk_size_mb = 5
""".encode())

    writer = config("s3cfg", ACCESS_KEY, SECRET_KEY)
    reader = config("s3cfg-read", READ_ACCESS_KEY, READ_SECRET_KEY)

    def call(*arguments, conf=writer, ok=True):
        return run(["s3cmd", "-c", conf, "--no-progress", *arguments], ok=ok)

    tree = make_tree("s3cmd-tree")
    suite.check("creates a bucket", lambda: call("mb", "s3://s3cmd-suite"))
    suite.check("puts a tree", lambda: call("put", "--recursive", str(tree) + "/", "s3://s3cmd-suite/tree/"))

    def down():
        back = WORK / "s3cmd-back"
        back.mkdir(exist_ok=True)
        call("get", "--recursive", "s3://s3cmd-suite/tree/", str(back) + "/")
        same_tree(tree, back)

    def lists():
        _, text = call("ls", "--recursive", "s3://s3cmd-suite/tree/odd/")
        equal(len(text.strip().splitlines()), len(ODD_KEYS), "listed")

    def copies():
        call("cp", "s3://s3cmd-suite/tree/small.txt", "s3://s3cmd-suite/copied.txt")
        call("get", "--force", "s3://s3cmd-suite/copied.txt", str(WORK / "s3cmd-copied"))
        equal((WORK / "s3cmd-copied").read_bytes(), SMALL, "copied")

    def ranges():
        # s3cmd reads ranges when it continues a broken download.
        partial = WORK / "s3cmd-continued"
        partial.write_bytes(LARGE[:1_000_000])
        call("get", "--continue", "s3://s3cmd-suite/tree/large.bin", str(partial))
        assert partial.read_bytes() == LARGE

    def signs():
        _, url = call("signurl", "s3://s3cmd-suite/tree/small.txt", "+60")
        # s3cmd 2.3 signs URLs with SigV2 only, which R2 refuses: the refusal must be clean.
        _, text = run(["curl", "-s", url.strip().replace("https://", "http://")])
        assert "<Code>" in text and SMALL.decode() not in text, text

    def refused():
        code, text = call("put", str(tree / "small.txt"), "s3://s3cmd-suite/no", conf=reader, ok=False)
        assert code != 0 and "403" in text, text

    def deletes():
        call("del", "--recursive", "--force", "s3://s3cmd-suite")
        call("rb", "s3://s3cmd-suite")

    for claim, function in [("gets it back", down), ("lists", lists), ("copies on the server", copies),
                            ("continues a download by range", ranges),
                            ("gets a clean refusal of a SigV2 URL", signs),
                            ("is refused cleanly with a read-only token", refused),
                            ("deletes objects and bucket", deletes)]:
        suite.check(claim, function)


def restic():
    suite = Suite("restic")
    base = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "auto", "RESTIC_PASSWORD": "restic test repository",
            "RESTIC_REPOSITORY": f"s3:{ENDPOINT}/restic-suite/repository",
            "RESTIC_CACHE_DIR": str(WORK / "restic-cache")}

    def call(*arguments, env=base, ok=True):
        return run(["restic", *arguments], env=env, ok=ok)

    tree = make_tree("restic-tree")
    suite.check("makes bucket and repository", lambda: call("init"))
    suite.check("backs up", lambda: call("backup", str(tree)))
    suite.check("checks every pack it reads back", lambda: call("check", "--read-data"))

    def restores():
        call("restore", "latest", "--target", str(WORK / "restic-back"))
        same_tree(tree, str(WORK / "restic-back") + str(tree))

    def forgets():
        (tree / "large.bin").unlink()
        call("backup", str(tree))
        call("forget", "--keep-last", "1", "--prune")
        call("check")

    def refused():
        reader = dict(base, AWS_ACCESS_KEY_ID=READ_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=READ_SECRET_KEY)
        code, text = call("backup", str(tree), env=reader, ok=False)
        assert code != 0 and "Access Denied" in text, text
        call("--no-lock", "snapshots", env=reader)

    for claim, function in [("restores", restores), ("forgets and prunes", forgets),
                            ("is refused cleanly with a read-only token", refused)]:
        suite.check(claim, function)


if __name__ == "__main__":
    if sys.argv[1] == "aws-cli":
        aws_cli(sys.argv[2])
    else:
        {"rclone": rclone, "s3cmd": s3cmd, "restic": restic}[sys.argv[1]]()
