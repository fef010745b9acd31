#!/usr/bin/env python3
"""Atomicity under SIGKILL: `kill.py build/release/coffer [rounds] [seed]`.

Each round starts the server on the same data directory, runs puts, overwrites, deletes, copies and
multipart uploads from several threads, kills the process at a random moment, starts it again and
checks every key: it must hold what was last acknowledged, or what the one operation under way at the
kill would have left. Nothing else may be listed. At the end everything is deleted and the blob folder
must become empty. (A killed process keeps its page cache: durability across power loss is checked by
the recording file layers in tests/contract.)
"""

import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

WORKERS = 6
KEYS_PER_WORKER = 6
PART = 5 * 1024 * 1024
BUCKET = "crash"
START_SECONDS_MAX = 30
EMPTY_SECONDS_MAX = 60


class Broken(Exception):
    """The connection ended: the server was killed under the request."""


class Client:
    """One connection, SigV4 by hand; an answer is (status, body)."""

    def __init__(self, boot):
        self.host = boot["s3_endpoint"].split("//", 1)[1]
        self.access, self.secret = boot["access_key_id"], boot["secret_access_key"]
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def send(self, method, path, query="", body=b"", headers=None):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/auto/s3/aws4_request"
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": self.host, "x-amz-content-sha256": digest, "x-amz-date": now, **(headers or {})}
        names = ";".join(sorted(signed))
        canonical_query = "&".join(
            f"{urllib.parse.quote(n, safe='-._~')}={urllib.parse.quote(v, safe='-._~')}"
            for n, v in sorted(urllib.parse.parse_qsl(query, keep_blank_values=True)))
        canonical = "\n".join([method, path, canonical_query,
                               "".join(f"{n}:{signed[n]}\n" for n in sorted(signed)), names, digest])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for piece in (now[:8], "auto", "s3", "aws4_request"):
            key = hmac.new(key, piece.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        out = dict(signed)
        out["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access}/{scope}, "
                                f"SignedHeaders={names}, Signature={signature}")
        try:
            self.connection.request(method, path + ("?" + query if query else ""), body, out)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise Broken(str(error)) from error


class Server:
    def __init__(self, program, work):
        self.boot_file = work / "bootstrap.json"
        self.log = open(work / "server.log", "ab")
        marker = self.boot_file.stat().st_mtime_ns if self.boot_file.exists() else 0
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(work / "data"), "--listen-s3", "127.0.0.1:0", "--listen-api", "off",
             "--bootstrap-file", str(self.boot_file), "--access-log", "off"],
            stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        # The file is written last, once every listener answers.
        while not self.boot_file.exists() or self.boot_file.stat().st_mtime_ns == marker:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start:\n" + (work / "server.log").read_text()[-2000:])
            time.sleep(0.005)
        self.boot = json.loads(self.boot_file.read_text())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.log.close()
        return code


class Worker(threading.Thread):
    """Owns its keys. `state` is what was last acknowledged (None: absent); `pending` is what the
    operation under way would leave: {key: set of digests}."""

    def __init__(self, number, seed, state):
        super().__init__()
        self.number, self.random, self.state = number, random.Random(seed), state
        self.pending = {}
        self.acknowledged = {}
        self.error = None
        self.boot = None

    def key(self):
        return f"w{self.number}/{self.random.randrange(KEYS_PER_WORKER)}"

    def run(self):
        client = Client(self.boot)
        try:
            while True:
                self.step(client)
        except Broken:
            pass
        except Exception as error:  # shown by the main thread
            self.error = f"{type(error).__name__}: {error}"

    def expect(self, got, *wanted):
        if got[0] not in wanted:
            raise AssertionError(f"status {got[0]}, expected {wanted}: {got[1][:300]!r}")
        return got

    def done(self, name, key, digest):
        self.state[key] = digest
        self.pending = {}
        self.acknowledged[name] = self.acknowledged.get(name, 0) + 1

    def step(self, client):
        key = self.key()
        path = f"/{BUCKET}/{key}"
        choice = self.random.random()
        if choice < 0.45:
            size = self.random.choice([0, 10, 1000, 4096, 4097, 20_000, 70_000, 200_000])
            body = self.random.randbytes(size)
            digest = hashlib.sha256(body).hexdigest()
            self.pending = {key: {digest}}
            self.expect(client.send("PUT", path, body=body), 200)
            self.done("put", key, digest)
        elif choice < 0.55:
            body = self.random.randbytes(500)
            digest = hashlib.sha256(body).hexdigest()
            self.pending = {key: {digest}}
            status, _ = self.expect(client.send("PUT", path, body=body, headers={"if-none-match": "*"}), 200, 412)
            if (status == 200) != (self.state.get(key) is None):
                raise AssertionError(f"If-None-Match: * answered {status} with the key {'absent' if self.state.get(key) is None else 'present'}")
            self.done("conditional put", key, digest if status == 200 else self.state.get(key))
        elif choice < 0.75:
            self.pending = {key: {None}}
            self.expect(client.send("DELETE", path), 204)
            self.done("delete", key, None)
        elif choice < 0.92:
            source = self.key()
            digest = self.state.get(source)
            self.pending = {key: {digest if digest is not None else self.state.get(key)}}
            status, _ = self.expect(client.send("PUT", path, headers={"x-amz-copy-source": f"/{BUCKET}/{source}"}), 200, 404)
            if (status == 200) != (digest is not None):
                raise AssertionError(f"copy answered {status} with the source {'absent' if digest is None else 'present'}")
            self.done("copy", key, digest if status == 200 else self.state.get(key))
        else:
            _, xml = self.expect(client.send("POST", path, query="uploads="), 200)
            upload = re.search(rb"<UploadId>([^<]+)</UploadId>", xml).group(1).decode()
            one, two = self.random.randbytes(PART), self.random.randbytes(1000)
            for number, body in ((1, one), (2, two)):
                self.expect(client.send("PUT", path, query=f"partNumber={number}&uploadId={upload}", body=body), 200)
            parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{hashlib.md5(b).hexdigest()}</ETag></Part>"
                            for n, b in ((1, one), (2, two)))
            digest = hashlib.sha256(one + two).hexdigest()
            self.pending = {key: {digest}}
            self.expect(client.send("POST", path, query=f"uploadId={upload}",
                                    body=f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()), 200)
            self.done("multipart", key, digest)


def verify(client, workers):
    """Every key holds an allowed state; the listing agrees; the model takes what it saw."""
    present = set()
    for worker in workers:
        for number in range(KEYS_PER_WORKER):
            key = f"w{worker.number}/{number}"
            allowed = {worker.state.get(key)} | worker.pending.get(key, set())
            status, body = client.send("GET", f"/{BUCKET}/{key}")
            seen = hashlib.sha256(body).hexdigest() if status == 200 else None
            if status not in (200, 404) or seen not in allowed:
                raise AssertionError(f"{key}: status {status}, {len(body)} bytes {seen}, allowed {allowed}")
            worker.state[key] = seen
            if seen is not None:
                present.add(key)
    status, xml = client.send("GET", f"/{BUCKET}", query="list-type=2")
    listed = {m.decode() for m in re.findall(rb"<Key>([^<]+)</Key>", xml)}
    if status != 200 or listed != present:
        raise AssertionError(f"listing {status} differs from the keys: {sorted(listed ^ present)}")


def blob_files(data):
    return [p for p in (data / "default" / "blobs").rglob("*") if p.is_file()]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    print(f"crash: {rounds} rounds, seed {seed}", flush=True)
    chance = random.Random(seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="coffer-crash-"))
    states = [{} for _ in range(WORKERS)]
    acknowledged = {}
    in_doubt = 0
    try:
        server = Server(program, work)
        assert Client(server.boot).send("PUT", f"/{BUCKET}")[0] == 200
        for number in range(rounds):
            workers = [Worker(w, chance.random(), states[w]) for w in range(WORKERS)]
            for worker in workers:
                worker.boot = server.boot
                worker.start()
            time.sleep(chance.uniform(0.02, 0.6))  # the kill's random moment, nothing is waited for
            server.kill()
            for worker in workers:
                worker.join()
                if worker.error:
                    raise AssertionError(f"round {number}, worker {worker.number}: {worker.error}")
                in_doubt += bool(worker.pending)
                for name, count in worker.acknowledged.items():
                    acknowledged[name] = acknowledged.get(name, 0) + count
            server = Server(program, work)
            verify(Client(server.boot), workers)
        client = Client(server.boot)
        _, xml = client.send("GET", f"/{BUCKET}", query="uploads=")
        for key, upload in re.findall(rb"<Upload>.*?<Key>([^<]+)</Key>.*?<UploadId>([^<]+)</UploadId>", xml) + [
                (k, u) for u, k in re.findall(rb"<Upload>.*?<UploadId>([^<]+)</UploadId>.*?<Key>([^<]+)</Key>", xml)]:
            client.send("DELETE", f"/{BUCKET}/{key.decode()}", query=f"uploadId={upload.decode()}")
        for worker in workers:
            for key in list(worker.state):
                client.send("DELETE", f"/{BUCKET}/{key}")
        deadline = time.monotonic() + EMPTY_SECONDS_MAX
        while blob_files(work / "data") and time.monotonic() < deadline:
            time.sleep(0.1)
        left = blob_files(work / "data")
        if left:
            raise AssertionError(f"{len(left)} blob files are left after everything was deleted")
        if client.send("DELETE", f"/{BUCKET}")[0] != 204:
            raise AssertionError("the emptied bucket cannot be deleted")
        client.connection.close()
        code = server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")
    except Exception as error:
        print(f"FAIL crash: seed {seed}: {type(error).__name__}: {error}")
        log = work / "server.log"
        print(log.read_text(errors="replace")[-3000:] if log.exists() else "")
        print("crash: 0 passed, 1 failed, 0 skipped")
        return 1
    finally:
        if "server" in locals() and server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(work, ignore_errors=True)
    print(f"PASS crash: {sum(acknowledged.values())} acknowledged operations {acknowledged} kept, "
          f"{in_doubt} under way at a kill were whole or absent")
    print("crash: 1 passed, 0 failed, 0 skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
