import { useAccountId, useSession } from '~/api/queries'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { toast } from '~/components/toast'
import { useRemoveMember, type Member } from './members'

export function RemoveMemberDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const remove = useRemoveMember(useAccountId())
  const isSelf = useSession().user.id === member.user.id
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${member.email}?`}
      confirmLabel="Remove member"
      destructive
      typed={member.email}
      onConfirm={async () => {
        await remove.mutateAsync(member.id)
        toast.success(`${member.email} removed`)
      }}
    >
      <p>
        {isSelf
          ? 'You lose access to this account at once, and cannot give it back to yourself.'
          : 'The person loses access to this account at once. Their own API tokens no longer work here; tokens of the account stay.'}
      </p>
    </ConfirmDialog>
  )
}
