/**
 * The session's CSRF token. It lives in this module alone: not in storage, not in the query cache. After a reload
 * GET /session hands it out again; that one call takes any value that is not empty.
 */
const unknown = 'unknown'
let token = unknown

export function csrfToken(): string {
  return token
}

export function setCsrfToken(value: string | undefined): void {
  token = value ?? unknown
}
