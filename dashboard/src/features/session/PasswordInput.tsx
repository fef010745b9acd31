import { Checkbox } from '@cloudflare/kumo/components/checkbox'
import { Input } from '@cloudflare/kumo/components/input'
import { useState } from 'react'

interface Field {
  label: string
  value: string
  onChange: (value: string) => void
  autoComplete: 'current-password' | 'new-password'
  description?: string
  error?: string
}

/** Passwords with one switch to see them all. */
export function PasswordInputs({ fields }: { fields: Field[] }) {
  const [visible, setVisible] = useState(false)
  return (
    <>
      {fields.map(({ onChange, ...field }) => (
        <Input
          key={field.label}
          {...field}
          variant={field.error === undefined ? 'default' : 'error'}
          type={visible ? 'text' : 'password'}
          onChange={(event) => onChange(event.target.value)}
          spellCheck={false}
          autoCapitalize="none"
          required
        />
      ))}
      <Checkbox
        label={fields.length > 1 ? 'Show passwords' : 'Show password'}
        checked={visible}
        onCheckedChange={setVisible}
      />
    </>
  )
}
