#!/usr/bin/env python3
"""The bootstrap file: what is in it, when it changes, and what is refused in its place."""

import json
import os
import re
import stat

import harness

FIELDS = ["account_id", "api_token", "access_key_id", "secret_access_key", "s3_endpoint",
          "jurisdiction_endpoints", "api_endpoint"]
KEYS = FIELDS[:4]


class Bootstrap(harness.Case):
    def refusal(self, path):
        server = harness.Server(self.work, "--bootstrap-file", path, bootstrap=False)
        self.addCleanup(server.end)
        server.spawn()
        self.assertEqual(server.wait(), 1)
        return server.log().splitlines()[-1]

    def test_fields(self):
        server = self.server()
        self.assertEqual(list(server.boot), FIELDS)
        self.assertRegex(server.boot["account_id"], r"\A[0-9a-f]{32}\Z")
        self.assertRegex(server.boot["api_token"], r"\Acofa_[0-9A-Za-z]{46}\Z")
        self.assertRegex(server.boot["access_key_id"], r"\A[0-9a-f]{32}\Z")
        self.assertRegex(server.boot["secret_access_key"], r"\A[0-9a-f]{64}\Z")
        self.assertEqual(list(server.boot["jurisdiction_endpoints"]), ["eu", "fedramp", "us"])
        urls = [server.boot["s3_endpoint"], *server.boot["jurisdiction_endpoints"].values(), server.boot["api_endpoint"]]
        ports = [harness.split_url(url)[1] for url in urls]
        self.assertNotIn(0, ports)
        self.assertEqual(len(set(ports)), 5)
        self.assertTrue(server.boot["api_endpoint"].endswith("/client/v4"))
        found = os.lstat(server.bootstrap_file)
        self.assertEqual(stat.S_IMODE(found.st_mode), 0o600)
        self.assertEqual([path.name for path in self.work.glob("bootstrap*")], ["bootstrap.json"])

    def test_port_zero_is_for_those_that_were_not_given(self):
        server = self.server("--listen-s3-eu", "off")
        self.assertEqual(list(server.boot["jurisdiction_endpoints"]), ["fedramp", "us"])

    def test_endpoints_of_wildcard_and_public_addresses(self):
        server = self.server("--listen-s3", "0.0.0.0:0", "--allow-insecure-http")
        self.assertRegex(server.boot["s3_endpoint"], r"\Ahttp://127\.0\.0\.1:\d+\Z")
        server.stop()
        server = self.server("--public-endpoint", "https://s3.example.com")
        self.assertEqual(server.boot["s3_endpoint"], "https://s3.example.com")

    def test_later_start_refreshes_endpoints_only(self):
        server = self.server()
        before = server.boot
        server.stop()
        server.start()
        self.assertEqual({name: server.boot[name] for name in KEYS}, {name: before[name] for name in KEYS})
        with server.s3() as s3:
            self.assertEqual(s3.get("/").status, 200)
        self.assertEqual(len(self.operate(server.data, "token", "list")), 1)

    def test_a_file_that_is_gone_gets_a_new_token(self):
        server = self.server()
        before = server.boot
        server.stop()
        server.bootstrap_file.unlink()
        server.start()
        self.assertEqual(server.boot["account_id"], before["account_id"])
        self.assertNotEqual(server.boot["access_key_id"], before["access_key_id"])
        for keys in (before, server.boot):
            with server.s3(keys) as s3:
                self.assertEqual(s3.get("/").status, 200, "the old token stays what it was")
        names = [token["name"] for token in self.operate(server.data, "token", "list")]
        self.assertEqual(names[0], "bootstrap")
        self.assertRegex(names[1], r"\Abootstrap-\d{8}T\d{6}Z\Z")

    def test_an_empty_file_is_filled(self):
        path = self.work / "bootstrap.json"
        path.touch(mode=0o600)
        self.assertIn("access_key_id", self.server().boot)

    def test_what_is_refused(self):
        server = self.server()
        server.stop()
        link = self.work / "link.json"
        link.symlink_to(server.bootstrap_file)
        self.assertIn("is a symbolic link", self.refusal(link))
        server.bootstrap_file.chmod(0o644)
        self.assertIn("is open to other users", self.refusal(server.bootstrap_file))
        other = self.work / "other.json"
        other.write_text("{}")
        other.chmod(0o600)
        self.assertIn("holds something else", self.refusal(other))
        self.assertEqual(other.read_text(), "{}")
        other.write_text(json.dumps({"account_id": "0" * 32, "access_key_id": "0" * 32}))
        self.assertIn("is of another data directory", self.refusal(other))
        self.assertIn("Not a directory", self.refusal(other / "below"))
        self.assertEqual(len(self.operate(server.data, "token", "list")), 1, "no token nobody knows is left")

    def test_no_secret_is_printed_or_logged(self):
        server = self.server(access_log="stderr")
        with server.s3() as s3:
            s3.get("/")
        server.stop()
        text = server.log() + server.out_file.read_text()
        self.assertIn("Coffer is ready", text)
        self.assertNotIn(server.boot["secret_access_key"], text)
        self.assertFalse(re.search(r"cofa_\w", text))


if __name__ == "__main__":
    harness.main()
