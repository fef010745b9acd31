import { isSameBucket, type BucketRef } from './bucket-ref'
import type { ObjectCalls } from './jobs'
import { copyObject, deleteKeys, listKeys } from './objects'

/** What jobs call, for one bucket; copies may go into another of the same jurisdiction. */
export function callsOf(bucket: BucketRef, copiesInto: BucketRef = bucket): ObjectCalls {
  const source = isSameBucket(bucket, copiesInto) ? {} : { source_bucket: bucket.bucket }
  return {
    list: (prefix, cursor, signal) => listKeys(bucket, prefix, cursor, signal),
    remove: (keys, signal) => deleteKeys(bucket, keys, signal),
    copy: (copy, signal) => copyObject(copiesInto, { ...source, ...copy }, signal),
  }
}
