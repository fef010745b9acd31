import { Radio } from '@cloudflare/kumo/components/radio'
import { useState } from 'react'
import { BucketPicker } from './BucketPicker'
import type { Access, BucketRef } from './policy'

interface Props {
  value: Access['buckets']
  onChange: (buckets: Access['buckets']) => void
  error?: string
}

/** For the object permissions: all buckets, or those that are chosen. */
export function BucketScope({ value, onChange, error }: Props) {
  // Kept while "all" is chosen, so that looking at it loses nothing.
  const [chosen, setChosen] = useState<BucketRef[]>(value === 'all' ? [] : value)
  return (
    <div className="flex flex-col gap-4">
      <Radio.Group
        legend="Specify buckets"
        value={value === 'all' ? 'all' : 'specific'}
        onValueChange={(scope) => onChange(scope === 'all' ? 'all' : chosen)}
      >
        <Radio.Item value="all" label="Apply to all buckets in this account (includes newly created buckets)" />
        <Radio.Item value="specific" label="Apply to specific buckets only" />
      </Radio.Group>
      {value !== 'all' && (
        <BucketPicker
          value={value}
          onChange={(buckets) => {
            setChosen(buckets)
            onChange(buckets)
          }}
          error={error}
        />
      )}
    </div>
  )
}
