import type { Jurisdiction, PermissionGroup, Policy } from '~/api/client'
import { isJurisdiction } from '~/api/jurisdictions'
import { presetOf, presets, type PresetId } from './presets'

export interface BucketRef {
  jurisdiction: Jurisdiction
  name: string
}

/** What the form has chosen. `buckets` counts for the object permissions only. */
export interface Access {
  preset: PresetId
  buckets: 'all' | BucketRef[]
}

const accountPrefix = 'com.cloudflare.api.account.'
const bucketPrefix = 'com.cloudflare.edge.r2.bucket.'
const allBuckets = `${bucketPrefix}*`

export function bucketKey({ jurisdiction, name }: BucketRef): string {
  return `${jurisdiction}/${name}`
}

function resourcesOf({ preset, buckets }: Access, accountId: string): Policy['resources'] {
  const account = `${accountPrefix}${accountId}`
  if (presetOf(preset).scope === 'account') return { [account]: '*' }
  if (buckets === 'all') return { [account]: { [allBuckets]: '*' } }
  const names = buckets.map(({ jurisdiction, name }) => `${bucketPrefix}${accountId}_${jurisdiction}_${name}`)
  return Object.fromEntries(names.sort().map((name) => [name, '*']))
}

/** The policies that the API gets: always one. Undefined if this server has no such permission group. */
export function policiesOf(
  access: Access,
  accountId: string,
  groups: readonly Pick<PermissionGroup, 'id' | 'name'>[],
): Policy[] | undefined {
  const wanted = presetOf(access.preset).group
  const group = groups.find(({ name }) => name === wanted)
  if (group === undefined) return undefined
  return [
    {
      effect: 'allow',
      resources: resourcesOf(access, accountId),
      permission_groups: [{ id: group.id, name: group.name }],
    },
  ]
}

function parseBucket(resource: string): (BucketRef & { accountId: string }) | undefined {
  const match = /^com\.cloudflare\.edge\.r2\.bucket\.([0-9a-f]{32})_([a-z]+)_([a-z0-9-]+)$/.exec(resource)
  const [, accountId, jurisdiction, name] = match ?? []
  if (accountId === undefined || jurisdiction === undefined || name === undefined) return undefined
  return isJurisdiction(jurisdiction) ? { accountId, jurisdiction, name } : undefined
}

function isOnlyAllBuckets(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  return entries.length === 1 && entries[0]?.[0] === allBuckets && entries[0][1] === '*'
}

function bucketsOf(resources: Policy['resources'], accountId: string): Access['buckets'] | undefined {
  const entries = Object.entries(resources)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === `${accountPrefix}${accountId}`) {
    return isOnlyAllBuckets(first[1]) ? 'all' : undefined
  }
  const buckets: BucketRef[] = []
  for (const [name, value] of entries) {
    const bucket = parseBucket(name)
    if (bucket === undefined || bucket.accountId !== accountId || value !== '*') return undefined
    buckets.push({ jurisdiction: bucket.jurisdiction, name: bucket.name })
  }
  return buckets.length === 0 ? undefined : buckets
}

/** The choice that policies came from; undefined if no choice of the form makes these. */
export function accessOf(policies: readonly Policy[], accountId: string): Access | undefined {
  const [policy] = policies
  if (policies.length !== 1 || policy?.effect !== 'allow' || policy.permission_groups.length !== 1) return undefined
  const preset = presets.find(({ group }) => group === policy.permission_groups[0]?.name)
  if (preset === undefined) return undefined
  if (preset.scope === 'account') {
    const entries = Object.entries(policy.resources)
    const whole = entries.length === 1 && entries[0]?.[0] === `${accountPrefix}${accountId}` && entries[0][1] === '*'
    return whole ? { preset: preset.id, buckets: 'all' } : undefined
  }
  const buckets = bucketsOf(policy.resources, accountId)
  return buckets === undefined ? undefined : { preset: preset.id, buckets }
}

/** Resources in words; `names` are those of accounts that the person knows. */
export function describeResources(resources: Policy['resources'], names: Record<string, string> = {}): string[] {
  const account = (id: string) => names[id] ?? `account ${id}`
  return Object.entries(resources).map(([resource, value]) => {
    const bucket = parseBucket(resource)
    if (bucket !== undefined) {
      const where = bucket.jurisdiction === 'default' ? '' : ` (${bucket.jurisdiction})`
      return `bucket ${bucket.name}${where} of ${account(bucket.accountId)}`
    }
    if (resource.startsWith('com.cloudflare.api.user.')) return 'your user'
    if (!resource.startsWith(accountPrefix)) return resource
    const id = resource.slice(accountPrefix.length)
    if (id === '*') return 'all accounts'
    return isOnlyAllBuckets(value) ? `all buckets of ${account(id)}` : account(id)
  })
}

/** Whether the token reaches the management API's storage routes: object permissions act on S3 only. */
export function actsOnManagementApi(policies: readonly Policy[]): boolean {
  const groups = presets.filter(({ scope }) => scope === 'account').map(({ group }) => group)
  return policies.some(
    ({ effect, permission_groups }) =>
      effect === 'allow' && permission_groups.some(({ name }) => name !== undefined && groups.includes(name)),
  )
}
