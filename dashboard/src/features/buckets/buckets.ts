import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { api, page, result, type Jurisdiction, type StorageClass } from '~/api/client'
import { jurisdictionHeader, jurisdictions } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import { nextPage, startMerge, type FetchPage } from './merge'

const pageSize = 100

interface ListOptions {
  search?: string
  /** With sizes and counts, which cost the server some reads for every bucket. */
  usage?: boolean
}

/** The account's buckets of all jurisdictions in order of their names, page by page. */
export const bucketsQuery = (accountId: string, { search = '', usage = false }: ListOptions = {}) =>
  infiniteQueryOptions({
    queryKey: [...keys.buckets(accountId), { search, usage }],
    initialPageParam: startMerge(jurisdictions),
    queryFn: ({ pageParam, signal }) => {
      const fetchPage: FetchPage = async (jurisdiction, cursor) => {
        const { result: list, info } = await page(
          api.GET('/accounts/{account_id}/r2/buckets', {
            params: {
              path: { account_id: accountId },
              header: jurisdictionHeader(jurisdiction),
              query: {
                per_page: pageSize,
                cursor,
                name_contains: search === '' ? undefined : search,
                usage: usage ? true : undefined,
              },
            },
            signal,
          }),
        )
        return { buckets: list.buckets ?? [], cursor: info.cursor }
      }
      return nextPage(pageParam, fetchPage)
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ buckets }) => buckets),
    placeholderData: keepPreviousData,
  })

export const bucketQuery = (accountId: string, jurisdiction: Jurisdiction, bucket: string) =>
  queryOptions({
    queryKey: keys.bucket(accountId, jurisdiction, bucket),
    queryFn: ({ signal }) =>
      result(
        api.GET('/accounts/{account_id}/r2/buckets/{bucket_name}', {
          params: {
            path: { account_id: accountId, bucket_name: bucket },
            header: jurisdictionHeader(jurisdiction),
          },
          signal,
        }),
      ),
  })

/** What the account stores in all of its buckets; the figures of GET …/r2/metrics summed up. */
export const storedQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.metrics(accountId),
    queryFn: () =>
      result(api.GET('/accounts/{account_id}/r2/metrics', { params: { path: { account_id: accountId } } })),
    select: ({ standard, infrequentAccess }) => {
      const published = [standard.published, infrequentAccess.published]
      return {
        objects: published.reduce((sum, { objects }) => sum + objects, 0),
        bytes: published.reduce((sum, { payloadSize, metadataSize }) => sum + payloadSize + metadataSize, 0),
      }
    },
  })

function bucketsChanged(client: QueryClient, accountId: string) {
  return Promise.all([
    client.invalidateQueries({ queryKey: keys.buckets(accountId) }),
    client.invalidateQueries({ queryKey: keys.metrics(accountId) }),
  ])
}

export interface NewBucket {
  name: string
  jurisdiction: Jurisdiction
  locationHint?: string
  storageClass: StorageClass
}

export function useCreateBucket(accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ jurisdiction, ...body }: NewBucket) =>
      result(
        api.POST('/accounts/{account_id}/r2/buckets', {
          params: { path: { account_id: accountId }, header: jurisdictionHeader(jurisdiction) },
          body,
        }),
      ),
    onSuccess: () => bucketsChanged(client, accountId),
  })
}

export function useDeleteBucket(accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, jurisdiction }: { name: string; jurisdiction: Jurisdiction }) =>
      result(
        api.DELETE('/accounts/{account_id}/r2/buckets/{bucket_name}', {
          params: {
            path: { account_id: accountId, bucket_name: name },
            header: jurisdictionHeader(jurisdiction),
          },
        }),
      ),
    onSuccess: (_, { name, jurisdiction }) => {
      client.removeQueries({ queryKey: keys.bucket(accountId, jurisdiction, name) })
      return bucketsChanged(client, accountId)
    },
  })
}
