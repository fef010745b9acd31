import { describe, expect, it } from 'vitest'
import type { UploadRecord } from './memory'
import { isHeldElsewhere, parseRecord } from './memory'
import { keyFor, multipartFromBytes, partBytesMin, partRange, partsMax, planUpload } from './plan'
import { usableParts } from './resume'
import { isSessionEnd, judge, retryDelayMs } from './retry'

const mib = 1024 * 1024

describe('planUpload', () => {
  it('puts small files and splits large ones', () => {
    expect(planUpload(0)).toEqual({ kind: 'put' })
    expect(planUpload(multipartFromBytes - 1)).toEqual({ kind: 'put' })
    expect(planUpload(multipartFromBytes)).toEqual({ kind: 'multipart', partSize: partBytesMin, parts: 2 })
    expect(planUpload(multipartFromBytes + 1)).toMatchObject({ parts: 3 })
  })
  it.each([80 * 1024 * mib, 80 * 1024 * mib + 1, 5 * 1024 * 1024 * mib - 5 * 1024 * mib])(
    'keeps %i bytes within the limits',
    (size) => {
      const plan = planUpload(size)
      if (plan.kind !== 'multipart') throw new Error('expected parts')
      expect(plan.parts).toBeLessThanOrEqual(partsMax)
      expect(plan.partSize % mib).toBe(0)
      expect(partRange(size, plan.partSize, plan.parts).end).toBe(size)
      expect((plan.parts - 1) * plan.partSize).toBeLessThan(size)
    },
  )
  it('cuts without gaps', () => {
    expect(partRange(20, 8, 1)).toEqual({ start: 0, end: 8 })
    expect(partRange(20, 8, 2)).toEqual({ start: 8, end: 16 })
    expect(partRange(20, 8, 3)).toEqual({ start: 16, end: 20 })
  })
  it('makes keys', () => {
    expect(keyFor('a/', 'b/c.txt')).toBe('a/b/c.txt')
    expect(keyFor('', '/c.txt')).toBe('c.txt')
  })
})

describe('judge', () => {
  it.each([
    [0, 'again'],
    [200, 'ok'],
    [408, 'again'],
    [429, 'again'],
    [500, 'again'],
    [502, 'again'],
    [503, 'again'],
    [501, 'refused'],
    [400, 'refused'],
    [403, 'refused'],
    [401, 'signed-out'],
    [404, 'gone'],
  ] as const)('%i is %s', (status, verdict) => {
    expect(judge({ status })).toBe(verdict)
  })
  it('knows the end of a session', () => {
    expect(isSessionEnd({ status: 401, code: 10000 })).toBe(true)
    expect(isSessionEnd({ status: 403, code: 10000 })).toBe(false)
  })
})

describe('retryDelayMs', () => {
  it('grows, with an end', () => {
    const delays = [0, 1, 2, 3, 10, 1000].map((attempt) => retryDelayMs(attempt, 0))
    expect(delays).toEqual([250, 500, 1000, 2000, 7500, 7500])
  })
  it('is never sooner than asked, and does not wait for ever', () => {
    expect(retryDelayMs(0, 0, 7)).toBe(7000)
    expect(retryDelayMs(0, 0, 100_000)).toBe(60_000)
  })
})

describe('records', () => {
  const record: UploadRecord = {
    user: 'u',
    account: 'a',
    jurisdiction: 'default',
    bucket: 'b',
    key: 'k',
    upload: 'up',
    name: 'n',
    size: 20,
    lastModified: 1,
    type: '',
    partSize: 8,
    tab: 't',
    touched: 100,
  }
  it('reads back what it wrote and nothing else', () => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record)
    for (const bad of [
      '',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...record, partSize: 0 }),
      JSON.stringify({ ...record, jurisdiction: 'x' }),
      JSON.stringify({ ...record, size: '20' }),
    ]) {
      expect(parseRecord(bad)).toBeUndefined()
    }
  })
  it('knows whose it is', () => {
    expect(isHeldElsewhere(record, 't', 101)).toBe(false)
    expect(isHeldElsewhere(record, 'other', 101)).toBe(true)
    expect(isHeldElsewhere(record, 'other', 100_000)).toBe(false)
  })
  it('keeps the parts that fit the plan', () => {
    const part = (part_number: number, size: number) => ({ part_number, size, etag: 'e' })
    const kept = usableParts(20, 8, [part(1, 8), part(2, 5), part(3, 4), part(4, 8)])
    expect([...kept.keys()]).toEqual([1, 3])
  })
})
