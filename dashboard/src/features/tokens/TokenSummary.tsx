import { CaretRightIcon } from '@phosphor-icons/react'
import { Card } from '~/components/Card'
import { CodeBlock } from '~/components/copy'
import type { TokenBody } from './tokens'

/** What the token can do, in words and as it is sent. */
export function TokenSummary({ sentences, body }: { sentences: string[]; body: TokenBody | undefined }) {
  return (
    <Card title="Summary">
      <ul className="flex list-disc flex-col gap-1.5 pl-4">
        {sentences.map((sentence) => (
          <li key={sentence} className="wrap-anywhere">
            {sentence}
          </li>
        ))}
      </ul>
      {body !== undefined && (
        <details className="group mt-4">
          <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded-md text-sm text-kumo-link">
            <CaretRightIcon aria-hidden className="transition-transform group-open:rotate-90" />
            Policy JSON
          </summary>
          <div className="mt-3">
            <CodeBlock label="policy JSON" code={JSON.stringify(body, null, 2)} />
          </div>
        </details>
      )}
    </Card>
  )
}
