import { describe, expect, test } from 'vitest'
import type { Bucket, Jurisdiction } from '~/api/client'
import { bucketNameRules, isBucketName } from './bucket-name'
import { nextPage, startMerge, type FetchPage, type MergeState } from './merge'

describe('bucket names', () => {
  test.each(['abc', 'a-b', '123', 'a'.repeat(63), 'a--b'])('takes %s', (name) => expect(isBucketName(name)).toBe(true))
  test.each(['', 'ab', 'a'.repeat(64), '-abc', 'abc-', 'Abc', 'a_b', 'a.b', 'ünter', 'a b'])('refuses %s', (name) =>
    expect(isBucketName(name)).toBe(false),
  )
  test('does not call wrong what typing on mends', () => {
    expect(bucketNameRules('').map(({ state }) => state)).toEqual(['unmet', 'unmet', 'unmet'])
    expect(bucketNameRules('a-').map(({ state }) => state)).toEqual(['unmet', 'met', 'unmet'])
    expect(bucketNameRules('-A').map(({ state }) => state)).toEqual(['unmet', 'broken', 'broken'])
  })
})

describe('merging the lists of jurisdictions', () => {
  const names: Record<Jurisdiction, string[]> = {
    default: ['a', 'd', 'e', 'z'],
    eu: ['b', 'd', 'f'],
    fedramp: [],
    us: ['c'],
  }
  const calls: string[] = []
  const fetchPage: FetchPage = async (jurisdiction, cursor) => {
    calls.push(`${jurisdiction}:${cursor ?? ''}`)
    const start = Number(cursor ?? 0)
    const all = names[jurisdiction]
    const buckets = all.slice(start, start + 2).map((name) => ({ name, jurisdiction }) as Bucket)
    return { buckets, cursor: start + 2 < all.length ? String(start + 2) : undefined }
  }

  test('gives every bucket once, in order of the names, page by page', async () => {
    let state: MergeState | undefined = startMerge(['default', 'eu', 'fedramp', 'us'])
    const seen: string[] = []
    let pages = 0
    while (state !== undefined) {
      const page: Awaited<ReturnType<typeof nextPage>> = await nextPage(state, fetchPage)
      seen.push(...page.buckets.map(({ name, jurisdiction }) => `${name}/${jurisdiction}`))
      state = page.next
      pages++
    }
    expect(seen).toEqual(['a/default', 'b/eu', 'c/us', 'd/default', 'd/eu', 'e/default', 'f/eu', 'z/default'])
    expect(pages).toBeGreaterThan(1)
    expect(calls).toHaveLength(new Set(calls).size)
  })

  test('leaves the state as it was, so that a page can be fetched again', async () => {
    const start = startMerge(['default', 'eu'])
    const first = await nextPage(start, fetchPage)
    const state = first.next as MergeState
    const before = structuredClone(state)
    const once = await nextPage(state, fetchPage)
    const twice = await nextPage(state, fetchPage)
    expect(state).toEqual(before)
    expect(once).toEqual(twice)
  })
})
