import { lazy, Suspense, useId, useState } from 'react'
import { Card } from '~/components/Card'
import { formatTime } from '~/components/format'
import { seriesStyles, type SeriesStyle } from './chart-colors'
import { total } from './series'

const ChartCanvas = lazy(() => import('./ChartCanvas').then(({ ChartCanvas: component }) => ({ default: component })))

export interface Line {
  readonly label: string
  readonly style: SeriesStyle
  readonly values: readonly number[]
}

export interface ChartProps {
  readonly title: string
  /** What the chart shows, in a sentence: for those who cannot see it, and for those in a hurry. */
  readonly summary: string
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
}

/** A chart with its words: the summary, a legend that shows the values under the pointer, and the same as a table. */
export function Chart(props: ChartProps) {
  const { title, summary, times, lines, format } = props
  const [at, setAt] = useState<number | null>(null)
  const id = useId()
  return (
    <Card title={title} description={<span id={id}>{summary}</span>}>
      <figure aria-labelledby={id} className="flex flex-col gap-3">
        <Legend lines={lines} times={times} at={at} format={format} />
        <div className="relative h-56 w-full" aria-hidden>
          <Suspense fallback={null}>
            <ChartCanvas times={times} lines={lines} format={format} onPoint={setAt} />
          </Suspense>
        </div>
        <DataTable {...props} />
      </figure>
    </Card>
  )
}

interface LegendProps extends Pick<ChartProps, 'lines' | 'times' | 'format'> {
  at: number | null
}

function Legend({ lines, times, at, format }: LegendProps) {
  const time = at === null ? undefined : times[at]
  return (
    <div className="flex flex-wrap items-baseline gap-x-5 gap-y-1 text-sm">
      {lines.map(({ label, style, values }) => (
        <span key={label} className="flex items-center gap-2">
          <span aria-hidden className={`h-1 w-4 rounded-full ${seriesStyles[style].swatch}`} />
          <span className="text-kumo-subtle">{label}</span>
          <span className="font-medium tabular-nums">{format(at === null ? total(values) : (values[at] ?? 0))}</span>
        </span>
      ))}
      <span className="ml-auto text-kumo-subtle tabular-nums">
        {time === undefined ? 'Total' : formatTime(new Date(time * 1000))}
      </span>
    </div>
  )
}

function DataTable({ title, times, lines, format }: ChartProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)} className="text-sm">
      <summary className="w-fit cursor-pointer rounded-xs text-kumo-link">Show as a table</summary>
      {isOpen && (
        <div
          className="mt-3 max-h-72 overflow-auto rounded-lg ring ring-kumo-hairline"
          tabIndex={0}
          role="region"
          aria-label={`${title} as a table`}
        >
          <table className="w-full text-right tabular-nums">
            <thead className="sticky top-0 bg-kumo-elevated text-kumo-subtle">
              <tr>
                <th scope="col" className="px-3 py-2 text-left font-medium">
                  Time
                </th>
                {lines.map(({ label }) => (
                  <th key={label} scope="col" className="px-3 py-2 font-medium">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-kumo-hairline">
              {times.map((time, index) => (
                <tr key={time}>
                  <th scope="row" className="px-3 py-1.5 text-left font-normal whitespace-nowrap">
                    {formatTime(new Date(time * 1000))}
                  </th>
                  {lines.map(({ label, values }) => (
                    <td key={label} className="px-3 py-1.5">
                      {format(values[index] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
