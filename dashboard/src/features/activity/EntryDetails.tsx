import { useMemo } from 'react'
import { formatTime } from '~/components/format'
import { Name } from '../objects/Name'
import type { AuditEntry } from './audit'
import { fieldChanges, type FieldChange } from './diff'

const contexts: Record<string, string> = { dash: 'Dashboard', api_token: 'API token' }

export function EntryDetails({ entry }: { entry: AuditEntry }) {
  const { actor, resource, raw, action } = entry
  const changes = useMemo(() => fieldChanges(resource.value.before, resource.value.after), [resource])
  const context = actor.context ? (contexts[actor.context] ?? actor.context) : undefined
  return (
    <div className="flex flex-col gap-4 border-t border-kumo-hairline bg-kumo-elevated px-5 py-4 md:pl-14">
      {changes.length > 0 && <Changes changes={changes} />}
      <dl className="grid gap-x-6 gap-y-1.5 text-sm sm:grid-cols-[auto_1fr]">
        <Fact label="Action" value={action.description} />
        <Fact label="Time" value={formatTime(action.time)} />
        <Fact label="Resource" value={`${resource.type} ${resource.id}`} />
        <Fact label="Through" value={context} />
        <Fact label="Token" value={actor.token_id} />
        <Fact label="Address" value={actor.ip_address} />
        <Fact label="Request" value={raw.cf_ray_id} />
        <Fact label="Entry" value={entry.id} />
      </dl>
    </div>
  )
}

function Fact({ label, value }: { label: string; value: string | null | undefined }) {
  if (!value) return null
  return (
    <>
      <dt className="text-kumo-subtle">{label}</dt>
      <dd className="wrap-anywhere">
        <Name text={value} />
      </dd>
    </>
  )
}

/** Only a creation has no before and only a deletion no after; then one column is enough. */
function Changes({ changes }: { changes: readonly FieldChange[] }) {
  const hasBefore = changes.some(({ before }) => before !== undefined)
  const hasAfter = changes.some(({ after }) => after !== undefined)
  return (
    <div
      className="overflow-x-auto rounded-lg bg-kumo-base ring ring-kumo-hairline"
      tabIndex={0}
      role="region"
      aria-label="Changed fields"
    >
      <table className="w-full text-sm">
        <thead className="text-kumo-subtle">
          <tr className="border-b border-kumo-hairline">
            <th scope="col" className="px-3 py-2 text-left font-medium">
              Field
            </th>
            {hasBefore && (
              <th scope="col" className="px-3 py-2 text-left font-medium">
                Before
              </th>
            )}
            {hasAfter && (
              <th scope="col" className="px-3 py-2 text-left font-medium">
                After
              </th>
            )}
          </tr>
        </thead>
        <tbody className="divide-y divide-kumo-hairline">
          {changes.map(({ path, before, after, kind }) => (
            <tr key={path}>
              <th
                scope="row"
                className="px-3 py-1.5 min-w-24 text-left align-top font-mono font-normal wrap-break-word"
              >
                {path === '' ? 'value' : <Name text={path} />}
                {kind !== 'same' && <span className="sr-only"> ({kind})</span>}
              </th>
              {hasBefore && <Value text={before} tone={kind === 'same' || !hasAfter ? 'plain' : 'before'} />}
              {hasAfter && <Value text={after} tone={kind === 'same' || !hasBefore ? 'plain' : 'after'} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const tones = { plain: '', before: 'bg-kumo-danger-tint', after: 'bg-kumo-success-tint' }

function Value({ text, tone }: { text: string | undefined; tone: keyof typeof tones }) {
  if (text === undefined) return <td className="px-3 py-1.5 align-top text-kumo-subtle">–</td>
  return (
    <td className={`min-w-32 px-3 py-1.5 align-top wrap-anywhere ${tones[tone]}`}>
      {text === '' ? <span className="text-kumo-subtle">(empty)</span> : <Name text={text} />}
    </td>
  )
}
