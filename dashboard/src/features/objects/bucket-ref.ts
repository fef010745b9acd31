import type { Jurisdiction } from '~/api/client'

/** A bucket by its full name: names repeat over jurisdictions and accounts. */
export interface BucketRef {
  readonly account: string
  readonly jurisdiction: Jurisdiction
  readonly bucket: string
}

export function bucketPath(ref: BucketRef): string {
  return `/client/v4/accounts/${ref.account}/r2/buckets/${encodeURIComponent(ref.bucket)}`
}

export function isSameBucket(a: BucketRef, b: BucketRef): boolean {
  return a.account === b.account && a.jurisdiction === b.jurisdiction && a.bucket === b.bucket
}
