#!/usr/bin/env python3
"""The access log: one JSON object a line, whatever clients send, and never a secret."""

import json
import re
import signal

import harness

FIELDS = {"time", "id", "listener", "client", "method", "path", "status", "bytes_in", "bytes_out",
          "duration_us", "operation", "principal", "error", "user_agent"}


class AccessLog(harness.Case):
    def setUp(self):
        super().setUp()
        self.file = self.work / "access.log"

    def lines(self, count, file=None):
        """That many entries, as soon as they are there."""
        file = file or self.file

        def read():
            text = file.read_text() if file.exists() else ""
            return text if text.count("\n") >= count else None

        text = harness.wait_until(read, f"{count} lines in the access log")
        self.assertTrue(text.endswith("\n"))
        entries = [json.loads(line) for line in text.splitlines()]
        for entry in entries:
            self.assertEqual(set(entry), FIELDS)
        return entries

    def test_entries(self):
        server = self.server(access_log=str(self.file))
        with server.s3() as s3:
            s3.put("/photos")
            put = s3.put("/photos/a", b"hello")
            s3.get("/photos/a", headers={"user-agent": "it/1"})
            s3.get("/photos/none")
        with server.s3(jurisdiction="eu") as eu:
            eu.get("/")
        server.api("/healthz")
        entries = self.lines(6)
        self.assertEqual([entry["operation"] for entry in entries],
                         ["CreateBucket", "PutObject", "GetObject", "GetObject", "ListBuckets", "healthz"])
        self.assertEqual([entry["status"] for entry in entries], [200, 200, 200, 404, 200, 200])
        self.assertEqual([entry["listener"] for entry in entries], ["s3"] * 4 + ["s3-eu", "api"])
        stored, read, missing = entries[1], entries[2], entries[3]
        self.assertEqual((stored["bytes_in"], read["bytes_out"]), (5, 5))
        self.assertEqual(stored["principal"], server.boot["access_key_id"])
        self.assertEqual(stored["id"], put.headers["x-request-id"])
        self.assertEqual(stored["client"], "127.0.0.1")
        self.assertEqual(read["user_agent"], "it/1")
        self.assertEqual(missing["error"], "NoSuchKey")
        self.assertRegex(stored["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_no_secret_is_written(self):
        server = self.server(access_log=str(self.file))
        signer = harness.Signer(server.boot["access_key_id"], server.boot["secret_access_key"])
        secrets = [server.boot["secret_access_key"], server.boot["api_token"]]
        count = 0
        with server.s3() as s3:
            s3.put("/photos")
            count += 1
            for digest in ("UNSIGNED-PAYLOAD", "0" * 64):
                headers = signer.sign("GET", s3.authority, "/photos/a", digest=digest)
                secrets.append(headers["authorization"].rsplit("=", 1)[1])
                s3.exchange("GET", "/photos/a", headers=headers)
                count += 1
            url = s3.presign("GET", "/photos/a")
            secrets += [re.search(r"X-Amz-Signature=([0-9a-f]{64})", url).group(1), "THE-TOKEN", "OLD-SIGNATURE"]
            for target in (url, url.replace("X-Amz-Signature", "x-amz-signature"),
                           url.replace("X-Amz-Signature", "X-Amz-%53ignature"),
                           url + "&X-Amz-Security-Token=THE-TOKEN",
                           "/photos/a?AWSAccessKeyId=x&Expires=1&Signature=OLD-SIGNATURE"):
                s3.exchange("GET", target)
                count += 1
            s3.exchange("GET", "/photos/a", headers={"authorization": "Bearer " + server.boot["api_token"],
                                                     "x-amz-security-token": "THE-TOKEN", "cookie": "THE-TOKEN"})
            count += 1
        self.lines(count)
        server.stop()
        text = self.file.read_text() + server.log() + server.out_file.read_text()
        for secret in secrets:
            self.assertNotIn(secret, text)
        self.assertNotIn(server.boot["access_key_id"] + "%2F", text, "the credential of a presigned URL is cut too")

    def test_hostile_input_stays_on_its_line(self):
        server = self.server(access_log=str(self.file))
        hostile = [
            b'GET /"quoted"\\back?x="y" HTTP/1.1\r\nHost: h\r\nUser-Agent: "a\\b"\x80\xff\r\n\r\n',
            b'GET /%0a%00%1b[31m HTTP/1.1\r\nHost: h\r\nUser-Agent: \xe2\x28\xa1\tx\r\n\r\n',
            b'GET /\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: ' + b"u" * 5000 + b"\r\n\r\n",
            b'\x00\x01\x02 / HTTP/1.1\r\nHost: h\r\n\r\n',
        ]
        for head in hostile:
            with server.raw() as raw:
                raw.send(head)
                self.assertIsNotNone(raw.receive())
        entries = self.lines(len(hostile))
        self.assertEqual(len(entries), len(hostile))
        self.assertLess(len(entries[3]["user_agent"]), 1000)

    def test_many_clients_at_once_write_whole_lines(self):
        server = self.server(access_log="stderr")
        connections = [server.raw() for _ in range(20)]
        for _ in range(20):
            for raw in connections:
                raw.send(b"GET /photos/a HTTP/1.1\r\nHost: h\r\nUser-Agent: " + b"u" * 200 + b"\r\n\r\n")
        for raw in connections:
            for _ in range(20):
                self.assertEqual(raw.receive().status, 400)
            raw.socket.close()
        server.stop()
        entries = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
        self.assertEqual(len(entries), 400)
        self.assertEqual(len({entry["id"] for entry in entries}), 400)

    def test_a_moved_file_is_followed(self):
        server = self.server(access_log=str(self.file))
        with server.s3() as s3:
            s3.get("/")
            self.lines(1)
            old = self.work / "access.log.1"
            self.file.rename(old)
            s3.get("/")
            self.lines(2, old)
            server.send_signal(signal.SIGHUP)
            harness.wait_until(self.file.exists, "a new access log")
            s3.get("/")
            self.lines(1)
            self.lines(2, old)

    def test_client_address_behind_a_proxy(self):
        server = self.server("--trusted-proxies", "127.0.0.0/8", access_log=str(self.file))
        with server.s3() as s3:
            s3.exchange("GET", "/", headers={"x-forwarded-for": "203.0.113.9, 198.51.100.7"})
        self.assertEqual(self.lines(1)[0]["client"], "198.51.100.7")


if __name__ == "__main__":
    harness.main()
