import { Button } from '@cloudflare/kumo/components/button'
import { useState, type FormEvent } from 'react'
import { Card } from '~/components/Card'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { PasswordInputs } from './PasswordInput'
import { passwordProblem, passwordRule } from './password'
import { useChangePassword } from './sessions'

export function ChangePassword({ email }: { email: string }) {
  const change = useChangePassword()
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [tried, setTried] = useState(false)
  const problem = passwordProblem(next)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem !== undefined) return
    change.mutate(
      { old_password: old, new_password: next },
      {
        onSuccess: () => {
          setOld('')
          setNext('')
          setTried(false)
          toast.success('Password changed', 'All your other sessions have been signed out.')
        },
      },
    )
  }

  return (
    <Card title="Change password" description="Your other sessions are signed out. API tokens are not changed.">
      <form onSubmit={submit} className="flex max-w-md flex-col gap-4" noValidate>
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <PasswordInputs
          fields={[
            { label: 'Current password', value: old, onChange: setOld, autoComplete: 'current-password' },
            {
              label: 'New password',
              value: next,
              onChange: setNext,
              autoComplete: 'new-password',
              description: passwordRule,
              error: tried || next.length > 0 ? problem : undefined,
            },
          ]}
        />
        <FormError error={change.error} />
        <div>
          <Button type="submit" variant="primary" loading={change.isPending} disabled={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  )
}
