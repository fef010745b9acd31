import { useSession } from '~/api/queries'
import { Card } from '~/components/Card'
import { formatDate } from '~/components/format'
import { PageHeader } from '~/components/PageHeader'
import { Invitations } from '~/features/accounts/Invitations'
import { ChangePassword } from './ChangePassword'
import { SessionList } from './SessionList'

export function ProfilePage() {
  const { user } = useSession()
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ')
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Profile" description={name === '' ? user.email : `${name}, ${user.email}`} />
      <div className="flex flex-col gap-6">
        <Invitations />
        <Card title="You">
          <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-[max-content_1fr]">
            <dt className="text-kumo-subtle">E-mail address</dt>
            <dd className="wrap-anywhere">{user.email}</dd>
            <dt className="text-kumo-subtle">User ID</dt>
            <dd className="font-mono text-sm wrap-anywhere">{user.id}</dd>
            <dt className="text-kumo-subtle">Since</dt>
            <dd>{formatDate(user.created_on)}</dd>
            {user.is_operator && (
              <>
                <dt className="text-kumo-subtle">Operator</dt>
                <dd>You may create accounts, enable R2 and make set-up links on this server.</dd>
              </>
            )}
          </dl>
        </Card>
        <ChangePassword email={user.email} />
        <SessionList />
      </div>
    </div>
  )
}
