import type { Schemas } from '~/api/client'
import { formatBytes, plural } from '~/components/format'

export type Quota = Schemas['Quota']

/** `at most 500 GB, 1,000,000 objects`; nothing without limits. */
export function describeQuota(quota: Quota | undefined): string | undefined {
  const limits: string[] = []
  if (typeof quota?.bytes_max === 'number') limits.push(formatBytes(quota.bytes_max))
  if (typeof quota?.objects_max === 'number') limits.push(plural(quota.objects_max, 'object'))
  if (typeof quota?.buckets_max === 'number') limits.push(plural(quota.buckets_max, 'bucket'))
  return limits.length === 0 ? undefined : `at most ${limits.join(', ')}`
}

const gigabyte = 1_000_000_000

export interface QuotaTexts {
  gigabytes: string
  objects: string
  buckets: string
}

export function quotaTexts(quota: Quota | undefined): QuotaTexts {
  const text = (value: number | null | undefined) => (typeof value === 'number' ? String(value) : '')
  return {
    gigabytes: typeof quota?.bytes_max === 'number' ? String(quota.bytes_max / gigabyte) : '',
    objects: text(quota?.objects_max),
    buckets: text(quota?.buckets_max),
  }
}

export function isLimit(text: string, whole: boolean): boolean {
  return text === '' || (whole ? /^\d{1,15}$/.test(text) : /^\d{1,9}(\.\d{1,9})?$/.test(text))
}

/** An empty field is no limit. */
export function parseQuota({ gigabytes, objects, buckets }: QuotaTexts): Quota | undefined {
  if (!isLimit(gigabytes, false) || !isLimit(objects, true) || !isLimit(buckets, true)) return undefined
  const limit = (text: string) => (text === '' ? null : Number(text))
  return {
    bytes_max: gigabytes === '' ? null : Math.round(Number(gigabytes) * gigabyte),
    objects_max: limit(objects),
    buckets_max: limit(buckets),
  }
}
