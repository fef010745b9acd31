"""The REST API with nothing but curl and sha256sum, and boto3 with the keys that come of it."""

import json
import os

import boto3
import openapi_spec_validator
from botocore.config import Config
from botocore.exceptions import ClientError

from suite import ENDPOINT, Suite, equal, run

API = os.environ["COFFER_API"]
ACCOUNT = os.environ["COFFER_ACCOUNT"]
MANAGER = os.environ["COFFER_MANAGER_TOKEN"]
BUCKET = "curl-suite"
suite = Suite("curl")
token = {}


def curl(method, path, body=None, bearer=MANAGER, ok=True):
    """The result of a call; with ok=False its HTTP status and the first error's number."""
    command = ["curl", "-sS", "-X", method, f"{API}{path}", "-w", "\n%{http_code}"]
    if bearer:
        command += ["-H", f"Authorization: Bearer {bearer}"]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "--data", json.dumps(body)]
    _, text = run(command)
    envelope, status = text.rsplit("\n", 1)
    answer = json.loads(envelope)
    equal(answer["success"], ok, envelope)
    return answer["result"] if ok else (int(status), answer["errors"][0]["code"])


def policy(bucket):
    return {"effect": "allow", "permission_groups": [{"id": "2efd5506f9c8494dacb1fa10a3e7d5b6"}],
            "resources": {f"com.cloudflare.edge.r2.bucket.{ACCOUNT}_default_{bucket}": "*"}}


def s3():
    _, text = run(["sha256sum"], stdin=token["value"].encode())
    return boto3.client("s3", endpoint_url=ENDPOINT, region_name="auto", aws_access_key_id=token["id"],
                        aws_secret_access_key=text.split()[0],
                        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))


def refused(code, function, **named):
    try:
        function(**named)
    except ClientError as error:
        equal(error.response["Error"]["Code"], code, "code")
    else:
        raise AssertionError(f"{code} expected, the call succeeded")


def create():
    curl("POST", f"/accounts/{ACCOUNT}/r2/buckets", {"name": BUCKET})
    token.update(curl("POST", f"/accounts/{ACCOUNT}/tokens", {"name": "curl", "policies": [policy(BUCKET)]}))
    equal(curl("GET", f"/accounts/{ACCOUNT}/tokens/verify", bearer=token["value"])["status"], "active", "status")


def use():
    client = s3()
    client.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    equal(client.get_object(Bucket=BUCKET, Key="a")["Body"].read(), b"a", "body")
    refused("AccessDenied", client.put_object, Bucket=f"{BUCKET}-other", Key="a", Body=b"a")
    refused("AccessDenied", client.list_buckets)


def roll():
    before = s3()
    token["value"] = curl("PUT", f"/accounts/{ACCOUNT}/tokens/{token['id']}/value", {})
    refused("SignatureDoesNotMatch", before.get_object, Bucket=BUCKET, Key="a")
    s3().delete_object(Bucket=BUCKET, Key="a")


def revoke():
    curl("DELETE", f"/accounts/{ACCOUNT}/tokens/{token['id']}")
    refused("Unauthorized", s3().get_object, Bucket=BUCKET, Key="a")
    curl("DELETE", f"/accounts/{ACCOUNT}/r2/buckets/{BUCKET}")


def failures():
    buckets = f"/accounts/{ACCOUNT}/r2/buckets"
    equal(curl("GET", buckets, bearer=None, ok=False), (400, 9106), "no token")
    equal(curl("GET", buckets, bearer="short", ok=False), (400, 6003), "a malformed token")
    equal(curl("GET", buckets, bearer="x" * 40, ok=False), (401, 10000), "an unknown token")
    equal(curl("GET", "/accounts", bearer="x" * 40, ok=False), (403, 9109), "an unknown token, accounts")
    equal(curl("GET", "/user/tokens/verify", ok=False), (401, 1000), "an account's token as a user's")
    equal(curl("POST", buckets, {"name": "no"}, bearer=os.environ["COFFER_VIEW_TOKEN"], ok=False), (403, 10000),
          "a read-only token")
    equal(curl("GET", "/accounts/none/r2/buckets", ok=False), (404, 7003), "no route")


def document():
    _, text = run(["curl", "-sS", f"{API}/openapi.json"])
    openapi_spec_validator.validate(json.loads(text))


for claim, function in [
    ("creates a token for one bucket", create),
    ("makes S3 keys of it, which reach that bucket only", use),
    ("rolls it: the old secret fails, the new one works", roll),
    ("revokes it", revoke),
    ("gets Cloudflare's statuses and numbers for failures", failures),
    ("gets an OpenAPI document that is valid", document),
]:
    suite.check(claim, function)
