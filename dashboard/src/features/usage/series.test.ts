import { describe, expect, it } from 'vitest'
import { fill, isSpanName, peak, percent, spans, total, window, type UsagePoint } from './series'

const point = (time: string, requests: number): UsagePoint => ({
  time,
  requests,
  reads: requests,
  writes: 0,
  lists: 0,
  deletes: 0,
  errors_client: 1,
  errors_server: 0,
  bytes_in: 0,
  bytes_out: 10,
})

describe('window', () => {
  it.each(['hour', 'day', 'week', 'month'] as const)('is whole steps of a %s, the present one included', (span) => {
    const now = Date.parse('2026-11-26T18:22:33Z')
    const { since, until, step } = window(span, now)
    expect(until - since).toBe(spans[span].seconds)
    expect(until % step).toBe(0)
    expect(until * 1000).toBeGreaterThan(now)
    expect(until * 1000 - now).toBeLessThanOrEqual(step * 1000)
  })
  it('knows its names only', () => {
    expect(isSpanName('week')).toBe(true)
    expect(isSpanName('toString')).toBe(false)
    expect(isSpanName(undefined)).toBe(false)
  })
})

describe('fill', () => {
  const since = Date.parse('2026-11-26T10:00:00Z') / 1000
  it('puts zeros where nothing happened', () => {
    const series = fill(
      [point('2026-11-26T10:05:00.000Z', 3), point('2026-11-26T10:20:00Z', 4)],
      since,
      since + 1800,
      300,
    )
    expect(series.figures.requests).toEqual([0, 3, 0, 0, 4, 0])
    expect(series.times).toHaveLength(6)
    expect(total(series.figures.errors_client)).toBe(2)
  })
  it('leaves out what is outside, and what is no time', () => {
    const series = fill(
      [point('2026-11-26T09:59:59Z', 1), point('2026-11-26T10:30:00Z', 1), point('nonsense', 1)],
      since,
      since + 1800,
      300,
    )
    expect(total(series.figures.requests)).toBe(0)
  })
})

it('finds the peak', () => {
  expect(peak([1, 2, 3], [0, 5, 5])).toEqual({ value: 5, time: 2 })
  expect(peak([1, 2], [0, 0])).toBeUndefined()
})

it.each([
  [0, 0, '0 %'],
  [1, 10_000, 'less than 0.1 %'],
  [4, 1000, '0.4 %'],
  [1, 2, '50 %'],
])('%i of %i are %s', (part, whole, text) => {
  expect(percent(part, whole)).toBe(text)
})
