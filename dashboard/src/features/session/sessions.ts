import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { keys } from '~/api/keys'
import { openSession, sessionQuery } from '~/api/queries'

export const sessionsQuery = queryOptions({
  queryKey: keys.userSessions(),
  queryFn: () => result(api.GET('/user/sessions')),
})

export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      result(api.DELETE('/user/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.userSessions() }),
  })
}

export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) => result(api.PUT('/user/password', { body })),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, openSession(session))
      return client.invalidateQueries({ queryKey: keys.userSessions() })
    },
    gcTime: 0,
  })
}

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** `Firefox on Linux`: good enough to recognise one's own session. */
export function describeUserAgent(userAgent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1]
  if (browser === undefined) return userAgent || 'Unknown browser'
  return system === undefined ? browser : `${browser} on ${system}`
}
