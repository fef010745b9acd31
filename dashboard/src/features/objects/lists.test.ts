import { describe, expect, it } from 'vitest'
import { emptyListing, pageStarts, placeOf, rowCount, withPage } from './pages'
import type { RowObject } from './rows'
import { compareKeys, mergeRows } from './rows'
import { scrollScale } from './scroll-scale'
import { everything, everythingIn, nothing, isEmpty, isSelected, toggled, withKeys, without } from './selection'

const object = (key: string): RowObject => ({
  key,
  size: 1,
  last_modified: '2026-01-01T00:00:00.000Z',
  storage_class: 'Standard',
})

describe('mergeRows', () => {
  it('keeps the order of the keys', () => {
    const rows = mergeRows([object('a'), object('b.txt'), object('z')], ['aa/', 'b/', 'zz/'])
    expect(rows.map((row) => row.key)).toEqual(['a', 'aa/', 'b.txt', 'b/', 'z', 'zz/'])
  })
  it('copes with either alone', () => {
    expect(mergeRows([], ['x/']).map((row) => row.kind)).toEqual(['folder'])
    expect(mergeRows([object('x')], []).map((row) => row.kind)).toEqual(['object'])
  })
  it('orders beyond the basic plane as UTF-8 does', () => {
    expect(compareKeys('\uffee', '😀')).toBeLessThan(0)
    expect('\uffee' < '😀').toBe(false)
    expect(compareKeys('a', 'ab')).toBeLessThan(0)
    expect(compareKeys('😀', '😁')).toBeLessThan(0)
    expect(compareKeys('a', 'a')).toBe(0)
  })
})

describe('pages', () => {
  const two = withPage(withPage(emptyListing, 0, undefined, 3, 'c1'), 1, 'c1', 2, 'c2')
  it('grows', () => {
    expect(rowCount(two)).toBe(5)
    expect(two.next).toBe('c2')
    expect(two.complete).toBe(false)
    expect(withPage(two, 2, 'c2', 1, undefined).complete).toBe(true)
  })
  it('takes changed lengths of earlier pages without losing later ones', () => {
    const changed = withPage(two, 0, undefined, 1, 'c1')
    expect(rowCount(changed)).toBe(3)
    expect(changed.next).toBe('c2')
  })
  it('drops later pages when the border to them moved', () => {
    const changed = withPage(two, 0, undefined, 3, 'other')
    expect(changed).toEqual({ pages: [{ cursor: undefined, rows: 3 }], next: 'other', complete: false })
    expect(withPage(two, 0, undefined, 3, undefined).complete).toBe(true)
  })
  it('is the same object when nothing changed, so that effects settle', () => {
    expect(withPage(two, 1, 'c1', 2, 'c2')).toBe(two)
    expect(withPage(two, 0, undefined, 3, 'c1')).toBe(two)
  })
  it('finds rows', () => {
    const starts = pageStarts(two)
    expect(placeOf(starts, 0)).toEqual({ page: 0, offset: 0 })
    expect(placeOf(starts, 2)).toEqual({ page: 0, offset: 2 })
    expect(placeOf(starts, 3)).toEqual({ page: 1, offset: 0 })
    expect(placeOf(starts, 5)).toBeUndefined()
    expect(placeOf(starts, -1)).toBeUndefined()
  })
  it('skips pages that became empty', () => {
    const starts = pageStarts(withPage(two, 0, undefined, 0, 'c1'))
    expect(placeOf(starts, 0)).toEqual({ page: 1, offset: 0 })
  })
})

describe('scrollScale', () => {
  it('leaves short lists alone', () => {
    const scale = scrollScale(1000, 100)
    expect(scale.height).toBe(1000)
    expect(scale.toList(321)).toBe(321)
  })
  it('reaches both ends of long ones', () => {
    const scale = scrollScale(40_000_000, 600, 15_000_000)
    expect(scale.height).toBe(15_000_000)
    expect(scale.toList(0)).toBe(0)
    expect(scale.toList(15_000_000 - 600)).toBeCloseTo(40_000_000 - 600)
    expect(scale.toScroll(scale.toList(123_456))).toBeCloseTo(123_456)
  })
})

describe('selection', () => {
  it('selects and unselects', () => {
    const one = toggled(nothing, 'a')
    expect(isSelected(one, 'a')).toBe(true)
    expect(isEmpty(toggled(one, 'a'))).toBe(true)
  })
  it('leaves out of all', () => {
    const most = toggled(everything, 'a')
    expect(isSelected(most, 'a')).toBe(false)
    expect(isSelected(most, 'not loaded')).toBe(true)
    expect(isSelected(withKeys(most, ['a']), 'a')).toBe(true)
  })
  it('forgets what is gone', () => {
    expect(isEmpty(without(withKeys(nothing, ['a', 'b']), ['a', 'b']))).toBe(true)
  })
  it('says what all is', () => {
    expect(everythingIn('', '')).toBe('everything in this bucket')
    expect(everythingIn('a/', 'a/')).toBe('everything in this folder')
    expect(everythingIn('a/', 'a/no')).toBe('everything in this folder that begins with “no”')
  })
})
