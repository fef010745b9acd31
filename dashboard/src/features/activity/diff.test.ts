import { describe, expect, it } from 'vitest'
import { describeAction } from './action'
import { fieldChanges } from './diff'
import { auditQueryParams, dayAfter, dayOf } from './filters'

describe('fieldChanges', () => {
  it('says what became of each field, changes first', () => {
    const changes = fieldChanges({ name: 'a', kept: 1, gone: true }, { name: 'b', kept: 1, made: null })
    expect(changes).toEqual([
      { path: 'name', before: 'a', after: 'b', kind: 'changed' },
      { path: 'gone', before: 'true', after: undefined, kind: 'removed' },
      { path: 'made', before: undefined, after: 'null', kind: 'added' },
      { path: 'kept', before: '1', after: '1', kind: 'same' },
    ])
  })
  it('goes inside', () => {
    const policy = (groups: string[]) => ({ policies: [{ effect: 'allow', permission_groups: groups }] })
    expect(fieldChanges(policy(['r']), policy(['r', 'w']))).toEqual([
      { path: 'policies[0].permission_groups', before: 'r', after: 'r, w', kind: 'changed' },
      { path: 'policies[0].effect', before: 'allow', after: 'allow', kind: 'same' },
    ])
  })
  it('takes creation and deletion', () => {
    expect(fieldChanges(null, { a: 1 })).toMatchObject([{ kind: 'added' }])
    expect(fieldChanges({ a: 1 }, null)).toMatchObject([{ kind: 'removed' }])
    expect(fieldChanges(null, null)).toEqual([])
  })
  it('takes anything that is not an object', () => {
    expect(fieldChanges('x', 'y')).toEqual([{ path: '', before: 'x', after: 'y', kind: 'changed' }])
    expect(fieldChanges({ a: [] }, { a: {} })).toMatchObject([{ before: 'none', after: '{}' }])
  })
  it('keeps hostile names apart from the machinery', () => {
    const value = JSON.parse('{"__proto__": 1, "constructor": 2}') as unknown
    expect(fieldChanges(null, value).map(({ path }) => path)).toEqual(['__proto__', 'constructor'])
  })
  it('has an end', () => {
    let deep: unknown = 1
    for (let i = 0; i < 10_000; i++) deep = { deep }
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`f${i}`, i]))
    expect(fieldChanges(null, deep)).toHaveLength(1)
    expect(fieldChanges(null, wide)).toHaveLength(500)
  })
})

it.each([
  ['CreateBucket', 'created bucket'],
  ['token_delete', 'deleted token'],
  ['member_add', 'added member'],
  ['PutBucketStorageClass', 'changed the storage class of bucket'],
  ['something_else', 'something else'],
])('calls %s %s', (action, text) => {
  expect(describeAction(action)).toBe(text)
})

describe('filters', () => {
  const now = new Date(2026, 10, 26, 18, 0)
  it('asks for the last thirty days by default', () => {
    const { since, before } = auditQueryParams({}, now)
    expect(new Date(before).getTime()).toBeGreaterThan(now.getTime())
    expect((Date.parse(before) - Date.parse(since)) / 86_400_000).toBeGreaterThan(29)
  })
  it('takes whole days of the person, the last one included', () => {
    const { since, before } = auditQueryParams({ since: '2026-11-01', before: '2026-11-02' }, now)
    expect(since).toBe(new Date(2026, 10, 1).toISOString())
    expect(before).toBe(new Date(2026, 10, 3).toISOString())
  })
  it('does not take what is no day', () => {
    expect(auditQueryParams({ since: 'yesterday', before: '2026-02-31' }, now)).toEqual(auditQueryParams({}, now))
  })
  it('knows an e-mail from a token', () => {
    expect(auditQueryParams({ actor: ' Ada@example.org ' }, now)).toMatchObject({ actor_email: 'Ada@example.org' })
    expect(auditQueryParams({ actor: 'a'.repeat(32) }, now)).toMatchObject({ actor_token_id: 'a'.repeat(32) })
  })
  it('filters by kind and resource', () => {
    expect(auditQueryParams({ action: 'delete', resourceType: 'token', resource: 'x' }, now)).toMatchObject({
      action_type: 'delete',
      resource_type: 'token',
      resource_id: 'x',
    })
  })
  it('writes days as they are on the wall', () => {
    expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05')
    expect(dayAfter(new Date(2026, 11, 31)).getFullYear()).toBe(2027)
  })
})
