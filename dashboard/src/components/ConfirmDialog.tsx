import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { Input } from '@cloudflare/kumo/components/input'
import { useState, type FormEvent, type ReactNode } from 'react'
import { FormError } from './states'

interface Props {
  open: boolean
  onClose: () => void
  title: string
  /** What will happen, in sentences. */
  children: ReactNode
  confirmLabel: string
  destructive?: boolean
  /** What the person has to type first: the name of what goes away. */
  typed?: string
  onConfirm: () => Promise<unknown>
}

/**
 * Asks before something is done that cannot be undone. Stays open while `onConfirm` runs, shows its error, and closes
 * when it is done.
 */
export function ConfirmDialog(props: Props) {
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      {props.open && <Question {...props} />}
    </Dialog.Root>
  )
}

function Question({ onClose, title, children, confirmLabel, destructive = false, typed, onConfirm }: Props) {
  const [text, setText] = useState('')
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const ready = typed === undefined || text === typed

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready || pending) return
    setPending(true)
    setError(null)
    try {
      await onConfirm()
      onClose()
    } catch (failure) {
      setError(failure)
      setPending(false)
    }
  }

  return (
    <Dialog size="base" className="max-w-[calc(100vw-2rem)] p-6 sm:w-lg">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">{title}</Dialog.Title>
        <Dialog.Description render={<div />} className="flex flex-col gap-3 text-kumo-default">
          {children}
        </Dialog.Description>
        {typed !== undefined && (
          <Input
            label={
              <span className="wrap-anywhere">
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
        <FormError error={error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Dialog.Close render={<Button disabled={pending}>Cancel</Button>} />
          <Button
            type="submit"
            variant={destructive ? 'destructive' : 'primary'}
            loading={pending}
            disabled={!ready || pending}
          >
            {confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
