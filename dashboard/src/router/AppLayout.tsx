import { Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, lazy, useEffect, useState } from 'react'
import { Navigation } from './Navigation'
import { TopBar } from './TopBar'

const UploadDock = lazy(() =>
  import('~/features/uploads/UploadDock').then(({ UploadDock: component }) => ({ default: component })),
)
const dockDelayMs = 1000

/** Uploads go on while a person looks at other pages. Nobody waits for what shows them: it comes once the page stands. */
function Uploads() {
  const [isDue, setDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), dockDelayMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    isDue && (
      <Suspense fallback={null}>
        <UploadDock />
      </Suspense>
    )
  )
}

/** The frame around every page of a person who is signed in. */
export function AppLayout() {
  const busy = useRouterState({ select: ({ isLoading }) => isLoading })
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-kumo-contrast px-4 py-2 text-kumo-inverse focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to content
      </a>
      <TopBar />
      <div className="mx-auto flex w-full max-w-[96rem] flex-1">
        <aside className="sticky top-14 hidden h-[calc(100dvh-3.5rem)] w-60 shrink-0 overflow-y-auto border-r border-kumo-hairline px-3 py-5 lg:block">
          <Navigation />
        </aside>
        <main
          id="main"
          tabIndex={-1}
          aria-busy={busy}
          className="min-w-0 flex-1 px-4 py-6 outline-none sm:px-6 sm:py-8"
        >
          <Outlet />
        </main>
      </div>
      <Uploads />
    </div>
  )
}
