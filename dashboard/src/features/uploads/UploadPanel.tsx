import { Button } from '@cloudflare/kumo/components/button'
import { CaretDownIcon, CaretUpIcon, PauseIcon, PlayIcon, XIcon } from '@phosphor-icons/react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { formatBytes } from '~/components/format'
import type { UploadEngine } from './engine'
import type { UploadView } from './item'
import { isOver, isRunning } from './item'
import { ProgressBar } from './ProgressBar'
import { UploadRow } from './UploadRow'
import { Rate, formatLeft, headline, summarize, type UploadSummary } from './summary'

const rowHeight = 84

interface Props {
  engine: UploadEngine
  uploads: readonly UploadView[]
}

/** All uploads, at the foot of the page, wherever the person goes meanwhile. */
export function UploadPanel({ engine, uploads }: Props) {
  const [open, setOpen] = useState(true)
  const id = useId()
  const summary = summarize(uploads)
  const pausable = uploads.some(({ state }) => isRunning(state))
  const resumable = uploads.some(({ state, canRetry }) => state === 'paused' || (state === 'failed' && canRetry))
  const title = headline(summary)

  return (
    <section
      aria-labelledby={id}
      className="fixed inset-x-2 bottom-2 z-30 flex max-h-[min(28rem,70dvh)] flex-col overflow-hidden rounded-xl bg-kumo-base shadow-lg ring ring-kumo-line sm:left-auto sm:right-4 sm:bottom-4 sm:w-[27rem]"
    >
      <div className="flex items-center gap-1 py-2 pr-2 pl-4">
        <h2 id={id} className="min-w-0 flex-1 truncate font-semibold text-kumo-strong">
          {title}
        </h2>
        <span role="status" className="sr-only">
          {title}
        </span>
        {pausable && (
          <IconButton label="Pause all uploads" icon={<PauseIcon aria-hidden />} onClick={() => engine.pauseAll()} />
        )}
        {resumable && (
          <IconButton label="Resume all uploads" icon={<PlayIcon aria-hidden />} onClick={() => engine.resumeAll()} />
        )}
        <IconButton
          label={open ? 'Show less' : 'Show uploads'}
          icon={open ? <CaretDownIcon aria-hidden /> : <CaretUpIcon aria-hidden />}
          onClick={() => setOpen(!open)}
        />
        {!pausable && summary.held === 0 && (
          <IconButton
            label="Close uploads"
            icon={<XIcon aria-hidden />}
            onClick={() => {
              engine.cancelAll()
              engine.clearOver()
            }}
          />
        )}
      </div>
      <Overall summary={summary} isMoving={uploads.some(({ state }) => state === 'uploading')} />
      {open && (
        <>
          <List engine={engine} uploads={uploads} />
          <div className="flex flex-wrap items-center justify-between gap-2 border-t border-kumo-hairline px-4 py-2 text-sm text-kumo-subtle">
            <span>Existing objects with the same key are replaced.</span>
            {uploads.some(({ state }) => isOver(state)) && (
              <Button size="xs" variant="ghost" onClick={() => engine.clearOver()}>
                Clear finished
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  )
}

function IconButton({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Button variant="ghost" size="sm" shape="square" icon={icon} aria-label={label} title={label} onClick={onClick} />
  )
}

function Overall({ summary, isMoving }: { summary: UploadSummary; isMoving: boolean }) {
  const speed = useSpeed(summary.sentBytes, isMoving)
  if (summary.running === 0) return null
  const left = speed === undefined || speed <= 0 ? '' : formatLeft((summary.bytes - summary.sentBytes) / speed)
  return (
    <div className="border-b border-kumo-hairline px-4 pb-3">
      <ProgressBar label="All uploads" value={summary.sentBytes} max={summary.bytes} />
      <p className="mt-1.5 flex justify-between gap-3 text-sm text-kumo-subtle tabular-nums">
        <span>
          {formatBytes(summary.sentBytes)} of {formatBytes(summary.bytes)}
          {speed !== undefined && speed > 0 && ` · ${formatBytes(speed)}/s`}
        </span>
        <span>{left}</span>
      </p>
    </div>
  )
}

/** While all wait for the server there is no speed to speak of. */
function useSpeed(sentBytes: number, isMoving: boolean): number | undefined {
  const [rate] = useState(() => new Rate())
  const [speed, setSpeed] = useState<number>()
  useEffect(() => setSpeed(rate.add(Date.now(), sentBytes)), [rate, sentBytes])
  return isMoving ? speed : undefined
}

function List({ engine, uploads }: Props) {
  const ref = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: uploads.length,
    getScrollElement: () => ref.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => uploads[index]?.id ?? index,
    overscan: 6,
  })
  return (
    <div ref={ref} className="min-h-0 flex-1 overflow-y-auto" tabIndex={-1}>
      <ul className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, size, key }) => {
          const upload = uploads[index]
          return (
            upload && (
              <li
                key={key}
                aria-setsize={uploads.length}
                aria-posinset={index + 1}
                className="absolute inset-x-0 top-0 border-b border-kumo-hairline px-4"
                style={{ transform: `translateY(${start}px)`, height: size }}
              >
                <UploadRow engine={engine} upload={upload} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}
