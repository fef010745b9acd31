/** What a person looks for in the activity; all of it optional. Days are theirs, not UTC's. */
export interface ActivityFilters {
  /** An e-mail, or the id of a token. */
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly resourceType?: string | undefined
  readonly resource?: string | undefined
  /** First and last day, like "2026-11-26". */
  readonly since?: string | undefined
  readonly before?: string | undefined
}

export const defaultDays = 30

export const actionTypes = { create: 'Created', update: 'Changed', delete: 'Deleted' } as const

export const resourceTypes = {
  'r2.bucket': 'Buckets',
  token: 'API tokens',
  member: 'Members',
  user: 'Users',
  account: 'Account',
} as const

export interface AuditQuery {
  since: string
  before: string
  [filter: string]: string
}

export function auditQueryParams(filters: ActivityFilters, now: Date): AuditQuery {
  const from = parseDay(filters.since) ?? daysBefore(now, defaultDays)
  const last = parseDay(filters.before) ?? now
  const query: AuditQuery = { since: startOfDay(from).toISOString(), before: dayAfter(last).toISOString() }
  const actor = filters.actor?.trim()
  if (actor) query[/^[0-9a-f]{32}$/i.test(actor) ? 'actor_token_id' : 'actor_email'] = actor
  if (filters.action && Object.hasOwn(actionTypes, filters.action)) query['action_type'] = filters.action
  if (filters.resourceType && Object.hasOwn(resourceTypes, filters.resourceType)) {
    query['resource_type'] = filters.resourceType
  }
  const resource = filters.resource?.trim()
  if (resource) query['resource_id'] = resource
  return query
}

/** Midnight here of a day as an <input type="date"> has it; undefined of what is no day. */
export function parseDay(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '')
  if (!parts) return undefined
  const day = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]))
  return dayOf(day) === text ? day : undefined
}

export function dayOf(date: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}

function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate())
}

export function dayAfter(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1)
}

export function daysBefore(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days)
}
