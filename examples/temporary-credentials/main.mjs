// Mints a temporary credential for one prefix of a bucket, without asking the server, and uses it.
import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { SignJWT } from "jose";

function setting(name) {
  if (process.env[name]) return process.env[name];
  console.error(`failed: set the environment variable ${name}`);
  process.exit(1);
}

const account = setting("CLOUDFLARE_ACCOUNT_ID");
const endpoint = setting("R2_ENDPOINT");
const bucket = setting("R2_BUCKET");
const prefix = process.env.R2_PREFIX ?? "uploads/alice/";
// The long-lived key: a credential made of it may do at most what it may.
const parentId = setting("AWS_ACCESS_KEY_ID");
const parentSecret = setting("AWS_SECRET_ACCESS_KEY");

async function mint(lifetime) {
  const claims = {
    bucket,
    scope: "object-read-write",
    paths: { prefixPaths: [prefix], objectPaths: [] },
  };
  const jwt = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(parentId)
    .setSubject(account)
    .setAudience(new URL(endpoint).host)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    // Signed with the secret as text: its 64 hex digits, not the 32 bytes that they stand for.
    .sign(new TextEncoder().encode(parentSecret));
  return {
    accessKeyId: parentId,
    secretAccessKey: createHash("sha256").update(jwt).digest("hex"),
    sessionToken: Buffer.from(`jwt/${jwt}`).toString("base64"),
  };
}

async function succeed(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

try {
  const s3 = new AwsClient({ ...(await mint("15 minutes")), service: "s3", region: "auto" });
  const url = (key) => `${endpoint}/${bucket}/${key}`;

  const inside = `${prefix}hello.txt`;
  await succeed(await s3.fetch(url(inside), { method: "PUT", body: "Hello from a temporary credential\n" }));
  const read = await succeed(await s3.fetch(url(inside)));
  console.log(`${inside}: ${(await read.text()).trim()}`);

  const outside = await s3.fetch(url("hello.txt"), { method: "PUT", body: "Hello\n" });
  console.log(`hello.txt, which is outside: ${outside.status}`);
  if (outside.status !== 403) throw new Error("a key outside the prefix was not refused");
} catch (error) {
  console.error(`failed: ${error.message}`);
  process.exitCode = 1;
}
