"""Creates an API token for one bucket over REST and uses it as an S3 access key."""

import hashlib
import os
import sys

import boto3
import requests
from botocore.exceptions import BotoCoreError, ClientError

BUCKET_EXISTS = 10004


class ApiError(Exception):
    def __init__(self, call, error):
        super().__init__(f"{call}: {error['message']} [{error['code']}]")
        self.code = error["code"]


def setting(name):
    if not os.environ.get(name):
        sys.exit(f"failed: set the environment variable {name}")
    return os.environ[name]


API = setting("CLOUDFLARE_API_BASE_URL")
API_TOKEN = setting("CLOUDFLARE_API_TOKEN")
ACCOUNT = setting("CLOUDFLARE_ACCOUNT_ID")
ENDPOINT = setting("R2_ENDPOINT")
BUCKET = os.environ.get("R2_BUCKET", "example-python")


def api(method, path, **request):
    """Calls the management API; returns `result`, or raises what the server's first error says."""
    answer = requests.request(method, f"{API}/accounts/{ACCOUNT}{path}", timeout=30,
                              headers={"Authorization": f"Bearer {API_TOKEN}"}, **request).json()
    if not answer["success"]:
        raise ApiError(f"{method} {path}", answer["errors"][0])
    return answer["result"]


def create_bucket():
    try:
        api("POST", "/r2/buckets", json={"name": BUCKET})
    except ApiError as error:
        if error.code != BUCKET_EXISTS:
            raise


def create_token():
    group, = api("GET", "/tokens/permission_groups", params={"name": "Workers R2 Storage Bucket Item Write"})
    policy = {
        "effect": "allow",
        "permission_groups": [{"id": group["id"]}],
        "resources": {f"com.cloudflare.edge.r2.bucket.{ACCOUNT}_default_{BUCKET}": "*"},
    }
    return api("POST", "/tokens", json={"name": f"objects of {BUCKET}", "policies": [policy]})


def s3_client(token):
    """The token's id is the Access Key ID; the SHA-256 of its value, in hex, is the Secret Access Key."""
    return boto3.client("s3", endpoint_url=ENDPOINT, region_name="auto", aws_access_key_id=token["id"],
                        aws_secret_access_key=hashlib.sha256(token["value"].encode()).hexdigest())


def use_token(token):
    s3 = s3_client(token)
    s3.put_object(Bucket=BUCKET, Key="hello.txt", Body=b"Hello from Python\n")
    for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        print(f"{each['Key']}: {each['Size']} bytes")
    print(s3.get_object(Bucket=BUCKET, Key="hello.txt")["Body"].read().decode())


def main():
    create_bucket()
    token = create_token()
    print(f"Access Key ID: {token['id']}")
    try:
        use_token(token)
    finally:
        api("DELETE", f"/tokens/{token['id']}")


if __name__ == "__main__":
    try:
        main()
    except (ApiError, BotoCoreError, ClientError, requests.RequestException) as failure:
        sys.exit(f"failed: {failure}")
