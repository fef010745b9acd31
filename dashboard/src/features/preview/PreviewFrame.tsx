import { useEffect, useRef, useState } from 'react'
import { LoadingState } from '~/components/states'
import { NoPreview } from './NoPreview'
import { isFrameAnswer, type ShowMessage } from './protocol'

/** Longer than a large PDF takes on a slow machine. */
const giveUpAfterMs = 30_000

interface Props extends Omit<ShowMessage, 'isDark'> {
  name: string
}

/**
 * The frame has no origin (`sandbox` without `allow-same-origin`), so what runs in it, should anything, can reach
 * neither the dashboard nor the session. It gets the bytes by message, as it could not fetch them.
 */
export function PreviewFrame({ name, kind, type, bytes, isCut }: Props) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')

  useEffect(() => {
    const element = frame.current
    if (!element) return undefined
    const { port1, port2 } = new MessageChannel()
    const timer = setTimeout(() => setState('failed'), giveUpAfterMs)
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      clearTimeout(timer)
      if (isFrameAnswer(data)) setState(data.state)
    }
    const hand = () => {
      const isDark = document.documentElement.dataset['mode'] === 'dark'
      const message: ShowMessage = { kind, type, bytes, isCut, isDark }
      // An opaque origin cannot be named: "*". The bytes are the object's own, and the port goes to whoever has them.
      element.contentWindow?.postMessage(message, '*', [port2])
    }
    element.addEventListener('load', hand, { once: true })
    // Set here, not in the markup: the load must not be missed.
    element.src = '/preview.html'
    return () => {
      clearTimeout(timer)
      element.removeEventListener('load', hand)
      port1.close()
    }
  }, [kind, type, bytes, isCut])

  if (state === 'failed')
    return <NoPreview>It could not be shown. It may be damaged, or not what its type says.</NoPreview>
  return (
    <div className="relative overflow-hidden rounded-lg bg-kumo-elevated ring ring-kumo-hairline">
      <iframe
        ref={frame}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        title={`Preview of ${name}`}
        className={kind === 'image' ? 'h-[min(24rem,50dvh)] w-full' : 'h-[min(32rem,60dvh)] w-full'}
      />
      {state === 'loading' && (
        <div className="absolute inset-0 bg-kumo-elevated">
          <LoadingState label="Drawing the preview" />
        </div>
      )}
    </div>
  )
}
