import type { Policy } from '~/api/client'
import { Card } from '~/components/Card'
import { BucketScope } from './BucketScope'
import type { Problems, TokenForm } from './form'
import { IpFilter } from './IpFilter'
import { PermissionCards } from './PermissionCards'
import { PolicyList } from './PolicyList'
import { presetOf, type Preset } from './presets'
import { TtlField } from './TtlField'

interface Props {
  form: TokenForm
  onChange: (form: TokenForm) => void
  /** Those that the person may give. */
  presets: readonly Preset[]
  problems: Problems
  /** After an attempt to send: what is missing is shown as wrong. */
  tried: boolean
  /** Of a token that is edited. */
  policies?: readonly Policy[]
}

/** Permission, buckets, TTL and addresses of a token: of a new one and of one that is edited. */
export function TokenFields({ form, onChange, presets, problems, tried, policies }: Props) {
  const { access } = form
  return (
    <>
      <Card title="Permissions" description={access === undefined ? undefined : 'What the token may do.'}>
        {access !== undefined ? (
          <PermissionCards
            presets={presets}
            value={access.preset}
            onChange={(preset) => onChange({ ...form, access: { ...access, preset } })}
          />
        ) : (
          <>
            <p className="mb-4 text-kumo-subtle">
              This token was not made by one of the four permissions. Its policies stay as they are; the management API
              and <code className="font-mono text-sm">coffer token</code> can change them.
            </p>
            <PolicyList policies={policies ?? []} />
          </>
        )}
      </Card>
      {access !== undefined && presetOf(access.preset).scope === 'buckets' && (
        <Card title="Buckets">
          <BucketScope
            value={access.buckets}
            onChange={(buckets) => onChange({ ...form, access: { ...access, buckets } })}
            error={tried ? problems.buckets : undefined}
          />
        </Card>
      )}
      <Card title="TTL" description="How long the token works.">
        <TtlField
          ttl={form.ttl}
          custom={form.customExpiry}
          onChange={(ttl, customExpiry) => onChange({ ...form, ttl, customExpiry })}
          error={problems.expiry}
        />
      </Card>
      <Card
        title="Client IP Address Filtering"
        description="Addresses that requests may come from, or may not: single ones or blocks in CIDR notation."
      >
        <IpFilter rules={form.ipRules} onChange={(ipRules) => onChange({ ...form, ipRules })} strict={tried} />
      </Card>
    </>
  )
}
