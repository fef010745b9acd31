import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { Input } from '@cloudflare/kumo/components/input'
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { formatCount, plural } from '~/components/format'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { ProgressBar } from '../uploads/ProgressBar'
import { FocusHere } from './FocusHere'
import type { JobProgress, Report } from './jobs'
import { Name } from './Name'
import { useFocusReturn } from './use-focus-return'

interface Props {
  title: ReactNode
  /** What will happen. */
  children: ReactNode
  confirmLabel: string
  destructive?: boolean
  ready?: boolean
  /** A word to type first, for what is much and cannot be undone. */
  typed?: string | undefined
  /** "Deleting" and "Deleted", for what is said of the progress. */
  doing: string
  did: string
  run: (report: Report, signal: AbortSignal) => Promise<JobProgress>
  onClose: () => void
  /** Something was changed, if not all. */
  onChanged: () => void
}

/** Asks, then shows how a long work over many objects goes, and what of it failed. Mount it only while it is open. */
export function JobDialog(props: Props) {
  const { title, ready = true, typed, run, onClose, onChanged } = props
  useFocusReturn()
  const [text, setText] = useState('')
  const [progress, setProgress] = useState<JobProgress>()
  const [isRunning, setIsRunning] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const stop = useRef<AbortController>(undefined)
  const isReady = ready && (typed === undefined || text === typed)
  useAskBeforeLeaving(isRunning)
  useEffect(() => () => stop.current?.abort(), [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || isRunning) return
    const controller = new AbortController()
    stop.current = controller
    setError(null)
    setIsRunning(true)
    try {
      const end = await run(setProgress, controller.signal)
      if (end.failed === 0) {
        const skipped = end.skipped > 0 ? skippedText(end.skipped) : undefined
        toast.success(`${props.did} ${plural(end.done, 'object')}`, skipped)
        onClose()
      }
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure)
    } finally {
      setIsRunning(false)
      onChanged()
    }
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && !isRunning && onClose()}>
      <Dialog className="z-50! max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] overflow-y-auto p-6 sm:w-lg">
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
          <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">{title}</Dialog.Title>
          {progress === undefined ? (
            <>
              {props.children}
              {typed !== undefined && (
                <Input
                  label={
                    <span>
                      Type <span className="font-mono font-semibold">{typed}</span> to confirm
                    </span>
                  }
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  autoComplete="off"
                  spellCheck={false}
                  autoFocus
                />
              )}
            </>
          ) : (
            <Progress {...props} progress={progress} isRunning={isRunning} />
          )}
          <FormError error={error} />
          <div className="flex flex-wrap justify-end gap-2">
            {isRunning ? (
              <Button onClick={() => stop.current?.abort()}>Stop</Button>
            ) : (
              <Dialog.Close render={<Button>{progress === undefined ? 'Cancel' : 'Close'}</Button>} />
            )}
            {progress !== undefined && progress.failed > 0 && !isRunning && (
              <Button onClick={() => setProgress(undefined)}>Back</Button>
            )}
            {progress === undefined && (
              <Button
                type="submit"
                variant={props.destructive ? 'destructive' : 'primary'}
                loading={isRunning}
                disabled={!isReady || isRunning}
              >
                {props.confirmLabel}
              </Button>
            )}
          </div>
        </form>
      </Dialog>
    </Dialog.Root>
  )
}

function Progress({ progress, isRunning, doing, did }: Props & { progress: JobProgress; isRunning: boolean }) {
  const { found, done, skipped, failed, failures, counted } = progress
  return (
    <FocusHere className="flex flex-col gap-3">
      <ProgressBar label={doing} value={done + skipped + failed} max={found} tone={failed > 0 ? 'danger' : 'brand'} />
      <p role="status" className="tabular-nums">
        {isRunning ? `${doing} ` : `${did} `}
        {plural(done, 'object')}
        {isRunning && ` of ${counted ? '' : 'at least '}${found.toLocaleString('en')}`}
        {skipped > 0 && `. ${skippedText(skipped)}`}
        {!isRunning && !counted && '. Stopped before the end.'}
      </p>
      {failed > 0 && (
        <div className="rounded-lg bg-kumo-danger-tint p-3">
          <p className="font-medium text-kumo-danger">{plural(failed, 'object')} failed</p>
          <ul className="mt-2 max-h-40 overflow-y-auto text-sm" tabIndex={0} aria-label="Failures">
            {failures.map(({ key, reason }) => (
              <li key={key} className="py-0.5 wrap-anywhere">
                <Name text={key} className="font-medium" />: {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </FocusHere>
  )
}

function skippedText(count: number): string {
  return count === 1 ? 'Skipped 1 that was there already' : `Skipped ${formatCount(count)} that were there already`
}

function useAskBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [active])
}
