import { describe, expect, test } from 'vitest'
import type { Policy, Token } from '~/api/client'
import { cidrProblem } from './cidr'
import { expiresOn, expiryProblem, toLocalInput } from './expiry'
import { bodyOfForm, conditionOf, newTokenForm, problemsOf, tokenFormOf } from './form'
import { accessOf, actsOnManagementApi, describeResources, policiesOf, type Access } from './policy'
import { presets } from './presets'
import { secretAccessKeyOf } from './secret'
import { snippets } from './snippets'
import { describePermission, describeScope, summarize } from './summary'
import { bodyOf } from './tokens'

const account = 'a'.repeat(32)
const other = 'b'.repeat(32)
const groups = presets.map(({ group }, index) => ({ id: String(index).repeat(32), name: group }))
const now = new Date('2026-11-26T12:00:00Z')

function token(part: Partial<Token>): Token {
  return {
    id: 'c'.repeat(32),
    name: 'app',
    status: 'active',
    issued_on: '2026-11-01T00:00:00Z',
    modified_on: '2026-11-01T00:00:00Z',
    last_used_on: null,
    policies: [],
    ...part,
  }
}

describe('policiesOf', () => {
  test('names the account for the admin permissions, whatever buckets were chosen before', () => {
    const access: Access = { preset: 'admin-read-write', buckets: [{ jurisdiction: 'eu', name: 'photos' }] }
    expect(policiesOf(access, account, groups)).toEqual([
      {
        effect: 'allow',
        resources: { [`com.cloudflare.api.account.${account}`]: '*' },
        permission_groups: [{ id: '0'.repeat(32), name: 'Workers R2 Storage Write' }],
      },
    ])
  })

  test('names all buckets inside of the account for an object permission without buckets', () => {
    expect(policiesOf({ preset: 'object-read-only', buckets: 'all' }, account, groups)?.[0]?.resources).toEqual({
      [`com.cloudflare.api.account.${account}`]: { 'com.cloudflare.edge.r2.bucket.*': '*' },
    })
  })

  test('names each bucket with its jurisdiction', () => {
    const access: Access = {
      preset: 'object-read-write',
      buckets: [
        { jurisdiction: 'eu', name: 'photos' },
        { jurisdiction: 'default', name: 'photos' },
      ],
    }
    expect(policiesOf(access, account, groups)?.[0]?.resources).toEqual({
      [`com.cloudflare.edge.r2.bucket.${account}_default_photos`]: '*',
      [`com.cloudflare.edge.r2.bucket.${account}_eu_photos`]: '*',
    })
  })

  test('makes nothing when the server lacks the permission group', () => {
    expect(policiesOf({ preset: 'object-read-only', buckets: 'all' }, account, [])).toBeUndefined()
  })
})

describe('accessOf', () => {
  const choices: Access[] = [
    { preset: 'admin-read-write', buckets: 'all' },
    { preset: 'admin-read-only', buckets: 'all' },
    { preset: 'object-read-write', buckets: 'all' },
    { preset: 'object-read-only', buckets: [{ jurisdiction: 'fedramp', name: 'ledger-1' }] },
  ]
  test.each(choices)('reads back what policiesOf makes of $preset', (access) => {
    expect(accessOf(policiesOf(access, account, groups) ?? [], account)).toEqual(access)
  })

  const made = policiesOf({ preset: 'object-read-only', buckets: 'all' }, account, groups) as Policy[]
  test('takes no deny, no second policy, no second group and no other account for a choice of the form', () => {
    const [policy] = made as [Policy]
    expect(accessOf([{ ...policy, effect: 'deny' }], account)).toBeUndefined()
    expect(accessOf([policy, policy], account)).toBeUndefined()
    expect(
      accessOf([{ ...policy, permission_groups: [...policy.permission_groups, ...policy.permission_groups] }], account),
    ).toBeUndefined()
    expect(accessOf(made, other)).toBeUndefined()
    expect(accessOf([], account)).toBeUndefined()
  })

  test('takes no group of another kind for a choice of the form', () => {
    const policy: Policy = {
      effect: 'allow',
      resources: { [`com.cloudflare.api.account.${account}`]: '*' },
      permission_groups: [{ id: 'd'.repeat(32), name: 'Account API Tokens Write' }],
    }
    expect(accessOf([policy], account)).toBeUndefined()
    expect(describePermission([policy], account)).toBe('Custom, 1 policy')
  })
})

test('describeResources names what the person knows by name', () => {
  const text = describeResources(
    {
      [`com.cloudflare.edge.r2.bucket.${account}_eu_photos`]: '*',
      [`com.cloudflare.api.account.${account}`]: { 'com.cloudflare.edge.r2.bucket.*': '*' },
      [`com.cloudflare.api.account.${other}`]: '*',
      'com.cloudflare.api.account.*': '*',
    },
    { [account]: 'Acme' },
  )
  expect(text).toEqual(['bucket photos (eu) of Acme', 'all buckets of Acme', `account ${other}`, 'all accounts'])
})

test('only storage groups act on the management API', () => {
  expect(actsOnManagementApi(policiesOf({ preset: 'admin-read-only', buckets: 'all' }, account, groups) ?? [])).toBe(
    true,
  )
  expect(actsOnManagementApi(policiesOf({ preset: 'object-read-write', buckets: 'all' }, account, groups) ?? [])).toBe(
    false,
  )
})

describe('cidrProblem', () => {
  test.each([
    '192.0.2.1',
    '192.0.2.0/24',
    '0.0.0.0/0',
    '::',
    '::1/128',
    '2001:db8::/32',
    '1:2:3:4:5:6:7:8',
    '::ffff:192.0.2.1',
  ])('takes %s', (text) => expect(cidrProblem(text)).toBeUndefined())
  test.each([
    '',
    'a',
    '192.0.2',
    '192.0.2.256',
    '192.0.02.1',
    '1.2.3.4.5',
    '::1::',
    ':1',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '1.2.3.4::',
  ])('refuses %s as an address', (text) => expect(cidrProblem(text)).toMatch(/IP address/))
  test.each(['192.0.2.0/33', '192.0.2.0/', '192.0.2.0/-1', '192.0.2.0/24/1', '::/129', '::/01'])(
    'refuses the length of %s',
    (text) => expect(cidrProblem(text)).toMatch(/After the slash/),
  )
})

describe('expiry', () => {
  test('forever has none, presets count from now', () => {
    expect(expiresOn('forever', '', now)).toBeUndefined()
    expect(expiresOn('7d', '', now)).toBe('2026-12-03T12:00:00Z')
  })
  test('a custom time is in the future and in the local time zone', () => {
    expect(expiryProblem('custom', '', now)).toMatch(/Choose a date/)
    expect(expiryProblem('custom', '2020-01-01T00:00', now)).toMatch(/future/)
    const local = toLocalInput('2026-12-31T10:20:00Z')
    expect(expiryProblem('custom', local, now)).toBeUndefined()
    expect(expiresOn('custom', local, now)).toBe('2026-12-31T10:20:00Z')
  })
})

describe('the form', () => {
  test('sends neither an empty condition nor an expiry that was not chosen', () => {
    const form = newTokenForm({ preset: 'object-read-only', buckets: 'all' })
    expect(form.name).toBe('R2 Token')
    expect(Object.keys(bodyOfForm(form, { accountId: account, groups: groups as never, now }) ?? {})).toEqual([
      'name',
      'policies',
    ])
  })

  test('says what is missing', () => {
    const form = {
      ...newTokenForm({ preset: 'object-read-only', buckets: [] }),
      name: '',
      ipRules: [{ id: 1, operator: 'in' as const, cidr: 'x' }],
    }
    expect(Object.keys(problemsOf(form, now))).toEqual(['name', 'buckets', 'ips'])
  })

  test('does not ask for buckets with an admin permission', () => {
    expect(problemsOf(newTokenForm({ preset: 'admin-read-only', buckets: [] }), now)).toEqual({})
  })

  test('keeps the seconds of an expiry, not_before and policies that it does not know', () => {
    const policies: Policy[] = [{ id: 'e'.repeat(32), effect: 'deny', resources: { x: '*' }, permission_groups: [] }]
    const before = token({ policies, expires_on: '2026-12-31T23:59:59Z', not_before: '2026-12-01T00:00:00Z' })
    const body = bodyOfForm(tokenFormOf(before, account), { accountId: account, groups: [], now, before })
    expect(body).toMatchObject({ policies, expires_on: '2026-12-31T23:59:59Z', not_before: '2026-12-01T00:00:00Z' })
  })

  test('may save an expired token whose time was not touched', () => {
    const before = token({
      expires_on: '2020-01-01T00:00:00Z',
      policies: policiesOf({ preset: 'admin-read-only', buckets: 'all' }, account, groups),
    })
    expect(problemsOf(tokenFormOf(before, account), now, before)).toEqual({})
  })

  test('sorts addresses by operator', () => {
    expect(
      conditionOf([
        { id: 1, operator: 'not_in', cidr: '192.0.2.9' },
        { id: 2, operator: 'in', cidr: ' 192.0.2.0/24 ' },
      ]),
    ).toEqual({ request_ip: { in: ['192.0.2.0/24'], not_in: ['192.0.2.9'] } })
  })
})

test('bodyOf sends a token back whole, without what the server derives', () => {
  const condition = { request_ip: { in: ['192.0.2.0/24'] } }
  const policies = policiesOf({ preset: 'admin-read-only', buckets: 'all' }, account, groups) as Policy[]
  expect(bodyOf(token({ policies, condition, expires_on: '2027-01-01T00:00:00Z' }))).toEqual({
    name: 'app',
    policies: [{ ...policies[0], permission_groups: [{ id: '1'.repeat(32) }] }],
    condition,
    expires_on: '2027-01-01T00:00:00Z',
  })
})

describe('summarize', () => {
  test('says what, where, how long and from where', () => {
    expect(
      summarize({
        access: { preset: 'object-read-write', buckets: [{ jurisdiction: 'eu', name: 'photos' }] },
        condition: { request_ip: { in: ['192.0.2.0/24'], not_in: ['192.0.2.9', '192.0.2.8'] } },
        owner: 'user',
      }),
    ).toEqual([
      'It can list, read, write and delete objects in the bucket photos in European Union (EU).',
      'It works with S3 clients only. It can neither list nor create buckets.',
      'It can never do more than you can yourself, and ends when you leave the account.',
      'It works until it is revoked.',
      'Only requests from 192.0.2.0/24 are taken.',
      'Requests from 192.0.2.9 and 192.0.2.8 are refused.',
    ])
  })

  test('counts buckets that are too many to name', () => {
    const buckets = Array.from({ length: 5 }, (_, index) => ({ jurisdiction: 'default' as const, name: `b${index}` }))
    const policies = policiesOf({ preset: 'object-read-only', buckets }, account, groups) as Policy[]
    expect(summarize({ access: { preset: 'object-read-only', buckets }, owner: 'account' })[0]).toBe(
      'It can list and read objects in 5 buckets: b0, b1, b2 and 2 more.',
    )
    expect(describeScope(policies, account)).toBe('b0, b1, b2 and 2 more')
  })
})

test('the Secret Access Key is the SHA-256 of the value', () => {
  // "abc": FIPS 180-2, appendix B.1
  expect(secretAccessKeyOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('every snippet has the endpoint or API and no value but those given', () => {
  const values = {
    accountId: account,
    tokenValue: 'cofa_value',
    accessKeyId: 'KEY',
    secretAccessKey: 'SECRET',
    endpoint: 'https://s3.example.com',
    bucket: 'photos',
    api: 'https://coffer.example.com/client/v4',
  }
  const all = snippets(values)
  expect(all.map(({ label }) => label)).toEqual(['AWS CLI', 'boto3', 'JavaScript', 'Go', 'rclone', 'wrangler'])
  for (const { id, code } of all) {
    const isWrangler = id === 'wrangler'
    expect(code).toContain(isWrangler ? values.api : values.endpoint)
    expect(code.includes('SECRET')).toBe(!isWrangler)
    expect(code.includes('cofa_value')).toBe(isWrangler)
  }
})
