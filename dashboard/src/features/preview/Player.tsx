import { useRef, useState } from 'react'
import { csrfToken } from '~/api/csrf'
import type { BucketRef } from '../objects/bucket-ref'
import { shownName } from '../objects/key-display'
import { NoPreview } from './NoPreview'
import { ticketLifeS, ticketUrl } from './ticket'

interface Props {
  bucket: BucketRef
  objectKey: string
  kind: 'video' | 'audio'
}

interface Source {
  readonly url: string
  readonly token: string
  readonly expiresMs: number
}

/** The browser's own player: it runs no scripts, and asks for the ranges that it needs with a ticket. */
export function Player({ bucket, objectKey, kind }: Props) {
  const makeSource = (): Source => {
    const [token, now] = [csrfToken(), Date.now()]
    return { url: ticketUrl(bucket, objectKey, token, now), token, expiresMs: now + ticketLifeS * 1000 }
  }
  const [source, setSource] = useState(makeSource)
  const [failed, setFailed] = useState(false)
  const resumeAt = useRef(0)
  if (failed) return <NoPreview>This browser cannot play it. Download the object to play it elsewhere.</NoPreview>

  const common = {
    controls: true,
    preload: 'metadata',
    src: source.url,
    'aria-label': `Preview of ${shownName(objectKey)}`,
    // A long film, or a session that began anew, outlives its ticket: another one, from the same place on.
    onError: ({ currentTarget }: React.SyntheticEvent<HTMLMediaElement>) => {
      const isOld = Date.now() > source.expiresMs || csrfToken() !== source.token
      if (!isOld) return setFailed(true)
      resumeAt.current = currentTarget.currentTime
      setSource(makeSource())
    },
    onLoadedMetadata: ({ currentTarget }: React.SyntheticEvent<HTMLMediaElement>) => {
      if (resumeAt.current > 0) currentTarget.currentTime = resumeAt.current
      resumeAt.current = 0
    },
  } as const
  if (kind === 'audio') return <audio {...common} className="w-full" />
  return <video {...common} playsInline className="max-h-[60dvh] w-full rounded-lg bg-black" />
}
