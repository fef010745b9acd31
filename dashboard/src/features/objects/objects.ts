import { queryOptions } from '@tanstack/react-query'
import { api, page, result, type Schemas, type StorageClass } from '~/api/client'
import { jurisdictionHeader } from '~/api/jurisdictions'
import { keys } from '~/api/keys'
import type { BucketRef } from './bucket-ref'
import { mergeRows, type Row } from './rows'

export type ObjectDetails = Schemas['ObjectDetails']
export type HttpMetadata = ObjectDetails['http_metadata']

/** As many as the server gives at a time. */
export const rowsPerPage = 1000

const listPath = '/accounts/{account_id}/r2/buckets/{bucket_name}/objects'

function bucketParams(ref: BucketRef) {
  return {
    path: { account_id: ref.account, bucket_name: ref.bucket },
    header: jurisdictionHeader(ref.jurisdiction),
  }
}

function objectParams(ref: BucketRef, key: string) {
  const { path, header } = bucketParams(ref)
  return { path: { ...path, object_key: key }, header }
}

export interface RowPage {
  rows: Row[]
  next: string | undefined
}

/**
 * One page of a folder, without the object that stands for the folder itself. Far pages leave the cache soon, so that a long list does not stay in
 * memory.
 */
export const rowPageQuery = (ref: BucketRef, prefix: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: [...keys.objects(ref.account, ref.jurisdiction, ref.bucket), 'rows', prefix, cursor ?? ''] as const,
    queryFn: async ({ signal }): Promise<RowPage> => {
      const query = { prefix, delimiter: '/', per_page: rowsPerPage, metadata: false, ...(cursor ? { cursor } : {}) }
      const { result: objects, info } = await page(
        api.GET(listPath, { params: { ...bucketParams(ref), query }, signal }),
      )
      const rows = mergeRows(objects, info.delimited ?? []).filter(({ key }) => key !== prefix)
      return { rows, next: info.cursor === '' ? undefined : info.cursor }
    },
    gcTime: 20_000,
    staleTime: 30_000,
  })

export const objectQuery = (ref: BucketRef, key: string) =>
  queryOptions({
    queryKey: [...keys.objects(ref.account, ref.jurisdiction, ref.bucket), 'details', key] as const,
    queryFn: ({ signal }) =>
      result(
        api.GET('/accounts/{account_id}/r2/buckets/{bucket_name}/metadata/{object_key}', {
          params: objectParams(ref, key),
          signal,
        }),
      ),
  })

export interface Metadata {
  http_metadata: HttpMetadata
  custom_metadata: Record<string, string>
  storage_class: StorageClass
}

export function putMetadata(ref: BucketRef, key: string, metadata: Metadata): Promise<ObjectDetails> {
  return result(
    api.PUT('/accounts/{account_id}/r2/buckets/{bucket_name}/metadata/{object_key}', {
      params: objectParams(ref, key),
      body: metadata,
    }),
  )
}

export interface KeyPage {
  keys: { key: string; size: number }[]
  next: string | undefined
}

/** All keys under a prefix, folders and all. */
export async function listKeys(
  ref: BucketRef,
  prefix: string,
  cursor?: string,
  signal?: AbortSignal,
): Promise<KeyPage> {
  const query = { prefix, per_page: rowsPerPage, metadata: false, ...(cursor ? { cursor } : {}) }
  const { result: objects, info } = await page(
    api.GET(listPath, { params: { ...bucketParams(ref), query }, ...(signal ? { signal } : {}) }),
  )
  return {
    keys: objects.map(({ key, size }) => ({ key, size })),
    next: info.cursor === '' ? undefined : info.cursor,
  }
}

/** Returns the keys that are gone; those missing could not be deleted. At most 1000 at a time. */
export async function deleteKeys(ref: BucketRef, toDelete: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const deleted = await result(
    api.DELETE(listPath, { params: bucketParams(ref), body: [...toDelete], ...(signal ? { signal } : {}) }),
  )
  return deleted.map(({ key }) => key)
}

export interface Copy {
  /** Where it is not the bucket that is copied to. */
  source_bucket?: string
  source_key: string
  key: string
  if_absent: boolean
}

/** `ref` is the bucket that is copied to. */
export function copyObject(ref: BucketRef, copy: Copy, signal?: AbortSignal): Promise<ObjectDetails> {
  return result(
    api.POST('/accounts/{account_id}/r2/buckets/{bucket_name}/copies', {
      params: bucketParams(ref),
      body: copy,
      ...(signal ? { signal } : {}),
    }),
  )
}

export function createShareLink(ref: BucketRef, key: string, expiresInSeconds: number) {
  return result(
    api.POST('/accounts/{account_id}/r2/buckets/{bucket_name}/share-links', {
      params: bucketParams(ref),
      body: { key, expires_in_s: expiresInSeconds },
    }),
  )
}

/** A folder is an object of no bytes whose key ends in a slash; S3 knows nothing of folders. */
export function createFolder(ref: BucketRef, prefix: string) {
  return result(
    api.PUT('/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}', {
      params: objectParams(ref, prefix),
      body: '',
      bodySerializer: () => new Blob([]),
      headers: { 'Content-Type': 'application/x-directory' },
    }),
  )
}
