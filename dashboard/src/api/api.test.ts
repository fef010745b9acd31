import { describe, expect, test, vi } from 'vitest'
import { api, page, result } from './client'
import { csrfToken, setCsrfToken } from './csrf'
import { ApiError, describeError, isSessionEnded, toApiError } from './error'
import { makeQueryClient } from './query-client'
import { openSession, sessionQuery } from './queries'

// Before the client is made, which takes both when it is; a browser knows where a path leads, Node does not.
const { answers } = vi.hoisted(() => {
  const answers = vi.fn<(request: Request) => Response>()
  vi.stubGlobal('fetch', (input: Request) => Promise.resolve(answers(input)))
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(input: RequestInfo | URL, init?: RequestInit) {
        super(typeof input === 'string' && input.startsWith('/') ? `http://coffer.test${input}` : input, init)
      }
    },
  )
  return { answers }
})

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

const failure = (code: number, message: string) => ({
  success: false,
  errors: [{ code, message }],
  messages: [],
  result: null,
})
const user = { id: 'u', email: 'ada@example.com' } as never

describe('errors', () => {
  test('take the first of the envelope', () => {
    const error = toApiError(failure(10006, 'The specified bucket does not exist.'), answer(404, {}))
    expect(error).toMatchObject({ status: 404, code: 10006 })
    expect(describeError(error)).toBe('The specified bucket does not exist.')
  })
  test.each([null, 'text', { errors: [] }, { errors: [{}] }, undefined])('survive an answer like %j', (body) => {
    expect(toApiError(body, answer(502, {})).message).toContain('502')
  })
  test('say how long to wait', () => {
    const error = toApiError(failure(10058, 'x'), answer(429, {}, { 'Retry-After': '30' }))
    expect(describeError(error)).toContain('30 seconds')
  })
  test('tell a lost connection from a refusal', () => {
    expect(describeError(new TypeError('Failed to fetch'))).toContain('cannot be reached')
  })
  test('a session ended is 401 with 10000; 403 with 10000 is a refusal', () => {
    expect(isSessionEnded(new ApiError(401, 10000, ''))).toBe(true)
    expect(isSessionEnded(new ApiError(403, 10000, ''))).toBe(false)
    expect(isSessionEnded(new ApiError(401, 9109, ''))).toBe(false)
    expect(isSessionEnded(new ApiError(400, 9106, ''))).toBe(true)
  })
})

describe('the client', () => {
  test('sends the CSRF token on every method, and something before it knows one', async () => {
    answers.mockImplementation(() => answer(200, { success: true, errors: [], messages: [], result: [] }))
    setCsrfToken(undefined)
    await api.GET('/accounts')
    expect(answers.mock.lastCall?.[0].headers.get('X-Coffer-CSRF')).not.toBe('')
    setCsrfToken('token')
    await api.GET('/accounts')
    expect(answers.mock.lastCall?.[0].headers.get('X-Coffer-CSRF')).toBe('token')
  })

  test('goes past the cache of browsers, where requests of one URL wait for each other', async () => {
    answers.mockImplementation(() => answer(200, { success: true, errors: [], messages: [], result: [] }))
    await api.GET('/accounts')
    expect(answers.mock.lastCall?.[0].cache).toBe('no-store')
  })

  test('throws what the server said', async () => {
    answers.mockImplementation(() => answer(409, failure(10004, 'There is one already.')))
    await expect(result(api.GET('/accounts'))).rejects.toMatchObject({ status: 409, code: 10004 })
  })

  test('gives result_info of a list', async () => {
    answers.mockImplementation(() =>
      answer(200, { success: true, errors: [], messages: [], result: [], result_info: { cursor: 'x' } }),
    )
    expect(await page(api.GET('/accounts'))).toEqual({ result: [], info: { cursor: 'x' } })
  })

  describe('a session', () => {
    const ended = () => answer(401, failure(10000, 'Authentication error'))
    const session = { user, csrf_token: 'new', expires_on: '2026-12-01T00:00:00Z' }

    test('leaves its CSRF token out of the query cache', () => {
      expect(openSession(session as never)).toEqual({ user, expires_on: session.expires_on })
      expect(csrfToken()).toBe('new')
    })

    test('that ended is told of once, whatever was asked at the time', async () => {
      answers.mockImplementation(ended)
      const onEnded = vi.fn(() => Promise.resolve())
      const client = makeQueryClient(onEnded)
      client.setQueryData(sessionQuery.queryKey, { user, expires_on: '' })
      const ask = () =>
        client.fetchQuery({ queryKey: ['x', Math.random()], queryFn: () => result(api.GET('/accounts')) })
      await Promise.allSettled([ask(), ask()])
      await vi.waitFor(() => expect(onEnded).toHaveBeenCalledTimes(1))
    })

    test('of another tab only renews the CSRF token', async () => {
      setCsrfToken('old')
      answers.mockImplementation((request) =>
        new URL(request.url).pathname.endsWith('/session')
          ? answer(200, { success: true, errors: [], messages: [], result: session })
          : ended(),
      )
      const onEnded = vi.fn(() => Promise.resolve())
      const client = makeQueryClient(onEnded)
      client.setQueryData(sessionQuery.queryKey, { user, expires_on: '' })
      await client.fetchQuery({ queryKey: ['y'], queryFn: () => result(api.GET('/accounts')) }).catch(() => undefined)
      await vi.waitFor(() => expect(csrfToken()).toBe('new'))
      expect(onEnded).not.toHaveBeenCalled()
    })

    test('that never was is no end: sign-in shows its own error', async () => {
      answers.mockImplementation(ended)
      const onEnded = vi.fn(() => Promise.resolve())
      const client = makeQueryClient(onEnded)
      await client.fetchQuery(sessionQuery).catch(() => undefined)
      expect(onEnded).not.toHaveBeenCalled()
    })
  })
})
