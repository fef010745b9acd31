// Packs a folder of built files into the one file that the program embeds: `pack.mjs dist bundle.pack`. The format is
// described in src/web/bundle.h.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

const [source, target] = process.argv.slice(2)
const pieces = [Buffer.from('CFWEB1\n')]

function field(bytes) {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  pieces.push(length, bytes)
}

/** Empty when it is not worth a header. */
function worthwhile(compressed, original) {
  return compressed.length < original.length * 0.9 ? compressed : Buffer.alloc(0)
}

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
for (const file of files) {
  const path = `/${relative(source, file)}`
  const type = TYPES[extname(file)]
  if (!type) throw new Error(`pack.mjs: no content type for ${path}`)
  const bytes = readFileSync(file)
  field(Buffer.from(path))
  field(Buffer.from(type))
  field(Buffer.from(`"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`))
  pieces.push(Buffer.from([path.startsWith('/assets/') ? 1 : 0]))
  field(bytes)
  const text = !/^(image\/png|font\/)/.test(type)
  field(text ? worthwhile(gzipSync(bytes, { level: 9 }), bytes) : Buffer.alloc(0))
  field(
    text
      ? worthwhile(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }), bytes)
      : Buffer.alloc(0),
  )
}
// In one step: a build that is interrupted leaves the old one.
writeFileSync(`${target}.new`, Buffer.concat(pieces))
renameSync(`${target}.new`, target)
