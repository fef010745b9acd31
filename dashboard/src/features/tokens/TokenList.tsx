import { Button } from '@cloudflare/kumo/components/button'
import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import {
  ArrowsClockwiseIcon,
  DotsThreeIcon,
  KeyIcon,
  MagnifyingGlassIcon,
  PauseIcon,
  PencilSimpleIcon,
  PlayIcon,
  TrashIcon,
} from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { Token } from '~/api/client'
import { useAccountId } from '~/api/queries'
import { Card } from '~/components/Card'
import { plural, Time } from '~/components/format'
import { ButtonLink, TextLink } from '~/components/links'
import { SearchInput } from '~/components/SearchInput'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { VirtualTable, type Column } from '~/components/VirtualTable'
import { TokenStatus } from './status'
import { describePermission, describeScope } from './summary'
import { TokenDialog, type TokenTask } from './TokenDialogs'
import { tokensQuery, type TokenOwner } from './tokens'

interface Props {
  owner: TokenOwner
  mayWrite: boolean
  onRolled: (token: Token, value: string) => void
}

export function TokenList({ owner, mayWrite, onRolled }: Props) {
  const accountId = useAccountId()
  const { search = '' } = useSearch({ from: '/signed-in/$accountId/r2/api-tokens' })
  const navigate = useNavigate({ from: '/$accountId/r2/api-tokens' })
  const query = useQuery(tokensQuery(owner))
  const [task, setTask] = useState<{ token: Token; task: TokenTask } | null>(null)
  const columns = useColumns(owner, mayWrite, (token, name) => setTask({ token, task: name }))

  const onSearch = useCallback(
    (text: string) =>
      void navigate({
        search: ({ owner: kept }) => ({ owner: kept, search: text === '' ? undefined : text }),
        replace: true,
      }),
    [navigate],
  )
  const tokens = query.data
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase()
    if (tokens === undefined || wanted === '') return tokens ?? []
    const text = ({ name, id, policies }: Token) => `${name} ${id} ${describeScope(policies, accountId)}`.toLowerCase()
    return tokens.filter((token) => text(token).includes(wanted))
  }, [tokens, search, accountId])

  if (query.isPending) {
    return (
      <Card>
        <LoadingState label="Loading tokens" />
      </Card>
    )
  }
  if (tokens === undefined) {
    return (
      <Card>
        <ErrorState error={query.error} title="The tokens could not be loaded" retry={() => void query.refetch()} />
      </Card>
    )
  }
  if (tokens.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={<KeyIcon aria-hidden />}
          title="No tokens yet"
          actions={
            mayWrite && (
              <ButtonLink
                to="/$accountId/r2/api-tokens/create"
                params={{ accountId }}
                search={owner.kind === 'user' ? { owner: 'user' } : {}}
                variant="primary"
              >
                Create API token
              </ButtonLink>
            )
          }
        >
          S3 clients need one: its id is the Access Key ID, and you get the Secret Access Key when you create it.
        </EmptyState>
      </Card>
    )
  }
  return (
    <Card
      title={plural(tokens.length, 'token')}
      flush
      actions={<SearchInput label="Search tokens" value={search} onSearch={onSearch} />}
    >
      {shown.length === 0 ? (
        <EmptyState
          icon={<MagnifyingGlassIcon aria-hidden />}
          title="No token matches"
          actions={<Button onClick={() => onSearch('')}>Show all tokens</Button>}
        >
          Names, access key ids and buckets are searched.
        </EmptyState>
      ) : (
        <VirtualTable label="API tokens" columns={columns} rows={shown} rowKey={({ id }) => id} />
      )}
      {task !== null && <TokenDialog owner={owner} {...task} onClose={() => setTask(null)} onRolled={onRolled} />}
    </Card>
  )
}

function useColumns(
  owner: TokenOwner,
  mayWrite: boolean,
  onTask: (token: Token, task: TokenTask) => void,
): Column<Token>[] {
  const accountId = useAccountId()
  const navigate = useNavigate()
  const search = owner.kind === 'user' ? { owner: 'user' as const } : {}
  const columns: Column<Token>[] = [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(10rem, 2fr)',
      cell: ({ id, name }) => (
        <>
          <TextLink
            to="/$accountId/r2/api-tokens/$tokenId"
            params={{ accountId, tokenId: id }}
            search={search}
            className="font-medium wrap-anywhere"
          >
            {name}
          </TextLink>
          <span className="block truncate font-mono text-xs text-kumo-subtle">{id}</span>
        </>
      ),
    },
    {
      id: 'permission',
      header: 'Permission',
      width: 'minmax(8rem, 1.2fr)',
      cell: ({ policies }) => describePermission(policies, accountId),
    },
    {
      id: 'buckets',
      header: 'Buckets',
      width: 'minmax(7rem, 1.6fr)',
      cell: ({ policies }) => <span className="wrap-anywhere">{describeScope(policies, accountId)}</span>,
    },
    {
      id: 'used',
      header: 'Last used',
      width: 'minmax(6.5rem, 0.8fr)',
      cell: ({ last_used_on }) =>
        last_used_on === null ? <span className="text-kumo-subtle">Never</span> : <Time value={last_used_on} />,
    },
    {
      id: 'expires',
      header: 'Expires',
      width: 'minmax(6.5rem, 0.8fr)',
      cell: ({ expires_on }) =>
        expires_on === undefined ? <span className="text-kumo-subtle">Never</span> : <Time value={expires_on} />,
    },
    {
      id: 'status',
      header: 'Status',
      width: 'minmax(5.5rem, 0.6fr)',
      cell: (token) => <TokenStatus token={token} />,
    },
  ]
  if (!mayWrite) return columns
  columns.push({
    id: 'menu',
    header: 'Actions',
    width: '1.75rem',
    bare: true,
    cell: (token) => (
      <DropdownMenu>
        <DropdownMenu.Trigger
          render={
            <Button
              variant="ghost"
              shape="square"
              size="sm"
              icon={<DotsThreeIcon aria-hidden weight="bold" />}
              aria-label={`Actions for token ${token.name}`}
            />
          }
        />
        <DropdownMenu.Content align="end">
          <DropdownMenu.Item
            icon={PencilSimpleIcon}
            onClick={() =>
              void navigate({
                to: '/$accountId/r2/api-tokens/$tokenId',
                params: { accountId, tokenId: token.id },
                search,
              })
            }
          >
            Edit
          </DropdownMenu.Item>
          <DropdownMenu.Item icon={ArrowsClockwiseIcon} onClick={() => onTask(token, 'roll')}>
            Roll
          </DropdownMenu.Item>
          {token.status === 'disabled' ? (
            <DropdownMenu.Item icon={PlayIcon} onClick={() => onTask(token, 'enable')}>
              Enable
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.Item icon={PauseIcon} onClick={() => onTask(token, 'disable')}>
              Disable
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Separator />
          <DropdownMenu.Item icon={TrashIcon} variant="danger" onClick={() => onTask(token, 'revoke')}>
            Revoke
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu>
    ),
  })
  return columns
}
