import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { keys } from '~/api/keys'

/** Invitations that wait for the person's answer. */
export const invitationsQuery = queryOptions({
  queryKey: [...keys.memberships(), 'pending'],
  queryFn: () => result(api.GET('/memberships', { params: { query: { status: 'pending', per_page: 50 } } })),
})

export function useAnswerInvitation() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, status }: { id: string; status: 'accepted' | 'rejected' }) =>
      result(api.PUT('/memberships/{membership_id}', { params: { path: { membership_id: id } }, body: { status } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.memberships() }),
        client.invalidateQueries({ queryKey: keys.accounts() }),
      ]),
  })
}
