import { Input } from '@cloudflare/kumo/components/input'
import { Select } from '@cloudflare/kumo/components/select'
import { formatTime } from '~/components/format'
import { expiresOn, toLocalInput, ttls, type Ttl } from './expiry'

interface Props {
  ttl: Ttl
  custom: string
  onChange: (ttl: Ttl, custom: string) => void
  error?: string
}

const items = Object.fromEntries(ttls.map(({ value, label }) => [value, label]))
const dayMs = 86_400_000

export function TtlField({ ttl, custom, onChange, error }: Props) {
  const now = new Date()
  const until = ttl === 'custom' ? undefined : expiresOn(ttl, custom, now)
  return (
    <div className="flex flex-wrap items-start gap-4">
      <Select
        label="TTL"
        className="w-56"
        value={ttl}
        onValueChange={(value) => {
          const next = ttls.find((option) => option.value === value)?.value ?? 'forever'
          const start = custom === '' ? toLocalInput(new Date(now.getTime() + 30 * dayMs)) : custom
          onChange(next, next === 'custom' ? start : custom)
        }}
        items={items}
        description={until === undefined ? undefined : `Until ${formatTime(until)}.`}
      />
      {ttl === 'custom' && (
        <Input
          label="Expires on"
          type="datetime-local"
          className="w-64"
          value={custom}
          min={toLocalInput(now)}
          onChange={(event) => onChange('custom', event.target.value)}
          variant={error === undefined ? 'default' : 'error'}
          error={error}
          description="In your time zone."
        />
      )}
    </div>
  )
}
