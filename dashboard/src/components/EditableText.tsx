import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { CheckIcon, PencilSimpleIcon, XIcon } from '@phosphor-icons/react'
import { useEffect, useId, useRef, useState, type FormEvent } from 'react'

interface Props {
  /** What the text is: "token name". */
  label: string
  value: string
  onSave: (text: string) => void | Promise<unknown>
  /** Why it may not be saved. */
  problem?: (text: string) => string | undefined
  className?: string
}

/** A text that becomes a field when it is selected. Enter or leaving the field saves, Escape does not. */
export function EditableText({ label, value, onSave, problem, className }: Props) {
  const [draft, setDraft] = useState<string | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  const problemId = useId()
  const wasEditing = useRef(false)

  useEffect(() => {
    if (draft === null && wasEditing.current) button.current?.focus()
    wasEditing.current = draft !== null
  }, [draft])

  if (draft === null) {
    return (
      <button
        ref={button}
        type="button"
        title={`Edit ${label}`}
        onClick={() => setDraft(value)}
        className={`group inline-flex max-w-full cursor-pointer items-center gap-2 rounded-md text-left wrap-anywhere decoration-kumo-line underline-offset-4 hover:underline ${className ?? ''}`}
      >
        {value}
        <PencilSimpleIcon
          aria-hidden
          className="size-[0.8em] shrink-0 text-kumo-subtle group-hover:text-kumo-default"
        />
        <span className="sr-only">: edit {label}</span>
      </button>
    )
  }

  const wrong = problem?.(draft)
  const save = () => {
    if (wrong !== undefined) return
    setDraft(null)
    if (draft !== value) void onSave(draft)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    save()
  }
  return (
    <span
      className="flex max-w-xl flex-wrap items-start gap-1.5"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) save()
      }}
    >
      <Input
        aria-label={label}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') submit(event)
          else if (event.key === 'Escape') setDraft(null)
        }}
        variant={wrong === undefined ? 'default' : 'error'}
        aria-invalid={wrong !== undefined}
        aria-describedby={problemId}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        className="min-w-48 flex-1"
      />
      <Button shape="square" icon={<CheckIcon aria-hidden />} aria-label={`Save ${label}`} onClick={save} />
      <Button
        shape="square"
        variant="ghost"
        icon={<XIcon aria-hidden />}
        aria-label={`Do not change ${label}`}
        onClick={() => setDraft(null)}
      />
      <span id={problemId} role="status" className="w-full text-sm font-normal text-kumo-danger empty:hidden">
        {wrong}
      </span>
    </span>
  )
}
