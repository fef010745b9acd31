/** Always as text, whatever it says it is. */
export function showText(into: HTMLElement, bytes: ArrayBuffer, isCut: boolean): void {
  const pre = document.createElement('pre')
  pre.tabIndex = 0
  pre.setAttribute('aria-label', 'Contents of the object')
  pre.textContent = decode(new Uint8Array(bytes))
  into.className = 'text'
  into.replaceChildren(pre)
  if (!isCut) return
  const note = document.createElement('p')
  note.textContent = 'Only the beginning is shown. Download the object to see all of it.'
  into.append(note)
}

/** UTF-8, unless a byte order mark says otherwise. */
function decode(bytes: Uint8Array): string {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
