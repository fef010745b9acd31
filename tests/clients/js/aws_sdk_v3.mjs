// AWS SDK for JavaScript v3 with its default checksum settings.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand,
  CreateMultipartUploadCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand,
  GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListMultipartUploadsCommand,
  ListPartsCommand, PutObjectCommand, S3Client, UploadPartCommand, UploadPartCopyCommand, paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { LARGE, ODD_KEYS, SMALL, check, collect, env, refused } from "./suite.mjs";

const client = (accessKeyId, secretAccessKey) =>
  new S3Client({
    endpoint: env.COFFER_ENDPOINT,
    region: "auto",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });
const s3 = client(env.COFFER_ACCESS_KEY, env.COFFER_SECRET_KEY);
const reader = client(env.COFFER_READ_ACCESS_KEY, env.COFFER_READ_SECRET_KEY);
const Bucket = "js-v3-suite";
const claim = (text, action) => check("aws-sdk-js-v3", text, action);
const body = async (Key, more = {}) =>
  collect((await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body);

await claim("creates, lists and heads a bucket", async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  assert(Buckets.some((bucket) => bucket.Name === Bucket));
  await s3.send(new HeadBucketCommand({ Bucket }));
});

await claim("puts and gets with default checksums", async () => {
  const put = await s3.send(
    new PutObjectCommand({ Bucket, Key: "small.txt", Body: SMALL, ContentType: "text/plain", Metadata: { color: "blue" } }),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "small.txt" }));
  assert.deepEqual(await collect(got.Body), SMALL);
  assert.equal(got.ETag, put.ETag);
  assert.deepEqual(got.Metadata, { color: "blue" });
  assert.equal(put.ChecksumCRC32, got.ChecksumCRC32);
  assert(put.ChecksumCRC32, "the default CRC32 is answered");
});

await claim("puts an empty object and a stream of known length", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "empty", Body: "" }));
  assert.equal((await body("empty")).length, 0);
  await s3.send(
    new PutObjectCommand({ Bucket, Key: "stream", Body: Readable.from([LARGE.subarray(0, 300000)]), ContentLength: 300000 }),
  );
  assert.deepEqual(await body("stream"), LARGE.subarray(0, 300000));
});

await claim("uploads a large object in parts and reads it back", async () => {
  const upload = new Upload({ client: s3, params: { Bucket, Key: "large.bin", Body: LARGE }, partSize: 5 * 1024 * 1024, queueSize: 3 });
  await upload.done();
  assert((await body("large.bin")).equals(LARGE));
});

await claim("reads ranges", async () => {
  assert.deepEqual(await body("large.bin", { Range: "bytes=5242870-5242890" }), LARGE.subarray(5242870, 5242891));
  assert.deepEqual(await body("large.bin", { Range: "bytes=-5" }), LARGE.subarray(-5));
  await refused("InvalidRange", () => body("small.txt", { Range: "bytes=100-" }));
});

await claim("keeps odd names", async () => {
  for (const Key of ODD_KEYS) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const keys = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: "odd/" }))
    keys.push(...page.Contents.map((object) => object.Key));
  assert.deepEqual(keys.sort(), [...ODD_KEYS].sort());
  for (const Key of ODD_KEYS) assert.equal((await body(Key)).toString(), Key);
});

await claim("copies", async () => {
  await s3.send(new CopyObjectCommand({ Bucket, Key: "copied.bin", CopySource: `${Bucket}/large.bin` }));
  assert((await body("copied.bin")).equals(LARGE));
  await s3.send(new CopyObjectCommand({ Bucket, Key: "odd copy", CopySource: encodeURI(`${Bucket}/${ODD_KEYS[3]}`) }));
  assert.equal((await body("odd copy")).toString(), ODD_KEYS[3]);
});

await claim("drives a multipart upload by hand", async () => {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "manual.bin" }));
  const size = 5 * 1024 * 1024;
  const one = await s3.send(new UploadPartCommand({ Bucket, Key: "manual.bin", UploadId, PartNumber: 1, Body: LARGE.subarray(0, size) }));
  const two = await s3.send(
    new UploadPartCopyCommand({ Bucket, Key: "manual.bin", UploadId, PartNumber: 2, CopySource: `${Bucket}/large.bin`, CopySourceRange: "bytes=0-99" }),
  );
  const { Parts } = await s3.send(new ListPartsCommand({ Bucket, Key: "manual.bin", UploadId }));
  assert.deepEqual(Parts.map((part) => part.Size), [size, 100]);
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.equal(Uploads.length, 1);
  await s3.send(
    new CompleteMultipartUploadCommand({
      Bucket, Key: "manual.bin", UploadId,
      MultipartUpload: {
        Parts: [
          { PartNumber: 1, ETag: one.ETag },
          { PartNumber: 2, ETag: two.CopyPartResult.ETag },
        ],
      },
    }),
  );
  assert((await body("manual.bin")).equals(Buffer.concat([LARGE.subarray(0, size), LARGE.subarray(0, 100)])));
  const other = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "aborted" }));
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "aborted", UploadId: other.UploadId }));
});

await claim("sends every checksum algorithm", async () => {
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: `sum/${ChecksumAlgorithm}`, Body: SMALL, ChecksumAlgorithm }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: `sum/${ChecksumAlgorithm}`, ChecksumMode: "ENABLED" }));
    assert(put[`Checksum${ChecksumAlgorithm}`]);
    assert.equal(head[`Checksum${ChecksumAlgorithm}`], put[`Checksum${ChecksumAlgorithm}`]);
  }
});

await claim("presigns GET and PUT", async () => {
  const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "signed key" }), { expiresIn: 60 });
  assert.equal((await fetch(put, { method: "PUT", body: "presigned" })).status, 200);
  const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "signed key" }), { expiresIn: 60 });
  assert.equal(await (await fetch(get)).text(), "presigned");
});

await claim("is refused cleanly with a read-only token", async () => {
  const got = await reader.send(new GetObjectCommand({ Bucket, Key: "small.txt" }));
  assert.deepEqual(await collect(got.Body), SMALL);
  await refused("AccessDenied", () => reader.send(new PutObjectCommand({ Bucket, Key: "no", Body: "x" })));
  await refused("AccessDenied", () => reader.send(new DeleteObjectCommand({ Bucket, Key: "small.txt" })));
});

await claim("deletes objects and the bucket", async () => {
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket }))
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: page.Contents.map(({ Key }) => ({ Key })) } }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
});
