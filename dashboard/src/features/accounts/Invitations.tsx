import { Button } from '@cloudflare/kumo/components/button'
import { EnvelopeSimpleIcon } from '@phosphor-icons/react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { toast } from '~/components/toast'
import { invitationsQuery, useAnswerInvitation } from './memberships'

/** Nothing if there are none: most of the time. */
export function Invitations() {
  const invitations = useQuery(invitationsQuery).data ?? []
  const answer = useAnswerInvitation()
  const router = useRouter()
  if (invitations.length === 0) return null
  return (
    <ul aria-label="Invitations" className="flex flex-col gap-2">
      {invitations.map(({ id, account, roles }) => (
        <li
          key={id}
          className="flex flex-wrap items-center gap-3 rounded-xl bg-kumo-info-tint px-4 py-3 ring ring-kumo-hairline"
        >
          <EnvelopeSimpleIcon aria-hidden className="size-5 shrink-0 text-kumo-info" />
          <p className="min-w-0 flex-1 basis-60 wrap-anywhere">
            You are invited to <strong className="font-semibold">{account.name}</strong>
            {roles.length > 0 && <> as {roles.join(', ')}</>}.
          </p>
          <div className="flex gap-2">
            <Button
              size="sm"
              variant="primary"
              disabled={answer.isPending}
              onClick={() =>
                answer.mutate(
                  { id, status: 'accepted' },
                  {
                    onSuccess: () => {
                      toast.success(`You are a member of ${account.name} now`)
                      void router.navigate({ to: '/$accountId', params: { accountId: account.id } })
                    },
                    onError: (error) => toast.error('The invitation was not accepted', error),
                  },
                )
              }
            >
              Accept
            </Button>
            <Button
              size="sm"
              disabled={answer.isPending}
              onClick={() =>
                answer.mutate(
                  { id, status: 'rejected' },
                  { onError: (error) => toast.error('The invitation was not declined', error) },
                )
              }
            >
              Decline
            </Button>
          </div>
        </li>
      ))}
    </ul>
  )
}
