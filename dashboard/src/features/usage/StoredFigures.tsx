import type { ReactNode } from 'react'

/** Large numbers side by side, each with what it counts. */
export function StoredFigures({
  figures,
}: {
  figures: readonly { label: string; value: ReactNode; hint?: ReactNode }[]
}) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl bg-kumo-hairline ring ring-kumo-hairline lg:grid-cols-4">
      {figures.map(({ label, value, hint }) => (
        <div key={label} className="bg-kumo-base px-5 py-4">
          <dt className="text-kumo-subtle">{label}</dt>
          <dd className="mt-1 text-2xl font-semibold tracking-tight text-kumo-strong tabular-nums">{value}</dd>
          {hint !== undefined && <dd className="mt-0.5 text-sm text-kumo-subtle">{hint}</dd>}
        </div>
      ))}
    </dl>
  )
}
