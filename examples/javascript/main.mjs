// Creates an API token for one bucket over REST and uses it as an S3 access key.
import { createHash } from "node:crypto";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

function setting(name) {
  if (process.env[name]) return process.env[name];
  console.error(`failed: set the environment variable ${name}`);
  process.exit(1);
}

const apiUrl = setting("CLOUDFLARE_API_BASE_URL");
const apiToken = setting("CLOUDFLARE_API_TOKEN");
const account = setting("CLOUDFLARE_ACCOUNT_ID");
const endpoint = setting("R2_ENDPOINT");
const bucket = process.env.R2_BUCKET ?? "example-javascript";

const BUCKET_EXISTS = 10004;

class ApiError extends Error {
  constructor(call, { message, code }) {
    super(`${call}: ${message} [${code}]`);
    this.code = code;
  }
}

// Calls the management API; returns `result`, or throws what the server's first error says.
async function api(method, path, body) {
  const response = await fetch(`${apiUrl}/accounts/${account}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const { success, result, errors } = await response.json();
  if (!success) throw new ApiError(`${method} ${path}`, errors[0]);
  return result;
}

async function createBucket() {
  try {
    await api("POST", "/r2/buckets", { name: bucket });
  } catch (error) {
    if (error.code !== BUCKET_EXISTS) throw error;
  }
}

async function createToken() {
  const name = encodeURIComponent("Workers R2 Storage Bucket Item Write");
  const [group] = await api("GET", `/tokens/permission_groups?name=${name}`);
  return api("POST", "/tokens", {
    name: `objects of ${bucket}`,
    policies: [
      {
        effect: "allow",
        permission_groups: [{ id: group.id }],
        resources: { [`com.cloudflare.edge.r2.bucket.${account}_default_${bucket}`]: "*" },
      },
    ],
  });
}

// The token's id is the Access Key ID; the SHA-256 of its value, in hex, is the Secret Access Key.
function s3Client(token) {
  return new S3Client({
    endpoint,
    region: "auto",
    forcePathStyle: true,
    credentials: {
      accessKeyId: token.id,
      secretAccessKey: createHash("sha256").update(token.value).digest("hex"),
    },
  });
}

async function useToken(token) {
  const s3 = s3Client(token);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "hello.txt", Body: "Hello from JavaScript\n" }));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key, Size } of Contents) console.log(`${Key}: ${Size} bytes`);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "hello.txt" }));
  console.log(await Body.transformToString());
}

try {
  await createBucket();
  const token = await createToken();
  console.log(`Access Key ID: ${token.id}`);
  try {
    await useToken(token);
  } finally {
    await api("DELETE", `/tokens/${token.id}`);
  }
} catch (error) {
  console.error(`failed: ${error.message}`);
  process.exitCode = 1;
}
