import type { ReactNode } from 'react'
import { Logo } from '~/components/Logo'
import { PageHeader } from '~/components/PageHeader'

interface Props {
  title: string
  description?: ReactNode
  children: ReactNode
}

/** The frame of pages that are shown to nobody in particular. */
export function CenteredPage({ title, description, children }: Props) {
  return (
    <div className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <header className="mb-6 flex items-center gap-2.5 text-xl font-semibold text-kumo-strong">
        <Logo size={34} />
        Coffer
      </header>
      <main className="w-full max-w-md rounded-2xl bg-kumo-base p-6 shadow-sm ring ring-kumo-hairline sm:p-8">
        <PageHeader title={title} description={description} />
        {children}
      </main>
    </div>
  )
}
