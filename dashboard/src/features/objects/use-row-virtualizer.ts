import { useVirtualizer, type Range, type Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { scrollScale } from './scroll-scale'

interface Options {
  readonly count: number
  readonly rowHeight: number
  readonly scroller: RefObject<HTMLDivElement | null>
  /** A row that stays in the document wherever the list is scrolled to, as it has the focus. */
  readonly active: number
}

/** A virtualizer of rows of one height, whose list may be taller than an element can be. */
export function useRowVirtualizer({ count, rowHeight, scroller, active }: Options) {
  const [viewHeight, setViewHeight] = useState(600)
  const [scrollTop, setScrollTop] = useState(0)
  const scale = useMemo(() => scrollScale(count * rowHeight, viewHeight), [count, rowHeight, viewHeight])
  const latest = useRef(scale)
  const listOffset = useRef(0)

  const rows = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    rangeExtractor: (range) => withActive(range, active),
    observeElementOffset: (instance, report) =>
      observeScroll(instance, (top, isScrolling) => {
        setScrollTop(top)
        listOffset.current = latest.current.toList(top)
        report(listOffset.current, isScrolling)
      }),
  })

  useLayoutEffect(() => {
    const element = scroller.current
    if (element) setViewHeight(element.clientHeight)
  }, [scroller, count])

  // More rows than before may make the scroll bar stand for more: what is seen stays where it is.
  useLayoutEffect(() => {
    if (latest.current === scale) return
    latest.current = scale
    if (scroller.current) scroller.current.scrollTop = scale.toScroll(listOffset.current)
  }, [scale, scroller])

  /** By as little as brings all of the row into view. The virtualizer's own stops where the element ends. */
  const scrollTo = (index: number) => {
    const element = scroller.current
    if (!element) return
    const top = index * rowHeight
    const seen = scale.toList(element.scrollTop)
    if (top < seen) element.scrollTop = scale.toScroll(top)
    else if (top + rowHeight > seen + element.clientHeight) {
      element.scrollTop = scale.toScroll(top + rowHeight - element.clientHeight)
    }
  }

  /** Rows are placed by how far they are from what is seen; without a scale that is simply their start. */
  const place = (top: number) => top - scale.toList(scrollTop) + scrollTop
  return { rows, height: scale.height, place, scrollTo }
}

function withActive({ startIndex, endIndex, overscan, count }: Range, active: number): number[] {
  const [first, last] = [Math.max(0, startIndex - overscan), Math.min(count - 1, endIndex + overscan)]
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  if (active < first) indexes.unshift(active)
  else if (active > last && active < count) indexes.push(active)
  return indexes
}

function observeScroll(
  instance: Virtualizer<HTMLDivElement, HTMLDivElement>,
  report: (scrollTop: number, isScrolling: boolean) => void,
): (() => void) | undefined {
  const element = instance.scrollElement
  if (!element) return undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const onScroll = () => {
    report(element.scrollTop, true)
    clearTimeout(timer)
    timer = setTimeout(() => report(element.scrollTop, false), 150)
  }
  report(element.scrollTop, false)
  element.addEventListener('scroll', onScroll, { passive: true })
  return () => {
    clearTimeout(timer)
    element.removeEventListener('scroll', onScroll)
  }
}
