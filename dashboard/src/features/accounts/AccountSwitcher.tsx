import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import { Button } from '@cloudflare/kumo/components/button'
import { CaretUpDownIcon, CheckIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { accountQuery, accountsQuery } from '~/api/queries'

export function AccountSwitcher() {
  const { accountId } = useParams({ strict: false })
  const navigate = useNavigate()
  const accounts = useQuery(accountsQuery).data
  const account = useQuery({ ...accountQuery(accountId ?? ''), enabled: accountId !== undefined }).data
  if (accounts === undefined || (accounts.length < 2 && account === undefined)) return null
  const name = account?.name ?? 'Choose an account'
  if (accounts.length < 2) {
    return <span className="truncate px-2 text-kumo-default">{name}</span>
  }
  return (
    <DropdownMenu>
      <DropdownMenu.Trigger
        render={
          <Button variant="ghost" className="min-w-0" aria-label={`Account: ${name}. Switch account`}>
            <span className="truncate">{name}</span>
            <CaretUpDownIcon aria-hidden className="shrink-0 text-kumo-subtle" />
          </Button>
        }
      />
      <DropdownMenu.Content align="start" className="max-h-96 max-w-80 overflow-y-auto">
        {accounts.map(({ id, name: label }) => (
          <DropdownMenu.Item key={id} onClick={() => void navigate({ to: '/$accountId', params: { accountId: id } })}>
            <span className="flex w-full items-center gap-2">
              <CheckIcon aria-hidden className={id === accountId ? '' : 'invisible'} />
              <span className="truncate">{label}</span>
              {id === accountId && <span className="sr-only">(this account)</span>}
            </span>
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  )
}
