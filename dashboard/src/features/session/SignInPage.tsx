import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useEffect, useState, type FormEvent } from 'react'
import { setCsrfToken } from '~/api/csrf'
import { ApiError } from '~/api/error'
import { FormError } from '~/components/states'
import { CenteredPage } from './CenteredPage'
import { PasswordInputs } from './PasswordInput'
import { useSignIn } from './session'

/** Nothing of whoever was here is left for whoever signs in. */
function useForgetting() {
  const client = useQueryClient()
  useEffect(() => {
    setCsrfToken(undefined)
    client.clear()
  }, [client])
}

/** Seconds until the server takes an attempt again, counted down. */
function useWait(error: unknown): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    setSeconds(error instanceof ApiError && error.status === 429 ? (error.retryAfterSeconds ?? 0) : 0)
  }, [error])
  useEffect(() => {
    if (seconds <= 0) return undefined
    const timer = setTimeout(() => setSeconds(seconds - 1), 1000)
    return () => clearTimeout(timer)
  }, [seconds])
  return seconds
}

export function SignInPage() {
  useForgetting()
  const { to } = useSearch({ from: '/sign-in' })
  const router = useRouter()
  const signIn = useSignIn()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const wait = useWait(signIn.error)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate(
      { email, password },
      {
        onSuccess: () => router.history.replace(to ?? '/'),
        onError: () => setPassword(''),
      },
    )
  }

  return (
    <CenteredPage
      title="Sign in"
      description={to === undefined ? undefined : 'Your session has ended or this page needs you to sign in.'}
    >
      <form onSubmit={submit} className="flex flex-col gap-5">
        <Input
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordInputs
          fields={[{ label: 'Password', value: password, onChange: setPassword, autoComplete: 'current-password' }]}
        />
        <FormError error={signIn.error} />
        <Button
          type="submit"
          variant="primary"
          size="lg"
          className="w-full justify-center"
          loading={signIn.isPending}
          disabled={signIn.isPending || wait > 0}
        >
          {wait > 0 ? `Try again in ${wait} s` : 'Sign in'}
        </Button>
      </form>
      <p className="mt-6 border-t border-kumo-hairline pt-4 text-sm text-kumo-subtle">
        The first time, open the one-time link that Coffer printed when it started. No link, or no password any more?
        Whoever runs this server can make you a new one.
      </p>
    </CenteredPage>
  )
}
