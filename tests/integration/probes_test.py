#!/usr/bin/env python3
"""The management listener: /healthz, /readyz and /metrics. /client/v4 has a test of its own."""

import re

import harness


class Probes(harness.Case):
    def test_health_and_readiness(self):
        server = self.server()
        for path in ("/healthz", "/readyz"):
            answer = server.api(path)
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
            head = server.api(path, method="HEAD")
            self.assertEqual((head.status, head.body), (200, b""))
            refused = server.api(path, method="POST")
            self.assertEqual((refused.status, refused.headers["Allow"]), (405, "GET, HEAD"))

    def test_metrics(self):
        server = self.server()
        with server.s3() as s3:
            s3.put("/photos")
            s3.put("/photos/a", b"x" * 1000)
            s3.get("/photos/a")
            s3.get("/photos/none")
        answer = server.api("/metrics")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        samples = {}
        for line in answer.body.decode().splitlines():
            self.assertRegex(line, r'\A(# (HELP|TYPE) \w+ .*|\w+(\{(\w+="[^"]*",?)+\})? [-+0-9.e]+(Inf)?)\Z')
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        self.assertEqual(samples['coffer_s3_operations_total{operation="PutObject",status="200"}'], 1)
        self.assertEqual(samples['coffer_s3_operations_total{operation="GetObject",status="200"}'], 1)
        self.assertEqual(samples['coffer_s3_operations_total{operation="GetObject",status="404"}'], 1)
        self.assertEqual(samples['coffer_s3_operation_seconds_count{operation="GetObject"}'], 2)
        self.assertGreater(samples["coffer_http_received_bytes_total"], 1000)
        self.assertGreater(samples["coffer_http_sent_bytes_total"], 1000)
        self.assertGreaterEqual(samples["coffer_http_connections_open"], 1)

    def test_no_client_makes_a_label(self):
        server = self.server()
        with server.s3() as s3:
            for number in range(5):
                s3.exchange("GET", f"/bucket-{number}/key?made-up-{number}")
                s3.exchange(f"METHOD{number}", "/")
        labels = set(re.findall(r'operation="([^"]*)"', server.api("/metrics").body.decode()))
        self.assertFalse([label for label in labels if re.search(r"bucket-|METHOD|made", label)])

    def test_the_rest(self):
        server = self.server()
        self.assertEqual(server.api("/none.txt").status, 404)
        self.assertEqual(server.api("/healthz/").status, 404)

    def test_off(self):
        server = self.server("--listen-api", "off")
        self.assertEqual(server.boot["api_endpoint"], "")


if __name__ == "__main__":
    harness.main()
