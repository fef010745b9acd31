import { lazy, Suspense, useEffect, useState } from 'react'
import { describeError } from '~/api/error'

interface News {
  variant?: 'success' | 'error'
  title: string
  description?: string
  priority?: 'high'
  timeout?: number
}

// Not needed to show the first page, so not a part of it.
const load = () => import('./toast-viewport')
const Viewport = lazy(() => load().then(({ ToastViewport }) => ({ default: ToastViewport })))

function add(news: News): void {
  void load().then(({ toastManager }) => toastManager.add(news))
}

/** Short news of what was done; kumo announces them in a live region. Never a secret, never the only place of an error. */
export const toast = {
  success: (title: string, description?: string) => add({ variant: 'success', title, description }),
  info: (title: string, description?: string) => add({ title, description }),
  error: (title: string, error?: unknown) =>
    add({
      variant: 'error',
      title,
      description: error === undefined ? undefined : describeError(error),
      priority: 'high',
      timeout: 10_000,
    }),
}

const delayMs = 1000

/** Where they appear. There before the first one is, so that screen readers know of the live region. */
export function Toaster() {
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setWanted(true), delayMs)
    return () => clearTimeout(timer)
  }, [])
  return wanted ? (
    <Suspense>
      <Viewport />
    </Suspense>
  ) : null
}
