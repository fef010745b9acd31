import type { Jurisdiction } from './client'

/**
 * Keys of the query cache, one place for all features. A key's prefix is what is invalidated: `keys.buckets(account)`
 * covers every list and detail of that account's buckets.
 */
export const keys = {
  session: () => ['session'] as const,
  userSessions: () => ['user-sessions'] as const,
  memberships: () => ['memberships'] as const,
  accounts: () => ['accounts'] as const,
  account: (accountId: string) => ['account', accountId, 'details'] as const,
  /** Everything that is kept of an account. */
  allOfAccount: (accountId: string) => ['account', accountId] as const,
  actions: (accountId: string) => ['account', accountId, 'actions'] as const,
  endpoints: (accountId: string) => ['account', accountId, 'endpoints'] as const,
  members: (accountId: string) => ['account', accountId, 'members'] as const,
  roles: (accountId: string) => ['account', accountId, 'roles'] as const,
  audit: (accountId: string) => ['account', accountId, 'audit'] as const,
  usage: (accountId: string) => ['account', accountId, 'usage'] as const,
  metrics: (accountId: string) => ['account', accountId, 'metrics'] as const,
  buckets: (accountId: string) => ['account', accountId, 'buckets'] as const,
  bucket: (accountId: string, jurisdiction: Jurisdiction, bucket: string) =>
    ['account', accountId, 'bucket', jurisdiction, bucket] as const,
  objects: (accountId: string, jurisdiction: Jurisdiction, bucket: string) =>
    ['account', accountId, 'bucket', jurisdiction, bucket, 'objects'] as const,
  uploads: (accountId: string, jurisdiction: Jurisdiction, bucket: string) =>
    ['account', accountId, 'bucket', jurisdiction, bucket, 'uploads'] as const,
  accountTokens: (accountId: string) => ['account', accountId, 'tokens'] as const,
  userTokens: () => ['user-tokens'] as const,
}
