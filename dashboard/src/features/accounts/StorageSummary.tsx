import { Button } from '@cloudflare/kumo/components/button'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAccount, useSession } from '~/api/queries'
import { formatBytes, formatCount } from '~/components/format'
import { storedQuery } from '~/features/buckets/buckets'
import { EntitlementDialog } from './EntitlementDialog'

interface FigureProps {
  label: string
  value: string
  used?: number
  limit?: number | null
  limitText?: string
}

function Figure({ label, value, used, limit, limitText }: FigureProps) {
  const share = used !== undefined && typeof limit === 'number' && limit > 0 ? Math.min(used / limit, 1) : undefined
  return (
    <div className="min-w-36 flex-1 px-5 py-4">
      <dt className="text-sm text-kumo-subtle">{label}</dt>
      <dd className="mt-0.5 text-xl font-semibold text-kumo-strong tabular-nums">
        {value}
        {share !== undefined && (
          <>
            <span className="ml-1.5 text-sm font-normal text-kumo-subtle">of {limitText}</span>
            <div
              role="meter"
              aria-label={`${label}: share of the quota`}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(share * 100)}
              className="mt-2 h-1.5 overflow-hidden rounded-full bg-kumo-fill"
            >
              <div
                className={share >= 0.9 ? 'h-full rounded-full bg-kumo-warning' : 'h-full rounded-full bg-kumo-brand'}
                style={{ width: `${Math.max(share * 100, 1)}%` }}
              />
            </div>
          </>
        )}
      </dd>
    </div>
  )
}

/** What the account stores, against its quota. */
export function StorageSummary() {
  const account = useAccount()
  const { user } = useSession()
  const stored = useQuery(storedQuery(account.id)).data
  const [open, setOpen] = useState(false)
  const { quota } = account.r2
  return (
    <div className="mb-6 flex flex-wrap items-center rounded-xl bg-kumo-base ring ring-kumo-hairline">
      <dl className="flex min-w-0 flex-1 basis-80 flex-wrap">
        <Figure
          label="Stored"
          value={stored === undefined ? '–' : formatBytes(stored.bytes)}
          used={stored?.bytes}
          limit={quota.bytes_max}
          limitText={typeof quota.bytes_max === 'number' ? formatBytes(quota.bytes_max) : undefined}
        />
        <Figure
          label="Objects"
          value={stored === undefined ? '–' : formatCount(stored.objects)}
          used={stored?.objects}
          limit={quota.objects_max}
          limitText={typeof quota.objects_max === 'number' ? formatCount(quota.objects_max) : undefined}
        />
      </dl>
      {user.is_operator && (
        <div className="px-5 py-3">
          <Button size="sm" onClick={() => setOpen(true)}>
            Edit quota
          </Button>
        </div>
      )}
      <EntitlementDialog account={account} open={open} onClose={() => setOpen(false)} />
    </div>
  )
}
