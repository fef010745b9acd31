import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { api, result } from '~/api/client'
import { setCsrfToken } from '~/api/csrf'
import { openSession, sessionQuery } from '~/api/queries'

/** To sign-in, without a way back. */
function useLeave() {
  const router = useRouter()
  return () => {
    setCsrfToken(undefined)
    return router.navigate({ to: '/sign-in', search: {} })
  }
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => result(api.POST('/session', { body })),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, openSession(session)),
    gcTime: 0,
  })
}

export function useSignOut() {
  const leave = useLeave()
  return useMutation({ mutationFn: () => result(api.DELETE('/session')), onSuccess: leave })
}

export function useSignOutEverywhere() {
  const leave = useLeave()
  return useMutation({ mutationFn: () => result(api.DELETE('/user/sessions')), onSuccess: leave })
}
