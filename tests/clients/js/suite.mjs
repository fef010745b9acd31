// What the JavaScript suites share; the counterpart of python/suite.py.
import { createHash } from "node:crypto";

export const env = process.env;
export const SMALL = Buffer.from("hello coffer\n");
export const LARGE = createHash("shake256", { outputLength: 21 * 1024 * 1024 + 17 })
  .update("coffer large object")
  .digest();
export const ODD_KEYS = [
  "odd/space and+plus.txt",
  "odd/percent%25%2F.txt",
  "odd/quotes'\"&<>.txt",
  "odd/ümlaut-名前-🙂.txt",
  "odd/(brackets)[]{}=;,@$!~.txt",
  "odd/a:b*c.txt",
];

export async function check(client, claim, action) {
  try {
    await action();
    console.log(`PASS ${client}: ${claim}`);
  } catch (error) {
    const text = `${error.name ?? ""} ${error.code ?? ""} ${error.message ?? error}`.replaceAll("\n", " | ");
    const line = /\.mjs:(\d+):/.exec(error.stack ?? "")?.[1] ?? "?";
    console.log(`FAIL ${client}: ${claim}: line ${line}: ${text.slice(0, 600)}`);
  }
}

export async function collect(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function refused(code, call) {
  try {
    await call();
  } catch (error) {
    const seen = error.Code ?? error.code ?? error.name;
    if (seen !== code && error.name !== code) throw new Error(`${code} expected, got ${seen} ${error.name}: ${error.message}`);
    return;
  }
  throw new Error(`${code} expected, the call succeeded`);
}
