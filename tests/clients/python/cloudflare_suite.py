"""Cloudflare's SDK for Python with its defaults, but for the address and the token."""

import hashlib
import os

import boto3
import cloudflare
from botocore.config import Config
from botocore.exceptions import ClientError

from suite import ACCESS_KEY, ENDPOINT, ODD_KEYS, Suite, equal

ACCOUNT = os.environ["COFFER_ACCOUNT"]
BUCKET = "cloudflare-python-suite"
ITEM_WRITE = "2efd5506f9c8494dacb1fa10a3e7d5b6"
POLICIES = [{"effect": "allow", "permission_groups": [{"id": ITEM_WRITE}],
             "resources": {f"com.cloudflare.edge.r2.bucket.{ACCOUNT}_default_{BUCKET}": "*"}}]


def client(token):
    return cloudflare.Cloudflare(api_token=token, base_url=os.environ["COFFER_API"])


admin = client(os.environ["COFFER_TOKEN"])
viewer = client(os.environ["COFFER_VIEW_TOKEN"])
manager = client(os.environ["COFFER_MANAGER_TOKEN"])
user = client(os.environ["COFFER_USER_TOKEN"])
suite = Suite("cloudflare-python")


def s3(access_key, secret_key, session_token=None):
    return boto3.client("s3", endpoint_url=ENDPOINT, region_name="auto", aws_access_key_id=access_key,
                        aws_secret_access_key=secret_key, aws_session_token=session_token,
                        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))


def keys_of(token_id, value):
    return token_id, hashlib.sha256(value.encode()).hexdigest()


def fails(kind, code, function, *arguments, **named):
    try:
        function(*arguments, **named)
    except cloudflare.APIStatusError as error:
        equal((type(error), error.errors[0].code), (kind, code), str(error))
    else:
        raise AssertionError(f"{kind.__name__} expected, the call succeeded")


def denied(function, **named):
    try:
        function(**named)
    except ClientError as error:
        equal(error.response["Error"]["Code"], "AccessDenied", "code")
    else:
        raise AssertionError("AccessDenied expected, the call succeeded")


def buckets():
    of = {"account_id": ACCOUNT}
    made = admin.r2.buckets.create(name=BUCKET, location_hint="apac", storage_class="InfrequentAccess", **of)
    equal((made.name, made.location, made.storage_class), (BUCKET, "APAC", "InfrequentAccess"), "made")
    equal(admin.r2.buckets.edit(BUCKET, storage_class="Standard", **of).storage_class, "Standard", "edited")
    listed = viewer.r2.buckets.list(name_contains=BUCKET, per_page=5, **of).buckets
    equal([bucket.name for bucket in listed], [BUCKET], "listed")
    equal(viewer.r2.buckets.get(BUCKET, **of).creation_date, made.creation_date, "creation date")
    fails(cloudflare.ConflictError, 10004, admin.r2.buckets.create, name=BUCKET, **of)
    fails(cloudflare.NotFoundError, 10006, admin.r2.buckets.get, "no-such-bucket", **of)


def jurisdictions():
    of = {"account_id": ACCOUNT, "cf_r2_jurisdiction": "eu"}
    equal(admin.r2.buckets.create(name=f"{BUCKET}-eu", **of).jurisdiction, "eu", "made")
    fails(cloudflare.NotFoundError, 10006, admin.r2.buckets.get, f"{BUCKET}-eu", account_id=ACCOUNT)
    admin.r2.buckets.delete(f"{BUCKET}-eu", **of)


def objects():
    of = {"account_id": ACCOUNT, "bucket_name": BUCKET}
    for key in ODD_KEYS:
        equal(admin.r2.buckets.objects.upload(key, key.encode(), **of).key, key, "uploaded")
    for key in ODD_KEYS:
        equal(admin.r2.buckets.objects.get(key, **of).read().decode(), key, "body")
    pages = admin.r2.buckets.objects.list(BUCKET, account_id=ACCOUNT, per_page=4, prefix="odd/")
    equal(sorted(each.key for each in pages), sorted(ODD_KEYS), "listed")
    for key in ODD_KEYS[1:]:
        admin.r2.buckets.objects.delete(key, **of)
    fails(cloudflare.NotFoundError, 10007, admin.r2.buckets.objects.get, ODD_KEYS[1], **of)


def metrics():
    assert viewer.r2.buckets.metrics.list(account_id=ACCOUNT).standard.published.objects >= 1


def temporary():
    credentials = admin.r2.temporary_credentials.create(
        account_id=ACCOUNT, bucket=BUCKET, parent_access_key_id=ACCESS_KEY,
        permission="object-read-only", ttl_seconds=600)
    reader = s3(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
    equal(reader.get_object(Bucket=BUCKET, Key=ODD_KEYS[0])["Body"].read().decode(), ODD_KEYS[0], "body")
    denied(reader.put_object, Bucket=BUCKET, Key="no", Body=b"no")


def refusals():
    fails(cloudflare.PermissionDeniedError, 10000, viewer.r2.buckets.delete, BUCKET, account_id=ACCOUNT)
    fails(cloudflare.PermissionDeniedError, 9109, viewer.accounts.tokens.list, account_id=ACCOUNT)


def tokens(family, service, of):
    """All that there is to do with the account's tokens, or with the user's."""
    def family_of(value):
        caller = client(value)
        return caller.accounts.tokens if family == "account" else caller.user.tokens

    def verify(value):
        return family_of(value).verify(**of)

    groups = list(service.permission_groups.list(name="Workers R2 Storage Bucket Item Write", **of))
    equal([group.id for group in groups], [ITEM_WRITE], "permission groups")
    made = [service.create(name=f"python {family} {i}", policies=POLICIES, **of) for i in range(7)]
    equal(verify(made[0].value).id, made[0].id, "verified")
    listed = [token.id for token in service.list(per_page=5, **of)]
    equal(len(set(listed)), len(listed), "listed once each")
    assert {token.id for token in made} <= set(listed), "all are listed"
    for token in made[1:]:
        equal(service.delete(token.id, **of).id, token.id, "deleted")

    token_id = made[0].id
    before = service.get(token_id, **of)
    equal(before.policies[0].resources, POLICIES[0]["resources"], "resources")
    after = service.update(token_id, name="renamed", status="disabled", policies=POLICIES,
                           condition={"request_ip": {"in": ["127.0.0.0/8"]}}, **of)
    equal((after.name, after.status, after.condition.request_ip.in_),
          ("renamed", "disabled", ["127.0.0.0/8"]), "updated")
    service.update(token_id, name="renamed", status="active", policies=POLICIES, **of)

    value = service.value.update(token_id, **of)
    fails(cloudflare.AuthenticationError, 1000, verify, made[0].value)
    equal(verify(value).status, "active", "status")
    if family == "account":
        scoped = s3(*keys_of(token_id, value))
        scoped.put_object(Bucket=BUCKET, Key="by-token", Body=b"x")
        denied(scoped.list_buckets)
    service.delete(token_id, **of)
    fails(cloudflare.NotFoundError, 1003, service.get, token_id, **of)
    fails(cloudflare.AuthenticationError, 1000, verify, value)


def people():
    equal(user.user.get().email, os.environ["COFFER_USER"], "e-mail")
    fails(cloudflare.PermissionDeniedError, 9109, manager.user.get)
    for caller in (admin, user):
        equal([account.id for account in caller.accounts.list()], [ACCOUNT], "accounts")
        equal(caller.accounts.get(account_id=ACCOUNT).id, ACCOUNT, "account")
    equal([(each.account.id, each.status) for each in user.memberships.list()], [(ACCOUNT, "accepted")], "memberships")
    assert os.environ["COFFER_USER"] in [member.user.email for member in user.accounts.members.list(account_id=ACCOUNT)]


def deletes():
    of = {"account_id": ACCOUNT}
    for each in list(admin.r2.buckets.objects.list(BUCKET, **of)):
        admin.r2.buckets.objects.delete(each.key, bucket_name=BUCKET, **of)
    admin.r2.buckets.delete(BUCKET, **of)
    fails(cloudflare.NotFoundError, 10006, admin.r2.buckets.get, BUCKET, **of)


for claim, function in [
    ("creates, edits, lists and gets a bucket", buckets),
    ("sees a jurisdiction's buckets apart", jurisdictions),
    ("uploads, gets, lists and deletes odd names", objects),
    ("reads the account's metrics", metrics),
    ("makes temporary credentials, which may only read", temporary),
    ("is refused cleanly with a read-only token", refusals),
    ("drives account tokens from creation to deletion",
     lambda: tokens("account", manager.accounts.tokens, {"account_id": ACCOUNT})),
    ("drives user tokens from creation to deletion", lambda: tokens("user", user.user.tokens, {})),
    ("reads the user, accounts, memberships and members", people),
    ("deletes objects and the bucket", deletes),
]:
    suite.check(claim, function)
