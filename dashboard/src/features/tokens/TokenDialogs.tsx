import type { Token } from '~/api/client'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { toast } from '~/components/toast'
import { bodyOf, useRevokeToken, useRollToken, useUpdateToken, type TokenOwner } from './tokens'

export type TokenTask = 'roll' | 'disable' | 'enable' | 'revoke'

interface Props {
  owner: TokenOwner
  token: Token
  task: TokenTask
  onClose: () => void
  /** With the new value. */
  onRolled: (token: Token, value: string) => void
  onRevoked?: () => void
}

/** Asks before one of the tasks of a token is done, and does it. */
export function TokenDialog({ owner, token, task, onClose, onRolled, onRevoked }: Props) {
  const roll = useRollToken(owner)
  const update = useUpdateToken(owner)
  const revoke = useRevokeToken(owner)
  const setStatus = (status: 'active' | 'disabled') => update.mutateAsync({ id: token.id, ...bodyOf(token), status })

  switch (task) {
    case 'roll':
      return (
        <ConfirmDialog
          open
          onClose={onClose}
          title={`Roll ${token.name}?`}
          confirmLabel="Roll token"
          destructive
          onConfirm={async () => {
            const value = await roll.mutateAsync(token.id)
            roll.reset()
            onRolled(token, value)
          }}
        >
          <p>
            The token gets a new value and with it a new Secret Access Key, which you see once. Its Access Key ID,
            permissions and dates stay.
          </p>
          <p>
            Whatever uses the old value or secret is refused from the next request on, and so are temporary credentials
            made of it.
          </p>
        </ConfirmDialog>
      )
    case 'disable':
      return (
        <ConfirmDialog
          open
          onClose={onClose}
          title={`Disable ${token.name}?`}
          confirmLabel="Disable token"
          onConfirm={async () => {
            await setStatus('disabled')
            toast.success(`${token.name} is disabled`)
          }}
        >
          <p>Its requests are refused from the next one on. You can enable it again, with the same secret.</p>
        </ConfirmDialog>
      )
    case 'enable':
      return (
        <ConfirmDialog
          open
          onClose={onClose}
          title={`Enable ${token.name}?`}
          confirmLabel="Enable token"
          onConfirm={async () => {
            await setStatus('active')
            toast.success(`${token.name} is enabled`)
          }}
        >
          <p>It works again, with the secret that it had.</p>
        </ConfirmDialog>
      )
    case 'revoke':
      return (
        <ConfirmDialog
          open
          onClose={onClose}
          title={`Revoke ${token.name}?`}
          confirmLabel="Revoke token"
          destructive
          typed={token.name}
          onConfirm={async () => {
            await revoke.mutateAsync(token.id)
            toast.success(`${token.name} is revoked`)
            onRevoked?.()
          }}
        >
          <p>
            The token is deleted for good. Its requests are refused from the next one on, and so are temporary
            credentials and share links made of it.
          </p>
        </ConfirmDialog>
      )
  }
}
