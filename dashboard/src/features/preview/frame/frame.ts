import type { FrameAnswer, ShowMessage } from '../protocol'
import { showImage } from './image'
import { showText } from './text'

/**
 * Runs in the sandboxed frame of a preview: without an origin, without storage, without the network but for its
 * own scripts. It shows the bytes that it is handed, once.
 */
const pdfScript = document.currentScript?.dataset['pdf'] ?? ''

declare global {
  // Set by the script for PDFs (pdf.ts).
  var showPdf: ((into: HTMLElement, bytes: ArrayBuffer) => Promise<void>) | undefined
}

function loadPdfScript(): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = pdfScript
    script.onload = () => resolve()
    script.onerror = () => reject(new Error('the script for PDFs did not load'))
    document.head.append(script)
  })
}

async function show(into: HTMLElement, { kind, type, bytes, isCut }: ShowMessage): Promise<void> {
  if (kind === 'image') return showImage(into, bytes, type)
  if (kind === 'text') return showText(into, bytes, isCut)
  await loadPdfScript()
  if (!globalThis.showPdf) throw new Error('the script for PDFs is incomplete')
  return globalThis.showPdf(into, bytes)
}

function onMessage(event: MessageEvent<ShowMessage>): void {
  const port = event.ports[0]
  const into = document.getElementById('preview')
  if (event.source !== window.parent || !port || !into) return
  window.removeEventListener('message', onMessage)
  document.documentElement.dataset['mode'] = event.data.isDark ? 'dark' : 'light'
  const answer = (state: FrameAnswer['state']) => port.postMessage({ state } satisfies FrameAnswer)
  show(into, event.data).then(
    () => answer('shown'),
    () => answer('failed'),
  )
}

window.addEventListener('message', onMessage)
