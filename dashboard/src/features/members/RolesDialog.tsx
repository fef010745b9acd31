import { useState } from 'react'
import { useAccountId } from '~/api/queries'
import { toast } from '~/components/toast'
import { FormDialog } from '../objects/FormDialog'
import { useSetRoles, type Member } from './members'
import { RoleChoice } from './RoleChoice'

export function RolesDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const setMemberRoles = useSetRoles(useAccountId())
  const [roles, setRoles] = useState(() => member.roles.map(({ id }) => id))
  return (
    <FormDialog
      title={`Roles of ${member.email}`}
      confirmLabel="Save roles"
      ready={roles.length > 0}
      onClose={onClose}
      onSubmit={async () => {
        await setMemberRoles.mutateAsync({ memberId: member.id, roles })
        toast.success(`Roles of ${member.email} changed`)
      }}
    >
      <RoleChoice value={roles} onChange={setRoles} />
    </FormDialog>
  )
}
