import {
  CaretRightIcon,
  ChartLineIcon,
  ClockCounterClockwiseIcon,
  DatabaseIcon,
  KeyIcon,
  UsersIcon,
  type Icon,
} from '@phosphor-icons/react'
import { cn } from '@cloudflare/kumo/utils'
import { Badge } from '@cloudflare/kumo/components/badge'
import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { useAccount, useActions, type Action } from '~/api/queries'
import { Card } from '~/components/Card'
import { CopyButton } from '~/components/copy'
import { formatBytes, plural } from '~/components/format'
import { PageHeader } from '~/components/PageHeader'
import { storedQuery } from '~/features/buckets/buckets'
import { AccountName } from './AccountName'
import { Invitations } from './Invitations'
import { describeQuota } from './quota'

interface Place {
  label: string
  text: string
  icon: Icon
  to: `/$accountId/${'r2/api-tokens' | 'usage' | 'activity' | 'members'}`
  needs?: Action
}

const places: Place[] = [
  {
    label: 'R2 API tokens',
    text: 'Access keys for S3 clients and for this API',
    icon: KeyIcon,
    to: '/$accountId/r2/api-tokens',
  },
  {
    label: 'Usage',
    text: 'Storage per bucket, requests over time',
    icon: ChartLineIcon,
    to: '/$accountId/usage',
    needs: 'UsageRead',
  },
  {
    label: 'Activity',
    text: 'Who changed what, and when',
    icon: ClockCounterClockwiseIcon,
    to: '/$accountId/activity',
    needs: 'AuditLogRead',
  },
  {
    label: 'Members',
    text: 'People of this account and their roles',
    icon: UsersIcon,
    to: '/$accountId/members',
    needs: 'MembersRead',
  },
]

/** A link whose target is the whole card around it. */
const coverLink =
  'text-kumo-strong after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-kumo-focus'

export function AccountHomePage() {
  const account = useAccount()
  const can = useActions()
  const params = { accountId: account.id }
  return (
    <div className="mx-auto max-w-5xl">
      <PageHeader title="Account Home" description={<AccountName account={account} editable={can('AccountWrite')} />} />
      <div className="flex flex-col gap-6">
        <Invitations />
        <R2Card />
        <ul className="grid gap-4 sm:grid-cols-2">
          {places
            .filter(({ needs }) => needs === undefined || can(needs))
            .map(({ label, text, icon: PlaceIcon, to }) => (
              <li
                key={to}
                className="relative flex items-center gap-4 rounded-xl bg-kumo-base p-5 ring ring-kumo-hairline hover:bg-kumo-elevated"
              >
                <PlaceIcon aria-hidden className="size-6 shrink-0 text-kumo-subtle" />
                <div className="min-w-0 flex-1">
                  <h2>
                    <Link to={to} params={params} className={cn('font-medium', coverLink)}>
                      {label}
                    </Link>
                  </h2>
                  <p className="text-sm text-kumo-subtle">{text}</p>
                </div>
                <CaretRightIcon aria-hidden className="shrink-0 text-kumo-subtle" />
              </li>
            ))}
        </ul>
        <Card title="Account">
          <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-[max-content_1fr]">
            <dt className="text-kumo-subtle">Account ID</dt>
            <dd className="flex items-center gap-1">
              <code className="font-mono text-sm wrap-anywhere">{account.id}</code>
              <CopyButton text={account.id} label="Account ID" />
            </dd>
            <dt className="text-kumo-subtle">R2</dt>
            <dd>
              {account.r2.enabled ? `Enabled, ${describeQuota(account.r2.quota) ?? 'without a quota'}` : 'Not enabled'}
            </dd>
          </dl>
        </Card>
      </div>
    </div>
  )
}

function R2Card() {
  const account = useAccount()
  const can = useActions()
  const { enabled } = account.r2
  const stored = useQuery({ ...storedQuery(account.id), enabled: enabled && can('UsageRead') }).data
  return (
    <section className="relative flex flex-wrap items-center gap-x-6 gap-y-4 rounded-xl bg-kumo-base p-6 ring ring-kumo-hairline hover:bg-kumo-elevated">
      <div className="flex size-12 shrink-0 items-center justify-center rounded-xl bg-kumo-info-tint text-kumo-info">
        <DatabaseIcon aria-hidden className="size-7" />
      </div>
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="flex items-center gap-3 text-xl font-semibold">
          <Link to="/$accountId/r2" params={{ accountId: account.id }} className={coverLink}>
            R2
          </Link>
          <Badge variant={enabled ? 'success' : 'neutral'}>{enabled ? 'Enabled' : 'Not enabled'}</Badge>
        </h2>
        <p className="mt-0.5 text-kumo-subtle">
          Object storage for S3 clients: buckets, account details and endpoints, API tokens.
        </p>
      </div>
      {stored !== undefined && (
        <p className="text-right text-kumo-subtle">
          <span className="block text-xl font-semibold text-kumo-strong tabular-nums">{formatBytes(stored.bytes)}</span>
          {plural(stored.objects, 'object')}
        </p>
      )}
      <CaretRightIcon aria-hidden className="shrink-0 text-kumo-subtle" />
    </section>
  )
}
