/** How long a token is to live, as the form has it. */
export type Ttl = 'forever' | '1d' | '7d' | '30d' | '90d' | '365d' | 'custom'

export const ttls: readonly { value: Ttl; label: string; days?: number }[] = [
  { value: 'forever', label: 'Forever' },
  { value: '1d', label: '24 hours', days: 1 },
  { value: '7d', label: '7 days', days: 7 },
  { value: '30d', label: '30 days', days: 30 },
  { value: '90d', label: '90 days', days: 90 },
  { value: '365d', label: '1 year', days: 365 },
  { value: 'custom', label: 'Custom' },
]

const dayMs = 86_400_000

/** The API counts in seconds. */
export function toApiTime(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** `custom` is the text of a datetime-local input: in the person's own time zone. */
export function expiresOn(ttl: Ttl, custom: string, now: Date): string | undefined {
  if (ttl === 'forever') return undefined
  if (ttl === 'custom') {
    const date = new Date(custom)
    return Number.isNaN(date.getTime()) ? undefined : toApiTime(date)
  }
  const days = ttls.find(({ value }) => value === ttl)?.days ?? 0
  return toApiTime(new Date(now.getTime() + days * dayMs))
}

export function expiryProblem(ttl: Ttl, custom: string, now: Date): string | undefined {
  if (ttl !== 'custom') return undefined
  const date = new Date(custom)
  if (custom === '' || Number.isNaN(date.getTime())) return 'Choose a date and time.'
  return date <= now ? 'Choose a time in the future.' : undefined
}

/** For a datetime-local input, which has no time zone: `2026-12-31T23:59`. */
export function toLocalInput(time: string | Date): string {
  const date = new Date(time)
  const pad = (value: number) => String(value).padStart(2, '0')
  return (
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}` +
    `T${pad(date.getHours())}:${pad(date.getMinutes())}`
  )
}
