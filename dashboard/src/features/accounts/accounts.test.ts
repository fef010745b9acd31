import { expect, test } from 'vitest'
import { nameProblem } from './name'
import { describeQuota, isLimit, parseQuota, quotaTexts } from './quota'

test('a quota goes to the form and back', () => {
  const quota = { bytes_max: 1_500_000_000, objects_max: 1000, buckets_max: null }
  expect(quotaTexts(quota)).toEqual({ gigabytes: '1.5', objects: '1000', buckets: '' })
  expect(parseQuota(quotaTexts(quota))).toEqual(quota)
  expect(describeQuota(quota)).toBe('at most 1.5 GB, 1,000 objects')
  expect(describeQuota({})).toBeUndefined()
})

test('a limit is a number or nothing', () => {
  expect(isLimit('', true)).toBe(true)
  expect(isLimit('1.5', false)).toBe(true)
  for (const text of ['1.5', '-1', 'many', '1e3']) expect(isLimit(text, true)).toBe(false)
  expect(parseQuota({ gigabytes: 'x', objects: '', buckets: '' })).toBeUndefined()
})

test('a name has 1 to 120 characters and no control characters', () => {
  expect(nameProblem('')).toBeDefined()
  expect(nameProblem('😀'.repeat(120))).toBeUndefined()
  expect(nameProblem('a'.repeat(121))).toContain('121')
  expect(nameProblem('a\u0007')).toBeDefined()
})
