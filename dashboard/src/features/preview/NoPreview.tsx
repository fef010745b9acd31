import { EyeSlashIcon } from '@phosphor-icons/react'
import type { ReactNode } from 'react'

export function NoPreview({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-28 items-center justify-center gap-3 rounded-lg bg-kumo-elevated p-6 text-kumo-subtle ring ring-kumo-hairline">
      <EyeSlashIcon aria-hidden size={20} className="shrink-0" />
      <p>{children}</p>
    </div>
  )
}
