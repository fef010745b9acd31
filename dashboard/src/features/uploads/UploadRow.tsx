import { Button } from '@cloudflare/kumo/components/button'
import {
  ArrowClockwiseIcon,
  CheckCircleIcon,
  FileArrowUpIcon,
  PauseIcon,
  PlayIcon,
  WarningCircleIcon,
  XIcon,
} from '@phosphor-icons/react'
import { useRef, type ReactNode } from 'react'
import { formatBytes } from '~/components/format'
import { Name } from '../objects/Name'
import { baseName, shownName } from '../objects/key-display'
import type { UploadEngine } from './engine'
import type { UploadView } from './item'
import { isOver, isRunning } from './item'
import { ProgressBar } from './ProgressBar'
import { stateText } from './summary'

interface Props {
  engine: UploadEngine
  upload: UploadView
}

export function UploadRow({ engine, upload }: Props) {
  const { id, key, state, reason } = upload
  const name = shownName(baseName(key))
  return (
    <div className="flex h-full items-center gap-3">
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-3">
          <span className="min-w-0 truncate font-medium text-kumo-default" title={shownName(key)}>
            <Name text={baseName(key)} className="whitespace-pre!" />
          </span>
          <span className="shrink-0 text-sm text-kumo-subtle tabular-nums">{amount(upload)}</span>
        </div>
        {showsBar(upload) && (
          <div className="mt-1.5">
            <ProgressBar
              label={name}
              value={upload.sentBytes}
              max={upload.size}
              tone={state === 'uploading' ? 'brand' : 'neutral'}
            />
          </div>
        )}
        <p
          className={`mt-1 line-clamp-2 text-sm leading-snug ${state === 'failed' ? 'text-kumo-danger' : 'text-kumo-subtle'}`}
          title={reason}
        >
          {reason ?? stateText(upload)}
          {state === 'waiting' && ' Trying again.'}
        </p>
      </div>
      <div className="flex shrink-0 items-center">
        {state === 'done' && <CheckCircleIcon aria-hidden weight="fill" className="mr-1.5 size-5 text-kumo-success" />}
        {state === 'failed' && !upload.canRetry && (
          <WarningCircleIcon aria-hidden className="size-5 text-kumo-danger" />
        )}
        {isRunning(state) && (
          <Action label={`Pause ${name}`} icon={<PauseIcon aria-hidden />} onClick={() => engine.pause(id)} />
        )}
        {state === 'paused' && (
          <Action label={`Resume ${name}`} icon={<PlayIcon aria-hidden />} onClick={() => engine.resume(id)} />
        )}
        {state === 'failed' && upload.canRetry && (
          <Button
            size="sm"
            icon={<ArrowClockwiseIcon aria-hidden />}
            aria-label={`Retry ${name}`}
            onClick={() => engine.resume(id)}
          >
            Retry
          </Button>
        )}
        {state === 'needs-file' && <ChooseFile engine={engine} upload={upload} />}
        {!isOver(state) && (
          <Action label={`Cancel ${name}`} icon={<XIcon aria-hidden />} onClick={() => engine.cancel(id)} />
        )}
      </div>
    </div>
  )
}

function showsBar({ state }: UploadView): boolean {
  return state === 'uploading' || state === 'waiting' || state === 'paused' || state === 'signed-out'
}

function amount({ state, size, sentBytes }: UploadView): string {
  if (isOver(state) || state === 'queued' || sentBytes === 0) return formatBytes(size)
  return `${formatBytes(sentBytes)} of ${formatBytes(size)}`
}

function Action({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Button variant="ghost" size="sm" shape="square" icon={icon} aria-label={label} title={label} onClick={onClick} />
  )
}

/** A page cannot open a file by itself: after a reload the person has to point at it again. */
function ChooseFile({ engine, upload }: Props) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        className="hidden"
        aria-label={`Choose ${shownName(upload.name)} again`}
        onChange={(event) => {
          const file = event.target.files?.[0]
          if (file) engine.giveFile(upload.id, file)
          event.target.value = ''
        }}
      />
      <Button
        size="sm"
        icon={<FileArrowUpIcon aria-hidden />}
        aria-label={`Choose ${shownName(upload.name)} again to go on`}
        onClick={() => input.current?.click()}
      >
        Choose file
      </Button>
    </>
  )
}
