import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { Input } from '@cloudflare/kumo/components/input'
import { useState } from 'react'
import { useAccountId } from '~/api/queries'
import { FormDialog } from '../objects/FormDialog'
import { useInvite, type Member } from './members'
import { RoleChoice } from './RoleChoice'
import { SetupLink } from './SetupLink'

/** First the invitation, then how the person gets in. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvite(useAccountId())
  const [email, setEmail] = useState('')
  const [roles, setRoles] = useState<string[]>([])
  const [invited, setInvited] = useState<Member>()
  if (invited) return <Invited member={invited} onClose={onClose} />
  return (
    <FormDialog
      title="Invite member"
      confirmLabel="Invite"
      ready={/^\S+@\S+$/.test(email.trim()) && roles.length > 0}
      onClose={onClose}
      keepsOpen
      onSubmit={async () => setInvited(await invite.mutateAsync({ email: email.trim(), roles }))}
    >
      <Input
        type="email"
        label="E-mail"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        autoComplete="off"
        autoFocus
      />
      <RoleChoice value={roles} onChange={setRoles} />
    </FormDialog>
  )
}

function Invited({ member, onClose }: { member: Member; onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog className="max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] overflow-y-auto p-6 sm:w-lg">
        <div className="flex flex-col gap-4">
          <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">
            {member.email} is invited
          </Dialog.Title>
          <p>
            Coffer sends no e-mail: tell the person yourself. They accept the invitation on Account Home
            {member.user.has_password ? ', where they sign in with the password they have.' : ', once they have signed in.'}
          </p>
          {!member.user.has_password && <SetupLink userId={member.user.id} email={member.email} hasPassword={false} />}
          <div className="flex justify-end">
            <Dialog.Close render={<Button variant="primary">Done</Button>} />
          </div>
        </div>
      </Dialog>
    </Dialog.Root>
  )
}
