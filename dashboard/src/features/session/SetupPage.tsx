import { Button } from '@cloudflare/kumo/components/button'
import { useRouter } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { ButtonLink } from '~/components/links'
import { FormError, LoadingState } from '~/components/states'
import { CenteredPage } from './CenteredPage'
import { PasswordInputs } from './PasswordInput'
import { passwordProblem, passwordRule } from './password'
import { hasSetupToken, useSetPassword, useSetupLink } from './setup'

export function SetupPage() {
  const link = useSetupLink()
  if (!hasSetupToken()) {
    return (
      <CenteredPage title="Set your password">
        <p className="mb-5">Open the one-time link again: this page does not keep what is in it.</p>
        <ButtonLink to="/sign-in" search={{}}>
          Go to sign-in
        </ButtonLink>
      </CenteredPage>
    )
  }
  if (link.isPending) {
    return (
      <CenteredPage title="Set your password">
        <LoadingState label="Checking the link" />
      </CenteredPage>
    )
  }
  if (link.isError) {
    return (
      <CenteredPage title="Set your password">
        <div className="mb-5 flex flex-col gap-3">
          <FormError error={link.error} />
          <p className="text-kumo-subtle">
            A link works once. If you have set your password already, sign in; else ask whoever runs this server for a
            new link.
          </p>
        </div>
        <ButtonLink to="/sign-in" search={{}} variant="primary">
          Go to sign-in
        </ButtonLink>
      </CenteredPage>
    )
  }
  return (
    <CenteredPage
      title="Set your password"
      description={
        <>
          For <strong className="font-medium text-kumo-strong">{link.data.email}</strong>
        </>
      }
    >
      <PasswordForm email={link.data.email} />
    </CenteredPage>
  )
}

function PasswordForm({ email }: { email: string }) {
  const router = useRouter()
  const set = useSetPassword()
  const [password, setPassword] = useState('')
  const [repeated, setRepeated] = useState('')
  const [tried, setTried] = useState(false)
  const problem = passwordProblem(password)
  const differs = repeated !== password ? 'This is not the same password.' : undefined

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem !== undefined || differs !== undefined) return
    set.mutate(password, { onSuccess: () => router.history.replace('/') })
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-5" noValidate>
      {/* For password managers, which ask what the password is for. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordInputs
        fields={[
          {
            label: 'New password',
            value: password,
            onChange: setPassword,
            autoComplete: 'new-password',
            description: passwordRule,
            error: tried || password.length > 0 ? problem : undefined,
          },
          {
            label: 'Repeat the password',
            value: repeated,
            onChange: setRepeated,
            autoComplete: 'new-password',
            error: tried ? differs : undefined,
          },
        ]}
      />
      <FormError error={set.error} />
      <Button
        type="submit"
        variant="primary"
        size="lg"
        className="w-full justify-center"
        loading={set.isPending}
        disabled={set.isPending}
      >
        Set password and sign in
      </Button>
    </form>
  )
}
