import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useAccountId } from '~/api/queries'
import { describePermission } from './summary'
import { tokensQuery } from './tokens'

interface Props {
  label: string
  description?: string
  /** An Access Key ID. */
  value: string
  onChange: (accessKeyId: string) => void
  error?: string
  /** Leaves out those that are disabled or expired. */
  onlyActive?: boolean
}

const shownMax = 6

export function isAccessKeyId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/** One of the account's tokens, searched by name or id: only for who may read them. */
export function TokenPicker({ label, description, value, onChange, error, onlyActive = false }: Props) {
  const accountId = useAccountId()
  const tokens = useQuery(tokensQuery({ kind: 'account', accountId })).data ?? []
  const [text, setText] = useState('')
  const listId = useId()
  const chosen = tokens.find(({ id }) => id === value)
  if (value !== '' && isAccessKeyId(value)) {
    return (
      <div>
        <p className="mb-1.5 font-medium">{label}</p>
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg px-3 py-2 ring ring-kumo-line">
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">{chosen?.name ?? 'Access Key ID'}</p>
            <p className="font-mono text-xs text-kumo-subtle wrap-anywhere">{value}</p>
            {chosen !== undefined && (
              <p className="text-sm text-kumo-subtle">{describePermission(chosen.policies, accountId)}</p>
            )}
          </div>
          <Button
            size="sm"
            aria-label={`Change ${label}`}
            onClick={() => {
              setText('')
              onChange('')
            }}
          >
            Change
          </Button>
        </div>
      </div>
    )
  }
  const wanted = text.trim().toLowerCase()
  const found = tokens.filter(
    ({ id, name, status }) =>
      (!onlyActive || status === 'active') && (name.toLowerCase().includes(wanted) || id.startsWith(wanted)),
  )
  return (
    <div>
      <Input
        label={label}
        description={description}
        placeholder="Search by name or Access Key ID"
        value={text}
        onChange={(event) => {
          const typed = event.target.value
          setText(typed)
          if (isAccessKeyId(typed.trim())) onChange(typed.trim())
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (found.length === 1 && found[0] !== undefined) onChange(found[0].id)
        }}
        aria-controls={listId}
        variant={error === undefined ? 'default' : 'error'}
        error={error}
        autoComplete="off"
        spellCheck={false}
        className="w-full"
      />
      <ul id={listId} aria-label={`Tokens for ${label}`} className="mt-2 flex flex-col gap-1">
        {found.slice(0, shownMax).map((token) => (
          <li key={token.id}>
            <button
              type="button"
              onClick={() => onChange(token.id)}
              className="flex w-full cursor-pointer flex-wrap items-baseline justify-between gap-x-4 rounded-md px-3 py-1.5 text-left hover:bg-kumo-tint"
            >
              <span className="min-w-0 wrap-anywhere">{token.name}</span>
              <span className="text-sm text-kumo-subtle">{describePermission(token.policies, accountId)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="px-3 pt-1 text-sm text-kumo-subtle">
        {found.length === 0
          ? 'No token matches.'
          : found.length > shownMax
            ? `and ${found.length - shownMax} more: type to narrow`
            : ''}
      </p>
    </div>
  )
}
