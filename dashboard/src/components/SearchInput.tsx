import { Input } from '@cloudflare/kumo/components/input'
import { MagnifyingGlassIcon } from '@phosphor-icons/react'
import { useEffect, useRef, useState } from 'react'

interface Props {
  label: string
  value: string
  /** Called when the person has stopped typing for a moment. */
  onSearch: (text: string) => void
}

const pauseMs = 250

export function SearchInput({ label, value, onSearch }: Props) {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    // What comes from elsewhere, like going back; an echo of ours must not undo what was typed since.
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === sent.current) return undefined
    const timer = setTimeout(() => {
      sent.current = text
      onSearch(text)
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [text, onSearch])
  return (
    <div className="relative w-full sm:w-72">
      <MagnifyingGlassIcon
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 z-1 size-4 -translate-y-1/2 text-kumo-subtle"
      />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        className="w-full pl-9"
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  )
}
