import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, page, result, type Schemas } from '~/api/client'
import { keys } from '~/api/keys'

export type Member = Schemas['Member']
export type Role = Schemas['Role']

const pageSize = 1000

export const membersQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.members(accountId),
    queryFn: async ({ signal }) => {
      const members: Member[] = []
      for (let number = 1; ; number++) {
        const params = { path: { account_id: accountId }, query: { page: number, per_page: pageSize } }
        const { result: some } = await page(api.GET('/accounts/{account_id}/members', { params, signal }))
        members.push(...some)
        if (some.length < pageSize) return members
      }
    },
  })

export const rolesQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.roles(accountId),
    queryFn: ({ signal }) =>
      result(
        api.GET('/accounts/{account_id}/roles', {
          params: { path: { account_id: accountId }, query: { per_page: pageSize } },
          signal,
        }),
      ),
    staleTime: Infinity,
  })

function useMembersChange<V, R>(accountId: string, mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.members(accountId) }),
  })
}

export function useInvite(accountId: string) {
  return useMembersChange(accountId, (body: { email: string; roles: string[] }) =>
    result(api.POST('/accounts/{account_id}/members', { params: { path: { account_id: accountId } }, body })),
  )
}

export function useSetRoles(accountId: string) {
  return useMembersChange(accountId, ({ memberId, roles }: { memberId: string; roles: string[] }) =>
    result(
      api.PUT('/accounts/{account_id}/members/{member_id}', {
        params: { path: { account_id: accountId, member_id: memberId } },
        body: { roles: roles.map((id) => ({ id })) },
      }),
    ),
  )
}

export function useRemoveMember(accountId: string) {
  return useMembersChange(accountId, (memberId: string) =>
    result(
      api.DELETE('/accounts/{account_id}/members/{member_id}', {
        params: { path: { account_id: accountId, member_id: memberId } },
      }),
    ),
  )
}

/** Where the person sets a password. Whoever has the address can: it is shown once and kept nowhere. */
export function useSetupLink() {
  return useMutation({
    mutationFn: (userId: string) =>
      result(api.POST('/users/{user_id}/setup_link', { params: { path: { user_id: userId } } })),
    gcTime: 0,
  })
}
