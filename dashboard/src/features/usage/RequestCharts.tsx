import { ChartLineIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useAccountId } from '~/api/queries'
import { Card } from '~/components/Card'
import { formatBytes, formatCount, formatTime, plural } from '~/components/format'
import { EmptyState, ErrorState, LoadingState } from '~/components/states'
import { Chart, type Line } from './Chart'
import { peak, percent, spans, total, type Series, type SpanName } from './series'
import { SpanChoice } from './SpanChoice'
import { seriesQuery, type BucketName } from './usage'

interface Props {
  span: SpanName
  onSpan: (span: SpanName) => void
  /** Of one bucket; else of the account. */
  of?: BucketName
}

export function RequestCharts({ span, onSpan, of }: Props) {
  const series = useQuery(seriesQuery(useAccountId(), span, of))
  return (
    <section aria-label="Requests over time" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold text-kumo-strong">Requests over time</h2>
        <SpanChoice value={span} onChange={onSpan} />
      </div>
      {series.data !== undefined ? (
        <Charts series={series.data} span={span} />
      ) : (
        <Card flush>
          {series.error === null ? (
            <LoadingState label="Loading the figures" />
          ) : (
            <ErrorState
              error={series.error}
              title="The figures could not be loaded"
              retry={() => void series.refetch()}
            />
          )}
        </Card>
      )}
    </section>
  )
}

function Charts({ series, span }: { series: Series; span: SpanName }) {
  const { times, figures } = series
  const lines = useMemo(() => linesOf(series), [series])
  const { phrase } = spans[span]
  const requests = total(figures.requests)
  if (requests === 0) {
    return (
      <Card flush>
        <EmptyState icon={<ChartLineIcon aria-hidden />} title={`No requests ${phrase}`}>
          Requests over S3 and the management API are counted here as they come in.
        </EmptyState>
      </Card>
    )
  }
  const highest = peak(times, figures.requests)
  const errors = total(figures.errors_client) + total(figures.errors_server)
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <div className="xl:col-span-2">
        <Chart
          title="Requests"
          summary={`${plural(requests, 'request')} ${phrase}, most at ${highest ? formatTime(new Date(highest.time * 1000)) : '–'} (${formatCount(highest?.value ?? 0)}).`}
          times={times}
          lines={lines.requests}
          format={formatCount}
        />
      </div>
      <Chart
        title="Errors"
        summary={
          errors === 0
            ? `No request failed ${phrase}.`
            : `${plural(errors, 'request')} failed ${phrase}, ${percent(errors, requests)}; ${formatCount(total(figures.errors_server))} through a fault of the server.`
        }
        times={times}
        lines={lines.errors}
        format={formatCount}
      />
      <Chart
        title="Traffic"
        summary={`${formatBytes(total(figures.bytes_in))} received and ${formatBytes(total(figures.bytes_out))} sent ${phrase}.`}
        times={times}
        lines={lines.traffic}
        format={formatBytes}
      />
    </div>
  )
}

function linesOf({ figures }: Series): Record<'requests' | 'errors' | 'traffic', Line[]> {
  return {
    requests: [
      { label: 'Reads', style: 'blue', values: figures.reads },
      { label: 'Writes', style: 'orange', values: figures.writes },
      { label: 'Lists', style: 'teal', values: figures.lists },
      { label: 'Deletes', style: 'purple', values: figures.deletes },
    ],
    errors: [
      { label: 'Refused (4xx)', style: 'orange', values: figures.errors_client },
      { label: 'Server faults (5xx)', style: 'red', values: figures.errors_server },
    ],
    traffic: [
      { label: 'Received', style: 'orange', values: figures.bytes_in },
      { label: 'Sent', style: 'blue', values: figures.bytes_out },
    ],
  }
}
