#!/usr/bin/env python3
"""The management API over a real socket: its OpenAPI document, and what wrangler sends, byte by byte."""

import contextlib
import http.client
import json
import re

import harness


class Api:
    """Requests with a bearer token; paths are sent as they are."""

    def __init__(self, server, token=None):
        self.host, self.port = harness.split_url(server.boot["api_endpoint"])
        self.token = token
        self.account = f"/accounts/{server.boot['account_id']}"

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, (dict, list)):
            # wrangler says so of its JSON.
            headers.setdefault("Content-Type", "text/plain;charset=UTF-8")
            body = json.dumps(body)
        with contextlib.closing(http.client.HTTPConnection(self.host, self.port,
                                                           timeout=harness.DEADLINE_S)) as connection:
            connection.request(method, "/client/v4" + path, body, headers)
            answer = connection.getresponse()
            return harness.Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()},
                                  answer.read())

    def result(self, method, path, body=None, headers=None):
        answer = self.send(method, path, body, headers)
        envelope = json.loads(answer.body)
        if answer.status != 200 or not envelope["success"]:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body}")
        return envelope["result"]


def references(value):
    """Every $ref in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


class Document(harness.Case):
    def document(self):
        answer = Api(self.server()).send("GET", "/openapi.json")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        return json.loads(answer.body)

    def test_whole(self):
        document = self.document()
        for reference in set(references(document)):
            place = document
            for name in reference.removeprefix("#/").split("/"):
                self.assertIn(name, place, reference)
                place = place[name]
        ids = []
        for path, methods in document["paths"].items():
            for operation in methods.values():
                ids.append(operation["operationId"])
                named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
                self.assertEqual(named, set(re.findall(r"\{(\w+)\}", path)), path)
        self.assertEqual(len(ids), len(set(ids)))

    def test_valid(self):
        try:
            import openapi_spec_validator
        except ImportError:
            self.skipTest("Python has no openapi_spec_validator")
        openapi_spec_validator.validate(self.document())


class Wrangler(harness.Case):
    def setUp(self):
        super().setUp()
        self.running = self.server("--api-hosts", "coffer.example.com")
        self.api = Api(self.running, self.running.boot["api_token"])

    def test_whoami(self):
        verified = self.api.result("GET", f"{self.api.account}/tokens/verify")
        self.assertEqual(verified["status"], "active")
        # The four calls of whoami with an account's token, each refused or answered in its own way.
        codes = []
        for path in ("/user/tokens/verify", "/user", "/accounts?page=1", "/memberships?page=1"):
            envelope = json.loads(self.api.send("GET", path).body)
            codes.append([error["code"] for error in envelope["errors"]])
        self.assertEqual(codes, [[1000], [9109], [], [9106]])

    def test_buckets(self):
        api = self.api
        made = api.result("POST", f"{api.account}/r2/buckets", {"name": "photos", "storageClass": "Standard"})
        self.assertEqual((made["name"], made["storage_class"]), ("photos", "Standard"))
        listed = api.result("GET", f"{api.account}/r2/buckets")
        self.assertEqual([bucket["name"] for bucket in listed["buckets"]], ["photos"])
        changed = api.result("PATCH", f"{api.account}/r2/buckets/photos",
                             headers={"cf-r2-storage-class": "InfrequentAccess"})
        self.assertEqual(changed["storage_class"], "InfrequentAccess")
        again = api.send("POST", f"{api.account}/r2/buckets", {"name": "photos"})
        self.assertEqual((again.status, again.headers["x-should-retry"]), (409, "false"))
        self.assertEqual(api.result("DELETE", f"{api.account}/r2/buckets/photos"), {})

    def test_objects_are_the_same_through_s3(self):
        api = self.api
        api.result("POST", f"{api.account}/r2/buckets", {"name": "photos"})
        objects = f"{api.account}/r2/buckets/photos/objects"
        made = api.result("PUT", f"{objects}/dir/k%20%C3%A9+x", b"hello",
                          {"Content-Type": "text/plain", "cf-r2-data-catalog-check": "true"})
        self.assertEqual((made["key"], made["size"]), ("dir/k é+x", "5"))
        with self.running.s3() as s3:
            read = s3.get("/photos/dir/k%20%C3%A9%2Bx")
        self.assertEqual((read.status, read.body), (200, b"hello"))
        self.assertEqual(read.headers["content-type"], "text/plain")
        downloaded = api.send("GET", f"{objects}/dir%2Fk%20%C3%A9%2Bx")
        self.assertEqual((downloaded.status, downloaded.body), (200, b"hello"))
        self.assertEqual(downloaded.headers["content-security-policy"], "sandbox; default-src 'none'")
        self.assertEqual(downloaded.headers["content-length"], "5")
        same = api.send("GET", f"{objects}/dir/k%20%C3%A9+x", headers={"If-None-Match": downloaded.headers["etag"]})
        self.assertEqual((same.status, same.body), (304, b""))
        # Without a length, in pieces.
        self.assertEqual(api.result("PUT", f"{objects}/pieces", iter([b"hel", b"lo"]))["size"], "5")
        deleted = api.send("DELETE", f"{objects}/dir/k%20%C3%A9+x")
        self.assertEqual(deleted.status, 200)
        self.assertEqual(api.send("GET", f"{objects}/dir/k%20%C3%A9+x").status, 404)

    def test_large_objects_stream(self):
        api = self.api
        api.result("POST", f"{api.account}/r2/buckets", {"name": "large"})
        before = self.running.memory()
        body = b"0123456789abcdef" * (64 * 1024 * 4)
        for number in range(4):
            api.result("PUT", f"{api.account}/r2/buckets/large/objects/{number}", body)
            self.assertEqual(api.send("GET", f"{api.account}/r2/buckets/large/objects/{number}").body, body)
        if not harness.SANITIZED:
            self.assertLess(self.running.memory() - before, 2 * len(body))

    def test_bucket_info(self):
        api = self.api
        api.result("POST", f"{api.account}/r2/buckets", {"name": "photos"})
        api.result("PUT", f"{api.account}/r2/buckets/photos/objects/a", b"hello")
        answer = api.send("POST", "/graphql", {
            "query": "query getR2StorageMetrics { viewer }", "operationName": "getR2StorageMetrics",
            "variables": {"accountTag": self.running.boot["account_id"], "filter": {"bucketName": "photos"}}})
        group = json.loads(answer.body)["data"]["viewer"]["accounts"][0]["r2StorageAdaptiveGroups"][0]
        self.assertEqual((group["max"]["objectCount"], group["max"]["payloadSize"]), (1, 5))

    def test_temporary_credentials(self):
        api = self.api
        api.result("POST", f"{api.account}/r2/buckets", {"name": "photos"})
        keys = api.result("POST", f"{api.account}/r2/temp-access-credentials", {
            "bucket": "photos", "parentAccessKeyId": self.running.boot["access_key_id"],
            "permission": "object-read-write", "ttlSeconds": 60, "prefixes": ["mine/"]})
        with harness.S3(self.running.boot["s3_endpoint"], keys["accessKeyId"], keys["secretAccessKey"]) as s3:
            token = {"x-amz-security-token": keys["sessionToken"]}
            self.assertEqual(s3.put("/photos/mine/a", b"x", headers=token).status, 200)
            self.assertEqual(s3.put("/photos/theirs", b"x", headers=token).status, 403)

    def test_explain_says_what_the_command_says(self):
        key = self.running.boot["access_key_id"]
        asked = f"key={key}&operation=GetObject&bucket=photos&object=a"
        answer = self.api.result("GET", f"{self.api.account}/r2/explain?{asked}")
        told = self.operate(self.running.data, "explain", "--access-key", key, "--operation", "GetObject",
                            "--bucket", "photos", "--key", "a")
        self.assertEqual((answer["allowed"], answer["reason"]), (told["allowed"], told["reason"]))

    def test_refusals(self):
        api = self.api
        nobody = Api(self.running)
        for path, code in ((f"{api.account}/r2/buckets", 9106), ("/nowhere", 7003)):
            self.assertEqual(json.loads(nobody.send("GET", path).body)["errors"][0]["code"], code)
        foreign = nobody.send("GET", "/openapi.json", headers={"Host": "evil.example.com"})
        self.assertEqual(foreign.status, 403)
        known = nobody.send("GET", "/openapi.json", headers={"Host": "coffer.example.com"})
        self.assertEqual(known.status, 200)
        # More than a token of R2 may do.
        audit = api.send("GET", f"{api.account}/audit_logs")
        self.assertEqual(json.loads(audit.body)["errors"][0]["code"], 9109)


if __name__ == "__main__":
    harness.main()
