import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { BuildingsIcon } from '@phosphor-icons/react'
import { useRouter } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useSession } from '~/api/queries'
import { Card } from '~/components/Card'
import { PageHeader } from '~/components/PageHeader'
import { EmptyState, FormError } from '~/components/states'
import { useCreateAccount } from './accounts'
import { Invitations } from './Invitations'
import { nameProblem } from './name'

/** Account Home of a person who is a member of no account. */
export function NoAccountPage() {
  const { user } = useSession()
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Account Home" />
      <div className="flex flex-col gap-6">
        <Invitations />
        <Card>
          <EmptyState icon={<BuildingsIcon aria-hidden />} title="You are a member of no account">
            {user.is_operator
              ? 'As an operator you can create one.'
              : 'Ask an administrator of an account to invite you. An invitation appears here.'}
          </EmptyState>
          {user.is_operator && <CreateAccount />}
        </Card>
      </div>
    </div>
  )
}

function CreateAccount() {
  const create = useCreateAccount()
  const router = useRouter()
  const [name, setName] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (nameProblem(name) !== undefined) return
    create.mutate(name, {
      onSuccess: ({ id }) => void router.navigate({ to: '/$accountId', params: { accountId: id } }),
    })
  }
  return (
    <form onSubmit={submit} className="mx-auto flex max-w-sm flex-col gap-4">
      <Input label="Account name" value={name} onChange={(event) => setName(event.target.value)} required />
      <FormError error={create.error} />
      <Button type="submit" variant="primary" loading={create.isPending}>
        Create account
      </Button>
    </form>
  )
}
