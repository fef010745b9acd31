import type { BucketRef } from '../objects/bucket-ref'
import { isJurisdiction } from '~/api/jurisdictions'

/** A multipart upload that was begun and not ended, as localStorage keeps it over a reload. */
export interface UploadRecord extends BucketRef {
  readonly user: string
  readonly key: string
  readonly upload: string
  /** Of the file: what has to match when it is chosen again. */
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly type: string
  readonly partSize: number
  /** The tab that sends it and when it last said so: another tab leaves it alone meanwhile. */
  readonly tab: string
  readonly touched: number
}

const prefix = 'coffer.upload.'
const heldMs = 20_000
export const touchEveryMs = 5_000

/** The part of Storage that is used here; absent or full storage only costs the resume. */
export type RecordStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export class UploadMemory {
  constructor(private readonly storage: RecordStorage | undefined) {}

  save(record: UploadRecord): void {
    try {
      this.storage?.setItem(prefix + record.upload, JSON.stringify(record))
    } catch {
      // Full or forbidden: the upload goes on, and cannot be resumed after a reload.
    }
  }

  remove(upload: string): void {
    try {
      this.storage?.removeItem(prefix + upload)
    } catch {
      // As above.
    }
  }

  of(user: string): UploadRecord[] {
    const found: UploadRecord[] = []
    try {
      const count = this.storage?.length ?? 0
      for (let i = 0; i < count; i++) {
        const name = this.storage?.key(i)
        if (!name?.startsWith(prefix)) continue
        const record = parseRecord(this.storage?.getItem(name) ?? '')
        if (record?.user === user) found.push(record)
      }
    } catch {
      return []
    }
    return found.sort((a, b) => a.touched - b.touched)
  }
}

export function isHeldElsewhere(record: UploadRecord, tab: string, now: number): boolean {
  return record.tab !== tab && now - record.touched < heldMs
}

/** Local storage is not ours alone to write: what does not look right is left out. */
export function parseRecord(text: string): UploadRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  const texts = ['user', 'account', 'jurisdiction', 'bucket', 'key', 'upload', 'name', 'type', 'tab']
  const numbers = ['size', 'lastModified', 'partSize', 'touched']
  if (!texts.every((name) => typeof fields[name] === 'string')) return undefined
  if (!numbers.every((name) => Number.isSafeInteger(fields[name]))) return undefined
  const record = value as UploadRecord
  if (!isJurisdiction(record.jurisdiction) || record.partSize <= 0 || record.size <= 0) return undefined
  return record
}
