import { useEffect, useRef, type ReactNode } from 'react'

/** For what takes the place of the button that was pressed: without it the focus would leave the dialog. */
export function FocusHere({ children, className = '' }: { children: ReactNode; className?: string }) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => element.current?.focus({ preventScroll: true }), [])
  return (
    <div ref={element} tabIndex={-1} className={`outline-none! ${className}`}>
      {children}
    </div>
  )
}
