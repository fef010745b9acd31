import createClient, { type Middleware } from 'openapi-fetch'
import { csrfToken } from './csrf'
import { toApiError } from './error'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type Account = Schemas['Account']
export type Bucket = Schemas['Bucket']
export type Condition = Schemas['Condition']
export type Jurisdiction = Bucket['jurisdiction']
export type PermissionGroup = Schemas['PermissionGroup']
export type Policy = Schemas['Policy']
export type Session = Schemas['Session']
export type StorageClass = Bucket['storage_class']
export type Token = Schemas['Token']
export type User = Schemas['User']

export const baseUrl = '/client/v4'

const csrf: Middleware = {
  onRequest({ request }) {
    request.headers.set('X-Coffer-CSRF', csrfToken())
    return request
  },
}

/**
 * The management API, typed by the server's own OpenAPI document. Use it through `result` or `page`. Past the browser's
 * cache, which would send requests of one URL one after the other: those for the buckets of each jurisdiction.
 */
export const api = createClient<paths>({ baseUrl, credentials: 'same-origin', cache: 'no-store' })
api.use(csrf)

interface Answer<D> {
  data?: D
  error?: unknown
  response: Response
}

/** `result_info` of a list: by page or by cursor. */
export interface ResultInfo {
  page?: number
  per_page?: number
  count?: number
  total_count?: number
  cursor?: string
  is_truncated?: boolean
  after?: number
  delimited?: string[]
}

function enveloped<D extends { result?: unknown }>({ data, error, response }: Answer<D>): D {
  if (data === undefined) throw toApiError(error, response)
  return data
}

/** The envelope's `result`; throws ApiError. */
export async function result<D extends { result?: unknown }>(
  call: Promise<Answer<D>>,
): Promise<NonNullable<D['result']>> {
  return enveloped(await call).result as NonNullable<D['result']>
}

/** The envelope's `result` with its `result_info`; throws ApiError. */
export async function page<D extends { result?: unknown; result_info?: object }>(
  call: Promise<Answer<D>>,
): Promise<{ result: NonNullable<D['result']>; info: ResultInfo }> {
  const envelope = enveloped(await call)
  return { result: envelope.result as NonNullable<D['result']>, info: (envelope.result_info ?? {}) as ResultInfo }
}
