import { Badge } from '@cloudflare/kumo/components/badge'
import { useQuery } from '@tanstack/react-query'
import type { Policy } from '~/api/client'
import { accountsQuery } from '~/api/queries'
import { describeResources } from './policy'

/** Policies as they are, of tokens that were not made by one of the four permissions. */
export function PolicyList({ policies }: { policies: readonly Policy[] }) {
  const accounts = useQuery(accountsQuery).data ?? []
  const names = Object.fromEntries(accounts.map(({ id, name }) => [id, name]))
  return (
    <ul className="flex flex-col gap-3">
      {policies.map((policy, index) => (
        <li key={policy.id ?? index} className="rounded-lg p-3 ring ring-kumo-hairline">
          <div className="flex flex-wrap items-center gap-2">
            <Badge variant={policy.effect === 'allow' ? 'success' : 'error'}>
              {policy.effect === 'allow' ? 'Allow' : 'Deny'}
            </Badge>
            <span className="font-medium wrap-anywhere">
              {policy.permission_groups.map(({ name, id }) => name ?? id).join(', ')}
            </span>
          </div>
          <p className="mt-1.5 text-kumo-subtle wrap-anywhere">
            On {describeResources(policy.resources, names).join(', ')}
          </p>
          {policy.id !== undefined && <p className="mt-1 font-mono text-xs text-kumo-subtle">{policy.id}</p>}
        </li>
      ))}
    </ul>
  )
}
