import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, page, type Schemas } from '~/api/client'
import { keys } from '~/api/keys'
import { auditQueryParams, type ActivityFilters } from './filters'

export type AuditEntry = Schemas['AuditEntry']

const perPage = 100

export const auditQuery = (accountId: string, filters: ActivityFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.audit(accountId), filters] as const,
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        ...auditQueryParams(filters, new Date()),
        direction: 'desc' as const,
        limit: perPage,
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      }
      const { result: entries, info } = await page(
        api.GET('/accounts/{account_id}/logs/audit', {
          params: { path: { account_id: accountId }, query },
          signal,
        }),
      )
      return { entries, next: info.cursor || undefined }
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
    placeholderData: keepPreviousData,
  })
