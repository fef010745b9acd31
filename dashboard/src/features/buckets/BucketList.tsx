import { Button } from '@cloudflare/kumo/components/button'
import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import { DatabaseIcon, DotsThreeIcon, GearIcon, MagnifyingGlassIcon, TrashIcon } from '@phosphor-icons/react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { Bucket } from '~/api/client'
import { jurisdictionName } from '~/api/jurisdictions'
import { useAccountId, useActions } from '~/api/queries'
import { Card } from '~/components/Card'
import { formatBytes, formatCount, plural, Time } from '~/components/format'
import { ButtonLink, TextLink } from '~/components/links'
import { SearchInput } from '~/components/SearchInput'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { VirtualTable, type Column } from '~/components/VirtualTable'
import { bucketsQuery } from './buckets'
import { DeleteBucketDialog } from './DeleteBucketDialog'
import { storageClassName } from './location'

function useColumns(onDelete: (bucket: Bucket) => void): Column<Bucket>[] {
  const accountId = useAccountId()
  const can = useActions()
  const maySee = can('BucketHead', 'ManageStorage')
  const mayList = can('ObjectsList', 'ManageStorage')
  const mayDelete = can('BucketDelete', 'ManageStorage')
  const navigate = useNavigate()
  return useMemo(() => {
    const params = ({ name, jurisdiction }: Bucket) => ({ accountId, jurisdiction, bucket: name })
    const columns: Column<Bucket>[] = [
      {
        id: 'name',
        header: 'Name',
        width: 'minmax(8rem, 2.4fr)',
        cell: (bucket) => (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            {mayList ? (
              <TextLink
                to="/$accountId/r2/buckets/$jurisdiction/$bucket/objects"
                params={params(bucket)}
                className="font-medium wrap-anywhere"
              >
                {bucket.name}
              </TextLink>
            ) : (
              <span className="font-medium wrap-anywhere">{bucket.name}</span>
            )}
          </span>
        ),
      },
      {
        id: 'objects',
        header: 'Objects',
        width: 'minmax(4.25rem, 0.8fr)',
        align: 'end',
        cell: ({ objects }) => (
          <span className="tabular-nums">{objects === undefined ? '–' : formatCount(objects)}</span>
        ),
      },
      {
        id: 'size',
        header: 'Size',
        width: 'minmax(4.25rem, 0.8fr)',
        align: 'end',
        cell: ({ bytes }) => <span className="tabular-nums">{bytes === undefined ? '–' : formatBytes(bytes)}</span>,
      },
      {
        id: 'class',
        header: 'Storage class',
        width: 'minmax(5.5rem, 1fr)',
        cell: ({ storage_class }) => storageClassName(storage_class),
      },
      {
        id: 'jurisdiction',
        header: 'Jurisdiction',
        width: 'minmax(6rem, 1.1fr)',
        cell: ({ jurisdiction }) => (
          <span className={jurisdiction === 'default' ? 'text-kumo-subtle' : undefined}>
            {jurisdictionName(jurisdiction)}
          </span>
        ),
      },
      {
        id: 'created',
        header: 'Created',
        width: 'minmax(5.75rem, 0.9fr)',
        cell: ({ creation_date }) => <Time value={creation_date} />,
      },
    ]
    if (maySee || mayDelete) {
      columns.push({
        id: 'menu',
        header: 'Actions',
        width: '1.75rem',
        bare: true,
        cell: (bucket) => (
          <DropdownMenu>
            <DropdownMenu.Trigger
              render={
                <Button
                  variant="ghost"
                  shape="square"
                  size="sm"
                  icon={<DotsThreeIcon aria-hidden weight="bold" />}
                  aria-label={`Actions for bucket ${bucket.name}${bucket.jurisdiction === 'default' ? '' : ` in ${jurisdictionName(bucket.jurisdiction)}`}`}
                />
              }
            />
            <DropdownMenu.Content align="end">
              {maySee && (
                <DropdownMenu.Item
                  icon={GearIcon}
                  onClick={() =>
                    void navigate({
                      to: '/$accountId/r2/buckets/$jurisdiction/$bucket/settings',
                      params: params(bucket),
                    })
                  }
                >
                  Settings
                </DropdownMenu.Item>
              )}
              {mayDelete && (
                <DropdownMenu.Item icon={TrashIcon} variant="danger" onClick={() => onDelete(bucket)}>
                  Delete bucket
                </DropdownMenu.Item>
              )}
            </DropdownMenu.Content>
          </DropdownMenu>
        ),
      })
    }
    return columns
  }, [accountId, maySee, mayList, mayDelete, navigate, onDelete])
}

export function BucketList() {
  const accountId = useAccountId()
  const { search = '' } = useSearch({ from: '/signed-in/$accountId/r2' })
  const navigate = useNavigate({ from: '/$accountId/r2' })
  const can = useActions()
  const query = useInfiniteQuery(bucketsQuery(accountId, { search, usage: true }))
  const [deleting, setDeleting] = useState<Bucket | null>(null)
  const columns = useColumns(setDeleting)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query

  const onSearch = useCallback(
    (text: string) => void navigate({ search: text === '' ? {} : { search: text }, replace: true }),
    [navigate],
  )
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  if (!can('BucketsList', 'ManageStorage')) {
    return (
      <Card>
        <EmptyState icon={<DatabaseIcon aria-hidden />} title="Your role does not let you list buckets">
          Ask a Super Administrator of this account for a role with access to R2.
        </EmptyState>
      </Card>
    )
  }
  const buckets = query.data ?? []
  return (
    <Card
      title="Buckets"
      flush
      actions={
        (buckets.length > 0 || search !== '') && (
          <SearchInput label="Search buckets by name" value={search} onSearch={onSearch} />
        )
      }
    >
      {query.isPending ? (
        <LoadingState label="Loading buckets" />
      ) : query.isError && buckets.length === 0 ? (
        <ErrorState error={query.error} title="The buckets could not be loaded" retry={() => void query.refetch()} />
      ) : buckets.length === 0 && search === '' ? (
        <NoBuckets />
      ) : buckets.length === 0 ? (
        <EmptyState
          icon={<MagnifyingGlassIcon aria-hidden />}
          title={`No bucket has “${search}” in its name`}
          actions={<Button onClick={() => onSearch('')}>Show all buckets</Button>}
        />
      ) : (
        <>
          <VirtualTable
            label="Buckets"
            columns={columns}
            rows={buckets}
            rowKey={({ jurisdiction, name }) => `${jurisdiction}/${name}`}
            more={hasNextPage}
            onEnd={onEnd}
          />
          <ListEnd
            shown={buckets.length}
            more={hasNextPage}
            loading={isFetchingNextPage}
            error={query.error}
            onMore={() => void fetchNextPage()}
          />
        </>
      )}
      {deleting !== null && <DeleteBucketDialog bucket={deleting} onClose={() => setDeleting(null)} />}
    </Card>
  )
}

interface ListEndProps {
  shown: number
  more: boolean
  loading: boolean
  error: unknown
  onMore: () => void
}

function ListEnd({ shown, more, loading, error, onMore }: ListEndProps) {
  return (
    <div className="flex items-center justify-between gap-3 border-t border-kumo-hairline px-5 py-3 text-sm text-kumo-subtle">
      <p role="status">
        {error !== null
          ? 'The next buckets could not be loaded.'
          : more
            ? `${plural(shown, 'bucket')} loaded, there are more`
            : plural(shown, 'bucket')}
      </p>
      {more && (
        <Button size="sm" loading={loading} disabled={loading} onClick={onMore}>
          Load more
        </Button>
      )}
    </div>
  )
}

function NoBuckets() {
  const accountId = useAccountId()
  const can = useActions()
  const mayCreate = can('BucketCreate', 'ManageStorage')
  return (
    <EmptyState
      icon={<DatabaseIcon aria-hidden />}
      title="No buckets yet"
      actions={
        mayCreate && (
          <ButtonLink to="/$accountId/r2/new" params={{ accountId }} variant="primary">
            Create bucket
          </ButtonLink>
        )
      }
    >
      {mayCreate
        ? 'A bucket holds objects. Create one here, or with any S3 client.'
        : 'A bucket holds objects. Your role does not let you create one: ask an administrator of this account.'}
    </EmptyState>
  )
}
