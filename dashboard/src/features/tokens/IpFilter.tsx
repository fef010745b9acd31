import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { Select } from '@cloudflare/kumo/components/select'
import { PlusIcon, TrashIcon } from '@phosphor-icons/react'
import { useId, useState } from 'react'
import { cidrProblem } from './cidr'
import type { IpRule } from './form'

interface Props {
  rules: IpRule[]
  onChange: (rules: IpRule[]) => void
  /** After an attempt: an empty address counts as wrong. */
  strict: boolean
}

const operators = { in: 'Is in', not_in: 'Is not in' }

/** Where requests may come from: rows of operator and address. */
export function IpFilter({ rules, onChange, strict }: Props) {
  const ids = useId()
  const [nextId, setNextId] = useState(() => rules.reduce((max, { id }) => Math.max(max, id + 1), 0))
  const add = () => {
    onChange([...rules, { id: nextId, operator: 'in', cidr: '' }])
    setNextId(nextId + 1)
  }
  const change = (id: number, part: Partial<IpRule>) =>
    onChange(rules.map((rule) => (rule.id === id ? { ...rule, ...part } : rule)))

  return (
    <div className="flex flex-col gap-3">
      {rules.length === 0 && <p className="text-kumo-subtle">No filter: the token works from any address.</p>}
      {rules.map((rule, index) => {
        const text = rule.cidr.trim()
        const problem = text === '' && !strict ? undefined : cidrProblem(text)
        return (
          <div key={rule.id} className="flex flex-wrap items-start gap-2">
            <Select
              aria-label={`Operator ${index + 1}`}
              className="w-32"
              value={rule.operator}
              onValueChange={(value) => change(rule.id, { operator: value === 'not_in' ? 'not_in' : 'in' })}
              items={operators}
            />
            <div className="min-w-52 flex-1">
              <Input
                aria-label={`IP address or CIDR ${index + 1}`}
                placeholder="192.0.2.0/24"
                value={rule.cidr}
                onChange={(event) => change(rule.id, { cidr: event.target.value })}
                variant={problem === undefined ? 'default' : 'error'}
                aria-invalid={problem !== undefined}
                aria-describedby={`${ids}-${rule.id}`}
                autoFocus={rule.cidr === ''}
                autoComplete="off"
                spellCheck={false}
                className="w-full font-mono"
              />
              {/* Not the field's own: with it kumo makes another element of a field without label, and the focus is lost. */}
              <p id={`${ids}-${rule.id}`} className="mt-1 text-sm text-kumo-danger empty:hidden">
                {problem}
              </p>
            </div>
            <Button
              variant="ghost"
              shape="square"
              icon={<TrashIcon aria-hidden />}
              aria-label={`Remove address ${index + 1}`}
              onClick={() => onChange(rules.filter(({ id }) => id !== rule.id))}
            />
          </div>
        )
      })}
      <Button className="self-start" icon={<PlusIcon aria-hidden />} onClick={add}>
        Add address
      </Button>
    </div>
  )
}
