// Cloudflare's SDK for TypeScript with its defaults, but for the address and the token.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lookup } from "node:dns";
import { Agent } from "node:http";
import { GetObjectCommand, HeadObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import Cloudflare from "cloudflare";
import { LARGE, ODD_KEYS, check, collect, env, refused } from "./suite.mjs";

const client = (apiToken) => new Cloudflare({ apiToken, baseURL: env.COFFER_API });
const admin = client(env.COFFER_TOKEN);
const viewer = client(env.COFFER_VIEW_TOKEN);
const manager = client(env.COFFER_MANAGER_TOKEN);
const user = client(env.COFFER_USER_TOKEN);
const account_id = env.COFFER_ACCOUNT;
const eu = { "cf-r2-jurisdiction": "eu" };
const bucket = "cloudflare-js-suite";
const claim = (text, action) => check("cloudflare-js", text, action);

// A user's token may be of several accounts, so the endpoint names one. Not every resolver knows that
// names below `localhost` are this machine.
const endpoint = new URL(env.COFFER_ENDPOINT);
endpoint.hostname = `${account_id}.r2.localhost`;
const httpAgent = new Agent({ lookup: (_, options, done) => lookup("127.0.0.1", options, done) });
const s3 = (credentials) =>
  new S3Client({
    endpoint: endpoint.href, region: "auto", forcePathStyle: true, maxAttempts: 1, credentials,
    requestHandler: { httpAgent },
  });
const keysOf = (id, value) => ({
  accessKeyId: id,
  secretAccessKey: createHash("sha256").update(value).digest("hex"),
});

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

async function fails(kind, code, call) {
  const error = await call().then(() => assert.fail(`${kind.name} expected, the call succeeded`), (e) => e);
  assert(error instanceof kind, `${kind.name} expected, got ${error}`);
  assert.equal(error.errors[0].code, code, error.message);
}

const policies = () => [
  {
    effect: "allow",
    permission_groups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
    resources: { [`com.cloudflare.edge.r2.bucket.${account_id}_default_${bucket}`]: "*" },
  },
];

await claim("creates, lists and gets buckets", async () => {
  const made = await admin.r2.buckets.create({ account_id, name: bucket, locationHint: "weur", storageClass: "Standard" });
  assert.equal(made.name, bucket);
  assert.equal(made.location, "WEUR");
  await admin.r2.buckets.create({ account_id, name: `${bucket}-2` });
  const { buckets } = await admin.r2.buckets.list({ account_id, name_contains: bucket });
  assert.deepEqual(buckets.map(({ name }) => name), [bucket, `${bucket}-2`]);
  const page = await admin.r2.buckets.list({ account_id, name_contains: bucket, direction: "desc", per_page: 1 });
  assert.deepEqual(page.buckets.map(({ name }) => name), [`${bucket}-2`]);
  const got = await viewer.r2.buckets.get(bucket, { account_id });
  assert.deepEqual(got, made);
  await fails(Cloudflare.ConflictError, 10004, () => admin.r2.buckets.create({ account_id, name: bucket }));
  await fails(Cloudflare.NotFoundError, 10006, () => admin.r2.buckets.get("no-such-bucket", { account_id }));
});

await claim("edits and deletes a bucket", async () => {
  const edited = await admin.r2.buckets.edit(`${bucket}-2`, { account_id, storage_class: "InfrequentAccess" });
  assert.equal(edited.storage_class, "InfrequentAccess");
  await admin.r2.buckets.delete(`${bucket}-2`, { account_id });
  await fails(Cloudflare.NotFoundError, 10006, () => admin.r2.buckets.get(`${bucket}-2`, { account_id }));
});

await claim("sees a jurisdiction's buckets apart", async () => {
  const made = await admin.r2.buckets.create({ account_id, name: `${bucket}-eu`, ...eu });
  assert.equal(made.jurisdiction, "eu");
  const names = async (more) => (await admin.r2.buckets.list({ account_id, ...more })).buckets.map(({ name }) => name);
  assert((await names(eu)).includes(`${bucket}-eu`));
  assert(!(await names({})).includes(`${bucket}-eu`));
  await admin.r2.buckets.delete(`${bucket}-eu`, { account_id, ...eu });
});

await claim("uploads, gets and deletes objects", async () => {
  const of = { account_id, bucket_name: bucket };
  const put = await admin.r2.buckets.objects.upload("small.txt", "hello", of);
  assert.equal(put.key, "small.txt");
  assert.equal(put.size, "5");
  await admin.r2.buckets.objects.upload("large.bin", LARGE, of);
  assert(Buffer.from(await (await admin.r2.buckets.objects.get("large.bin", of)).arrayBuffer()).equals(LARGE));
  await admin.r2.buckets.objects.delete("large.bin", of);
  await fails(Cloudflare.NotFoundError, 10007, () => admin.r2.buckets.objects.get("large.bin", of));
});

await claim("keeps odd names, and lists them by pages", async () => {
  const of = { account_id, bucket_name: bucket };
  for (const key of ODD_KEYS) await admin.r2.buckets.objects.upload(key, key, of);
  for (const key of ODD_KEYS) assert.equal(await (await admin.r2.buckets.objects.get(key, of)).text(), key);
  const listed = await all(admin.r2.buckets.objects.list(bucket, { account_id, prefix: "odd/", per_page: 2 }));
  assert.deepEqual(listed.map(({ key }) => key).sort(), [...ODD_KEYS].sort());
  const object = await s3(keysOf(env.COFFER_ACCESS_KEY, env.COFFER_TOKEN)).send(
    new GetObjectCommand({ Bucket: bucket, Key: ODD_KEYS[1] }),
  );
  assert.equal((await collect(object.Body)).toString(), ODD_KEYS[1]);
});

await claim("reads the account's metrics", async () => {
  const { standard } = await viewer.r2.buckets.metrics.list({ account_id });
  assert(standard.published.objects >= ODD_KEYS.length);
  assert(standard.published.payloadSize > 0);
});

await claim("makes temporary credentials, which reach their prefix only", async () => {
  const credentials = await admin.r2.temporaryCredentials.create({
    account_id,
    bucket,
    parentAccessKeyId: env.COFFER_ACCESS_KEY,
    permission: "object-read-write",
    ttlSeconds: 600,
    prefixes: ["in/"],
  });
  const limited = s3(credentials);
  await limited.send(new PutObjectCommand({ Bucket: bucket, Key: "in/a", Body: "a" }));
  const { Body } = await limited.send(new GetObjectCommand({ Bucket: bucket, Key: "in/a" }));
  assert.equal(await Body.transformToString(), "a");
  await refused("AccessDenied", () => limited.send(new PutObjectCommand({ Bucket: bucket, Key: "out", Body: "b" })));
  await refused("AccessDenied", () => limited.send(new ListBucketsCommand({})));
});

await claim("is refused cleanly with a read-only token", async () => {
  await fails(Cloudflare.PermissionDeniedError, 10000, () => viewer.r2.buckets.create({ account_id, name: "no" + bucket }));
  await fails(Cloudflare.PermissionDeniedError, 10000, () =>
    viewer.r2.buckets.objects.upload("no", "no", { account_id, bucket_name: bucket }));
  await fails(Cloudflare.PermissionDeniedError, 9109, () => viewer.accounts.tokens.create({ account_id, name: "no", policies: policies() }));
});

// Both families of tokens have the same methods; those of an account also take its id.
for (const [family, tokens, of] of [
  ["account", manager.accounts.tokens, { account_id }],
  ["user", user.user.tokens, {}],
]) {
  const withToken = (value) => (family === "account" ? client(value).accounts.tokens : client(value).user.tokens);
  const state = {};

  await claim(`lists the permission groups of ${family} tokens`, async () => {
    const groups = await all(tokens.permissionGroups.list(of));
    assert(groups.length > 4);
    const [group, ...others] = await all(tokens.permissionGroups.list({ ...of, name: "Workers R2 Storage Bucket Item Write" }));
    assert.equal(group.id, policies()[0].permission_groups[0].id);
    assert.deepEqual(group.scopes, ["com.cloudflare.edge.r2.bucket"]);
    assert.equal(others.length, 0);
  });

  await claim(`creates, verifies and gets ${family} tokens`, async () => {
    const made = await tokens.create({ ...of, name: `js ${family} 0`, policies: policies(), expires_on: "2099-01-01T00:00:00Z" });
    assert.match(made.id, /^[0-9a-f]{32}$/);
    Object.assign(state, made);
    assert.deepEqual(await withToken(made.value).verify(of), { id: made.id, status: "active", expires_on: "2099-01-01T00:00:00Z" });
    const { value, ...rest } = made;
    const { last_used_on: _, ...got } = await tokens.get(made.id, of);
    delete rest.last_used_on;
    assert.deepEqual(got, rest);
    assert.deepEqual(got.policies[0].resources, policies()[0].resources);
  });

  await claim(`signs S3 requests with the ${family} token`, async () => {
    const scoped = s3(keysOf(state.id, state.value));
    await scoped.send(new PutObjectCommand({ Bucket: bucket, Key: `by-${family}`, Body: family }));
    await refused("AccessDenied", () => scoped.send(new ListBucketsCommand({})));
  });

  await claim(`lists ${family} tokens over several pages`, async () => {
    const ids = [state.id];
    for (let i = 1; i < 12; i++) ids.push((await tokens.create({ ...of, name: `js ${family} ${i}`, policies: policies() })).id);
    const page = await tokens.list({ ...of, per_page: 5 });
    assert.equal(page.result.length, 5);
    const listed = (await all(tokens.list({ ...of, per_page: 5 }))).map(({ id }) => id);
    assert.equal(new Set(listed).size, listed.length, "each once");
    for (const id of ids) assert(listed.includes(id));
    for (const id of ids.slice(1)) assert.deepEqual(await tokens.delete(id, of), { id });
    const left = (await all(tokens.list({ ...of, per_page: 5 }))).map(({ id }) => id);
    assert.deepEqual(left.filter((id) => ids.includes(id)), [state.id]);
  });

  await claim(`updates the ${family} token`, async () => {
    const before = await tokens.get(state.id, of);
    const after = await tokens.update(state.id, { ...of, name: "renamed", policies: before.policies, status: "disabled" });
    assert.equal(after.name, "renamed");
    assert.equal(after.status, "disabled");
    assert.equal(after.value, undefined);
    assert.equal((await withToken(state.value).verify(of)).status, "disabled");
    await tokens.update(state.id, {
      ...of, name: "renamed", policies: before.policies, status: "active",
      condition: { request_ip: { in: ["127.0.0.0/8", "::1/128"], not_in: ["127.0.0.99/32"] } },
    });
    const got = await tokens.get(state.id, of);
    assert.deepEqual(got.condition.request_ip, { in: ["127.0.0.0/8", "::1/128"], not_in: ["127.0.0.99/32"] });
    assert.equal(got.status, "active");
  });

  await claim(`rolls the ${family} token`, async () => {
    const value = await tokens.value.update(state.id, { ...of, body: {} });
    assert.equal(typeof value, "string");
    assert.notEqual(value, state.value);
    await fails(Cloudflare.AuthenticationError, 1000, () => withToken(state.value).verify(of));
    assert.equal((await withToken(value).verify(of)).id, state.id);
    await refused("SignatureDoesNotMatch", () =>
      s3(keysOf(state.id, state.value)).send(new GetObjectCommand({ Bucket: bucket, Key: "small.txt" })));
    await s3(keysOf(state.id, value)).send(new HeadObjectCommand({ Bucket: bucket, Key: "small.txt" }));
    state.value = value;
  });

  await claim(`deletes the ${family} token`, async () => {
    assert.deepEqual(await tokens.delete(state.id, of), { id: state.id });
    await fails(Cloudflare.NotFoundError, 1003, () => tokens.get(state.id, of));
    await fails(Cloudflare.AuthenticationError, 1000, () => withToken(state.value).verify(of));
    await refused("Unauthorized", () =>
      s3(keysOf(state.id, state.value)).send(new GetObjectCommand({ Bucket: bucket, Key: "small.txt" })));
  });
}

await claim("is told what is wrong with a token", async () => {
  const create = (more) => manager.accounts.tokens.create({ account_id, name: "wrong", policies: policies(), ...more });
  await fails(Cloudflare.BadRequestError, 1001, () => create({ policies: [] }));
  await fails(Cloudflare.BadRequestError, 1001, () => create({ policies: [{ ...policies()[0], id: "0".repeat(32) }] }));
  await fails(Cloudflare.BadRequestError, 1001, () => create({ condition: { request_ip: { in: ["nonsense"] } } }));
  await fails(Cloudflare.PermissionDeniedError, 9109, () => manager.user.tokens.create({ name: "no user", policies: policies() }));
  await fails(Cloudflare.AuthenticationError, 1000, () => manager.user.tokens.verify());
});

await claim("gets and edits the user", async () => {
  const me = await user.user.get();
  assert.equal(me.email, env.COFFER_USER);
  await user.user.edit({ first_name: "Ada" });
  assert.equal((await user.user.get()).first_name, "Ada");
  await fails(Cloudflare.PermissionDeniedError, 9109, () => manager.user.get());
});

await claim("lists and gets accounts and memberships", async () => {
  for (const caller of [admin, user]) {
    const accounts = await all(caller.accounts.list());
    assert.deepEqual(accounts.map(({ id }) => id), [account_id]);
    assert.equal((await caller.accounts.get({ account_id })).id, account_id);
  }
  const memberships = await all(user.memberships.list());
  assert.deepEqual(memberships.map(({ account, status }) => [account.id, status]), [[account_id, "accepted"]]);
  assert.equal((await user.memberships.get(memberships[0].id)).id, memberships[0].id);
});

await claim("invites, changes and removes a member", async () => {
  const roles = await all(user.accounts.roles.list({ account_id }));
  const role = (name) => roles.find((one) => one.name === name).id;
  const made = await user.accounts.members.create({
    account_id, email: "grace-js@example.com", roles: [role("Cloudflare R2 Read")], status: "accepted",
  });
  assert.equal(made.user.email, "grace-js@example.com");
  const changed = await user.accounts.members.update(made.id, { account_id, roles: [{ id: role("Cloudflare R2 Admin") }] });
  assert.deepEqual(changed.roles.map(({ name }) => name), ["Cloudflare R2 Admin"]);
  assert.equal((await user.accounts.members.get(made.id, { account_id })).id, made.id);
  const emails = async () => (await all(user.accounts.members.list({ account_id, per_page: 5 }))).map((one) => one.user.email);
  assert((await emails()).includes("grace-js@example.com"));
  await user.accounts.members.delete(made.id, { account_id });
  assert(!(await emails()).includes("grace-js@example.com"));
});

await claim("deletes what is left", async () => {
  for (const { key } of await all(admin.r2.buckets.objects.list(bucket, { account_id })))
    await admin.r2.buckets.objects.delete(key, { account_id, bucket_name: bucket });
  await admin.r2.buckets.delete(bucket, { account_id });
});
