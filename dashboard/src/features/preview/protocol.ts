/** What is said between a page of the dashboard and the frame in which an object is shown. */

/** Handed over once, with a MessagePort, when the frame has loaded. */
export interface ShowMessage {
  readonly kind: 'image' | 'text' | 'pdf'
  /** The media type for an image, from the list of those that are shown. */
  readonly type: string
  readonly bytes: ArrayBuffer
  /** There is more than these bytes. */
  readonly isCut: boolean
  readonly isDark: boolean
}

/** What the frame answers on the port. It is only believed for what it is worth: a word for the person. */
export type FrameAnswer = { readonly state: 'shown' } | { readonly state: 'failed' }

export function isFrameAnswer(value: unknown): value is FrameAnswer {
  if (typeof value !== 'object' || value === null || !('state' in value)) return false
  return value.state === 'shown' || value.state === 'failed'
}
