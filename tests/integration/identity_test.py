#!/usr/bin/env python3
"""Accounts, quotas and users from the operator's command line, as S3 clients then meet them."""

import harness


class Identity(harness.Case):
    def test_a_quota_is_held_and_lifted(self):
        server = self.server()
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            limited = self.operate(server.data, "account", "enable-r2", "--max-objects", "1", "--max-bytes", "1K")
            self.assertEqual((limited["max_objects"], limited["max_bytes"]), ("1", "1024"))
            self.assertEqual(s3.put("/photos/a", b"x" * 1000).status, 200)
            for path, body in (("/photos/b", b"x"), ("/photos/a", b"x" * 1025)):
                refused = s3.put(path, body)
                self.assertEqual(refused.status, 403)
                self.assertIn(b"<Code>QuotaExceeded</Code>", refused.body)
            self.assertEqual(s3.put("/photos/a", b"x" * 10).status, 200)
            self.operate(server.data, "account", "enable-r2")
            self.assertEqual(s3.put("/photos/b", b"x" * 5000).status, 200)

    def test_without_r2_nothing_is_served(self):
        server = self.server()
        with server.s3() as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            self.operate(server.data, "account", "disable-r2")
            refused = s3.get("/photos")
            self.assertEqual(refused.status, 403)
            self.assertIn(b"<Code>NotEntitled</Code>", refused.body)
            done = self.run_coffer("token", "create", "--name", "t", "--permission", "object-read-only", "--data",
                                   server.data, check=1)
            self.assertIn("NotEntitled", done.stderr)
            self.operate(server.data, "account", "enable-r2")
            self.assertEqual(s3.get("/photos").status, 200)

    def test_a_users_token_follows_the_user(self):
        server = self.server()
        email = ("--email", "ada@example.com")

        def operate(*arguments):
            return self.operate(server.data, *arguments)

        operate("user", "create", *email)
        operate("member", "add", *email, "--role", "Cloudflare R2 Admin")
        token = operate("token", "create", "--name", "laptop", "--user", "ada@example.com", "--permission",
                        "admin-read-write", "--account", "all")
        self.assertTrue(token["value"].startswith("cofu_"))
        with server.s3(token) as s3:
            self.assertEqual(s3.put("/photos").status, 200)
            operate("member", "set-roles", *email, "--role", "Cloudflare R2 Read")
            self.assertEqual(s3.get("/photos").status, 200)
            self.assertEqual(s3.put("/videos").status, 403)
            operate("user", "suspend", *email)
            self.assertEqual(s3.get("/photos").status, 401)
            operate("user", "resume", *email)
            self.assertEqual(s3.get("/photos").status, 200)
            explained = operate("explain", "--access-key", token["id"], "--operation", "CreateBucket", "--bucket", "b",
                                "--account", server.boot["account_id"])
            self.assertFalse(explained["allowed"])
            operate("user", "delete", *email)
            self.assertEqual(s3.get("/photos").status, 401)

    def test_identity_outlives_a_kill(self):
        server = self.server()
        self.operate(server.data, "user", "create", "--email", "ada@example.com", "--operator", "true")
        self.operate(server.data, "member", "add", "--email", "ada@example.com", "--role", "Administrator")
        server.kill()
        users = {user["email"]: user for user in self.operate(server.data, "user", "list")}
        self.assertTrue(users["ada@example.com"]["operator"])
        members = {member["email"] for member in self.operate(server.data, "member", "list")}
        self.assertEqual(members, {"ada@example.com", "admin@localhost"})


if __name__ == "__main__":
    harness.main()
