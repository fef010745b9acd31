/** S3's operations that Coffer has (src/auth/operation.h), and what each is about. */
export const operations = [
  { name: 'GetObject', on: 'object' },
  { name: 'HeadObject', on: 'object' },
  { name: 'PutObject', on: 'object' },
  { name: 'DeleteObject', on: 'object' },
  { name: 'CopyObject', on: 'object', source: true },
  { name: 'DeleteObjects', on: 'object' },
  { name: 'ListObjectsV2', on: 'bucket' },
  { name: 'ListObjectsV1', on: 'bucket' },
  { name: 'CreateMultipartUpload', on: 'object' },
  { name: 'UploadPart', on: 'object' },
  { name: 'UploadPartCopy', on: 'object', source: true },
  { name: 'CompleteMultipartUpload', on: 'object' },
  { name: 'AbortMultipartUpload', on: 'object' },
  { name: 'ListParts', on: 'bucket' },
  { name: 'ListMultipartUploads', on: 'bucket' },
  { name: 'ListBuckets', on: 'account' },
  { name: 'CreateBucket', on: 'bucket' },
  { name: 'HeadBucket', on: 'bucket' },
  { name: 'DeleteBucket', on: 'bucket' },
  { name: 'GetBucketLocation', on: 'bucket' },
  { name: 'GetBucketEncryption', on: 'bucket' },
  { name: 'GetBucketVersioning', on: 'bucket' },
  { name: 'GetBucketTagging', on: 'bucket' },
  { name: 'GetObjectLockConfiguration', on: 'bucket' },
  { name: 'GetBucketReplication', on: 'bucket' },
] as const satisfies readonly { name: string; on: 'account' | 'bucket' | 'object'; source?: boolean }[]

export interface Operation {
  name: string
  on: 'account' | 'bucket' | 'object'
  source?: boolean
}

export function operationOf(name: string): Operation {
  return operations.find((operation) => operation.name === name) ?? operations[0]
}

export interface Question {
  key?: string
  operation?: string
  jurisdiction?: string
  bucket?: string
  object?: string
  source?: string
  ip?: string
}

/** What keeps a question from being asked. */
export function questionProblem({ key, operation, bucket, object, source }: Question): string | undefined {
  if (key === undefined || !/^[0-9a-f]{32}$/.test(key)) return 'Choose a token.'
  const { on, source: hasSource } = operationOf(operation ?? '')
  if (on !== 'account' && !bucket) return 'Name a bucket.'
  if (on === 'object' && !object) return 'Name an object.'
  if (hasSource && !/^[^/]+\/./.test(source ?? '')) return 'Name what is copied, as BUCKET/KEY.'
  return undefined
}

/** The question without what its operation does not ask for, so that an old field changes no answer. */
export function relevant(question: Question): Question {
  const { name, on, source } = operationOf(question.operation ?? '')
  return {
    key: question.key,
    operation: name,
    jurisdiction: question.jurisdiction === 'default' ? undefined : question.jurisdiction,
    bucket: on === 'account' ? undefined : question.bucket || undefined,
    object: on === 'object' ? question.object || undefined : undefined,
    source: source ? question.source || undefined : undefined,
    ip: question.ip || undefined,
  }
}
