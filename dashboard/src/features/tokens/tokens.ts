import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, result, type Condition, type Policy, type Token } from '~/api/client'
import { keys } from '~/api/keys'

/** Whose tokens: an account's, or the person's own. The API has the same routes for both. */
export type TokenOwner = { kind: 'account'; accountId: string } | { kind: 'user' }

export interface TokenBody {
  name: string
  policies: Policy[]
  not_before?: string
  expires_on?: string
  condition?: Condition
}

export type TokenUpdate = TokenBody & { status?: 'active' | 'disabled' }

const pageSize = 1000

function keyOf(owner: TokenOwner) {
  return owner.kind === 'account' ? keys.accountTokens(owner.accountId) : keys.userTokens()
}

function listPage(owner: TokenOwner, page: number, signal: AbortSignal): Promise<Token[]> {
  const query = { page, per_page: pageSize, direction: 'desc' } as const
  return owner.kind === 'account'
    ? result(
        api.GET('/accounts/{account_id}/tokens', {
          params: { path: { account_id: owner.accountId }, query },
          signal,
        }),
      )
    : result(api.GET('/user/tokens', { params: { query }, signal }))
}

/** All of them, newest first: thousands are a few pages. */
export const tokensQuery = (owner: TokenOwner) =>
  queryOptions({
    queryKey: [...keyOf(owner), 'list'],
    queryFn: async ({ signal }) => {
      const tokens: Token[] = []
      for (let page = 1; ; page++) {
        const some = await listPage(owner, page, signal)
        tokens.push(...some)
        if (some.length < pageSize) return tokens
      }
    },
  })

export const tokenQuery = (owner: TokenOwner, tokenId: string) =>
  queryOptions({
    queryKey: [...keyOf(owner), 'token', tokenId],
    queryFn: () =>
      owner.kind === 'account'
        ? result(
            api.GET('/accounts/{account_id}/tokens/{token_id}', {
              params: { path: { account_id: owner.accountId, token_id: tokenId } },
            }),
          )
        : result(api.GET('/user/tokens/{token_id}', { params: { path: { token_id: tokenId } } })),
  })

export const permissionGroupsQuery = (owner: TokenOwner) =>
  queryOptions({
    queryKey: [...keyOf(owner), 'permission-groups'],
    queryFn: () =>
      owner.kind === 'account'
        ? result(
            api.GET('/accounts/{account_id}/tokens/permission_groups', {
              params: { path: { account_id: owner.accountId } },
            }),
          )
        : result(api.GET('/user/tokens/permission_groups')),
    staleTime: Infinity,
  })

/** Not waited for: what comes next, like the one-time page, needs no list of thousands. */
function useTokensChanged(owner: TokenOwner, part: string[] = []) {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: [...keyOf(owner), ...part] })
}

/** Its result has the token's value: kept by the component that shows it once, and nowhere else. */
export function useCreateToken(owner: TokenOwner) {
  const changed = useTokensChanged(owner)
  return useMutation({
    mutationFn: (body: TokenBody) =>
      owner.kind === 'account'
        ? result(api.POST('/accounts/{account_id}/tokens', { params: { path: { account_id: owner.accountId } }, body }))
        : result(api.POST('/user/tokens', { body })),
    onSuccess: changed,
    gcTime: 0,
  })
}

/** The new value; as that of `useCreateToken`. */
export function useRollToken(owner: TokenOwner) {
  const changed = useTokensChanged(owner)
  return useMutation({
    mutationFn: (tokenId: string): Promise<string> =>
      owner.kind === 'account'
        ? result(
            api.PUT('/accounts/{account_id}/tokens/{token_id}/value', {
              params: { path: { account_id: owner.accountId, token_id: tokenId } },
            }),
          )
        : result(api.PUT('/user/tokens/{token_id}/value', { params: { path: { token_id: tokenId } } })),
    onSuccess: changed,
    gcTime: 0,
  })
}

export function useUpdateToken(owner: TokenOwner) {
  const changed = useTokensChanged(owner)
  return useMutation({
    mutationFn: ({ id, ...body }: TokenUpdate & { id: string }) =>
      owner.kind === 'account'
        ? result(
            api.PUT('/accounts/{account_id}/tokens/{token_id}', {
              params: { path: { account_id: owner.accountId, token_id: id } },
              body,
            }),
          )
        : result(api.PUT('/user/tokens/{token_id}', { params: { path: { token_id: id } }, body })),
    onSuccess: changed,
  })
}

export function useRevokeToken(owner: TokenOwner) {
  const changed = useTokensChanged(owner, ['list'])
  return useMutation({
    mutationFn: (tokenId: string) =>
      owner.kind === 'account'
        ? result(
            api.DELETE('/accounts/{account_id}/tokens/{token_id}', {
              params: { path: { account_id: owner.accountId, token_id: tokenId } },
            }),
          )
        : result(api.DELETE('/user/tokens/{token_id}', { params: { path: { token_id: tokenId } } })),
    onSuccess: changed,
  })
}

/** A token as PUT takes it: all of it, or what is left out is lost. */
export function bodyOf(token: Token): TokenBody {
  const body: TokenBody = {
    name: token.name,
    policies: token.policies.map(({ id, effect, resources, permission_groups }) => ({
      ...(id === undefined ? {} : { id }),
      effect,
      resources,
      permission_groups: permission_groups.map((group) => ({ id: group.id })),
    })),
  }
  if (token.not_before !== undefined) body.not_before = token.not_before
  if (token.expires_on !== undefined) body.expires_on = token.expires_on
  if (token.condition !== undefined) body.condition = token.condition
  return body
}
