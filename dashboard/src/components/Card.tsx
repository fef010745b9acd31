import { cn } from '@cloudflare/kumo/utils'
import { useId, type ReactNode } from 'react'

interface Props {
  title?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  className?: string
  /** Without padding: for tables and lists that reach the edges. */
  flush?: boolean
  children: ReactNode
}

/** A section of a page. With a title it is a landmark of that name. */
export function Card({ title, description, actions, className, flush = false, children }: Props) {
  const id = useId()
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className={cn('overflow-clip rounded-xl bg-kumo-base ring ring-kumo-hairline', className)}
    >
      {(title !== undefined || actions !== undefined) && (
        <div className="flex flex-wrap items-start justify-between gap-3 px-5 pt-4 sm:flex-nowrap">
          <div className="min-w-0">
            <h2 id={id} className="text-lg font-semibold text-kumo-strong">
              {title}
            </h2>
            {description !== undefined && <div className="mt-0.5 text-kumo-subtle">{description}</div>}
          </div>
          {actions !== undefined && <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      <div className={flush ? (title === undefined ? '' : 'pt-3') : 'p-5'}>{children}</div>
    </section>
  )
}
