import { useSyncExternalStore } from 'react'

/** Dark or light: as the system has it, unless the person chose. kumo reads `data-mode` of the root element. */
export type Theme = 'system' | 'light' | 'dark'

const item = 'coffer.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function storedTheme(): Theme {
  const stored = localStorage.getItem(item)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function applyStoredTheme(): void {
  const theme = storedTheme()
  document.documentElement.dataset['mode'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
}

dark.addEventListener('change', applyStoredTheme)

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(item)
  else localStorage.setItem(item, theme)
  applyStoredTheme()
  for (const listener of listeners) listener()
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, storedTheme)
}
