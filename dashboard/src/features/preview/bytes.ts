import { csrfToken } from '~/api/csrf'
import { toApiError } from '~/api/error'
import type { BucketRef } from '../objects/bucket-ref'
import { bucketPath } from '../objects/bucket-ref'
import { encodeKey } from '../objects/key-path'
import { jurisdictionHeader } from '~/api/jurisdictions'

export interface ObjectBytes {
  readonly bytes: ArrayBuffer
  readonly isCut: boolean
}

/** The first `max` bytes of an object, as they come out of their Content-Encoding. */
export async function readBytes(
  ref: BucketRef,
  key: string,
  max: number,
  isEncoded: boolean,
  signal: AbortSignal,
): Promise<ObjectBytes> {
  const headers: Record<string, string> = { 'X-Coffer-CSRF': csrfToken(), ...jurisdictionHeader(ref.jurisdiction) }
  // Part of a compressed object cannot be decompressed; the stream is cut instead.
  if (!isEncoded) headers['Range'] = `bytes=0-${max}`
  const response = await fetch(`${bucketPath(ref)}/objects/${encodeKey(key)}`, { headers, signal })
  // An empty object has no first byte.
  if (response.status === 416) return { bytes: new ArrayBuffer(0), isCut: false }
  if (!response.ok || !response.body) {
    const body: unknown = await response.json().catch(() => undefined)
    throw toApiError(body, response)
  }
  return readAtMost(response.body, max)
}

export async function readAtMost(stream: ReadableStream<Uint8Array>, max: number): Promise<ObjectBytes> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length <= max) {
    const { done, value } = await reader.read()
    if (done) return { bytes: joined(chunks, length), isCut: false }
    chunks.push(value)
    length += value.length
  }
  void reader.cancel()
  return { bytes: joined(chunks, length).slice(0, max), isCut: true }
}

function joined(chunks: readonly Uint8Array[], length: number): ArrayBuffer {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all.buffer
}
