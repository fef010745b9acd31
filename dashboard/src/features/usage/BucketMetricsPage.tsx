import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { isJurisdiction } from '~/api/jurisdictions'
import { formatBytes, formatCount, plural } from '~/components/format'
import { ErrorState, LoadingState } from '~/components/states'
import { RequestCharts } from './RequestCharts'
import { StoredFigures } from './StoredFigures'
import { bucketUsageQuery, type BucketName, type BucketUsage } from './usage'
import { useSpan } from './use-span'

export function BucketMetricsPage() {
  const { accountId, bucket, jurisdiction } = useParams({
    from: '/signed-in/$accountId/r2/buckets/$jurisdiction/$bucket/metrics',
  })
  const of: BucketName = { bucket, jurisdiction: isJurisdiction(jurisdiction) ? jurisdiction : 'default' }
  const [span, setSpan] = useSpan()
  const usage = useQuery(bucketUsageQuery(accountId, of))
  return (
    <div className="flex flex-col gap-8">
      <section aria-label="Stored" className="flex flex-col gap-4">
        <h2 className="text-lg font-semibold text-kumo-strong">Stored</h2>
        {usage.isPending && <LoadingState label="Counting" />}
        {usage.error !== null && usage.data === undefined && (
          <ErrorState error={usage.error} title="The figures could not be loaded" retry={() => void usage.refetch()} />
        )}
        {usage.data !== undefined && <Stored usage={usage.data} />}
      </section>
      <RequestCharts span={span} onSpan={setSpan} of={of} />
    </div>
  )
}

function Stored({ usage }: { usage: BucketUsage }) {
  const { standard, infrequent_access, uploads, upload_bytes } = usage
  return (
    <StoredFigures
      figures={[
        {
          label: 'Objects',
          value: formatCount(usage.objects),
          hint: `${formatBytes(usage.metadata_bytes)} of metadata`,
        },
        { label: 'Standard', value: formatBytes(standard.bytes), hint: plural(standard.objects, 'object') },
        {
          label: 'Infrequent Access',
          value: formatBytes(infrequent_access.bytes),
          hint: plural(infrequent_access.objects, 'object'),
        },
        { label: 'In unfinished uploads', value: formatBytes(upload_bytes), hint: plural(uploads, 'upload') },
      ]}
    />
  )
}
