import { useState } from 'react'
import { isSpanName, type SpanName } from './series'

const item = 'coffer.span'

/** The time range that a person looks at, the same on every page with charts, and the next time too. */
export function useSpan(): [SpanName, (span: SpanName) => void] {
  const [span, setSpan] = useState<SpanName>(() => {
    const kept = localStorage.getItem(item)
    return isSpanName(kept) ? kept : 'day'
  })
  return [
    span,
    (chosen) => {
      localStorage.setItem(item, chosen)
      setSpan(chosen)
    },
  ]
}
