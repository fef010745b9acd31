/**
 * Browsers cap the height of an element (Firefox at some 17.9 million pixels, Chromium at 33.5), and a million
 * rows are taller. Past `scrollPxMax` the scroll bar stands for more than it measures: an offset in the list is the
 * element's scrollTop times the scale.
 */
export const scrollPxMax = 15_000_000

export interface ScrollScale {
  /** Height of the scrolled element. */
  readonly height: number
  readonly toList: (scrollTop: number) => number
  readonly toScroll: (listOffset: number) => number
}

export function scrollScale(listHeight: number, viewHeight: number, max = scrollPxMax): ScrollScale {
  if (listHeight <= max) return { height: listHeight, toList: same, toScroll: same }
  // Both ends must meet: the last row is at the bottom when the bar is.
  const scale = (listHeight - viewHeight) / (max - viewHeight)
  return {
    height: max,
    toList: (scrollTop) => scrollTop * scale,
    toScroll: (offset) => offset / scale,
  }
}

function same(offset: number): number {
  return offset
}
