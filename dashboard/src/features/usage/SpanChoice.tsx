import { spans, type SpanName } from './series'

interface Props {
  value: SpanName
  onChange: (span: SpanName) => void
}

/** Radio buttons that look like one control. */
export function SpanChoice({ value, onChange }: Props) {
  return (
    <fieldset className="inline-flex rounded-lg bg-kumo-recessed p-0.5 ring ring-kumo-hairline">
      <legend className="sr-only">Time range</legend>
      {(Object.keys(spans) as SpanName[]).map((span) => (
        <label
          key={span}
          className="cursor-pointer rounded-md px-3 py-1 text-kumo-subtle has-checked:bg-kumo-base has-checked:font-medium has-checked:text-kumo-strong has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-kumo-focus"
        >
          <input
            type="radio"
            name="span"
            className="sr-only"
            checked={value === span}
            onChange={() => onChange(span)}
          />
          {spans[span].label}
        </label>
      ))}
    </fieldset>
  )
}
