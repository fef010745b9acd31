import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { Select } from '@cloudflare/kumo/components/select'
import { useEffect, useState } from 'react'
import { actionTypes, dayOf, daysBefore, defaultDays, resourceTypes, type ActivityFilters } from './filters'

/** Stands for no choice, since a Select's value is a text. */
const any = 'any'
const typedAfterMs = 400

interface Props {
  filters: ActivityFilters
  onChange: (filters: ActivityFilters) => void
}

export function ActivityFilterBar({ filters, onChange }: Props) {
  const set = (part: ActivityFilters) => onChange({ ...filters, ...part })
  const today = new Date()
  const isFiltered = Object.values(filters).some((value) => value !== undefined && value !== '')
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-1 items-end gap-3 min-[420px]:grid-cols-2 md:grid-cols-3 2xl:grid-cols-6 [&>*]:min-w-0"
    >
      <Input
        type="date"
        className="w-full"
        label="From"
        value={filters.since ?? dayOf(daysBefore(today, defaultDays))}
        max={filters.before ?? dayOf(today)}
        onChange={(event) => set({ since: event.target.value || undefined })}
      />
      <Input
        type="date"
        className="w-full"
        label="To"
        value={filters.before ?? dayOf(today)}
        min={filters.since}
        onChange={(event) => set({ before: event.target.value || undefined })}
      />
      <Select
        label="Action"
        hideLabel={false}
        className="w-full"
        value={filters.action ?? any}
        onValueChange={(value) => set({ action: value === any || value === null ? undefined : value })}
        items={{ [any]: 'Any action', ...actionTypes }}
      />
      <Select
        label="Resources"
        hideLabel={false}
        className="w-full"
        value={filters.resourceType ?? any}
        onValueChange={(value) => set({ resourceType: value === any || value === null ? undefined : value })}
        items={{ [any]: 'All resources', ...resourceTypes }}
      />
      <TypedFilter
        label="Resource"
        placeholder="Name or id"
        value={filters.resource ?? ''}
        onTyped={(resource) => set({ resource })}
      />
      <TypedFilter
        label="Actor"
        placeholder="E-mail or token id"
        value={filters.actor ?? ''}
        onTyped={(actor) => set({ actor })}
      />
      {isFiltered && (
        <Button variant="ghost" className="justify-self-start" onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </form>
  )
}

interface TypedProps {
  label: string
  placeholder: string
  value: string
  onTyped: (text: string | undefined) => void
}

/** Asks the server a moment after the last letter. */
function TypedFilter({ label, placeholder, value, onTyped }: TypedProps) {
  const [text, setText] = useState(value)
  // What comes from elsewhere, like "Clear", replaces what was typed.
  const [seen, setSeen] = useState(value)
  if (seen !== value) {
    setSeen(value)
    setText(value)
  }
  useEffect(() => {
    if (text === value) return undefined
    const timer = setTimeout(() => onTyped(text || undefined), typedAfterMs)
    return () => clearTimeout(timer)
  })
  return (
    <Input
      label={label}
      placeholder={placeholder}
      className="w-full"
      value={text}
      onChange={(event) => setText(event.target.value)}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
