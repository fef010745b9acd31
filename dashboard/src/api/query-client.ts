import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, isSessionEnded } from './error'
import { sessionQuery } from './queries'
import { setCsrfToken } from './csrf'

/**
 * `onSessionEnded` is called once when a call finds that the session is over; sign-in itself does not go through it.
 * Another tab may have signed in anew, and then this one only has an old CSRF token: GET /session tells.
 */
export function makeQueryClient(onSessionEnded: () => Promise<void>): QueryClient {
  let asking = false

  async function onError(error: unknown) {
    if (!isSessionEnded(error) || asking || client.getQueryData(sessionQuery.queryKey) === undefined) return
    asking = true
    try {
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
      await client.invalidateQueries({ predicate: (query) => isSessionEnded(query.state.error) })
    } catch (again) {
      if (!isSessionEnded(again)) return
      setCsrfToken(undefined)
      // What is known stays until the pages have gone, which show it: sign-in forgets it.
      await onSessionEnded()
    } finally {
      asking = false
    }
  }

  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
      },
      mutations: { retry: false },
    },
  })
  return client
}
