import { expect, it } from 'vitest'
import type { UploadState, UploadView } from './item'
import { Rate, formatLeft, headline, summarize } from './summary'

const view = (state: UploadState): UploadView => ({
  id: 1,
  ref: { account: 'a', jurisdiction: 'default', bucket: 'b' },
  key: 'k',
  name: 'k',
  size: 10,
  lastModified: 0,
  sentBytes: 5,
  state,
  canRetry: true,
})

it.each([
  [['uploading', 'done', 'queued'], 'Uploading 2 files'],
  [['done', 'done'], '2 files uploaded'],
  [['failed', 'done'], '1 upload failed'],
  [['needs-file'], '1 upload waiting for you'],
  [['cancelled'], 'Uploads cancelled'],
] as const)('says what %j amounts to', (states, text) => {
  expect(headline(summarize(states.map(view)))).toBe(text)
})

it('measures the last seconds', () => {
  const rate = new Rate(5000)
  expect(rate.add(0, 0)).toBeUndefined()
  for (let s = 1; s <= 20; s++) rate.add(s * 1000, s * 100)
  expect(rate.add(21_000, 2100)).toBeCloseTo(100)
  for (let s = 22; s <= 40; s++) rate.add(s * 1000, 2100 + (s - 21) * 1000)
  expect(rate.add(41_000, 22_100)).toBeCloseTo(1000)
  expect(rate.add(42_000, 0)).toBeUndefined()
})

it('says roughly how long', () => {
  expect(formatLeft(5)).toBe('less than a minute left')
  expect(formatLeft(61)).toBe('about 1 minute left')
  expect(formatLeft(7300)).toBe('about 2 hours left')
})
