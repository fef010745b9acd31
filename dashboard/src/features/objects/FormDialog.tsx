import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { useState, type FormEvent, type ReactNode } from 'react'
import { FormError } from '~/components/states'
import { useFocusReturn } from './use-focus-return'

interface Props {
  title: ReactNode
  children: ReactNode
  confirmLabel: string
  ready: boolean
  onClose: () => void
  /** `onSubmit` leads on to something else instead. */
  keepsOpen?: boolean
  /** The dialog shows what this throws, and closes when it is done. */
  onSubmit: () => Promise<unknown>
}

/** A short form in a dialog. Mount it only while it is open. */
export function FormDialog({ title, children, confirmLabel, ready, onClose, keepsOpen = false, onSubmit }: Props) {
  useFocusReturn()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!ready || pending) return
    setPending(true)
    setError(null)
    try {
      await onSubmit()
      if (!keepsOpen) onClose()
    } catch (failure) {
      setError(failure)
      setPending(false)
    }
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && !pending && onClose()}>
      <Dialog className="z-50! max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] overflow-y-auto p-6 sm:w-lg">
        <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
          <Dialog.Title className="text-xl font-semibold text-kumo-strong wrap-anywhere">{title}</Dialog.Title>
          {children}
          <FormError error={error} />
          <div className="flex flex-wrap justify-end gap-2">
            <Dialog.Close render={<Button disabled={pending}>Cancel</Button>} />
            <Button type="submit" variant="primary" loading={pending} disabled={!ready || pending}>
              {confirmLabel}
            </Button>
          </div>
        </form>
      </Dialog>
    </Dialog.Root>
  )
}
