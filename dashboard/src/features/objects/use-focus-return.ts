import { useEffect, useRef, useState } from 'react'

/** Later than dialogs give the focus back themselves. */
const afterMs = 60

/**
 * For a dialog that was opened from a dialog: back to the button there. By itself it looks for what had the focus only
 * once its own first field has taken it, and so finds what was behind both.
 */
export function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    clearTimeout(timer.current)
    return () => {
      if (!(opener instanceof HTMLElement) || !opener.closest('[role="dialog"]')) return
      timer.current = setTimeout(() => opener.isConnected && opener.focus(), afterMs)
    }
  }, [opener])
}
