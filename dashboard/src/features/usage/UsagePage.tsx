import { useQuery } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { keys } from '~/api/keys'
import { useAccountId, useActions } from '~/api/queries'
import { formatBytes, formatCount, plural } from '~/components/format'
import { Card } from '~/components/Card'
import { PageHeader } from '~/components/PageHeader'
import { ErrorState, LoadingState } from '~/components/states'
import { BucketBars } from './BucketBars'
import { RequestCharts } from './RequestCharts'
import { StoredFigures } from './StoredFigures'
import { useSpan } from './use-span'

export function UsagePage() {
  const [span, setSpan] = useSpan()
  const can = useActions()
  return (
    <>
      <PageHeader title="Usage" description="What the account stores, and what is asked of it." />
      <div className="flex flex-col gap-8">
        <Stored />
        <RequestCharts span={span} onSpan={setSpan} />
        {can('BucketsList', 'ManageStorage') && <BucketBars />}
      </div>
    </>
  )
}

function Stored() {
  const accountId = useAccountId()
  const metrics = useQuery({
    queryKey: keys.metrics(accountId),
    queryFn: () =>
      result(api.GET('/accounts/{account_id}/r2/metrics', { params: { path: { account_id: accountId } } })),
  })
  if (metrics.data === undefined) {
    return (
      <Card flush>
        {metrics.error === null ? (
          <LoadingState label="Counting" />
        ) : (
          <ErrorState error={metrics.error} retry={() => void metrics.refetch()} />
        )}
      </Card>
    )
  }
  const { standard, infrequentAccess } = metrics.data
  const classes = [standard.published, infrequentAccess.published]
  const uploads = [standard.uploaded, infrequentAccess.uploaded]
  const sum = (all: { objects: number; payloadSize: number }[], field: 'objects' | 'payloadSize') =>
    all.reduce((total, each) => total + each[field], 0)
  return (
    <StoredFigures
      figures={[
        { label: 'Objects', value: formatCount(sum(classes, 'objects')) },
        { label: 'Standard', value: formatBytes(standard.published.payloadSize) },
        { label: 'Infrequent Access', value: formatBytes(infrequentAccess.published.payloadSize) },
        {
          label: 'In unfinished uploads',
          value: formatBytes(sum(uploads, 'payloadSize')),
          hint: plural(sum(uploads, 'objects'), 'part'),
        },
      ]}
    />
  )
}
