import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { openSession, sessionQuery } from '~/api/queries'

let token: string | undefined

/** The set-up link's secret: taken out of the address by the route, kept until it is used, gone with the page. */
export function keepSetupToken(value: string): void {
  token = value
}

export function hasSetupToken(): boolean {
  return token !== undefined
}

/** Whom the link is for. The key is without the secret. */
export function useSetupLink() {
  return useQuery({
    queryKey: ['setup-link'],
    queryFn: () => result(api.POST('/session/setup', { body: { token: token ?? '' } })),
    enabled: token !== undefined,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  })
}

export function useSetPassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (password: string) =>
      result(api.POST('/session/setup/password', { body: { token: token ?? '', password } })),
    onSuccess: (session) => {
      token = undefined
      client.clear()
      client.setQueryData(sessionQuery.queryKey, openSession(session))
    },
    gcTime: 0,
  })
}
