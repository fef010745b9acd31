import { Button } from '@cloudflare/kumo/components/button'
import { CheckIcon, CopyIcon } from '@phosphor-icons/react'
import { useEffect, useState, type ReactNode } from 'react'
import { toast } from './toast'

/** Also where the Clipboard API is absent: on plain HTTP that is not the machine's own. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.className = 'sr-only'
  // Inside of an open dialog, as its focus trap takes the focus back from elsewhere.
  const focused = document.activeElement
  const parent = focused?.closest('[role="dialog"]') ?? document.body
  parent.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  if (!copied) throw new Error('The browser did not allow it: select the text and copy it by hand.')
}

interface CopyButtonProps {
  text: string
  /** What is copied, for the button's name: "Copy Access Key ID". */
  label: string
  size?: 'xs' | 'sm' | 'base'
  className?: string
  /** A visible text; without it the button is an icon. */
  children?: ReactNode
}

export function CopyButton({ text, label, size = 'sm', className, children }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])

  const icon = copied ? <CheckIcon aria-hidden className="text-kumo-success" /> : <CopyIcon aria-hidden />
  const onClick = () =>
    copyText(text).then(
      () => setCopied(true),
      (error: unknown) => toast.error('This could not be copied', error),
    )
  return (
    <>
      {children === undefined ? (
        <Button
          variant="ghost"
          size={size}
          shape="square"
          icon={icon}
          aria-label={`Copy ${label}`}
          title={`Copy ${label}`}
          className={className}
          onClick={onClick}
        />
      ) : (
        <Button size={size} icon={icon} aria-label={`Copy ${label}`} className={className} onClick={onClick}>
          {copied ? 'Copied' : children}
        </Button>
      )}
      <span role="status" className="sr-only">
        {copied ? `Copied ${label}` : ''}
      </span>
    </>
  )
}

interface CopyFieldProps {
  label: string
  value: string
  /** Said under the label, like another name of the value. */
  hint?: ReactNode
}

/** A value to be copied: its label, the value in full, the button. */
export function CopyField({ label, value, hint }: CopyFieldProps) {
  return (
    <div className="min-w-0">
      <div className="mb-1 flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium text-kumo-strong">{label}</span>
        {hint !== undefined && <span className="text-sm text-kumo-subtle">{hint}</span>}
      </div>
      <div className="flex items-center gap-1 rounded-lg bg-kumo-elevated py-1 pr-1 pl-3 ring ring-kumo-hairline">
        <code
          data-testid={`value-${label}`}
          className="min-w-0 flex-1 font-mono text-xs text-kumo-default wrap-anywhere select-all"
        >
          {value}
        </code>
        <CopyButton text={value} label={label} />
      </div>
    </div>
  )
}

/** Text of several lines, as it will be pasted. Keyboard users scroll it: hence the tab stop. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative min-w-0 rounded-lg bg-kumo-elevated ring ring-kumo-hairline">
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-96 overflow-auto rounded-lg p-4 pr-14 font-mono text-sm leading-relaxed"
      >
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={label} className="absolute top-2 right-2 bg-kumo-base ring ring-kumo-hairline" />
    </div>
  )
}
