#!/usr/bin/env python3
"""A client that leaves in the middle of an upload leaves nothing behind."""

import hashlib
import os
import pathlib
import re
import socket

import harness

PART = 5 * 1024 * 1024


class InterruptedUpload(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server()
        with self.running.s3() as s3:
            s3.put("/photos")
        self.signer = harness.Signer(self.running.boot["access_key_id"], self.running.boot["secret_access_key"])

    def blob_files(self):
        """Named files and, through the descriptors of the server, unnamed ones."""
        folder = self.running.data / "default" / "blobs"
        named = [path for path in folder.rglob("*") if path.is_file()]
        descriptors = pathlib.Path(f"/proc/{self.running.process.pid}/fd")
        unnamed = []
        for descriptor in descriptors.iterdir():
            try:
                target = os.readlink(descriptor)
            except FileNotFoundError:
                continue
            if target.startswith(str(folder)) and "(deleted)" in target:
                unnamed.append(target)
        return named + unnamed

    def leave(self, target, size, sent, pairs=None, reset=False, digest="UNSIGNED-PAYLOAD"):
        """Sends a part of a body, sees that it has arrived, and goes."""
        with self.running.raw() as raw:
            headers = self.signer.sign("PUT", raw.authority, target, pairs, digest=digest)
            query = self.signer.query(pairs or {})
            raw.send(harness.head_bytes("PUT", target + ("?" + query if query else ""),
                                        {**headers, "content-length": str(size), "expect": "100-continue"}))
            self.assertEqual(raw.receive().status, 100)
            raw.send(b"x" * sent)
            if reset:
                raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            elif sent % 2:
                raw.end_sending()
                answer = raw.receive()
                self.assertTrue(answer is None or answer.status == 400, answer)

    def test_nothing_is_left(self):
        with self.running.s3() as s3:
            self.assertEqual(s3.put("/photos/kept", b"k" * 100_000).status, 200)
            self.assertEqual(len(self.blob_files()), 1)
            for sent in (0, 1, 1000, 70_001, 1_500_000):
                for reset in (False, True):
                    self.leave("/photos/gone", 2_000_000, sent, reset=reset)
                    self.leave("/photos/kept", 2_000_000, sent, reset=reset)
            harness.wait_until(lambda: len(self.blob_files()) == 1, "the interrupted bodies to go")
            self.assertEqual(s3.get("/photos/gone").status, 404)
            self.assertEqual(s3.get("/photos/kept").body, b"k" * 100_000)
            self.assertEqual(s3.get("/photos", {"list-type": "2"}).body.count(b"<Contents>"), 1)

    def test_body_that_is_not_what_was_signed(self):
        body = b"x" * 200_000
        with self.running.s3() as s3:
            answer = s3.put("/photos/other", body, digest=hashlib.sha256(b"y").hexdigest())
            self.assertEqual(answer.status, 400)
            self.assertIn(b"XAmzContentSHA256Mismatch", answer.body)
            answer = s3.put("/photos/other", body, headers={"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="})
            self.assertEqual(answer.status, 400)
            self.assertIn(b"BadDigest", answer.body)
            self.assertEqual(s3.get("/photos/other").status, 404)
        harness.wait_until(lambda: not self.blob_files(), "the refused bodies to go")

    def test_parts(self):
        with self.running.s3() as s3:
            created = s3.send("POST", "/photos/big", {"uploads": ""})
            upload = re.search(rb"<UploadId>([^<]+)<", created.body).group(1).decode()
            pairs = {"partNumber": "1", "uploadId": upload}
            self.assertEqual(s3.put("/photos/big", b"x" * PART, pairs=pairs).status, 200)
            self.leave("/photos/big", PART, 1_000_000, pairs={"partNumber": "2", "uploadId": upload}, reset=True)
            listed = s3.get("/photos/big", {"uploadId": upload})
            self.assertEqual(listed.body.count(b"<Part>"), 1)
            harness.wait_until(lambda: len(self.blob_files()) == 1, "the interrupted part to go")
            self.assertEqual(s3.delete("/photos/big", {"uploadId": upload}).status, 204)
        harness.wait_until(lambda: not self.blob_files(), "the aborted upload to go")

    def test_replaced_and_deleted_bytes_go(self):
        with self.running.s3() as s3:
            for _ in range(5):
                self.assertEqual(s3.put("/photos/a", b"x" * 100_000).status, 200)
            harness.wait_until(lambda: len(self.blob_files()) == 1, "replaced bytes to go")
            self.assertEqual(s3.delete("/photos/a").status, 204)
        harness.wait_until(lambda: not self.blob_files(), "deleted bytes to go")

    def test_after_a_kill(self):
        with self.running.raw() as raw:
            headers = self.signer.sign("PUT", raw.authority, "/photos/gone")
            raw.send(harness.head_bytes("PUT", "/photos/gone",
                                        {**headers, "content-length": "2000000", "expect": "100-continue"}))
            self.assertEqual(raw.receive().status, 100)
            raw.send(b"x" * 1_000_000)
            self.running.kill()
        self.running.start()
        self.assertEqual(self.blob_files(), [])


if __name__ == "__main__":
    harness.main()
