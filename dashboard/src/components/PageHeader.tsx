import { useLocation } from '@tanstack/react-router'
import { Fragment, useEffect, useRef, type ReactNode } from 'react'
import { CaretRightIcon } from '@phosphor-icons/react'

interface Props {
  /** The page's heading, and first part of its title. */
  title: string
  /** What is shown as the heading, if it is more than the title. */
  heading?: ReactNode
  description?: ReactNode
  /** Links to the pages above, outermost first. */
  breadcrumbs?: ReactNode[]
  actions?: ReactNode
}

// The first page of a visit keeps the browser's own start; later ones take the focus to their heading.
let visits = 0

/** Every page begins with one: it sets the page's title and takes the focus when the page is entered. */
export function PageHeader({ title, heading, description, breadcrumbs, actions }: Props) {
  const ref = useRef<HTMLHeadingElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })

  useEffect(() => {
    document.title = `${title} · Coffer`
  }, [title])

  useEffect(() => {
    if (visits++ > 0) ref.current?.focus({ preventScroll: true })
  }, [path])

  return (
    <header className="mb-6 flex flex-col gap-3">
      {breadcrumbs !== undefined && breadcrumbs.length > 0 && (
        <nav aria-label="Breadcrumbs" className="flex flex-wrap items-center gap-1.5 text-sm text-kumo-subtle">
          {breadcrumbs.map((link, index) => (
            <Fragment key={index}>
              {index > 0 && <CaretRightIcon aria-hidden size={12} />}
              {link}
            </Fragment>
          ))}
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h1 ref={ref} tabIndex={-1} className="text-2xl font-semibold tracking-tight text-kumo-strong wrap-anywhere">
            {heading ?? title}
          </h1>
          {description !== undefined && <div className="mt-1 max-w-3xl text-kumo-subtle">{description}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  )
}
