import { Button } from '@cloudflare/kumo/components/button'
import { Input } from '@cloudflare/kumo/components/input'
import { Select } from '@cloudflare/kumo/components/select'
import { CheckCircleIcon, ProhibitIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { Schemas } from '~/api/client'
import { jurisdictionName, jurisdictions } from '~/api/jurisdictions'
import { useAccountId, useActions } from '~/api/queries'
import { Card } from '~/components/Card'
import { TextLink } from '~/components/links'
import { PageHeader } from '~/components/PageHeader'
import { EmptyState, ErrorState, FormError, LoadingState } from '~/components/states'
import { TokenPicker } from '~/features/tokens/TokenPicker'
import { explanationQuery } from './explain'
import { operationOf, operations, questionProblem, relevant, type Question } from './operations'

/** Would this key be allowed to, and what says so. The question is the address, so that it can be passed on. */
export function ExplainPage() {
  const accountId = useAccountId()
  const can = useActions()
  const asked = useSearch({ from: '/signed-in/$accountId/r2/explain' })
  return (
    <>
      <PageHeader
        title="Explain access"
        description="Whether a token may do something right now, and which of its policies says so."
        breadcrumbs={[
          <TextLink key="r2" look="quiet" to="/$accountId/r2" params={{ accountId }}>
            R2
          </TextLink>,
          <span key="page">Explain access</span>,
        ]}
      />
      {can('AccountTokensRead') ? (
        <div className="grid items-start gap-6 xl:grid-cols-2">
          <QuestionForm key={JSON.stringify(asked)} asked={asked} />
          <Answer question={asked} />
        </div>
      ) : (
        <Card>
          <EmptyState icon={<ProhibitIcon aria-hidden />} title="Your role does not let you see the account’s tokens">
            A Super Administrator can ask for you.
          </EmptyState>
        </Card>
      )}
    </>
  )
}

function QuestionForm({ asked }: { asked: Question }) {
  const navigate = useNavigate({ from: '/$accountId/r2/explain' })
  const [question, setQuestion] = useState<Question>(asked)
  const [tried, setTried] = useState(false)
  const operation = operationOf(question.operation ?? '')
  const problem = questionProblem(question)
  const set = (part: Partial<Question>) => setQuestion({ ...question, ...part })

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem === undefined) void navigate({ search: relevant(question) })
  }
  const text = (name: keyof Question, label: string, description?: string) => (
    <Input
      label={label}
      description={description}
      value={question[name] ?? ''}
      onChange={(event) => set({ [name]: event.target.value })}
      autoComplete="off"
      spellCheck={false}
      className="w-full"
    />
  )

  return (
    <Card title="Would this be allowed?">
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <TokenPicker label="Token" value={question.key ?? ''} onChange={(key) => set({ key })} />
        <Select
          label="Operation"
          className="w-full"
          value={operation.name}
          onValueChange={(name) => set({ operation: name ?? undefined })}
          items={Object.fromEntries(operations.map(({ name }) => [name, name]))}
        />
        <Select
          label="Jurisdiction"
          className="w-full"
          value={question.jurisdiction ?? 'default'}
          onValueChange={(value) => set({ jurisdiction: value ?? undefined })}
          items={Object.fromEntries(jurisdictions.map((value) => [value, jurisdictionName(value)]))}
        />
        {operation.on !== 'account' && text('bucket', 'Bucket')}
        {operation.on === 'object' && text('object', 'Object key')}
        {operation.source && text('source', 'Source', 'What is copied: BUCKET/KEY.')}
        {text('ip', 'Client IP address', 'Empty: your own.')}
        {tried && problem !== undefined && <FormError error={new Error(problem)} />}
        <div>
          <Button type="submit" variant="primary">
            Explain
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Answer({ question }: { question: Question }) {
  const accountId = useAccountId()
  const answer = useQuery(explanationQuery(accountId, question))
  if (questionProblem(question) !== undefined) {
    return (
      <Card title="Answer">
        <p className="text-kumo-subtle">
          Choose a token and what it would do. The answer is what the server would decide now.
        </p>
      </Card>
    )
  }
  if (answer.isPending) {
    return (
      <Card title="Answer">
        <LoadingState label="Asking" />
      </Card>
    )
  }
  if (answer.isError) {
    return (
      <Card title="Answer">
        <ErrorState error={answer.error} title="There is no answer" retry={() => void answer.refetch()} />
      </Card>
    )
  }
  return (
    <Card title="Answer">
      <Explanation explanation={answer.data} question={question} />
    </Card>
  )
}

function Explanation({ explanation, question }: { explanation: Schemas['Explanation']; question: Question }) {
  const accountId = useAccountId()
  const { allowed, answer, cause, reason, policy, permission_group, role } = explanation
  return (
    <div role="status" className="flex flex-col gap-4">
      <p className="flex items-center gap-2.5 text-lg font-semibold">
        {allowed ? (
          <CheckCircleIcon aria-hidden weight="fill" className="size-6 text-kumo-success" />
        ) : (
          <ProhibitIcon aria-hidden weight="bold" className="size-6 text-kumo-danger" />
        )}
        {allowed ? 'Allowed' : `Denied: ${answer}`}
      </p>
      <p className="wrap-anywhere">{reason}</p>
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[max-content_1fr]">
        <dt className="text-kumo-subtle">Decided by</dt>
        <dd>{cause}</dd>
        {permission_group !== null && (
          <>
            <dt className="text-kumo-subtle">Permission group</dt>
            <dd>{permission_group}</dd>
          </>
        )}
        {policy !== null && (
          <>
            <dt className="text-kumo-subtle">Policy</dt>
            <dd className="font-mono text-sm wrap-anywhere">{policy}</dd>
          </>
        )}
        {role !== null && (
          <>
            <dt className="text-kumo-subtle">Role</dt>
            <dd>{role}</dd>
          </>
        )}
      </dl>
      {question.key !== undefined && (
        <TextLink
          to="/$accountId/r2/api-tokens/$tokenId"
          params={{ accountId, tokenId: question.key }}
          search={{}}
          className="w-fit"
        >
          Open the token
        </TextLink>
      )}
    </div>
  )
}
