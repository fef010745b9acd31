import { expect, test } from 'vitest'
import { formatAgo, formatBytes, plural } from './format'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 KB'],
  [1536, '1.54 KB'],
  [999_999, '1 MB'],
  [500_000_000_000, '500 GB'],
  [1.5e18, '1.5 EB'],
])('formatBytes(%d)', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('plural counts', () => {
  expect(plural(1, 'object')).toBe('1 object')
  expect(plural(1234, 'policy', 'policies')).toBe('1,234 policies')
})

test('formatAgo says what is near in words', () => {
  const now = new Date('2026-11-26T12:00:00Z')
  expect(formatAgo('2026-11-26T11:59:30Z', now)).toBe('just now')
  expect(formatAgo('2026-11-26T11:55:00Z', now)).toBe('5 minutes ago')
  expect(formatAgo('2026-11-29T12:00:00Z', now)).toBe('in 3 days')
  expect(formatAgo('2025-01-02T12:00:00Z', now)).toContain('2025')
})
