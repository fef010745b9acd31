import { Radio } from '@cloudflare/kumo/components/radio'
import { Card } from '~/components/Card'
import type { TokenOwner } from './tokens'

export const ownerNames = { account: 'Account API token', user: 'User API token' } as const

export const ownerDescriptions = {
  account:
    'Belongs to the account and goes on working when people leave it. Only Super Administrators see these tokens or create them.',
  user: 'Belongs to you: only you see it, it can never do more than you may yourself, and it ends when you leave the account.',
} as const

interface Props {
  value: TokenOwner['kind']
  mayAccount: boolean
  onChange: (kind: TokenOwner['kind']) => void
}

/** A choice only for who may make both. */
export function OwnerChoice({ value, mayAccount, onChange }: Props) {
  if (!mayAccount) {
    return (
      <p className="rounded-xl bg-kumo-info-tint px-4 py-3 ring ring-kumo-hairline">
        This makes a <strong className="font-semibold">{ownerNames.user}</strong>. {ownerDescriptions.user} Tokens of
        the account are made by its Super Administrators.
      </p>
    )
  }
  return (
    <Card title="Token type">
      <Radio.Group
        appearance="card"
        controlPosition="start"
        value={value}
        onValueChange={(kind) => onChange(kind === 'user' ? 'user' : 'account')}
      >
        <Radio.Legend className="sr-only">Token type</Radio.Legend>
        <Radio.Item value="account" label={ownerNames.account} description={ownerDescriptions.account} />
        <Radio.Item value="user" label={ownerNames.user} description={ownerDescriptions.user} />
      </Radio.Group>
    </Card>
  )
}
