/** What the management API said when it refused: the first of the envelope's errors, and the status. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** From Retry-After, if the server named a time to wait. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message)
  }
}

/** Codes of Cloudflare's that the dashboard acts on; all others are shown as the server words them. */
export const codes = {
  authentication: 10000,
  /** Neither a cookie nor a token came with the call: the browser has dropped the cookie. */
  missingCredentials: 9106,
  bucketNotFound: 10006,
  bucketExists: 10004,
  bucketNotEmpty: 10008,
} as const

export function isSessionEnded(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return (
    (error.status === 401 && error.code === codes.authentication) ||
    (error.status === 400 && error.code === codes.missingCredentials)
  )
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403
}

interface Failure {
  code: number
  message: string
}

function firstFailure(body: unknown): Failure | undefined {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors)) return undefined
  const first: unknown = body.errors[0]
  if (typeof first !== 'object' || first === null) return undefined
  const { code, message } = first as Partial<Failure>
  return typeof code === 'number' && typeof message === 'string' ? { code, message } : undefined
}

export function toApiError(body: unknown, response: Response): ApiError {
  const failure = firstFailure(body)
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new ApiError(
    response.status,
    failure?.code ?? 0,
    failure?.message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  )
}

/** One sentence for a person, with what to do where we know it. */
export function describeError(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 429) {
      const wait = error.retryAfterSeconds
      return wait
        ? `Too many attempts. Try again in ${wait} seconds.`
        : 'Too many attempts. Wait a moment and try again.'
    }
    if (error.status === 403) return `You are not allowed to do this: ${error.message}`
    if (error.status === 503) return 'The server is busy or starting. Try again in a moment.'
    return error.message
  }
  // fetch rejects with a TypeError when there is no connection at all.
  if (error instanceof TypeError) return 'The server cannot be reached. Check that Coffer is running and try again.'
  return error instanceof Error ? error.message : 'Something went wrong.'
}
