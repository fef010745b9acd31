const mib = 1024 * 1024

/** Smaller files go in one request. */
export const multipartFromBytes = 16 * mib
export const partBytesMin = 8 * mib
/** S3's, and so R2's, limit on the parts of an upload. */
export const partsMax = 10_000
/** R2's limit on an object (r2-s3.md): 5 TiB less 5 GiB. */
export const objectBytesMax = 5 * 1024 ** 4 - 5 * 1024 ** 3
/** Longer keys are refused by the server. */
export const keyBytesMax = 1024

export type UploadPlan =
  { readonly kind: 'put' } | { readonly kind: 'multipart'; readonly partSize: number; readonly parts: number }

export function planUpload(size: number): UploadPlan {
  if (size < multipartFromBytes) return { kind: 'put' }
  const needed = Math.ceil(size / partsMax)
  const partSize = Math.max(partBytesMin, Math.ceil(needed / mib) * mib)
  return planWithParts(size, partSize)
}

/** The plan of an upload that was begun with parts of `partSize`. */
export function planWithParts(size: number, partSize: number): UploadPlan {
  return { kind: 'multipart', partSize, parts: Math.max(1, Math.ceil(size / partSize)) }
}

export interface PartRange {
  readonly start: number
  readonly end: number
}

/** Bytes of part `number`, which counts from 1. */
export function partRange(size: number, partSize: number, number: number): PartRange {
  const start = (number - 1) * partSize
  return { start, end: Math.min(size, start + partSize) }
}

/** The key of a file that lies at `path` below what was dropped or chosen. */
export function keyFor(prefix: string, path: string): string {
  return prefix + path.replace(/^\/+/, '')
}

/** Why the server would refuse a file, in a person's words; undefined when it would not. */
export function refusalOf(key: string, size: number): string | undefined {
  if (size > objectBytesMax) return 'The file is larger than the 4.995 TiB that an object may have.'
  if (new TextEncoder().encode(key).length > keyBytesMax) {
    return 'The path is longer than the 1,024 bytes that a key may have.'
  }
  if (key === '.' || key === '..') return 'This name cannot be used over HTTP.'
  return undefined
}
