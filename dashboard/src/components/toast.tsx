import { lazy, Suspense, useEffect, useState } from 'react'
import { describeError } from '~/api/error'

interface News {
  variant?: 'success' | 'error'
  title: string
  description?: string
  priority?: 'high'
  timeout?: number
}

/** What came before there was a place to show it. */
const waiting: News[] = []
let show: ((news: News) => void) | undefined

// Not needed to show the first page, so not a part of it.
const Viewport = lazy(() =>
  import('./toast-viewport').then(({ ToastViewport, toastManager }) => ({
    default: function Shown() {
      // After the effects of what is inside, which listens from then on.
      useEffect(() => {
        show = (news) => void toastManager.add(news)
        waiting.splice(0).forEach(show)
        return () => {
          show = undefined
        }
      }, [])
      return <ToastViewport />
    },
  })),
)

function add(news: News): void {
  if (show) show(news)
  else waiting.push(news)
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
