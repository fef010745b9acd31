#!/usr/bin/env python3
"""What a hostile or mistaken client gets: the right refusal, and a server that goes on."""

import json

import harness


class Refusal(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server()
        with self.running.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"hello")

    def tearDown(self):
        with self.running.s3() as s3:
            self.assertEqual(s3.get("/photos/a").body, b"hello", "the server goes on")
        self.assertNotIn("exception", self.running.log())

    def test_wrong_keys(self):
        good = self.running.boot
        rows = [
            ({**good, "secret_access_key": "0" * 64}, 403, b"SignatureDoesNotMatch"),
            ({**good, "access_key_id": "0" * 32}, 401, b"Unauthorized"),
            ({**good, "access_key_id": "AKIAIOSFODNN7EXAMPLE"}, 400, b"InvalidArgument"),
        ]
        for keys, status, code in rows:
            with self.running.s3(keys) as s3:
                for answer in (s3.get("/photos/a"), s3.exchange("GET", s3.presign("GET", "/photos/a"))):
                    self.assertEqual(answer.status, status, answer.body)
                    self.assertIn(code, answer.body)

    def test_missing_and_forbidden_look_alike(self):
        reader = self.operate(self.running.data, "token", "create", "--name", "r", "--permission", "object-read-only",
                              "--bucket", "other")
        with self.running.s3(reader) as s3:
            present, missing = s3.get("/photos/a"), s3.get("/no-such-bucket/a")
            self.assertEqual(present.status, 403)
            self.assertEqual((present.status, present.body.replace(b"photos", b"")),
                             (missing.status, missing.body.replace(b"no-such-bucket", b"")))

    def test_unsigned_requests(self):
        with self.running.s3() as s3:
            for method, target in (("GET", "/"), ("GET", "/photos/a"), ("PUT", "/photos/b"), ("DELETE", "/photos/a")):
                self.assertEqual(s3.exchange(method, target).status, 400)

    def test_hostile_xml(self):
        bombs = {
            "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
                        b"<Delete><Object><Key>&b;</Key></Object></Delete>",
            "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                               b"<Delete><Object><Key>&a;</Key></Object></Delete>",
            "depth": b"<Delete>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</Delete>",
            "not closed": b"<Delete><Object>",
            "two roots": b"<Delete/><Delete/>",
            "no XML": b"\x00\xff\xfe" * 100,
            "empty": b"",
            "attributes": b"<Delete " + b"a='b' " * 50_000 + b"/>",
            "1001 keys": b"<Delete>" + b"<Object><Key>a</Key></Object>" * 1001 + b"</Delete>",
            "no key": b"<Delete><Object><Key></Key></Object></Delete>",
        }
        with self.running.s3() as s3:
            for name, body in bombs.items():
                with self.subTest(name):
                    answer = s3.send("POST", "/photos", {"delete": ""}, body=body)
                    self.assertIn(answer.status, (200, 400, 413), answer.body[:300])
                    self.assertNotIn(b"root:", answer.body)
                    if name != "no key":
                        self.assertNotEqual(answer.status, 200)

    def test_body_larger_than_any_document(self):
        with self.running.s3() as s3:
            answer = s3.send("POST", "/photos", {"delete": ""}, body=b"<Delete>" + b" " * 20_000_000 + b"</Delete>")
            self.assertIn(answer.status, (400, 413))

    def test_paths(self):
        with self.running.s3() as s3:
            for target in ("/photos/%", "/photos/%zz", "/photos/%ff", "/%2e%2e/%2e%2e/etc/passwd",
                           "/photos/" + "k" * 2000, "/photos//..//..//etc/passwd", "/" + "b" * 300, "/UPPER/a",
                           "/photos?max-keys=-1", "/photos?list-type=9", "/photos?%00"):
                answer = s3.exchange("GET", target, headers=s3.signer.sign("GET", s3.authority, target.split("?")[0]))
                self.assertGreaterEqual(answer.status, 400, target)
                self.assertLess(answer.status, 500, target)
                self.assertNotIn(b"root:", answer.body)

    def test_headers(self):
        with self.running.s3() as s3:
            rows = [{"x-amz-meta-large": "m" * 9000}, {"range": "bytes=9-1"}, {"content-md5": "short"},
                    {"x-amz-server-side-encryption-customer-algorithm": "AES256"}, {"x-amz-storage-class": "FROZEN"}]
            for headers in rows:
                method = "GET" if "range" in headers else "PUT"
                answer = s3.send(method, "/photos/a" if method == "GET" else "/photos/b", body=b"", headers=headers)
                self.assertIn(answer.status, (200, 400, 416, 501), (headers, answer.body))

    def test_errors_are_documents_with_a_request_id(self):
        with self.running.s3() as s3:
            answer = s3.get("/photos/none")
        self.assertEqual(answer.status, 404)
        self.assertIn("xml", answer.headers["content-type"])
        self.assertRegex(answer.headers["x-request-id"], r"\A[0-9a-f]{32}\Z")
        self.assertIn(b"<Code>NoSuchKey</Code>", answer.body)

    def test_control_command_without_sense(self):
        done = self.run_coffer("token", "create", "--name", "x" * 1000, "--permission", "admin-read-only",
                               "--data", self.running.data, check=1)
        self.assertIn("InvalidArgument", done.stderr)
        self.assertEqual(len(json.loads(self.run_coffer("token", "list", "--json", "--data", self.running.data,
                                                        check=0).stdout)), 1)


if __name__ == "__main__":
    harness.main()
