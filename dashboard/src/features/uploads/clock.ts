/** Time and chance of the upload engine; a test has its own. */
export interface EngineClock {
  now(): number
  random(): number
  /** Returns what cancels it. */
  later(work: () => void, afterMs: number): () => void
}

export const systemClock: EngineClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  later: (work, afterMs) => {
    const timer = setTimeout(work, afterMs)
    return () => clearTimeout(timer)
  },
}
