import { Button } from '@cloudflare/kumo/components/button'
import { DatabaseIcon } from '@phosphor-icons/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Bucket } from '~/api/client'
import { jurisdictionName } from '~/api/jurisdictions'
import { useAccountId, useActions } from '~/api/queries'
import { Card } from '~/components/Card'
import { formatBytes, formatCount } from '~/components/format'
import { ButtonLink, TextLink } from '~/components/links'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { bucketsQuery } from '../buckets/buckets'
import { bySize } from './by-size'

/** What each bucket holds, largest first among those that were loaded. */
export function BucketBars() {
  const accountId = useAccountId()
  const can = useActions()
  const buckets = useInfiniteQuery(bucketsQuery(accountId, { usage: true }))
  const sorted = useMemo(() => bySize(buckets.data ?? []), [buckets.data])
  return (
    <Card
      flush
      title="Stored by bucket"
      description={
        buckets.hasNextPage ? `The first ${formatCount(sorted.length)} buckets by name, largest first` : 'Largest first'
      }
    >
      {buckets.isPending && <LoadingState label="Loading the buckets" />}
      {buckets.error !== null && buckets.data === undefined && (
        <ErrorState
          error={buckets.error}
          title="The buckets could not be loaded"
          retry={() => void buckets.refetch()}
        />
      )}
      {buckets.data?.length === 0 && (
        <EmptyState
          icon={<DatabaseIcon aria-hidden />}
          title="Nothing is stored yet"
          actions={
            can('BucketCreate', 'ManageStorage') && (
              <ButtonLink to="/$accountId/r2/new" params={{ accountId }} variant="primary">
                Create bucket
              </ButtonLink>
            )
          }
        >
          What your buckets hold is shown here.
        </EmptyState>
      )}
      {sorted.length > 0 && <BarTable buckets={sorted} />}
      {buckets.hasNextPage && (
        <div className="flex justify-center border-t border-kumo-hairline p-3">
          <Button loading={buckets.isFetchingNextPage} onClick={() => void buckets.fetchNextPage()}>
            Load more buckets
          </Button>
        </div>
      )}
    </Card>
  )
}

function BarTable({ buckets }: { buckets: readonly Bucket[] }) {
  const accountId = useAccountId()
  const largest = Math.max(1, ...buckets.map(({ bytes = 0 }) => bytes))
  return (
    <div className="max-h-[32rem] overflow-auto" tabIndex={0} role="region" aria-label="Buckets, largest first">
      <table className="w-full">
        <thead className="sticky top-0 z-1 border-y border-kumo-hairline bg-kumo-elevated text-sm text-kumo-subtle">
          <tr>
            <th scope="col" className="px-5 py-2 text-left font-medium">
              Bucket
            </th>
            <th scope="col" className="hidden px-3 py-2 text-right font-medium sm:table-cell">
              Objects
            </th>
            <th scope="col" className="px-3 py-2 text-right font-medium">
              Size
            </th>
            <th className="hidden w-2/5 md:table-cell" aria-hidden />
          </tr>
        </thead>
        <tbody className="divide-y divide-kumo-hairline">
          {buckets.map(({ name, jurisdiction, objects = 0, bytes = 0 }) => (
            <tr key={`${jurisdiction}/${name}`}>
              <th scope="row" className="px-5 py-2.5 text-left font-normal">
                <TextLink
                  to="/$accountId/r2/buckets/$jurisdiction/$bucket/metrics"
                  params={{ accountId, jurisdiction, bucket: name }}
                  className="font-medium wrap-anywhere"
                >
                  {name}
                </TextLink>
                {jurisdiction !== 'default' && (
                  <span className="ml-2 text-sm text-kumo-subtle">{jurisdictionName(jurisdiction)}</span>
                )}
              </th>
              <td className="hidden px-3 py-2.5 text-right tabular-nums sm:table-cell">{formatCount(objects)}</td>
              <td className="px-3 py-2.5 text-right whitespace-nowrap tabular-nums">{formatBytes(bytes)}</td>
              <td className="hidden pr-5 pl-3 md:table-cell" aria-hidden>
                <span className="block h-2 overflow-hidden rounded-full bg-kumo-recessed">
                  <span
                    className="block h-full rounded-full bg-kumo-badge-blue"
                    style={{ width: `${(bytes / largest) * 100}%` }}
                  />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
