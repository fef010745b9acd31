import { Badge } from '@cloudflare/kumo/components/badge'
import { Button } from '@cloudflare/kumo/components/button'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Card } from '~/components/Card'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Time } from '~/components/format'
import { ErrorState, LoadingState } from '~/components/states'
import { toast } from '~/components/toast'
import { useSignOutEverywhere } from './session'
import { describeUserAgent, sessionsQuery, useEndSession } from './sessions'

export function SessionList() {
  const sessions = useQuery(sessionsQuery)
  const end = useEndSession()
  const everywhere = useSignOutEverywhere()
  const [asking, setAsking] = useState(false)

  const endSession = (id: string) =>
    end.mutate(id, {
      onSuccess: () => toast.success('Session signed out'),
      onError: (error) => toast.error('The session is still there', error),
    })

  return (
    <Card
      title="Sessions"
      description="Where you are signed in. Sign out what you do not recognise, and change your password."
      actions={
        <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
          Sign out everywhere
        </Button>
      }
      flush
    >
      {sessions.isPending ? (
        <LoadingState />
      ) : sessions.isError ? (
        <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />
      ) : (
        <ul className="divide-y divide-kumo-hairline border-t border-kumo-hairline">
          {sessions.data.map((session) => (
            <li key={session.id} className="flex flex-wrap items-center justify-between gap-3 px-5 py-3">
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
                  {describeUserAgent(session.user_agent)}
                  {session.current && <Badge variant="success">This session</Badge>}
                </p>
                <p className="text-sm text-kumo-subtle">
                  From {session.address}, last seen <Time value={session.last_seen_on} />, signed in{' '}
                  <Time value={session.created_on} />
                </p>
              </div>
              {!session.current && (
                <Button
                  size="sm"
                  aria-label={`Sign out ${describeUserAgent(session.user_agent)} from ${session.address}`}
                  loading={end.isPending && end.variables === session.id}
                  onClick={() => endSession(session.id)}
                >
                  Sign out
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Sign out everywhere?"
        confirmLabel="Sign out everywhere"
        destructive
        onConfirm={() => everywhere.mutateAsync()}
      >
        <p>All your sessions end at once, this one too. API tokens go on working.</p>
      </ConfirmDialog>
    </Card>
  )
}
