import { nameRuns } from './key-display'

interface Props {
  text: string
  className?: string
}

/**
 * A name that anybody may have chosen, like a key: kept apart from the direction of the text around it, and
 * with the characters shown that would hide, move or imitate others.
 */
export function Name({ text, className }: Props) {
  if (text === '') return <span className={`text-kumo-subtle italic ${className ?? ''}`}>(no name)</span>
  return (
    <bdi className={`whitespace-pre-wrap ${className ?? ''}`}>
      {nameRuns(text).map(({ text: run, symbol }, index) =>
        symbol === undefined ? (
          run
        ) : (
          <span
            key={index}
            title={symbol.name}
            className="rounded-xs bg-kumo-warning-tint px-0.5 font-mono text-[0.85em] text-kumo-default"
          >
            {symbol.shown}
          </span>
        ),
      )}
    </bdi>
  )
}
