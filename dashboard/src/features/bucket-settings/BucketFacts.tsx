import type { ReactNode } from 'react'
import type { Bucket } from '~/api/client'
import { jurisdictionName } from '~/api/jurisdictions'
import { useEndpoints } from '~/api/queries'
import { Card } from '~/components/Card'
import { CopyField } from '~/components/copy'
import { formatTime } from '~/components/format'
import { locationHints } from '../buckets/location'

export function BucketFacts({ bucket }: { bucket: Bucket }) {
  const endpoint = useEndpoints().data?.endpoints.find(({ jurisdiction }) => jurisdiction === bucket.jurisdiction)
  const location = locationHints.find(({ value }) => value === bucket.location.toLowerCase())?.label ?? bucket.location
  return (
    <Card title="General">
      <div className="flex flex-col gap-5">
        <dl className="grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
          <Fact label="Name">{bucket.name}</Fact>
          <Fact label="Created">{formatTime(bucket.creation_date)}</Fact>
          <Fact label="Location">{location}</Fact>
          <Fact label="Jurisdiction">{jurisdictionName(bucket.jurisdiction)}</Fact>
        </dl>
        {endpoint !== undefined && (
          <>
            <CopyField
              label="S3 API"
              value={`${endpoint.url}/${bucket.name}`}
              hint="path-style; the endpoint alone is what most clients ask for"
            />
            <CopyField label="Endpoint" value={endpoint.url} hint="for this jurisdiction, with the region auto" />
          </>
        )}
        <CopyField label="S3 URI" value={`s3://${bucket.name}`} />
      </div>
    </Card>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-kumo-subtle">{label}</dt>
      <dd className="mt-0.5 font-medium wrap-anywhere">{children}</dd>
    </div>
  )
}
