#!/usr/bin/env python3
"""A bit that rots on the disk is an error to the client and a line in the log, never bytes."""

import json
import re

import harness
from api_test import Api

FRAME = 65_536
# More than what is read before the first byte is sent.
SIZE = 5_000_000


class Damage(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server()
        self.body = bytes(index * 7 % 251 for index in range(SIZE))
        with self.running.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            self.assertEqual(s3.put("/photos/k", self.body).status, 200)
        folder = self.running.data / "default" / "blobs"
        self.blob, = [path for path in folder.rglob("*") if path.is_file()]

    def flip(self, at):
        with open(self.blob, "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))

    def test_in_the_first_frame_is_told_as_each_api_tells_errors(self):
        self.flip(1_000)
        with self.running.s3() as s3:
            for headers in ({}, {"range": "bytes=5-9"}):
                answer = s3.get("/photos/k", headers=headers)
                self.assertEqual(answer.status, 500)
                self.assertEqual(answer.headers["content-type"], "application/xml")
                self.assertNotIn("etag", answer.headers)
                self.assertEqual(re.findall(rb"<Code>(.*)</Code>", answer.body), [b"InternalError"])
            ranged = s3.get("/photos/k", headers={"range": f"bytes={2 * FRAME}-"})
            self.assertEqual((ranged.status, ranged.body), (206, self.body[2 * FRAME:]), "the others can be read")
        api = Api(self.running, self.running.boot["api_token"])
        answer = api.send("GET", f"{api.account}/r2/buckets/photos/objects/k")
        self.assertEqual(answer.status, 500)
        envelope = json.loads(answer.body)
        self.assertEqual((envelope["success"], envelope["errors"][0]["code"]), (False, 10001))
        self.running.wait_for_log("frame=0")
        self.flip(1_000)
        with self.running.s3() as s3:
            self.assertEqual(s3.get("/photos/k").body, self.body)

    def test_in_a_later_frame_ends_the_connection(self):
        self.flip(70 * FRAME + 1_000)
        signer = harness.Signer(self.running.boot["access_key_id"], self.running.boot["secret_access_key"])
        with self.running.raw() as raw:
            raw.send(harness.head_bytes("GET", "/photos/k", signer.sign("GET", raw.authority, "/photos/k")))
            while raw.read_more():
                pass
        head, body = raw.pending.split(b"\r\n\r\n", 1)
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
        self.assertIn(b"Content-Length: 5000000", head)
        self.assertLess(len(body), 70 * FRAME)
        self.assertTrue(self.body.startswith(body), "only what authenticates")
        self.running.wait_for_log("frame=70")


if __name__ == "__main__":
    harness.main()
