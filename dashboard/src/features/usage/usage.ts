import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, result, type Jurisdiction, type Schemas } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import { fill, window, type Series, type SpanName } from './series'

export type BucketUsage = Schemas['BucketUsage']

export interface BucketName {
  bucket: string
  jurisdiction: Jurisdiction
}

/** Of a bucket, or of the account in all jurisdictions. */
export const seriesQuery = (accountId: string, span: SpanName, of?: BucketName) =>
  queryOptions({
    queryKey: [...keys.usage(accountId), 'series', span, of?.jurisdiction ?? '', of?.bucket ?? ''] as const,
    queryFn: async ({ signal }): Promise<Series> => {
      const { since, until, step } = window(span, Date.now())
      const { points } = await result(
        api.GET('/accounts/{account_id}/r2/usage', {
          params: {
            path: { account_id: accountId },
            query: {
              since: new Date(since * 1000).toISOString(),
              until: new Date(until * 1000).toISOString(),
              step: String(step) as '300' | '3600',
              ...(of === undefined ? {} : { bucket: of.bucket }),
            },
          },
          ...(of === undefined ? {} : { headers: jurisdictionHeader(of.jurisdiction) }),
          signal,
        }),
      )
      return fill(points, since, until, step)
    },
    staleTime: 60_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  })

export const bucketUsageQuery = (accountId: string, { bucket, jurisdiction }: BucketName) =>
  queryOptions({
    queryKey: [...keys.bucket(accountId, jurisdiction, bucket), 'usage'] as const,
    queryFn: ({ signal }) =>
      result(
        api.GET('/accounts/{account_id}/r2/buckets/{bucket_name}/usage', {
          params: {
            path: { account_id: accountId, bucket_name: bucket },
            header: jurisdictionHeader(jurisdiction),
          },
          signal,
        }),
      ),
  })
