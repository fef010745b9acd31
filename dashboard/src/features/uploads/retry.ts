import type { Answer } from './transport'

/** How long an upload keeps trying by itself: longer than a server takes to restart or be updated. */
export const giveUpAfterMs = 5 * 60_000
const firstDelayMs = 500
const delayMsMax = 15_000
const retryAfterMsMax = 60_000

/** Code of "Authentication error": the session ended. */
const authenticationError = 10000

export type Verdict = 'ok' | 'again' | 'signed-out' | 'gone' | 'refused'

/** What an answer means for the upload it belongs to. */
export function judge(answer: Answer): Verdict {
  const { status } = answer
  if (status >= 200 && status < 300) return 'ok'
  // No answer, too early, or a server (or proxy) that cannot just now.
  if (status === 0 || status === 408 || status === 425 || status === 429) return 'again'
  // Not implemented is the one of the 5xx that no waiting changes.
  if (status >= 500) return status === 501 ? 'refused' : 'again'
  if (status === 401) return 'signed-out'
  if (status === 404) return 'gone'
  return 'refused'
}

export function isSessionEnd(answer: Answer): boolean {
  return answer.status === 401 && (answer.code === undefined || answer.code === authenticationError)
}

/**
 * Exponential with full jitter, so that the requests of many tabs do not meet again; never sooner than the
 * server asked for. `attempt` counts from 0, `random` is in [0, 1).
 */
export function retryDelayMs(attempt: number, random: number, retryAfterS?: number): number {
  const ceiling = Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(attempt, 20))
  const jittered = ceiling / 2 + (ceiling / 2) * random
  const asked = retryAfterS === undefined ? 0 : Math.min(retryAfterMsMax, retryAfterS * 1000)
  return Math.round(Math.max(jittered, asked))
}

/** For an answer without words of its own. */
export function whyNot(status: number): string {
  if (status === 0) return 'The server cannot be reached.'
  if (status === 429) return 'The server asks to slow down.'
  return `The server is not ready (${status}).`
}
