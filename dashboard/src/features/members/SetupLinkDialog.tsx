import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import type { Member } from './members'
import { SetupLink } from './SetupLink'

export function SetupLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { user, email } = member
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog className="max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] overflow-y-auto p-6 sm:w-lg">
        <div className="flex flex-col gap-4">
          <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">
            {user.has_password ? 'Link to reset the password of' : 'Set-up link for'} {email}
          </Dialog.Title>
          <SetupLink userId={user.id} email={email} hasPassword={user.has_password} />
          <div className="flex justify-end">
            <Dialog.Close render={<Button>Close</Button>} />
          </div>
        </div>
      </Dialog>
    </Dialog.Root>
  )
}
