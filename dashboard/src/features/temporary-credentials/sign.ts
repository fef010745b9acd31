import type { CredentialRequest } from './credentials'

/** For a POSIX shell: keys may have anything in them. */
export function shellQuote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The command that signs the same credential where the parent's secret is, without asking the server. */
export function mintCommand(request: CredentialRequest, endpoint: string): string {
  const options = [
    ['access-key', request.parentAccessKeyId || 'ACCESS_KEY_ID'],
    ['account', request.accountId],
    ['endpoint', endpoint],
    ['bucket', request.bucket || 'BUCKET'],
    ['permission', request.permission],
    ...request.actions.map((action) => ['action', action]),
    ...request.prefixes.map((prefix) => ['prefix', prefix]),
    ...request.objects.map((object) => ['object', object]),
    ['ttl', String(request.ttlSeconds)],
  ]
  const lines = options.map(([name, value = '']) => `    --${name} ${shellQuote(value)}`)
  return `# The parent's Secret Access Key:
read -rs COFFER_SECRET_ACCESS_KEY
export COFFER_SECRET_ACCESS_KEY
coffer creds mint \\
${lines.join(' \\\n')}`
}

function claimsOf(request: CredentialRequest, endpoint: string): object {
  const { actions, prefixes, objects } = request
  return {
    sub: request.accountId,
    iss: request.parentAccessKeyId,
    aud: URL.canParse(endpoint) ? new URL(endpoint).host : endpoint,
    bucket: request.bucket,
    scope: request.permission,
    ...(actions.length === 0 ? {} : { actions }),
    ...(prefixes.length + objects.length === 0 ? {} : { paths: { prefixPaths: prefixes, objectPaths: objects } }),
  }
}

/** A program without dependencies that does the same. */
export function mintProgram(request: CredentialRequest, endpoint: string): string {
  return `import { createHash, createHmac } from "node:crypto";

const secret = process.env.COFFER_SECRET_ACCESS_KEY; // the parent's: 64 hex digits, used as text
const now = Math.floor(Date.now() / 1000);
const claims = {
  ...${JSON.stringify(claimsOf(request, endpoint), null, 2).replaceAll('\n', '\n  ')},
  iat: now,
  exp: now + ${request.ttlSeconds},
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const unsigned = \`\${encode({ alg: "HS256", typ: "JWT" })}.\${encode(claims)}\`;
const jwt = \`\${unsigned}.\${createHmac("sha256", secret).update(unsigned).digest("base64url")}\`;

console.log({
  accessKeyId: claims.iss,
  secretAccessKey: createHash("sha256").update(jwt).digest("hex"),
  sessionToken: Buffer.from(\`jwt/\${jwt}\`).toString("base64"),
});`
}
