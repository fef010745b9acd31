import { useEffect, useRef, type RefObject } from 'react'

/** Dialogs take a moment to give the focus back, and a list to come. */
const stepMs = 100
const stepsMax = 15

/**
 * Where what had the focus is gone, like the row of a deleted object, the buttons of a selection, or the folder that
 * another was opened from, the focus goes to the list, or to the first field when there is none. `isOpen`: a dialog is.
 */
export function useFocusFallback(isOpen: boolean, isEntered: RefObject<boolean>, page: RefObject<HTMLElement | null>): void {
  const mayBeLost = useRef(false)
  useEffect(() => {
    // Set by the page after its first folder: where the page is entered, the focus is its title's.
    if (isEntered.current) mayBeLost.current = true
  }, [isEntered])
  useEffect(() => {
    if (isOpen) {
      mayBeLost.current = true
      return undefined
    }
    if (!mayBeLost.current) return undefined
    let steps = 0
    const timer = setInterval(() => {
      const row = page.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]')
      const isLost = document.activeElement === document.body
      const isLast = ++steps >= stepsMax
      if (isLost && (row || isLast)) (row ?? page.current?.querySelector('input'))?.focus({ preventScroll: true })
      if (!isLast) return
      clearInterval(timer)
      mayBeLost.current = false
    }, stepMs)
    return () => clearInterval(timer)
  }, [isOpen, page])
}
