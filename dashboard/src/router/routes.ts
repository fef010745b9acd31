import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router'
import { isNotFound, isSessionEnded } from '~/api/error'
import { isJurisdiction } from '~/api/jurisdictions'
import { accountQuery, accountsQuery, actionsQuery, endpointsQuery, sessionQuery } from '~/api/queries'
import { rememberedAccountId, rememberAccountId } from '~/features/accounts/remembered'
import { bucketsQuery } from '~/features/buckets/buckets'
import { keepSetupToken } from '~/features/session/setup'
import { RootLayout } from './RootLayout'
import { AppLayout } from './AppLayout'
import { returnPath, texts } from './search'

interface Context {
  queryClient: QueryClient
}

const rootRoute = createRootRouteWithContext<Context>()({ component: RootLayout })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => ({ to: returnPath(search['to']) }),
  beforeLoad: async ({ context, search }) => {
    const session = await context.queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => null)
    if (session !== null) throw redirect({ href: search.to ?? '/', replace: true })
  },
  component: lazyRouteComponent(() => import('~/features/session/SignInPage'), 'SignInPage'),
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  // The secret leaves the address, and so the history, before anything is shown.
  beforeLoad: ({ location }) => {
    if (location.hash === '') return
    keepSetupToken(location.hash)
    throw redirect({ to: '/setup', hash: '', replace: true })
  },
  component: lazyRouteComponent(() => import('~/features/session/SetupPage'), 'SetupPage'),
})

/** Everything below needs a session. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!isSessionEnded(error)) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href }, replace: true })
    }
  },
  component: AppLayout,
})

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const accounts = await context.queryClient.ensureQueryData(accountsQuery)
    const account = accounts.find(({ id }) => id === rememberedAccountId()) ?? accounts[0]
    if (account !== undefined) throw redirect({ to: '/$accountId', params: { accountId: account.id }, replace: true })
  },
  component: lazyRouteComponent(() => import('~/features/accounts/NoAccountPage'), 'NoAccountPage'),
})

const profileRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('~/features/session/ProfilePage'), 'ProfilePage'),
})

const accountRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/$accountId',
  loader: async ({ context, params: { accountId }, location }) => {
    try {
      await Promise.all([
        context.queryClient.ensureQueryData(accountQuery(accountId)),
        context.queryClient.ensureQueryData(actionsQuery(accountId)),
      ])
    } catch (error) {
      if (isNotFound(error)) throw notFound()
      // If it is only this tab that has an old CSRF token, sign-in leads back at once.
      if (isSessionEnded(error)) throw redirect({ to: '/sign-in', search: { to: location.href }, replace: true })
      throw error
    }
    rememberAccountId(accountId)
  },
})

const accountHomeRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: '/',
  component: lazyRouteComponent(() => import('~/features/accounts/AccountHomePage'), 'AccountHomePage'),
})

const overviewRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2',
  validateSearch: (search: Record<string, unknown>): { search?: string } => texts('search')(search),
  loaderDeps: ({ search }) => search,
  // Asked for while the account and the page are still on their way; the page shows what comes of it.
  loader: ({ context, params: { accountId }, deps: { search } }) => {
    void context.queryClient.prefetchInfiniteQuery(bucketsQuery(accountId, { search, usage: true }))
    void context.queryClient.prefetchQuery(endpointsQuery(accountId))
  },
  component: lazyRouteComponent(() => import('~/features/buckets/OverviewPage'), 'OverviewPage'),
})

const createBucketRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/new',
  component: lazyRouteComponent(() => import('~/features/buckets/CreateBucketPage'), 'CreateBucketPage'),
})

const bucketRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/buckets/$jurisdiction/$bucket',
  params: {
    parse: ({ jurisdiction, bucket }) => {
      if (!isJurisdiction(jurisdiction)) throw notFound()
      return { jurisdiction, bucket }
    },
    stringify: ({ jurisdiction, bucket }) => ({ jurisdiction, bucket }),
  },
  component: lazyRouteComponent(() => import('~/features/buckets/BucketLayout'), 'BucketLayout'),
})

const bucketIndexRoute = createRoute({
  getParentRoute: () => bucketRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/$accountId/r2/buckets/$jurisdiction/$bucket/objects', params, search: {}, replace: true })
  },
})

const objectsRoute = createRoute({
  getParentRoute: () => bucketRoute,
  path: 'objects',
  /** `prefix`: the folder that is open; `search`: what is searched for below it; `object`: the key whose details are open. */
  validateSearch: texts('prefix', 'search', 'object'),
  component: lazyRouteComponent(() => import('~/features/objects/ObjectsPage'), 'ObjectsPage'),
})

const bucketSettingsRoute = createRoute({
  getParentRoute: () => bucketRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('~/features/bucket-settings/BucketSettingsPage'), 'BucketSettingsPage'),
})

const bucketMetricsRoute = createRoute({
  getParentRoute: () => bucketRoute,
  path: 'metrics',
  component: lazyRouteComponent(() => import('~/features/usage/BucketMetricsPage'), 'BucketMetricsPage'),
})

/** Whose tokens: the account's, or the person's own. */
interface OwnerSearch {
  owner?: 'user'
}

function ownerSearch(search: Record<string, unknown>): OwnerSearch {
  return search['owner'] === 'user' ? { owner: 'user' } : {}
}

const tokensRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/api-tokens',
  validateSearch: (search: Record<string, unknown>) => ({ ...ownerSearch(search), ...texts('search')(search) }),
  component: lazyRouteComponent(() => import('~/features/tokens/TokensPage'), 'TokensPage'),
})

const createTokenRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/api-tokens/create',
  validateSearch: ownerSearch,
  component: lazyRouteComponent(() => import('~/features/tokens/CreateTokenPage'), 'CreateTokenPage'),
})

const tokenRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/api-tokens/$tokenId',
  validateSearch: ownerSearch,
  component: lazyRouteComponent(() => import('~/features/tokens/TokenPage'), 'TokenPage'),
})

const temporaryCredentialsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/temporary-credentials',
  component: lazyRouteComponent(
    () => import('~/features/temporary-credentials/TemporaryCredentialsPage'),
    'TemporaryCredentialsPage',
  ),
})

const explainRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'r2/explain',
  validateSearch: texts('key', 'operation', 'jurisdiction', 'bucket', 'object', 'source', 'ip'),
  component: lazyRouteComponent(() => import('~/features/explain/ExplainPage'), 'ExplainPage'),
})

const usageRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'usage',
  component: lazyRouteComponent(() => import('~/features/usage/UsagePage'), 'UsagePage'),
})

const activityRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'activity',
  validateSearch: texts('actor', 'action', 'resource', 'resourceType', 'since', 'before'),
  component: lazyRouteComponent(() => import('~/features/activity/ActivityPage'), 'ActivityPage'),
})

const membersRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: 'members',
  component: lazyRouteComponent(() => import('~/features/members/MembersPage'), 'MembersPage'),
})

export const routeTree = rootRoute.addChildren([
  signInRoute,
  setupRoute,
  signedInRoute.addChildren([
    homeRoute,
    profileRoute,
    accountRoute.addChildren([
      accountHomeRoute,
      overviewRoute,
      createBucketRoute,
      bucketRoute.addChildren([bucketIndexRoute, objectsRoute, bucketSettingsRoute, bucketMetricsRoute]),
      tokensRoute,
      createTokenRoute,
      tokenRoute,
      temporaryCredentialsRoute,
      explainRoute,
      usageRoute,
      activityRoute,
      membersRoute,
    ]),
  ]),
])
