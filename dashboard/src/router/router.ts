import type { QueryClient } from '@tanstack/react-query'
import { createRouter, parseSearchWith, stringifySearchWith, type AnyRoute } from '@tanstack/react-router'
import { ErrorPage, NotFoundPage, PendingPage } from '~/components/pages'
import { routeTree } from './routes'
import { returnPath } from './search'

export function makeRouter(queryClient: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { queryClient },
    // Every value is a text: by default `?prefix=1e5` would be read as a number, and keys must survive as they are.
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(String),
    defaultPreload: 'intent',
    // The query cache decides what is fresh.
    defaultPreloadStaleTime: 0,
    // A pending page holds up the one that follows, by half a second unless told otherwise.
    defaultPendingMs: 1000,
    defaultPendingMinMs: 0,
    defaultPendingComponent: PendingPage,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  })
  // A page's code is fetched while the session is still being asked for: not after it, and not before, as a browser
  // asks for six files at a time. What fails is told when the page needs it.
  router.subscribe('onBeforeLoad', ({ toLocation }) => {
    const routes: Record<string, AnyRoute | undefined> = router.routesById
    setTimeout(() => {
      for (const { routeId } of router.matchRoutes(toLocation)) {
        const route = routes[routeId as string]
        if (route !== undefined) router.loadRouteChunk(route)?.catch(() => undefined)
      }
    })
  })
  return router
}

/** To sign-in, with the way back to where the person is. A page that shows a secret once asks them first. */
export function leaveForSignIn(router: ReturnType<typeof makeRouter>): Promise<void> {
  const to = returnPath(router.state.location.href)
  return router.navigate({ to: '/sign-in', search: to === undefined ? {} : { to } })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
