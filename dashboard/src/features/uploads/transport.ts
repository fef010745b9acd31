import type { BucketRef } from '../objects/bucket-ref'
import { bucketPath } from '../objects/bucket-ref'
import { encodeKey } from '../objects/key-path'

/** What came back: `status` 0 when nothing did. */
export interface Answer<T = unknown> {
  readonly status: number
  readonly result?: T
  /** Of the first error of the envelope. */
  readonly code?: number
  readonly message?: string
  readonly retryAfterS?: number
  readonly info?: { readonly is_truncated?: boolean; readonly after?: number | string }
}

export interface UploadedPart {
  readonly part_number: number
  readonly etag: string
  readonly size: number
}

/** A request under way. Its promise never rejects; after `abort` it answers status 0. */
export interface Sending<T> {
  readonly answer: Promise<Answer<T>>
  abort(): void
}

export type OnProgress = (loadedBytes: number) => void

/** The calls that an upload is made of. */
export interface UploadTransport {
  put(ref: BucketRef, key: string, body: Blob, type: string, onProgress: OnProgress): Sending<unknown>
  create(ref: BucketRef, key: string, type: string): Sending<{ upload_id: string }>
  part(
    ref: BucketRef,
    key: string,
    upload: string,
    number: number,
    body: Blob,
    onProgress: OnProgress,
  ): Sending<UploadedPart>
  parts(ref: BucketRef, key: string, upload: string, after: number): Sending<UploadedPart[]>
  complete(
    ref: BucketRef,
    key: string,
    upload: string,
    parts: readonly { part_number: number; etag: string }[],
  ): Sending<unknown>
  abandon(ref: BucketRef, key: string, upload: string): Sending<unknown>
  size(ref: BucketRef, key: string): Sending<{ size: number }>
}

/** Without a byte moving for this long, a connection is taken for dead. */
const stallMs = 90_000
const partsPerPage = 1000

interface Request {
  readonly method: string
  readonly url: string
  readonly ref: BucketRef
  readonly body?: Blob | string
  readonly type?: string
  readonly onProgress?: OnProgress
}

/** XMLHttpRequest, since fetch tells nothing about what it has sent. */
export class XhrTransport implements UploadTransport {
  constructor(private readonly csrfToken: () => string) {}

  put(ref: BucketRef, key: string, body: Blob, type: string, onProgress: OnProgress): Sending<unknown> {
    const url = `${bucketPath(ref)}/objects/${encodeKey(key)}`
    return this.send({ method: 'PUT', url, ref, body, type: type || 'application/octet-stream', onProgress })
  }

  create(ref: BucketRef, key: string, type: string): Sending<{ upload_id: string }> {
    const body = JSON.stringify({ key, http_metadata: type ? { contentType: type } : {} })
    return this.send({ method: 'POST', url: `${bucketPath(ref)}/uploads`, ref, body, type: jsonType })
  }

  part(
    ref: BucketRef,
    key: string,
    upload: string,
    number: number,
    body: Blob,
    onProgress: OnProgress,
  ): Sending<UploadedPart> {
    const url = `${uploadPath(ref, upload)}/parts/${number}?key=${encodeURIComponent(key)}`
    return this.send({ method: 'PUT', url, ref, body, type: 'application/octet-stream', onProgress })
  }

  parts(ref: BucketRef, key: string, upload: string, after: number): Sending<UploadedPart[]> {
    const from = after > 0 ? `&after=${after}` : ''
    const query = `key=${encodeURIComponent(key)}&per_page=${partsPerPage}${from}`
    return this.send({ method: 'GET', url: `${uploadPath(ref, upload)}/parts?${query}`, ref })
  }

  complete(
    ref: BucketRef,
    key: string,
    upload: string,
    parts: readonly { part_number: number; etag: string }[],
  ): Sending<unknown> {
    const body = JSON.stringify({ key, parts })
    return this.send({
      method: 'POST',
      url: `${uploadPath(ref, upload)}/complete`,
      ref,
      body,
      type: jsonType,
    })
  }

  abandon(ref: BucketRef, key: string, upload: string): Sending<unknown> {
    const url = `${uploadPath(ref, upload)}?key=${encodeURIComponent(key)}`
    return this.send({ method: 'DELETE', url, ref })
  }

  size(ref: BucketRef, key: string): Sending<{ size: number }> {
    return this.send({ method: 'GET', url: `${bucketPath(ref)}/metadata/${encodeKey(key)}`, ref })
  }

  private send<T>(request: Request): Sending<T> {
    const xhr = new XMLHttpRequest()
    let stall: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(stall)
      stall = setTimeout(() => xhr.abort(), stallMs)
    }
    const answer = new Promise<Answer<T>>((resolve) => {
      const none = () => resolve({ status: 0 })
      xhr.addEventListener('load', () => resolve(read<T>(xhr)))
      xhr.addEventListener('error', none)
      xhr.addEventListener('abort', none)
      xhr.addEventListener('loadend', () => clearTimeout(stall))
      xhr.upload.addEventListener('progress', (event) => {
        alive()
        request.onProgress?.(event.loaded)
      })
      xhr.open(request.method, request.url)
      xhr.setRequestHeader('X-Coffer-CSRF', this.csrfToken())
      xhr.setRequestHeader('cf-r2-jurisdiction', request.ref.jurisdiction)
      if (request.type) xhr.setRequestHeader('Content-Type', request.type)
      alive()
      xhr.send(request.body ?? null)
    })
    return { answer, abort: () => xhr.abort() }
  }
}

const jsonType = 'application/json'

function uploadPath(ref: BucketRef, upload: string): string {
  return `${bucketPath(ref)}/uploads/${encodeURIComponent(upload)}`
}

interface Envelope<T> {
  readonly result?: T
  readonly result_info?: { readonly is_truncated?: boolean; readonly after?: number | string }
  readonly errors?: readonly { readonly code?: number; readonly message?: string }[]
}

function read<T>(xhr: XMLHttpRequest): Answer<T> {
  const retryAfter = Number(xhr.getResponseHeader('Retry-After') ?? NaN)
  const base = { status: xhr.status, ...(retryAfter >= 0 ? { retryAfterS: retryAfter } : {}) }
  let envelope: Envelope<T>
  try {
    envelope = JSON.parse(xhr.responseText) as Envelope<T>
  } catch {
    return base
  }
  const error = envelope.errors?.[0]
  return {
    ...base,
    ...(envelope.result !== undefined ? { result: envelope.result } : {}),
    ...(envelope.result_info ? { info: envelope.result_info } : {}),
    ...(error?.code !== undefined ? { code: error.code } : {}),
    ...(error?.message !== undefined ? { message: error.message } : {}),
  }
}
