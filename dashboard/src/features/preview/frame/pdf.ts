import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist'
// Found there by pdf.js, which then runs it on this thread: a page without an origin cannot start a worker.
import * as pdfjsWorker from 'pdfjs-dist/build/pdf.worker.mjs'

Object.assign(globalThis, { pdfjsWorker })

/** Further pages are for a proper viewer. */
const pagesMax = 100
const pixelsMax = 16_000_000
const pageWidthMax = 900

globalThis.showPdf = async (into, bytes) => {
  const pdf = await getDocument({
    data: new Uint8Array(bytes),
    // The page's Content-Security-Policy allows neither, and nothing may be fetched.
    isEvalSupported: false,
    useWasm: false,
    useWorkerFetch: false,
    disableAutoFetch: true,
    disableStream: true,
    enableXfa: false,
    stopAtErrors: false,
    verbosity: 0,
  } as Parameters<typeof getDocument>[0]).promise
  into.className = 'pdf'
  into.replaceChildren()
  const count = Math.min(pdf.numPages, pagesMax)
  const paint = painter(pdf)
  for (let number = 1; number <= count; number++) {
    const canvas = document.createElement('canvas')
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', `Page ${number} of ${pdf.numPages}`)
    canvas.dataset['page'] = String(number)
    into.append(canvas)
    if (number > 1) paint.whenSeen(canvas)
    else await paint.now(canvas)
  }
  if (count < pdf.numPages) {
    const note = document.createElement('p')
    note.textContent = `The first ${count} of ${pdf.numPages} pages are shown. Download the object to see the rest.`
    into.append(note)
  }
}

function painter(pdf: PDFDocumentProxy) {
  const now = async (canvas: HTMLCanvasElement): Promise<void> => {
    const page = await pdf.getPage(Number(canvas.dataset['page']))
    const natural = page.getViewport({ scale: 1 })
    const width = Math.min(pageWidthMax, document.documentElement.clientWidth - 32)
    const sharp = (width / natural.width) * Math.min(2, window.devicePixelRatio || 1)
    // A page may claim to be a mile wide.
    const fits = Math.sqrt(pixelsMax / (natural.width * natural.height))
    const viewport = page.getViewport({ scale: Math.min(sharp, fits) })
    canvas.width = Math.max(1, Math.floor(viewport.width))
    canvas.height = Math.max(1, Math.floor(viewport.height))
    canvas.style.width = `${width}px`
    await page.render({ canvas, viewport }).promise
    page.cleanup()
  }
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || !(target instanceof HTMLCanvasElement)) continue
        observer.unobserve(target)
        void now(target)
      }
    },
    { rootMargin: '400px' },
  )
  return { now, whenSeen: (canvas: HTMLCanvasElement) => observer.observe(canvas) }
}
