import { CaretDownIcon, PencilSimpleIcon, PlusIcon, TrashIcon, type Icon } from '@phosphor-icons/react'
import { useId, useState } from 'react'
import { formatDate, formatTime } from '~/components/format'
import { Name } from '../objects/Name'
import { describeAction } from './action'
import type { AuditEntry } from './audit'
import { EntryDetails } from './EntryDetails'
import { dayOf } from './filters'

/** Entries under the days they belong to. */
export function EntryList({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <div className="divide-y divide-kumo-hairline">
      {byDay(entries).map(({ day, list }) => (
        <section key={day} aria-label={formatDate(list[0]?.action.time ?? day)}>
          <h2 className="sticky top-14 z-1 border-b border-kumo-hairline bg-kumo-elevated px-5 py-2 text-sm font-medium text-kumo-subtle">
            {formatDate(list[0]?.action.time ?? day)}
          </h2>
          <ul className="divide-y divide-kumo-hairline">
            {list.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function byDay(entries: readonly AuditEntry[]): { day: string; list: AuditEntry[] }[] {
  const days: { day: string; list: AuditEntry[] }[] = []
  for (const entry of entries) {
    const day = dayOf(new Date(entry.action.time))
    const last = days.at(-1)
    if (last?.day === day) last.list.push(entry)
    else days.push({ day, list: [entry] })
  }
  return days
}

const looks: Record<AuditEntry['action']['type'], { icon: Icon; style: string }> = {
  create: { icon: PlusIcon, style: 'bg-kumo-success-tint text-kumo-success' },
  update: { icon: PencilSimpleIcon, style: 'bg-kumo-info-tint text-kumo-info' },
  delete: { icon: TrashIcon, style: 'bg-kumo-danger-tint text-kumo-danger' },
}

function Entry({ entry }: { entry: AuditEntry }) {
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  const { icon: Shape, style } = looks[entry.action.type]
  return (
    <li>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-start gap-3 px-5 py-3 text-left hover:bg-kumo-tint focus-visible:-outline-offset-2!"
      >
        <span aria-hidden className={`mt-0.5 flex size-6 shrink-0 items-center justify-center rounded-full ${style}`}>
          <Shape size={13} weight="bold" />
        </span>
        <span className="min-w-0 flex-1 wrap-anywhere">
          <span className="font-medium text-kumo-strong">{actorOf(entry)}</span>{' '}
          {describeAction(entry.action.description)} <ResourceName entry={entry} />
        </span>
        <time
          dateTime={entry.action.time}
          title={formatTime(entry.action.time)}
          className="shrink-0 text-kumo-subtle tabular-nums"
        >
          {clock.format(new Date(entry.action.time))}
        </time>
        <CaretDownIcon
          aria-hidden
          size={14}
          className={`mt-1 shrink-0 text-kumo-subtle transition-transform ${isOpen ? 'rotate-180' : ''}`}
        />
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && <EntryDetails entry={entry} />}
      </div>
    </li>
  )
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

function actorOf({ actor }: AuditEntry): React.ReactNode {
  if (actor.email) return <Name text={actor.email} />
  if (actor.type === 'system') return 'The operator'
  if (actor.token_id) return `Token ${actor.token_id.slice(0, 8)}…`
  return actor.type === 'account' ? 'The account' : <Name text={actor.id} />
}

/** By its name where the entry has one: ids say little to people. */
function ResourceName({ entry: { resource } }: { entry: AuditEntry }) {
  const state = resource.value.after ?? resource.value.before
  const named = typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {}
  const name = [named['name'], named['email'], resource.id].find((text) => typeof text === 'string' && text !== '')
  return <Name text={typeof name === 'string' ? name : resource.id} className="font-medium text-kumo-strong" />
}
