import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, result, type Schemas } from './client'
import { setCsrfToken } from './csrf'
import { keys } from './keys'

/** Queries that several features ask; a feature's own are in its folder. */

export interface SignedIn {
  user: Schemas['User']
  expires_on: string
}

/** Takes the CSRF token out of a session's answer, so that the query cache never has it. */
export function openSession(session: Schemas['Session']): SignedIn {
  setCsrfToken(session.csrf_token)
  return { user: session.user, expires_on: session.expires_on }
}

export const sessionQuery = queryOptions({
  queryKey: keys.session(),
  queryFn: async () => openSession(await result(api.GET('/session'))),
  staleTime: Infinity,
  retry: false,
})

/** Who is signed in. Only below the signed-in part of the route tree. */
export function useSession(): SignedIn {
  return useSuspenseQuery(sessionQuery).data
}

const pageSize = 50

/** All accounts of the person; there are few. */
export const accountsQuery = queryOptions({
  queryKey: keys.accounts(),
  queryFn: async () => {
    const accounts: Schemas['Account'][] = []
    for (let page = 1; ; page++) {
      const some = await result(api.GET('/accounts', { params: { query: { page, per_page: pageSize } } }))
      accounts.push(...some)
      if (some.length < pageSize) return accounts
    }
  },
})

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.account(accountId),
    queryFn: () => result(api.GET('/accounts/{account_id}', { params: { path: { account_id: accountId } } })),
  })

export const actionsQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.actions(accountId),
    queryFn: () => result(api.GET('/accounts/{account_id}/actions', { params: { path: { account_id: accountId } } })),
    select: ({ actions }): ReadonlySet<string> => new Set(actions),
  })

export const endpointsQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.endpoints(accountId),
    queryFn: () =>
      result(api.GET('/accounts/{account_id}/r2/endpoints', { params: { path: { account_id: accountId } } })),
    staleTime: Infinity,
  })

/** Actions of src/auth/operation.h that the dashboard asks about. */
export type Action =
  | 'AccountRead'
  | 'AccountTokensRead'
  | 'AccountTokensWrite'
  | 'AccountWrite'
  | 'AuditLogRead'
  | 'BucketConfigRead'
  | 'BucketConfigWrite'
  | 'BucketCreate'
  | 'BucketDelete'
  | 'BucketHead'
  | 'BucketsList'
  | 'ManageStorage'
  | 'MembersRead'
  | 'MembersWrite'
  | 'ObjectRead'
  | 'ObjectWrite'
  | 'ObjectsList'
  | 'UsageRead'

/** The account of the address. Its route has loaded it before any page below it is shown. */
export function useAccount(): Schemas['Account'] {
  return useSuspenseQuery(accountQuery(useAccountId())).data
}

export function useAccountId(): string {
  const { accountId } = useParams({ strict: false })
  if (accountId === undefined) throw new Error('useAccountId is used outside of an account')
  return accountId
}

/** What the person may do in the account of the address. What they may not do is not offered. */
export function useActions(): (...needed: Action[]) => boolean {
  const actions = useSuspenseQuery(actionsQuery(useAccountId())).data
  return (...needed) => needed.every((action) => actions.has(action))
}

export function useEndpoints() {
  return useQuery(endpointsQuery(useAccountId()))
}
