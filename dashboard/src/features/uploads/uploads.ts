import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { csrfToken } from '~/api/csrf'
import { keys } from '~/api/keys'
import { sessionQuery, useSession } from '~/api/queries'
import type { BucketRef } from '../objects/bucket-ref'
import type { UploadView } from './item'
import { systemClock } from './clock'
import { UploadEngine } from './engine'
import { UploadMemory } from './memory'
import { XhrTransport } from './transport'

/** Lists are asked for again at most this often while objects arrive. */
const refreshEveryMs = 1500

let engine: UploadEngine | undefined

/** The one engine of the page. It outlives the pages of the dashboard and the session. */
export function uploadEngine(client: QueryClient): UploadEngine {
  engine ??= makeEngine(client)
  return engine
}

function makeEngine(client: QueryClient): UploadEngine {
  const made = new UploadEngine({
    transport: new XhrTransport(csrfToken),
    memory: new UploadMemory(storage(() => window.localStorage)),
    clock: systemClock,
    tab: tabId(),
    onDone: refresher(client),
    onSessionEnd: () => {
      // Another tab may have signed in anew, and then there is a new token. If not, the query client goes to sign-in.
      client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(
        ({ user }) => made.signIn(user.id),
        () => {},
      )
    },
  })
  askBeforeLeaving(made)
  return made
}

/** Access alone throws where a browser forbids storage. */
function storage(get: () => Storage): Storage | undefined {
  try {
    return get()
  } catch {
    return undefined
  }
}

/** Stays the same over a reload, and differs between tabs. */
function tabId(): string {
  const name = 'coffer.tab'
  const kept = storage(() => window.sessionStorage)
  const known = kept?.getItem(name)
  if (known) return known
  const id = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  kept?.setItem(name, id)
  return id
}

function refresher(client: QueryClient): (ref: BucketRef) => void {
  const changed = new Map<string, BucketRef>()
  let timer: ReturnType<typeof setTimeout> | undefined
  return (ref) => {
    changed.set(`${ref.account}/${ref.jurisdiction}/${ref.bucket}`, ref)
    timer ??= setTimeout(() => {
      timer = undefined
      for (const { account, jurisdiction, bucket } of changed.values()) {
        void client.invalidateQueries({ queryKey: keys.objects(account, jurisdiction, bucket) })
        void client.invalidateQueries({ queryKey: keys.buckets(account), refetchType: 'none' })
      }
      changed.clear()
    }, refreshEveryMs)
  }
}

/** Only while there is something to lose: a listener for it keeps pages out of the back-forward cache. */
function askBeforeLeaving(made: UploadEngine): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault()
  made.subscribe(() => {
    if (made.isBusy()) window.addEventListener('beforeunload', ask)
    else window.removeEventListener('beforeunload', ask)
  })
}

/** The engine, signed in as the person that the session is of. */
export function useUploadEngine(): UploadEngine {
  const made = uploadEngine(useQueryClient())
  const { user } = useSession()
  useEffect(() => made.signIn(user.id), [made, user.id])
  return made
}

export function useUploads(made: UploadEngine): readonly UploadView[] {
  return useSyncExternalStore(made.subscribe, made.views)
}
