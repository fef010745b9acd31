import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, page, type Jurisdiction } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import { keys } from '~/api/keys'

/** More than a person reads through: who has more buckets types a part of the name. */
const choicesMax = 50

export interface BucketChoices {
  names: string[]
  hasMore: boolean
}

/** Buckets of one jurisdiction that have `search` in their name. */
export const bucketChoicesQuery = (accountId: string, jurisdiction: Jurisdiction, search: string) =>
  queryOptions({
    queryKey: [...keys.buckets(accountId), 'choices', jurisdiction, search] as const,
    queryFn: async ({ signal }): Promise<BucketChoices> => {
      const { result: list, info } = await page(
        api.GET('/accounts/{account_id}/r2/buckets', {
          params: {
            path: { account_id: accountId },
            header: jurisdictionHeader(jurisdiction),
            query: { per_page: choicesMax, ...(search === '' ? {} : { name_contains: search }) },
          },
          signal,
        }),
      )
      return { names: (list.buckets ?? []).map(({ name }) => name), hasMore: Boolean(info.cursor) }
    },
    placeholderData: keepPreviousData,
  })
