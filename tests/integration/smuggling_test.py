#!/usr/bin/env python3
"""Shapes on which two HTTP implementations may disagree are refused, over a raw socket; right ones work.

tests/unit/http covers the scanner; here the whole server answers, with real signatures and bodies.
"""

import harness

PUT = b"PUT /photos/a HTTP/1.1\r\n"
HOST = b"Host: h\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

# What stands before SMUGGLED: each is answered by 400, once, and the connection ends.
BAD_SHAPES = {
    "folded line": PUT + HOST + b"A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "folded with a tab": PUT + HOST + b"Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n",
    "unknown transfer coding": PUT + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "transfer coding list": PUT + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": PUT + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "transfer coding and length": PUT + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "length and transfer coding": PUT + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked on HTTP/1.0": b"PUT /photos/a HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length list": PUT + HOST + b"Content-Length: 1, 1\r\n\r\na",
    "two lengths": PUT + HOST + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n",
    "two equal lengths": PUT + HOST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "signed length": PUT + HOST + b"Content-Length: +0\r\n\r\n",
    "negative length": PUT + HOST + b"Content-Length: -1\r\n\r\n",
    "hex length": PUT + HOST + b"Content-Length: 0x0\r\n\r\n",
    "empty length": PUT + HOST + b"Content-Length:\r\n\r\n",
    "huge length": PUT + HOST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "no host": PUT + b"Content-Length: 0\r\n\r\n",
    "two hosts": PUT + HOST + b"Host: other\r\nContent-Length: 0\r\n\r\n",
    "two equal hosts": PUT + HOST + HOST + b"Content-Length: 0\r\n\r\n",
    "host with a path": PUT + b"Host: h/x\r\nContent-Length: 0\r\n\r\n",
    "absolute target of another host": b"GET http://other/photos/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "target without slash": b"GET photos/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "fragment in the target": b"GET /photos/a#b HTTP/1.1\r\n" + HOST + b"\r\n",
    "bare LF after a field": PUT + HOST + b"A: b\nContent-Length: 35\r\n\r\n",
    "bare LF everywhere": b"GET /photos/a HTTP/1.1\nHost: h\n\n",
    "bare CR in a field": PUT + HOST + b"A: b\rContent-Length: 35\r\n\r\n",
    "NUL in a value": PUT + HOST + b"A: b\x00c\r\nContent-Length: 0\r\n\r\n",
    "NUL in a name": PUT + HOST + b"A\x00: b\r\nContent-Length: 0\r\n\r\n",
    "space before the colon": PUT + HOST + b"Content-Length : 35\r\n\r\n",
    "tab before the colon": PUT + HOST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "space before the first field": PUT + b" Host: h\r\n\r\n",
    "empty name": PUT + HOST + b": b\r\n\r\n",
    "no colon": PUT + HOST + b"Content-Length\r\n\r\n",
    "two spaces": b"GET  /photos/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "tab in the request line": b"GET\t/photos/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "words after the version": b"GET /photos/a HTTP/1.1 x\r\n" + HOST + b"\r\n",
    "no version": b"GET /photos/a\r\n" + HOST + b"\r\n",
    "lower-case version": b"GET /photos/a http/1.1\r\n" + HOST + b"\r\n",
    "method that is no token": b"G(T /photos/a HTTP/1.1\r\n" + HOST + b"\r\n",
}

OTHER_REFUSALS = {
    "head too long": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    "201 fields": (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 200 + b"\r\n", 431),
    "head that never ends": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 70_000, 431),
    "target too long": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "another expectation": (PUT + HOST + b"Expect: tea\r\nContent-Length: 0\r\n\r\n", 417),
    "another version": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
}

# After a good, signed head with chunked coding: the framing is wrong.
BAD_CHUNKS = {
    "no hex": b"x\r\nhello\r\n0\r\n\r\n",
    "empty size": b"\r\nhello\r\n0\r\n\r\n",
    "0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "signed": b"+5\r\nhello\r\n0\r\n\r\n",
    "space before the size": b" 5\r\nhello\r\n0\r\n\r\n",
    "overflow": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "bare LF": b"5\nhello\n0\n\n",
    "data longer than the size": b"4\r\nhello\r\n0\r\n\r\n",
    "data without its line end": b"5\r\nhello0\r\n\r\n",
    "long extension": b"5;" + b"e" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
}


class Smuggling(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = harness.Case()
        cls.shared.setUp()
        cls.addClassCleanup(cls.shared.doCleanups)
        cls.running = cls.shared.server()
        with cls.running.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"hello")
        cls.signer = harness.Signer(cls.running.boot["access_key_id"], cls.running.boot["secret_access_key"])

    def signed(self, raw, method, target, digest="UNSIGNED-PAYLOAD", **headers):
        """A signed head; unsigned `headers` are added after it."""
        out = self.signer.sign(method, raw.authority, target, digest=digest)
        out.update((name.replace("_", "-"), value) for name, value in headers.items())
        return harness.head_bytes(method, target, out)

    def test_bad_shapes(self):
        for name, shape in BAD_SHAPES.items():
            with self.subTest(name), self.running.raw() as raw:
                raw.send(shape + SMUGGLED)
                raw.end_sending()
                answer = raw.receive()
                self.assertIsNotNone(answer)
                self.assertEqual(answer.status, 400)
                self.assertEqual(answer.headers["connection"], "close")
                self.assertTrue(raw.at_end(), f"something else was answered: {raw.pending[:200]!r}")

    def test_other_refusals(self):
        for name, (shape, status) in OTHER_REFUSALS.items():
            with self.subTest(name), self.running.raw() as raw:
                raw.send(shape)
                answer = raw.receive()
                self.assertIsNotNone(answer)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["connection"], "close")
                raw.end_sending()
                self.assertTrue(raw.at_end())

    def test_bad_chunks(self):
        for name, chunks in BAD_CHUNKS.items():
            with self.subTest(name), self.running.raw() as raw:
                raw.send(self.signed(raw, "PUT", "/photos/chunked", transfer_encoding="chunked") + chunks + SMUGGLED)
                raw.end_sending()
                answer = raw.receive()
                self.assertIsNotNone(answer)
                self.assertIn(answer.status, (400, 411))
                self.assertTrue(raw.at_end(), f"something else was answered: {raw.pending[:200]!r}")
        with self.running.s3() as s3:
            self.assertEqual(s3.get("/photos/chunked").status, 404)

    def test_good_chunks(self):
        # R2 wants a length (r2-s3.md), so what chunked coding may carry is what R2 takes: a refusal in its words.
        with self.running.raw() as raw:
            raw.send(self.signed(raw, "PUT", "/photos/chunked", transfer_encoding="chunked")
                     + b"3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: v\r\n\r\n")
            answer = raw.receive()
            self.assertIn(answer.status, (200, 411))
            raw.send(self.signed(raw, "GET", "/photos/a"))
            self.assertEqual(raw.receive().body, b"hello", "the connection is in step")

    def test_absolute_form(self):
        with self.running.raw() as raw:
            head = self.signed(raw, "GET", "/photos/a")
            raw.send(head.replace(b"GET /photos/a", b"GET http://" + raw.authority.encode() + b"/photos/a"))
            self.assertEqual(raw.receive().body, b"hello")

    def test_pipelined_requests_are_answered_in_order(self):
        with self.running.raw() as raw:
            data = b""
            for number in range(50):
                body = f"body {number}".encode()
                data += self.signed(raw, "PUT", f"/photos/p{number}", content_length=len(body)) + body
                data += self.signed(raw, "GET", f"/photos/p{number}")
                data += self.signed(raw, "GET", f"/photos/none{number}")
            raw.send(data)
            for number in range(50):
                self.assertEqual(raw.receive().status, 200)
                self.assertEqual(raw.receive().body, f"body {number}".encode())
                missing = raw.receive()
                self.assertEqual(missing.status, 404)
                self.assertIn(f"none{number}".encode() if b"<Resource>" in missing.body else b"NoSuchKey", missing.body)

    def test_bytes_one_by_one(self):
        with self.running.raw() as raw:
            for byte in self.signed(raw, "PUT", "/photos/slow", content_length=5) + b"hello":
                raw.send(bytes([byte]))
            self.assertEqual(raw.receive().status, 200)
        with self.running.s3() as s3:
            self.assertEqual(s3.get("/photos/slow").body, b"hello")

    def test_expect_continue_with_good_authorization(self):
        with self.running.raw() as raw:
            raw.send(self.signed(raw, "PUT", "/photos/expected", content_length=5, expect="100-continue"))
            self.assertEqual(raw.receive().status, 100)
            raw.send(b"hello")
            self.assertEqual(raw.receive().status, 200)
            raw.send(self.signed(raw, "GET", "/photos/expected"))
            self.assertEqual(raw.receive().body, b"hello")

    def test_expect_continue_with_bad_authorization(self):
        with self.running.raw() as raw:
            head = self.signed(raw, "PUT", "/photos/refused", content_length=5, expect="100-continue")
            raw.send(head.replace(b"Signature=", b"Signature=0"))
            answer = raw.receive()
            # Without a 100 first: the body was never asked for.
            self.assertIn(answer.status, (400, 403))
            self.assertEqual(answer.headers["connection"], "close")
            raw.end_sending()
            self.assertTrue(raw.at_end())

    def test_expect_continue_for_a_missing_bucket(self):
        with self.running.raw() as raw:
            raw.send(self.signed(raw, "PUT", "/nowhere/a", content_length=5, expect="100-continue"))
            self.assertEqual(raw.receive().status, 404)

    def test_unread_bodies_keep_the_next_request_in_step(self):
        with self.running.raw() as raw:
            for size in (10, 100_000):
                body = b"GET / HTTP"[:size].ljust(size, b"x")
                raw.send(self.signed(raw, "PUT", "/nowhere/a", content_length=size) + body)
                self.assertEqual(raw.receive().status, 404)
                raw.send(self.signed(raw, "GET", "/photos/a"))
                self.assertEqual(raw.receive().body, b"hello")

    def test_http_1_0(self):
        with self.running.raw() as raw:
            raw.send(self.signed(raw, "GET", "/photos/a").replace(b"HTTP/1.1", b"HTTP/1.0"))
            answer = raw.receive()
            self.assertEqual(answer.body, b"hello")
            self.assertTrue(raw.at_end())


if __name__ == "__main__":
    harness.main()
