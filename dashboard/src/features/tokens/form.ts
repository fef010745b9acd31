import type { Condition, PermissionGroup, Policy, Token } from '~/api/client'
import { nameProblem } from '~/features/accounts/name'
import { cidrProblem } from './cidr'
import { expiresOn, expiryProblem, toLocalInput, type Ttl } from './expiry'
import { accessOf, policiesOf, type Access } from './policy'
import { presetOf } from './presets'
import type { TokenBody } from './tokens'

export interface IpRule {
  /** Of the row on the screen. */
  id: number
  operator: 'in' | 'not_in'
  cidr: string
}

/** What the form holds. `access` is undefined for a token whose policies no choice of the form makes. */
export interface TokenForm {
  name: string
  access: Access | undefined
  ttl: Ttl
  customExpiry: string
  ipRules: IpRule[]
}

export const defaultTokenName = 'R2 Token'

export function newTokenForm(access: Access): TokenForm {
  return { name: defaultTokenName, access, ttl: 'forever', customExpiry: '', ipRules: [] }
}

export function tokenFormOf(token: Token, accountId: string): TokenForm {
  const { in: included = [], not_in: excluded = [] } = token.condition?.request_ip ?? {}
  const rules: Omit<IpRule, 'id'>[] = [
    ...included.map((cidr) => ({ operator: 'in' as const, cidr })),
    ...excluded.map((cidr) => ({ operator: 'not_in' as const, cidr })),
  ]
  return {
    name: token.name,
    access: accessOf(token.policies, accountId),
    ttl: token.expires_on === undefined ? 'forever' : 'custom',
    customExpiry: token.expires_on === undefined ? '' : toLocalInput(token.expires_on),
    ipRules: rules.map((rule, id) => ({ ...rule, id })),
  }
}

export interface Problems {
  name?: string
  buckets?: string
  expiry?: string
  ips?: string
}

/** What keeps the form from being sent; `before` is the token that is edited. */
export function problemsOf(form: TokenForm, now: Date, before?: Token): Problems {
  const problems: Problems = {}
  const name = nameProblem(form.name)
  if (name !== undefined) problems.name = name
  if (
    form.access !== undefined &&
    presetOf(form.access.preset).scope === 'buckets' &&
    form.access.buckets.length === 0
  ) {
    problems.buckets = 'Choose at least one bucket, or all buckets.'
  }
  const untouched = before?.expires_on !== undefined && form.customExpiry === toLocalInput(before.expires_on)
  const expiry = untouched ? undefined : expiryProblem(form.ttl, form.customExpiry, now)
  if (expiry !== undefined) problems.expiry = expiry
  if (form.ipRules.some(({ cidr }) => cidrProblem(cidr.trim()) !== undefined)) {
    problems.ips = 'Correct or remove the addresses that are not valid.'
  }
  return problems
}

export function conditionOf(rules: readonly IpRule[]): Condition | undefined {
  const of = (operator: IpRule['operator']) =>
    rules
      .filter((rule) => rule.operator === operator)
      .map(({ cidr }) => cidr.trim())
      .filter((cidr) => cidr !== '')
  const included = of('in')
  const excluded = of('not_in')
  if (included.length + excluded.length === 0) return undefined
  return {
    request_ip: {
      ...(included.length === 0 ? {} : { in: included }),
      ...(excluded.length === 0 ? {} : { not_in: excluded }),
    },
  }
}

/** The time as the API gets it. One that was not touched keeps its seconds, which the field does not show. */
export function expiryOf(form: TokenForm, now: Date, before?: Token): string | undefined {
  if (form.ttl === 'custom' && before?.expires_on !== undefined) {
    if (form.customExpiry === toLocalInput(before.expires_on)) return before.expires_on
  }
  return expiresOn(form.ttl, form.customExpiry, now)
}

interface BodyOptions {
  accountId: string
  groups: readonly PermissionGroup[]
  now: Date
  before?: Token
}

/** What is sent. Undefined if this server lacks the permission group. */
export function bodyOfForm(form: TokenForm, { accountId, groups, now, before }: BodyOptions): TokenBody | undefined {
  const policies: Policy[] | undefined =
    form.access === undefined ? before?.policies : policiesOf(form.access, accountId, groups)
  if (policies === undefined) return undefined
  const body: TokenBody = { name: form.name, policies }
  const expires = expiryOf(form, now, before)
  const condition = conditionOf(form.ipRules)
  if (before?.not_before !== undefined) body.not_before = before.not_before
  if (expires !== undefined) body.expires_on = expires
  if (condition !== undefined) body.condition = condition
  return body
}
