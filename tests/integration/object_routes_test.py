#!/usr/bin/env python3
"""Coffer's own routes of objects over the socket: uploads in parts, links that S3 opens, requests over time."""

import http.client
import json
import urllib.parse

import harness
import session_test
from api_test import Api

PART = 5 * 1024 * 1024


def fetch(url, method="GET"):
    """As a stranger's browser does: nothing but the address."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=harness.DEADLINE_S)
    try:
        connection.request(method, f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Objects(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server()
        self.api = Api(self.running, self.running.boot["api_token"])
        self.r2 = f"{self.api.account}/r2"
        self.api.result("POST", f"{self.r2}/buckets", {"name": "photos"})
        self.photos = f"{self.r2}/buckets/photos"

    def test_an_upload_in_parts_outlives_a_kill(self):
        api = self.api
        upload = api.result("POST", f"{self.photos}/uploads",
                            {"key": "dir/film é", "http_metadata": {"contentType": "video/mp4"}})
        place, key = f"{self.photos}/uploads/{upload['upload_id']}", "key=dir%2Ffilm%20%C3%A9"
        first = api.result("PUT", f"{place}/parts/1?{key}", b"a" * PART)
        self.running.kill()
        self.running.start()
        api = Api(self.running, self.running.boot["api_token"])
        self.assertEqual(api.result("GET", f"{place}/parts?{key}"), [first])
        second = api.result("PUT", f"{place}/parts/2?{key}", b"end")
        made = api.result("POST", f"{place}/complete",
                          {"key": "dir/film é", "parts": [{name: part[name] for name in ("part_number", "etag")}
                                                          for part in (first, second)]})
        self.assertEqual((made["size"], made["parts"]), (PART + 3, 2))
        with self.running.s3() as s3:
            read = s3.get("/photos/dir/film%20%C3%A9")
        self.assertEqual(read.body, b"a" * PART + b"end")
        self.assertEqual(read.headers["content-type"], "video/mp4")
        ranged = api.send("GET", f"{self.photos}/objects/dir/film%20%C3%A9", headers={"Range": f"bytes={PART - 1}-"})
        self.assertEqual((ranged.status, ranged.body), (206, b"aend"))
        self.assertEqual(ranged.headers["content-range"], f"bytes {PART - 1}-{PART + 2}/{PART + 3}")

    def test_a_link_opens_at_s3_until_its_token_is_revoked(self):
        api = self.api
        # A key that a browser would resolve, were its slashes left as they are.
        api.result("PUT", f"{self.photos}/objects/a%20b%2F..%2Fc+%C3%A9", b"shared")
        link = api.result("POST", f"{self.photos}/share-links", {"key": "a b/../c+é", "expires_in_s": 600})
        self.assertEqual(fetch(link["url"]), (200, b"shared"))
        self.assertEqual(fetch(link["url"], "HEAD")[0], 403)
        self.assertEqual(fetch(link["url"].replace("/photos/", "/photos/x"))[0], 403)
        self.operate(self.running.data, "token", "revoke", "--access-key",
                     link["parent_access_key_id"])
        self.assertEqual(fetch(link["url"])[0], 401)

    def test_a_link_of_who_signed_in(self):
        self.api.result("PUT", f"{self.photos}/objects/a", b"shared")
        browser = session_test.Session.signed_in(self, self.running)
        status, answer = browser.send("POST", f"{self.photos}/share-links", {"key": "a", "expires_in_s": 604800})
        self.assertEqual(status, 200, answer)
        self.assertEqual(fetch(answer["result"]["url"]), (200, b"shared"))
        status, tokens = browser.send("GET", "/user/tokens")
        self.assertEqual([token["name"] for token in tokens["result"]], ["Share links"])
        self.assertEqual(tokens["result"][0]["id"], answer["result"]["parent_access_key_id"])
        browser.send("DELETE", f"/user/tokens/{tokens['result'][0]['id']}")
        self.assertEqual(fetch(answer["result"]["url"])[0], 401)

    def test_requests_are_counted_over_a_restart(self):
        with self.running.s3() as s3:
            self.assertEqual(s3.put("/photos/a", b"hello").status, 200)
            self.assertEqual(s3.get("/photos/a").status, 200)
            self.assertEqual(s3.get("/photos/absent").status, 404)
        self.api.send("GET", f"{self.photos}/objects/a")
        self.running.stop()
        self.running.start()
        api = Api(self.running, self.running.boot["api_token"])
        for step in (300, 3600):
            usage = api.result("GET", f"{self.r2}/usage?bucket=photos&step={step}")
            self.assertEqual(usage["step_s"], step)
            names = ("requests", "reads", "writes", "errors_client", "bytes_in", "bytes_out")
            sums = {name: sum(point[name] for point in usage["points"]) for name in names}
            self.assertEqual(sums, dict(zip(names, (4, 3, 1, 1, 5, 10))))


if __name__ == "__main__":
    harness.main()
