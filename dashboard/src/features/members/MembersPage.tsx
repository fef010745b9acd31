import { Badge } from '@cloudflare/kumo/components/badge'
import { Button } from '@cloudflare/kumo/components/button'
import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import {
  DotsThreeIcon,
  LinkIcon,
  PencilSimpleIcon,
  UserMinusIcon,
  UserPlusIcon,
  UsersIcon,
} from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAccountId, useActions, useSession } from '~/api/queries'
import { Card } from '~/components/Card'
import { PageHeader } from '~/components/PageHeader'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { InviteDialog } from './InviteDialog'
import { membersQuery, type Member } from './members'
import { RemoveMemberDialog } from './RemoveMemberDialog'
import { RolesDialog } from './RolesDialog'
import { SetupLinkDialog } from './SetupLinkDialog'

type OpenDialog = { kind: 'invite' } | { kind: 'roles' | 'remove' | 'setup'; member: Member }

export function MembersPage() {
  const members = useQuery(membersQuery(useAccountId()))
  const can = useActions()
  const canWrite = can('MembersWrite')
  const [dialog, setDialog] = useState<OpenDialog>()
  const close = () => setDialog(undefined)
  return (
    <>
      <PageHeader
        title="Members"
        description="Who can use this account, and what their roles allow."
        actions={
          canWrite && (
            <Button variant="primary" icon={<UserPlusIcon aria-hidden />} onClick={() => setDialog({ kind: 'invite' })}>
              Invite member
            </Button>
          )
        }
      />
      <Card flush>
        {members.isPending && <LoadingState label="Loading the members" />}
        {members.error !== null && members.data === undefined && (
          <ErrorState
            error={members.error}
            title="The members could not be loaded"
            retry={() => void members.refetch()}
          />
        )}
        {members.data?.length === 0 && (
          <EmptyState icon={<UsersIcon aria-hidden />} title="This account has no members">
            Invite the people who will work with it.
          </EmptyState>
        )}
        {members.data !== undefined && members.data.length > 0 && (
          <ul className="divide-y divide-kumo-hairline">
            {members.data.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                canWrite={canWrite}
                onDialog={(kind) => setDialog({ kind, member })}
              />
            ))}
          </ul>
        )}
      </Card>
      {dialog?.kind === 'invite' && <InviteDialog onClose={close} />}
      {dialog?.kind === 'roles' && <RolesDialog member={dialog.member} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveMemberDialog member={dialog.member} onClose={close} />}
      {dialog?.kind === 'setup' && <SetupLinkDialog member={dialog.member} onClose={close} />}
    </>
  )
}

interface RowProps {
  member: Member
  canWrite: boolean
  onDialog: (kind: 'roles' | 'remove' | 'setup') => void
}

function MemberRow({ member, canWrite, onDialog }: RowProps) {
  const { user } = useSession()
  const name = [member.user.first_name, member.user.last_name].filter(Boolean).join(' ')
  const canLink = user.is_operator
  return (
    <li className="flex items-center gap-4 px-5 py-3.5">
      <span
        aria-hidden
        className="hidden size-9 shrink-0 items-center justify-center rounded-full bg-kumo-recessed font-medium text-kumo-strong uppercase sm:flex"
      >
        {(name || member.email).slice(0, 1)}
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-6 gap-y-1.5">
        <div className="min-w-0 flex-1 basis-60">
          <p className="font-medium text-kumo-strong wrap-anywhere">
            <bdi>{name || member.email}</bdi>
            {member.user.id === user.id && <span className="font-normal text-kumo-subtle"> (you)</span>}
          </p>
          {name !== '' && <p className="text-sm text-kumo-subtle wrap-anywhere">{member.email}</p>}
        </div>
        <p className="min-w-0 flex-1 basis-60 wrap-anywhere">{member.roles.map((role) => role.name).join(', ')}</p>
        <div className="w-24">
          {member.status === 'pending' ? (
            <Badge variant="warning">Invited</Badge>
          ) : (
            <Badge variant="success">Active</Badge>
          )}
        </div>
      </div>
      {(canWrite || canLink) && (
        <DropdownMenu>
          <DropdownMenu.Trigger
            render={
              <Button
                variant="ghost"
                size="sm"
                shape="square"
                icon={<DotsThreeIcon aria-hidden weight="bold" />}
                aria-label={`Actions for ${member.email}`}
              />
            }
          />
          <DropdownMenu.Content align="end">
            {canWrite && (
              <DropdownMenu.Item icon={PencilSimpleIcon} onClick={() => onDialog('roles')}>
                Change roles…
              </DropdownMenu.Item>
            )}
            {canLink && (
              <DropdownMenu.Item icon={LinkIcon} onClick={() => onDialog('setup')}>
                {member.user.has_password ? 'Make link to reset the password…' : 'Make set-up link…'}
              </DropdownMenu.Item>
            )}
            {canWrite && (
              <>
                <DropdownMenu.Separator />
                <DropdownMenu.Item icon={UserMinusIcon} variant="danger" onClick={() => onDialog('remove')}>
                  Remove…
                </DropdownMenu.Item>
              </>
            )}
          </DropdownMenu.Content>
        </DropdownMenu>
      )}
    </li>
  )
}
