import type { Action } from '~/api/queries'

/** R2's four permissions, by the names that temporary credentials have for them. */
export type PresetId = 'admin-read-write' | 'admin-read-only' | 'object-read-write' | 'object-read-only'

export interface Preset {
  id: PresetId
  /** R2's words, both. */
  name: string
  description: string
  /** Of the permission group that a policy names; its id comes from the server. */
  group: string
  /** Only the object permissions can be limited to buckets. */
  scope: 'account' | 'buckets'
  /** What whoever gives it must hold: nobody gives away more than they have (src/auth/token.cc). */
  actions: readonly Action[]
}

const read: readonly Action[] = ['ObjectsList', 'ObjectRead']
const adminRead: readonly Action[] = [
  ...read,
  'BucketsList',
  'BucketHead',
  'BucketConfigRead',
  'ManageStorage',
  'UsageRead',
]

export const presets: readonly Preset[] = [
  {
    id: 'admin-read-write',
    name: 'Admin Read & Write',
    description:
      'Allows the ability to create, list and delete buckets, and edit bucket configurations in addition to list, write, and read object access.',
    group: 'Workers R2 Storage Write',
    scope: 'account',
    actions: [...adminRead, 'BucketCreate', 'BucketDelete', 'BucketConfigWrite', 'ObjectWrite'],
  },
  {
    id: 'admin-read-only',
    name: 'Admin Read only',
    description:
      'Allows the ability to list buckets and view bucket configuration in addition to list and read object access.',
    group: 'Workers R2 Storage Read',
    scope: 'account',
    actions: adminRead,
  },
  {
    id: 'object-read-write',
    name: 'Object Read & Write',
    description: 'Allows the ability to read, write, and list objects in specific buckets.',
    group: 'Workers R2 Storage Bucket Item Write',
    scope: 'buckets',
    actions: [...read, 'ObjectWrite'],
  },
  {
    id: 'object-read-only',
    name: 'Object Read only',
    description: 'Allows the ability to read and list objects in specific buckets.',
    group: 'Workers R2 Storage Bucket Item Read',
    scope: 'buckets',
    actions: read,
  },
]

export function presetOf(id: PresetId): Preset {
  const found = presets.find((preset) => preset.id === id)
  if (found === undefined) throw new Error(`no permission ${id}`)
  return found
}

export function isPresetId(value: string): value is PresetId {
  return presets.some(({ id }) => id === value)
}
