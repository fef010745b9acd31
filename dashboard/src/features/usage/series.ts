import type { Schemas } from '~/api/client'

export type UsagePoint = Schemas['UsageSeries']['points'][number]
export type Figure = Exclude<keyof UsagePoint, 'time'>

/** What can be looked at, and in steps of how many seconds: five minutes are kept for two days, hours for a month. */
export const spans = {
  hour: { label: 'Hour', phrase: 'in the last hour', seconds: 3600, step: 300 },
  day: { label: 'Day', phrase: 'in the last day', seconds: 86_400, step: 300 },
  week: { label: 'Week', phrase: 'in the last week', seconds: 7 * 86_400, step: 3600 },
  month: { label: 'Month', phrase: 'in the last 30 days', seconds: 30 * 86_400, step: 3600 },
} as const

export type SpanName = keyof typeof spans

export function isSpanName(text: unknown): text is SpanName {
  return typeof text === 'string' && Object.hasOwn(spans, text)
}

export interface Series {
  /** Starts of the steps, in seconds since 1970, without gaps. */
  readonly times: readonly number[]
  readonly stepSeconds: number
  readonly figures: Readonly<Record<Figure, readonly number[]>>
}

const allFigures: readonly Figure[] = [
  'requests',
  'reads',
  'writes',
  'lists',
  'deletes',
  'errors_client',
  'errors_server',
  'bytes_in',
  'bytes_out',
]

/** The steps of a span that end at `now`: whole ones, the last of which is still going on. */
export function window(span: SpanName, nowMs: number): { since: number; until: number; step: number } {
  const { seconds, step } = spans[span]
  const until = (Math.floor(nowMs / 1000 / step) + 1) * step
  return { since: until - seconds, until, step }
}

/** The server leaves out steps in which nothing happened; a chart must not draw a line across them. */
export function fill(points: readonly UsagePoint[], since: number, until: number, step: number): Series {
  const count = Math.max(0, Math.ceil((until - since) / step))
  const times = Array.from({ length: count }, (_, index) => since + index * step)
  const figures = Object.fromEntries(allFigures.map((figure) => [figure, new Array<number>(count).fill(0)])) as Record<
    Figure,
    number[]
  >
  for (const point of points) {
    const at = Math.floor((Date.parse(point.time) / 1000 - since) / step)
    if (!(at >= 0 && at < count)) continue
    for (const figure of allFigures) figures[figure][at] = (figures[figure][at] ?? 0) + point[figure]
  }
  return { times, stepSeconds: step, figures }
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

export interface Peak {
  readonly value: number
  readonly time: number
}

/** The highest step, the first of them if there are several; undefined when all are zero. */
export function peak(times: readonly number[], values: readonly number[]): Peak | undefined {
  let best: Peak | undefined
  values.forEach((value, index) => {
    const time = times[index]
    if (time !== undefined && value > (best?.value ?? 0)) best = { value, time }
  })
  return best
}

/** "0.4 %"; small but not nothing is not called nothing. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %'
  const value = (part / whole) * 100
  return value < 0.1 ? 'less than 0.1 %' : `${Number(value.toFixed(value < 10 ? 1 : 0))} %`
}
