/** The row that a key leads to, or undefined if it leads nowhere. `pageRows`: as many as are seen at once. */
export function gridMove(key: string, active: number, count: number, pageRows: number): number | undefined {
  if (count === 0) return undefined
  const last = count - 1
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, active + 1)
    case 'ArrowUp':
      return Math.max(0, active - 1)
    case 'PageDown':
      return Math.min(last, active + pageRows)
    case 'PageUp':
      return Math.max(0, active - pageRows)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
