"""boto3 with its defaults: checksums in trailers, multipart by the transfer manager."""

import io
import concurrent.futures
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
from boto3.s3.transfer import TransferConfig

from suite import (ACCESS_KEY, ENDPOINT, ENDPOINT_EU, LARGE, ODD_KEYS, READ_ACCESS_KEY,
                   READ_SECRET_KEY, SECRET_KEY, SMALL, Suite, equal)

BUCKET = "boto3-suite"
suite = Suite("boto3")


def client(access=ACCESS_KEY, secret=SECRET_KEY, endpoint=ENDPOINT):
    return boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=access,
                        aws_secret_access_key=secret, region_name="auto",
                        config=botocore.config.Config(retries={"max_attempts": 1}))


s3 = client()
reader = client(READ_ACCESS_KEY, READ_SECRET_KEY)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        equal(error.response["Error"]["Code"], code, "error code")
        return error.response
    raise AssertionError(f"{code} expected, the call succeeded")


def create():
    s3.create_bucket(Bucket=BUCKET)
    names = [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert BUCKET in names, names
    s3.head_bucket(Bucket=BUCKET)
    refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket=BUCKET)


def small():
    put = s3.put_object(Bucket=BUCKET, Key="small.txt", Body=SMALL, ContentType="text/plain",
                        Metadata={"color": "blue"},
                        CacheControl="max-age=60")
    got = s3.get_object(Bucket=BUCKET, Key="small.txt")
    equal(got["Body"].read(), SMALL, "body")
    equal(got["ETag"], put["ETag"], "etag")
    equal(got["ContentType"], "text/plain", "content type")
    equal(got["Metadata"], {"color": "blue"}, "metadata")
    equal(got["CacheControl"], "max-age=60", "cache control")
    head = s3.head_object(Bucket=BUCKET, Key="small.txt")
    equal(head["ContentLength"], len(SMALL), "length")


def empty():
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    equal(s3.get_object(Bucket=BUCKET, Key="empty")["Body"].read(), b"", "body")


def large():
    config = TransferConfig(multipart_threshold=8 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(LARGE), BUCKET, "large.bin", Config=config)
    out = io.BytesIO()
    s3.download_fileobj(BUCKET, "large.bin", out, Config=config)
    assert out.getvalue() == LARGE, "large body differs"
    assert s3.head_object(Bucket=BUCKET, Key="large.bin")["ETag"].strip('"').endswith("-5")


def ranges():
    got = s3.get_object(Bucket=BUCKET, Key="large.bin", Range="bytes=5242870-5242890")
    equal(got["Body"].read(), LARGE[5242870:5242891], "range over a part's edge")
    equal(got["ContentRange"], f"bytes 5242870-5242890/{len(LARGE)}", "content range")
    got = s3.get_object(Bucket=BUCKET, Key="large.bin", Range="bytes=-5")
    equal(got["Body"].read(), LARGE[-5:], "suffix")
    refused("InvalidRange", s3.get_object, Bucket=BUCKET, Key="small.txt", Range="bytes=100-200")
    part = s3.get_object(Bucket=BUCKET, Key="large.bin", PartNumber=5)
    equal(part["Body"].read(), LARGE[4 * 5242880:], "part 5")


def odd_names():
    for key in ODD_KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    listed = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET, Prefix="odd/")["Contents"]]
    equal(sorted(listed), sorted(ODD_KEYS), "listed keys")
    for key in ODD_KEYS:
        equal(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), key.encode(), key)


def listing():
    for i in range(25):
        s3.put_object(Bucket=BUCKET, Key=f"list/{i % 5}/{i:03}", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": 7})
    keys = [o["Key"] for page in pages for o in page.get("Contents", [])]
    equal(keys, sorted(f"list/{i % 5}/{i:03}" for i in range(25)), "paged keys")
    grouped = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    equal([p["Prefix"] for p in grouped["CommonPrefixes"]], [f"list/{i}/" for i in range(5)], "groups")
    v1 = s3.get_paginator("list_objects").paginate(
        Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 2})
    equal([p["Prefix"] for page in v1 for p in page.get("CommonPrefixes", [])],
          [f"list/{i}/" for i in range(5)], "V1 groups")


def copies():
    s3.copy_object(Bucket=BUCKET, Key="copy of large.bin", CopySource={"Bucket": BUCKET, "Key": "large.bin"})
    equal(s3.get_object(Bucket=BUCKET, Key="copy of large.bin", Range="bytes=0-99")["Body"].read(),
          LARGE[:100], "copied body")
    s3.copy_object(Bucket=BUCKET, Key="replaced.txt", CopySource=f"{BUCKET}/small.txt",
                   MetadataDirective="REPLACE", Metadata={"shape": "round"}, ContentType="text/x-new")
    head = s3.head_object(Bucket=BUCKET, Key="replaced.txt")
    equal(head["Metadata"], {"shape": "round"}, "replaced metadata")
    equal(head["ContentType"], "text/x-new", "replaced type")
    # The source goes, the copy stays: they share bytes, not fate.
    s3.delete_object(Bucket=BUCKET, Key="large.bin")
    equal(s3.get_object(Bucket=BUCKET, Key="copy of large.bin", Range="bytes=-7")["Body"].read(),
          LARGE[-7:], "copy after its source was deleted")


def multipart():
    made = s3.create_multipart_upload(Bucket=BUCKET, Key="manual.bin")
    size = 5 * 1024 * 1024
    parts = []
    for number in (2, 1):
        body = LARGE[(number - 1) * size:number * size]
        part = s3.upload_part(Bucket=BUCKET, Key="manual.bin", UploadId=made["UploadId"],
                              PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    copied = s3.upload_part_copy(Bucket=BUCKET, Key="manual.bin", UploadId=made["UploadId"], PartNumber=3,
                                 CopySource=f"{BUCKET}/copy of large.bin", CopySourceRange="bytes=10-999")
    parts.append({"PartNumber": 3, "ETag": copied["CopyPartResult"]["ETag"]})
    listed = s3.list_parts(Bucket=BUCKET, Key="manual.bin", UploadId=made["UploadId"])
    equal([p["PartNumber"] for p in listed["Parts"]], [1, 2, 3], "parts")
    uploads = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    equal([u["Key"] for u in uploads], ["manual.bin"], "uploads")
    s3.complete_multipart_upload(Bucket=BUCKET, Key="manual.bin", UploadId=made["UploadId"],
                                 MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=BUCKET, Key="manual.bin")["Body"].read() == LARGE[:2 * size] + LARGE[10:1000]
    other = s3.create_multipart_upload(Bucket=BUCKET, Key="aborted.bin")
    s3.abort_multipart_upload(Bucket=BUCKET, Key="aborted.bin", UploadId=other["UploadId"])
    refused("NoSuchUpload", s3.upload_part, Bucket=BUCKET, Key="aborted.bin",
            UploadId=other["UploadId"], PartNumber=1, Body=b"x")


def checksums():
    for algorithm in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        try:
            put = s3.put_object(Bucket=BUCKET, Key=f"sum/{algorithm}", Body=SMALL, ChecksumAlgorithm=algorithm)
        except botocore.exceptions.MissingDependencyException:
            continue  # CRC32C and CRC64NVME need the awscrt package
        got = s3.get_object(Bucket=BUCKET, Key=f"sum/{algorithm}", ChecksumMode="ENABLED")
        equal(got["Body"].read(), SMALL, algorithm)
        equal(got[f"Checksum{algorithm}"], put[f"Checksum{algorithm}"], algorithm)
    refused("BadDigest", s3.put_object, Bucket=BUCKET, Key="bad", Body=SMALL, ChecksumSHA256="A" * 43 + "=")
    refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="bad")


def conditions():
    refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="small.txt", Body=b"x", IfNoneMatch="*")

    def attempt(number):
        try:
            s3.put_object(Bucket=BUCKET, Key="once", Body=str(number).encode(), IfNoneMatch="*")
            return number
        except botocore.exceptions.ClientError as error:
            equal(error.response["Error"]["Code"], "PreconditionFailed", "error code")
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        winners = [w for w in pool.map(attempt, range(24)) if w is not None]
    equal(len(winners), 1, "winners of If-None-Match: *")
    equal(s3.get_object(Bucket=BUCKET, Key="once")["Body"].read(), str(winners[0]).encode(), "the winner's body")


def presigned():
    url = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "signed key"}, ExpiresIn=60)
    request = urllib.request.Request(url, data=SMALL, method="PUT")
    equal(urllib.request.urlopen(request).status, 200, "presigned PUT")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed key"}, ExpiresIn=60)
    equal(urllib.request.urlopen(url).read(), SMALL, "presigned GET")
    try:
        urllib.request.urlopen(url.replace("signed%20key", "small.txt"))
        raise AssertionError("a changed key was accepted")
    except urllib.error.HTTPError as error:
        equal(error.code, 403, "changed key")


def read_only():
    equal(reader.get_object(Bucket=BUCKET, Key="small.txt")["Body"].read(), SMALL, "read")
    reader.list_objects_v2(Bucket=BUCKET)
    refused("AccessDenied", reader.put_object, Bucket=BUCKET, Key="no", Body=b"x")
    refused("AccessDenied", reader.delete_object, Bucket=BUCKET, Key="small.txt")
    refused("AccessDenied", reader.list_buckets)
    # What it may not do is refused alike where there is no bucket; what it may do is looked for.
    refused("AccessDenied", reader.put_object, Bucket="no-such-bucket", Key="x", Body=b"x")
    refused("NoSuchBucket", reader.get_object, Bucket="no-such-bucket", Key="x")


def wrong_secret():
    refused("SignatureDoesNotMatch", client(secret="0" * 64).list_buckets)
    refused("Unauthorized", client(access="0" * 32).list_buckets)


def jurisdictions():
    eu = client(endpoint=ENDPOINT_EU)
    eu.create_bucket(Bucket="only-eu")
    equal([b["Name"] for b in eu.list_buckets()["Buckets"]], ["only-eu"], "eu buckets")
    assert "only-eu" not in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    eu.delete_bucket(Bucket="only-eu")


def deletes():
    keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
            for o in page["Contents"]]
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key=keys[0])
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": k} for k in keys]})
    equal(len(answer["Deleted"]), len(keys), "deleted")
    s3.delete_bucket(Bucket=BUCKET)
    refused("404", s3.head_bucket, Bucket=BUCKET)


for claim, function in [
    ("creates, lists and heads a bucket", create),
    ("puts and gets a small object with its metadata", small),
    ("puts and gets an empty object", empty),
    ("uploads and downloads a large object in parts", large),
    ("reads ranges and single parts", ranges),
    ("keeps odd names", odd_names),
    ("lists by pages and groups", listing),
    ("copies without the source's fate", copies),
    ("drives a multipart upload by hand", multipart),
    ("sends and checks every checksum", checksums),
    ("puts conditionally, one winner of 24", conditions),
    ("presigns", presigned),
    ("is refused cleanly with a read-only token", read_only),
    ("is refused with a wrong secret or key", wrong_secret),
    ("sees only its jurisdiction", jurisdictions),
    ("deletes one, many, and the bucket", deletes),
]:
    suite.check(claim, function)
