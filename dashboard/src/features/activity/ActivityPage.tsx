import { Button } from '@cloudflare/kumo/components/button'
import { ClockCounterClockwiseIcon } from '@phosphor-icons/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useAccountId } from '~/api/queries'
import { Card } from '~/components/Card'
import { formatCount, plural } from '~/components/format'
import { PageHeader } from '~/components/PageHeader'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { ActivityFilterBar } from './ActivityFilterBar'
import { auditQuery } from './audit'
import { EntryList } from './EntryList'
import type { ActivityFilters } from './filters'

const route = '/signed-in/$accountId/activity'

export function ActivityPage() {
  const search = useSearch({ from: route })
  const navigate = useNavigate({ from: '/$accountId/activity' })
  const filters: ActivityFilters = search
  const change = (changed: ActivityFilters) => void navigate({ search: changed, replace: true })
  return (
    <>
      <PageHeader title="Activity" description="Who changed what in this account, newest first." />
      <div className="flex flex-col gap-4">
        <ActivityFilterBar filters={filters} onChange={change} />
        <Entries filters={filters} onReset={() => change({})} />
      </div>
    </>
  )
}

function Entries({ filters, onReset }: { filters: ActivityFilters; onReset: () => void }) {
  const entries = useInfiniteQuery(auditQuery(useAccountId(), filters))
  const isFiltered = Object.values(filters).some((value) => value !== undefined && value !== '')
  const count = entries.data?.length ?? 0
  return (
    <Card flush>
      <p role="status" className="sr-only">
        {entries.isFetching ? '' : plural(count, 'entry', 'entries')}
      </p>
      {entries.isPending && <LoadingState label="Loading the activity" />}
      {entries.error !== null && entries.data === undefined && (
        <ErrorState
          error={entries.error}
          title="The activity could not be loaded"
          retry={() => void entries.refetch()}
        />
      )}
      {entries.data !== undefined && count === 0 && (
        <EmptyState
          icon={<ClockCounterClockwiseIcon aria-hidden />}
          title={isFiltered ? 'Nothing matches these filters' : 'Nothing was changed in the last 30 days'}
          actions={isFiltered && <Button onClick={onReset}>Clear filters</Button>}
        >
          {isFiltered
            ? 'E-mail addresses, ids and names have to match exactly.'
            : 'Changes of buckets, tokens and members are listed here. Reads and writes of objects are counted under Usage.'}
        </EmptyState>
      )}
      {entries.data !== undefined && count > 0 && <EntryList entries={entries.data} />}
      {entries.hasNextPage && (
        <div className="flex justify-center border-t border-kumo-hairline p-3">
          <Button loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            Load older entries
          </Button>
        </div>
      )}
      {count > 0 && !entries.hasNextPage && (
        <p className="border-t border-kumo-hairline p-3 text-center text-sm text-kumo-subtle">
          {formatCount(count)} in all in this time.
        </p>
      )}
    </Card>
  )
}
