import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { keys } from '~/api/keys'
import type { Quota } from './quota'

export function useRenameAccount(accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) =>
      result(api.PUT('/accounts/{account_id}', { params: { path: { account_id: accountId } }, body: { name } })),
    onSuccess: (account) => {
      client.setQueryData(keys.account(accountId), account)
      return client.invalidateQueries({ queryKey: keys.accounts() })
    },
  })
}

/** Operators only. */
export function useCreateAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => result(api.POST('/accounts', { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.accounts() }),
  })
}

/** Operators only: R2 on or off, and how much of it. */
export function useSetEntitlement(accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { enabled: boolean; quota?: Quota }) =>
      result(api.PUT('/accounts/{account_id}/r2/entitlement', { params: { path: { account_id: accountId } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.allOfAccount(accountId) }),
  })
}
