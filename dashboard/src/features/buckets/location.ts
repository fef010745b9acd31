import type { StorageClass } from '~/api/client'

/** R2's location hints, by the names of its dashboard. Coffer keeps them; it has one place. */
export const locationHints: readonly { value: string; label: string }[] = [
  { value: 'wnam', label: 'Western North America (WNAM)' },
  { value: 'enam', label: 'Eastern North America (ENAM)' },
  { value: 'weur', label: 'Western Europe (WEUR)' },
  { value: 'eeur', label: 'Eastern Europe (EEUR)' },
  { value: 'apac', label: 'Asia-Pacific (APAC)' },
  { value: 'oc', label: 'Oceania (OC)' },
]

export function storageClassName(storageClass: StorageClass): string {
  return storageClass === 'Standard' ? 'Standard' : 'Infrequent Access'
}
