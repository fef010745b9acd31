import { Button } from '@cloudflare/kumo/components/button'
import { DatabaseIcon } from '@phosphor-icons/react'
import { useState } from 'react'
import { useAccount, useSession } from '~/api/queries'
import { Card } from '~/components/Card'
import { EmptyState } from '~/components/states'
import { EntitlementDialog } from './EntitlementDialog'

/** In place of the buckets of an account without R2. */
export function EnableR2() {
  const account = useAccount()
  const { user } = useSession()
  const [open, setOpen] = useState(false)
  return (
    <Card>
      <EmptyState
        icon={<DatabaseIcon aria-hidden />}
        title={`R2 is not enabled for ${account.name}`}
        actions={
          user.is_operator && (
            <Button variant="primary" onClick={() => setOpen(true)}>
              Enable R2
            </Button>
          )
        }
      >
        <p>
          Once it is, the account can have buckets and API tokens for S3 clients, within a quota of storage, objects and
          buckets. Nothing is charged: the storage is this server's own.
        </p>
        <p className="mt-2">
          {user.is_operator
            ? 'You are an operator of this server, so you can enable it.'
            : 'Only an operator of this server can enable it. Ask whoever runs it.'}
        </p>
      </EmptyState>
      <EntitlementDialog account={account} open={open} onClose={() => setOpen(false)} />
    </Card>
  )
}
