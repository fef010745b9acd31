#!/usr/bin/env python3
"""A roll, disable or revocation acts on the very next request, on warm connections and presigned URLs too."""

import datetime

import harness


class TokenChange(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server()
        with self.running.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"hello")
        self.token = self.operate(self.running.data, "token", "create", "--name", "ci",
                                  "--permission", "object-read-write")
        self.client = self.running.s3(self.token)
        self.addCleanup(self.client.connection.close)
        self.url = self.client.presign("GET", "/photos/a")
        for _ in range(3):  # warm: signing keys are cached
            self.assertEqual(self.answers(), [200, 200, 200])

    def answers(self, client=None):
        """Of a signed read, a signed write, and the URL presigned at the beginning."""
        client = client or self.client
        return [client.get("/photos/a").status, client.put("/photos/b", b"x").status,
                client.exchange("GET", self.url).status]

    def change(self, command):
        return self.operate(self.running.data, "token", command, "--access-key", self.token["access_key_id"])

    def test_roll(self):
        rolled = self.change("roll")
        self.assertEqual(rolled["access_key_id"], self.token["access_key_id"])
        self.assertEqual(self.answers(), [403, 403, 403])
        self.assertIn(b"SignatureDoesNotMatch", self.client.get("/photos/a").body)
        with self.running.s3(rolled) as s3:
            self.assertEqual(s3.get("/photos/a").status, 200)
            self.assertEqual(s3.exchange("GET", s3.presign("GET", "/photos/a")).body, b"hello")

    def test_disable_and_enable(self):
        self.change("disable")
        self.assertEqual(self.answers(), [401, 401, 401])
        self.change("enable")
        self.assertEqual(self.answers(), [200, 200, 200])

    def test_revoke(self):
        self.change("revoke")
        self.assertEqual(self.answers(), [401, 401, 401])

    def test_changes_outlive_a_kill(self):
        rolled = self.change("roll")
        self.running.kill()
        self.running.start()
        with self.running.s3(self.token) as s3:
            self.assertEqual(s3.get("/photos/a").status, 403)
        with self.running.s3(rolled) as s3:
            self.assertEqual(s3.get("/photos/a").status, 200)

    def test_an_upload_is_authorized_again_before_it_commits(self):
        body = b"x" * 100_000
        for command, status in (("disable", 401), ("roll", 401), ("revoke", 401)):
            self.change("enable")
            with self.running.raw() as raw:
                headers = self.client.signer.sign("PUT", raw.authority, "/photos/late")
                raw.send(harness.head_bytes("PUT", "/photos/late", {**headers, "content-length": str(len(body))}))
                raw.send(body[:50_000])
                self.change(command)
                raw.send(body[50_000:])
                self.assertEqual(raw.receive().status, status, command)
            if command == "roll":
                self.token = self.operate(self.running.data, "token", "create", "--name", "next",
                                          "--permission", "object-read-write")
                self.client = self.running.s3(self.token)
                self.addCleanup(self.client.connection.close)
        with self.running.s3() as s3:
            self.assertEqual(s3.get("/photos/late").status, 404)

    def test_scope_permission_and_conditions(self):
        data = self.running.data
        reader = self.operate(data, "token", "create", "--name", "reader", "--permission", "object-read-only",
                              "--bucket", "photos")
        with self.running.s3(reader) as s3:
            self.assertEqual(s3.get("/photos/a").status, 200)
            self.assertEqual(s3.put("/photos/b", b"x").status, 403)
            self.assertEqual(s3.get("/letters/a").status, 403)
        elsewhere = self.operate(data, "token", "create", "--name", "elsewhere", "--permission", "object-read-only",
                                 "--ip", "192.0.2.0/24")
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
        short = self.operate(data, "token", "create", "--name", "short", "--permission", "object-read-only",
                             "--expires", soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        early = self.operate(data, "token", "create", "--name", "early", "--permission", "object-read-only",
                             "--not-before", "2999-01-01T00:00:00Z")
        for keys in (elsewhere, early):
            with self.running.s3(keys) as s3:
                self.assertEqual(s3.get("/photos/a").status, 401, keys["name"])
        with self.running.s3(short) as s3:
            harness.wait_until(lambda: s3.get("/photos/a").status == 401, "the token to expire")


if __name__ == "__main__":
    harness.main()
