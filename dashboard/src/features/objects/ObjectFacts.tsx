import type { ReactNode } from 'react'
import { CopyButton } from '~/components/copy'
import { formatBytes, formatCount, formatTime } from '~/components/format'
import type { BucketRef } from './bucket-ref'
import { Name } from './Name'
import type { ObjectDetails } from './objects'

export function ObjectFacts({ bucket, object }: { bucket: BucketRef; object: ObjectDetails }) {
  const address = `s3://${bucket.bucket}/${object.key}`
  return (
    <section aria-label="About the object">
      <h3 className="mb-2 font-semibold text-kumo-strong">Object</h3>
      <dl className="divide-y divide-kumo-hairline">
        <Fact label="Key" copy={object.key}>
          <Name text={object.key} className="font-mono text-sm" />
        </Fact>
        <Fact label="S3 URI" copy={address}>
          <Name text={address} className="font-mono text-sm" />
        </Fact>
        <Fact label="Size">
          {formatBytes(object.size)}
          {object.size >= 1000 && <span className="text-kumo-subtle"> · {formatCount(object.size)} bytes</span>}
        </Fact>
        <Fact label="Last modified">{formatTime(object.last_modified)}</Fact>
        <Fact label="Storage class">
          {object.storage_class === 'InfrequentAccess' ? 'Infrequent Access' : object.storage_class}
        </Fact>
        <Fact label="ETag" copy={object.etag}>
          <code className="font-mono text-sm">{object.etag}</code>
          {object.parts > 1 && <span className="text-kumo-subtle"> · {formatCount(object.parts)} parts</span>}
        </Fact>
        <Fact label="Version" copy={object.version}>
          <code className="font-mono text-sm">{object.version}</code>
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ label, copy, children }: { label: string; copy?: string; children: ReactNode }) {
  return (
    <div className="flex min-h-10 items-center gap-3 py-1">
      <dt className="w-28 shrink-0 text-kumo-subtle">{label}</dt>
      <dd className="min-w-0 flex-1 wrap-anywhere">{children}</dd>
      {copy !== undefined && (
        <dd>
          <CopyButton text={copy} label={label} />
        </dd>
      )}
    </div>
  )
}
