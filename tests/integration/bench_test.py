#!/usr/bin/env python3
"""`coffer bench` against a real server: every operation, two endpoints pair by pair, TLS."""

import json

import harness

SHORT = ("--duration", "0.3", "--warm-up", "0", "--rounds", "2", "--concurrency", "4", "--objects", "20")


class Bench(harness.Case):
    def bench(self, server, *arguments, url=None, code=0):
        environment = {"AWS_ACCESS_KEY_ID": server.boot["access_key_id"],
                       "AWS_SECRET_ACCESS_KEY": server.boot["secret_access_key"]}
        return self.run_coffer("bench", "--endpoint", url or server.boot["s3_endpoint"], *SHORT, *arguments,
                               environment=environment, check=code)

    def test_operations(self):
        server = self.server()
        for operation, size in (("put", "4KiB"), ("get", "100KiB"), ("head", "10"), ("list", "0")):
            done = self.bench(server, "--operation", operation, "--size", size, "--json")
            document = json.loads(done.stdout)
            self.assertEqual(document["operation"], operation)
            self.assertEqual(len(document["rounds"]), 2)
            self.assertGreater(document["ceiling"]["requests_per_s"], document["rounds"][0]["a"]["requests_per_s"])
            for entry in document["rounds"]:
                self.assertEqual(entry["a"]["errors"], 0)
                self.assertGreater(entry["a"]["requests"], 0)
                self.assertLessEqual(entry["a"]["p50_us"], entry["a"]["p99_us"])
        # What it put, and the bucket it made, are gone.
        with server.s3() as s3:
            self.assertNotIn(b"coffer-bench", s3.get("/").body)

    def test_two_endpoints(self):
        server = self.server()
        keys = ("--access-key-b", server.boot["access_key_id"], "--secret-key-b", server.boot["secret_access_key"])
        done = self.bench(server, "--no-ceiling", "--endpoint-b", server.boot["jurisdiction_endpoints"]["eu"], *keys)
        self.assertRegex(done.stdout, r"(?m)^pair 1: A/B = \d+\.\d{3}$")
        self.assertRegex(done.stdout, r"(?m)^median of 2 pairs: A/B = \d+\.\d{3}$")
        self.assertLess(done.stdout.index("\nA "), done.stdout.index("\nB "))

    def test_tls(self):
        certificate, key = harness.make_certificate(self.work, "bench")
        server = self.server("--tls-cert", certificate, "--tls-key", key)
        done = self.bench(server, "--no-ceiling", "--insecure", "--json")
        self.assertEqual(json.loads(done.stdout)["rounds"][0]["a"]["errors"], 0)
        done = self.bench(server, "--no-ceiling", code=1)
        self.assertIn("cannot make bucket", done.stderr)

    def test_failures(self):
        server = self.server()
        done = self.bench(server, "--access-key", "0" * 32, code=1)
        self.assertEqual(done.stderr, "coffer: cannot make bucket coffer-bench: the endpoint answered 401\n")
        done = self.bench(server, url="ftp://host", code=1)
        self.assertIn("is not http://host:port or https://host:port", done.stderr)
        self.bench(server, "--operation", "fly", code=2)


if __name__ == "__main__":
    harness.main()
