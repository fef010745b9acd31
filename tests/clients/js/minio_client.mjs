// MinIO's JavaScript client: signs its payloads in its own way, lists with V1 and V2.
import assert from "node:assert/strict";
import * as Minio from "minio";
import { LARGE, ODD_KEYS, SMALL, check, collect, env, refused } from "./suite.mjs";

const endpoint = new URL(env.COFFER_ENDPOINT);
const client = (accessKey, secretKey) =>
  new Minio.Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port),
    useSSL: false,
    accessKey,
    secretKey,
    region: "auto",
    partSize: 5 * 1024 * 1024,
  });
const minio = client(env.COFFER_ACCESS_KEY, env.COFFER_SECRET_KEY);
const reader = client(env.COFFER_READ_ACCESS_KEY, env.COFFER_READ_SECRET_KEY);
const bucket = "minio-suite";
const claim = (text, action) => check("minio-js", text, action);
const body = async (key) => collect(await minio.getObject(bucket, key));
const keysOf = async (stream) => {
  const keys = [];
  for await (const object of stream) keys.push(object.name ?? object.prefix);
  return keys;
};

await claim("creates and lists a bucket", async () => {
  await minio.makeBucket(bucket, "auto");
  assert(await minio.bucketExists(bucket));
  assert((await minio.listBuckets()).some((entry) => entry.name === bucket));
});

await claim("puts and gets a small object with metadata", async () => {
  await minio.putObject(bucket, "small.txt", SMALL, SMALL.length, { "Content-Type": "text/plain", "x-amz-meta-color": "blue" });
  assert.deepEqual(await body("small.txt"), SMALL);
  const stat = await minio.statObject(bucket, "small.txt");
  assert.equal(stat.metaData.color, "blue");
  assert.equal(stat.size, SMALL.length);
});

await claim("uploads a large object in parts", async () => {
  await minio.putObject(bucket, "large.bin", LARGE, LARGE.length);
  assert((await body("large.bin")).equals(LARGE));
});

await claim("reads a range", async () => {
  const part = await collect(await minio.getPartialObject(bucket, "large.bin", 5242870, 21));
  assert.deepEqual(part, LARGE.subarray(5242870, 5242891));
});

await claim("keeps odd names", async () => {
  for (const key of ODD_KEYS) await minio.putObject(bucket, key, key);
  assert.deepEqual((await keysOf(minio.listObjectsV2(bucket, "odd/", true))).sort(), [...ODD_KEYS].sort());
  assert.deepEqual((await keysOf(minio.listObjects(bucket, "odd/", true))).sort(), [...ODD_KEYS].sort());
  for (const key of ODD_KEYS) assert.equal((await body(key)).toString(), key);
  assert.deepEqual(await keysOf(minio.listObjectsV2(bucket, "", false)), ["large.bin", "small.txt", "odd/"]);
});

await claim("copies", async () => {
  await minio.copyObject(bucket, "copied.bin", `/${bucket}/large.bin`);
  assert((await body("copied.bin")).equals(LARGE));
});

await claim("presigns", async () => {
  const put = await minio.presignedPutObject(bucket, "signed", 60);
  assert.equal((await fetch(put, { method: "PUT", body: "presigned" })).status, 200);
  const get = await minio.presignedGetObject(bucket, "signed", 60);
  assert.equal(await (await fetch(get)).text(), "presigned");
});

await claim("is refused cleanly with a read-only token", async () => {
  assert.deepEqual(await collect(await reader.getObject(bucket, "small.txt")), SMALL);
  await refused("AccessDenied", () => reader.putObject(bucket, "no", "x"));
});

await claim("deletes objects and the bucket", async () => {
  await minio.removeObjects(bucket, await keysOf(minio.listObjectsV2(bucket, "", true)));
  await minio.removeBucket(bucket);
  assert.equal(await minio.bucketExists(bucket), false);
});
