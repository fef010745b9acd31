import { Button } from '@cloudflare/kumo/components/button'
import { Loader } from '@cloudflare/kumo/components/loader'
import { WarningCircleIcon } from '@phosphor-icons/react'
import { useEffect, useState, type ReactNode } from 'react'
import { describeError } from '~/api/error'

/** While something is loaded. Waits a moment before it shows, so that quick answers do not flicker. */
export function LoadingState({ label = 'Loading' }: { label?: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className="flex min-h-40 items-center justify-center gap-3 p-8 text-kumo-subtle">
      {shown && (
        <>
          <Loader size={20} />
          {label}…
        </>
      )}
    </div>
  )
}

interface EmptyStateProps {
  icon?: ReactNode
  title: string
  /** What to do now. */
  children?: ReactNode
  actions?: ReactNode
}

export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      {icon !== undefined && <div className="mb-1 text-kumo-subtle [&>svg]:size-10">{icon}</div>}
      <p className="text-lg font-medium text-kumo-strong">{title}</p>
      {children !== undefined && <div className="max-w-md text-kumo-subtle">{children}</div>}
      {actions !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}

interface ErrorStateProps {
  error: unknown
  /** What failed: "The buckets could not be loaded". */
  title?: string
  retry?: () => void
}

export function ErrorState({ error, title = 'This could not be loaded', retry }: ErrorStateProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <WarningCircleIcon aria-hidden className="size-9 text-kumo-danger" />
      <p className="text-lg font-medium text-kumo-strong">{title}</p>
      <p className="max-w-md text-kumo-subtle wrap-anywhere">{describeError(error)}</p>
      {retry !== undefined && (
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** Why a form was refused, above its buttons. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded-lg bg-kumo-danger-tint px-3 py-2.5 text-kumo-danger wrap-anywhere"
    >
      <WarningCircleIcon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{describeError(error)}</span>
    </div>
  )
}
