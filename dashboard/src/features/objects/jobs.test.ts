import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '~/api/error'
import type { JobProgress, ObjectCalls } from './jobs'
import { copyObjects, countObjects, deleteObjects } from './jobs'

/** A bucket in memory that lists two keys a page. */
function bucketOf(...initial: string[]) {
  const bucket = new Set(initial)
  const calls: ObjectCalls = {
    list: (prefix, cursor) => {
      const keys = [...bucket].sort().filter((key) => key.startsWith(prefix) && key > (cursor ?? ''))
      const some = keys.slice(0, 2)
      return Promise.resolve({
        keys: some.map((key) => ({ key, size: 10 })),
        next: keys.length > 2 ? some.at(-1) : undefined,
      })
    },
    remove: (keys) => {
      for (const key of keys) bucket.delete(key)
      return Promise.resolve([...keys])
    },
    copy: ({ source_key, key, if_absent }) => {
      if (!bucket.has(source_key)) return Promise.reject(new ApiError(404, 10007, 'no such object'))
      if (if_absent && bucket.has(key)) return Promise.reject(new ApiError(412, 10031, 'exists'))
      bucket.add(key)
      return Promise.resolve({})
    },
  }
  return { bucket, calls }
}

const never = new AbortController().signal
const ignore = () => {}

describe('deleteObjects', () => {
  it('deletes keys and all below folders', async () => {
    const { bucket, calls } = bucketOf('a', 'b/1', 'b/2', 'b/3', 'b/c/4', 'bb')
    const seen: JobProgress[] = []
    const end = await deleteObjects(calls, { keys: ['a'], prefixes: ['b/'] }, (progress) => seen.push(progress), never)
    expect([...bucket]).toEqual(['bb'])
    expect(end).toMatchObject({ found: 5, done: 5, failed: 0, counted: true })
    expect(seen.some(({ done, counted }) => done > 0 && !counted)).toBe(true)
  })
  it('keeps the exceptions of "all"', async () => {
    const { bucket, calls } = bucketOf('a', 'b/1', 'b/2', 'c')
    await deleteObjects(calls, { keys: [], prefixes: [''], except: new Set(['b/', 'c']) }, ignore, never)
    expect([...bucket]).toEqual(['b/1', 'b/2', 'c'])
  })
  it('names what stayed', async () => {
    const { calls } = bucketOf('a', 'b')
    const end = await deleteObjects(
      { ...calls, remove: () => Promise.resolve(['a']) },
      { keys: ['a', 'b'], prefixes: [] },
      ignore,
      never,
    )
    expect(end).toMatchObject({ done: 1, failed: 1, failures: [{ key: 'b' }] })
  })
  it('sends a thousand keys at a time', async () => {
    const { calls } = bucketOf()
    const sizes: number[] = []
    const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`)
    const remove = (some: readonly string[]) => {
      sizes.push(some.length)
      return Promise.resolve([...some])
    }
    await deleteObjects({ ...calls, remove }, { keys, prefixes: [] }, ignore, never)
    expect(sizes).toEqual([1000, 1000, 500])
  })
  it('goes on through trouble that passes', async () => {
    vi.useFakeTimers()
    const { bucket, calls } = bucketOf('a')
    let trouble = 3
    const remove: ObjectCalls['remove'] = (keys, signal) =>
      trouble-- > 0 ? Promise.reject(new ApiError(503, 0, 'busy')) : calls.remove(keys, signal)
    const job = deleteObjects({ ...calls, remove }, { keys: ['a'], prefixes: [] }, ignore, never)
    await vi.runAllTimersAsync()
    expect(await job).toMatchObject({ done: 1, failed: 0 })
    expect(bucket.size).toBe(0)
    vi.useRealTimers()
  })
  it('ends at once when nothing is allowed, or when stopped', async () => {
    const { calls } = bucketOf('a')
    const remove = () => Promise.reject(new ApiError(403, 10000, 'no'))
    await expect(deleteObjects({ ...calls, remove }, { keys: ['a'], prefixes: [] }, ignore, never)).rejects.toThrow(
      'no',
    )
    const stopped = AbortSignal.abort()
    await expect(deleteObjects(calls, { keys: ['a'], prefixes: [] }, ignore, stopped)).rejects.toThrow()
  })
})

describe('copyObjects', () => {
  const rename = (key: string) => key.replace('old/', 'new/')
  it('moves a folder', async () => {
    const { bucket, calls } = bucketOf('old/1', 'old/2', 'old/x/3', 'other')
    const job = { target: { keys: [], prefixes: ['old/'] }, rename, move: true, existing: 'fail' as const }
    const end = await copyObjects(calls, job, ignore, never)
    expect([...bucket].sort()).toEqual(['new/1', 'new/2', 'new/x/3', 'other'])
    expect(end).toMatchObject({ found: 3, done: 3, failed: 0 })
  })
  it('leaves the source of what it could not copy', async () => {
    const { bucket, calls } = bucketOf('old/1', 'old/2', 'new/2')
    const job = { target: { keys: [], prefixes: ['old/'] }, rename, move: true, existing: 'fail' as const }
    const end = await copyObjects(calls, job, ignore, never)
    expect([...bucket].sort()).toEqual(['new/1', 'new/2', 'old/2'])
    expect(end).toMatchObject({
      done: 1,
      failed: 1,
      failures: [{ key: 'old/2', reason: 'There is an object with the new key already.' }],
    })
  })
  it('copies over what is there when told to', async () => {
    const { bucket, calls } = bucketOf('old/2', 'new/2')
    const job = { target: { keys: ['old/2'], prefixes: [] }, rename, move: false, existing: 'replace' as const }
    expect(await copyObjects(calls, job, ignore, never)).toMatchObject({ done: 1, failed: 0 })
    expect(bucket.size).toBe(2)
  })
  it('counts what it skips, also when it has to ask again', async () => {
    vi.useFakeTimers()
    const { bucket, calls } = bucketOf('old/1', 'old/2', 'new/2')
    let trouble = 2
    const copy: ObjectCalls['copy'] = (one, signal) =>
      trouble-- > 0 ? Promise.reject(new ApiError(503, 0, 'busy')) : calls.copy(one, signal)
    const job = { target: { keys: [], prefixes: ['old/'] }, rename, move: false, existing: 'skip' as const }
    const running = copyObjects({ ...calls, copy }, job, ignore, never)
    await vi.runAllTimersAsync()
    expect(await running).toMatchObject({ found: 2, done: 1, skipped: 1, failed: 0 })
    expect([...bucket].sort()).toEqual(['new/1', 'new/2', 'old/1', 'old/2'])
    vi.useRealTimers()
  })
  it('never deletes the source of what it skipped', async () => {
    const { bucket, calls } = bucketOf('old/2', 'new/2')
    const job = { target: { keys: ['old/2'], prefixes: [] }, rename, move: true, existing: 'skip' as const }
    expect(await copyObjects(calls, job, ignore, never)).toMatchObject({ done: 0, skipped: 1 })
    expect(bucket.has('old/2')).toBe(true)
  })
})

it('counts as it goes', async () => {
  const { calls } = bucketOf('a/1', 'a/2', 'a/3', 'b')
  const seen: number[][] = []
  await countObjects(calls, ['a/'], (count, bytes) => seen.push([count, bytes]), never)
  expect(seen).toEqual([
    [2, 20],
    [3, 30],
  ])
})
