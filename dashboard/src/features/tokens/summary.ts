import type { Condition, Policy } from '~/api/client'
import { jurisdictionName } from '~/api/jurisdictions'
import { formatTime, plural } from '~/components/format'
import { accessOf, type Access, type BucketRef } from './policy'
import { presetOf } from './presets'

const namedMax = 3

function nameBucket({ jurisdiction, name }: BucketRef): string {
  return jurisdiction === 'default' ? name : `${name} in ${jurisdictionName(jurisdiction)}`
}

function list(items: string[]): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

export function describeBuckets(buckets: Access['buckets']): string {
  if (buckets === 'all') return 'all buckets of this account'
  if (buckets.length === 0) return 'no bucket yet'
  if (buckets.length <= namedMax) {
    return `${buckets.length === 1 ? 'the bucket' : 'the buckets'} ${list(buckets.map(nameBucket))}`
  }
  const named = buckets.slice(0, namedMax).map(nameBucket)
  return `${plural(buckets.length, 'bucket')}: ${named.join(', ')} and ${buckets.length - namedMax} more`
}

const abilities: Record<Access['preset'], string> = {
  'admin-read-write': 'create, list and delete buckets, change their settings, and list, read and write objects',
  'admin-read-only': 'list buckets and see their settings, and list and read objects',
  'object-read-write': 'list, read, write and delete objects',
  'object-read-only': 'list and read objects',
}

export interface TokenDraft {
  access: Access
  expiresOn?: string
  condition?: Condition
  owner: 'account' | 'user'
}

/** What the token will be able to do, in sentences. */
export function summarize({ access, expiresOn, condition, owner }: TokenDraft): string[] {
  const { scope } = presetOf(access.preset)
  const where =
    scope === 'account' ? 'all buckets of this account, also those made later' : describeBuckets(access.buckets)
  const later = scope === 'buckets' && access.buckets === 'all' ? ', also those made later' : ''
  const sentences = [`It can ${abilities[access.preset]} in ${where}${later}.`]
  sentences.push(
    scope === 'account'
      ? 'It works with S3 clients and with the management API.'
      : 'It works with S3 clients only. It can neither list nor create buckets.',
  )
  if (owner === 'user')
    sentences.push('It can never do more than you can yourself, and ends when you leave the account.')
  return [...sentences, ...summarizeLimits({ expiresOn, condition })]
}

/** Until when and from where, whatever it may do. */
export function summarizeLimits({ expiresOn, condition }: Pick<TokenDraft, 'expiresOn' | 'condition'>): string[] {
  const sentences: string[] = []
  sentences.push(expiresOn === undefined ? 'It works until it is revoked.' : `It works until ${formatTime(expiresOn)}.`)
  const from = condition?.request_ip?.in ?? []
  const except = condition?.request_ip?.not_in ?? []
  if (from.length > 0) sentences.push(`Only requests from ${list(from)} are taken.`)
  if (except.length > 0) sentences.push(`Requests from ${list(except)} are refused.`)
  return sentences
}

/** One cell of the list: a permission by R2's name, or how many policies there are. */
export function describePermission(policies: readonly Policy[], accountId: string): string {
  const access = accessOf(policies, accountId)
  if (access !== undefined) return presetOf(access.preset).name
  return `Custom, ${plural(policies.length, 'policy', 'policies')}`
}

export function describeScope(policies: readonly Policy[], accountId: string): string {
  const access = accessOf(policies, accountId)
  if (access === undefined) return 'By its policies'
  if (access.buckets === 'all') return 'All buckets'
  return access.buckets.length > namedMax
    ? `${access.buckets.slice(0, namedMax).map(nameBucket).join(', ')} and ${access.buckets.length - namedMax} more`
    : access.buckets.map(nameBucket).join(', ')
}
