import { Input } from '@cloudflare/kumo/components/input'
import { CheckIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { describeError } from '~/api/error'
import { jurisdictionName } from '~/api/jurisdictions'
import type { BucketRef } from './bucket-ref'
import { bucketChoicesQuery } from './bucket-choices'

interface Props {
  value: BucketRef
  onChange: (bucket: BucketRef) => void
}

/** One bucket of the same jurisdiction as `value`: a field that searches, and a list below it while it has the focus. */
export function BucketChoice({ value, onChange }: Props) {
  // Undefined while nothing is looked for.
  const [text, setText] = useState<string>()
  const [active, setActive] = useState(-1)
  const isOpen = text !== undefined
  const search = useDeferredValue((text ?? '').trim().toLowerCase())
  const choices = useQuery({
    ...bucketChoicesQuery(value.account, value.jurisdiction, search),
    enabled: isOpen,
  })
  const names = choices.data?.names ?? []
  const id = useId()
  const list = useRef<HTMLUListElement>(null)

  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' })
  }, [active])

  const close = () => {
    setText(undefined)
    setActive(-1)
  }
  const choose = (name: string) => {
    onChange({ ...value, bucket: name })
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!isOpen) setText('')
      else if (names.length > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1
        setActive(Math.max(0, Math.min(names.length - 1, active + step)))
      }
    } else if (event.key === 'Enter' && isOpen) {
      // Chooses; does not send the form.
      event.preventDefault()
      const name = names[active] ?? names.find((other) => other === search) ?? (names.length === 1 ? names[0] : undefined)
      if (name !== undefined && !choices.isPlaceholderData) choose(name)
    } else if (event.key === 'Escape' && isOpen) {
      // Closes the list; the dialog stays.
      event.stopPropagation()
      event.nativeEvent.stopImmediatePropagation()
      close()
    }
  }

  return (
    <div>
      <Input
        label="Bucket"
        description={`Of the same jurisdiction: ${jurisdictionName(value.jurisdiction)}.`}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && active >= 0 && active < names.length ? `${id}-${active}` : undefined}
        placeholder={isOpen ? 'Search by name' : undefined}
        className="w-full"
        value={text ?? value.bucket}
        onClick={() => text === undefined && setText('')}
        onChange={(event) => {
          setText(event.target.value)
          setActive(-1)
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        autoComplete="off"
        spellCheck={false}
      />
      {isOpen && (
        <div className="mt-2 overflow-hidden rounded-lg bg-kumo-base ring ring-kumo-line">
          <ul
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label="Buckets"
            className="max-h-44 overflow-y-auto"
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
          >
            {names.map((name, index) => (
              <li
                key={name}
                id={`${id}-${index}`}
                role="option"
                aria-selected={name === value.bucket}
                data-active={index === active || undefined}
                onClick={() => choose(name)}
                className="flex h-9 cursor-pointer items-center gap-2 px-3 hover:bg-kumo-tint data-active:bg-kumo-tint data-active:outline-2 data-active:-outline-offset-2 data-active:outline-kumo-focus"
              >
                <span className="min-w-0 flex-1 truncate">{name}</span>
                {name === value.bucket && <CheckIcon aria-hidden size={14} weight="bold" />}
              </li>
            ))}
          </ul>
          <p role="status" className="px-3 text-sm text-kumo-subtle not-empty:py-2">
            {choices.data === undefined
              ? choices.error === null
                ? 'Loading buckets…'
                : describeError(choices.error)
              : names.length === 0
                ? 'No bucket has this in its name.'
                : choices.data.hasMore && `The first ${names.length}. Type a part of the name to find others.`}
          </p>
        </div>
      )}
    </div>
  )
}
