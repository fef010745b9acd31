import { queryOptions } from '@tanstack/react-query'
import { api, result } from '~/api/client'
import { isJurisdiction, jurisdictionHeader } from '~/api/jurisdictions'
import { operationOf, questionProblem, type Question } from './operations'

/** The server's answer to a question that is complete. */
export const explanationQuery = (accountId: string, question: Question) =>
  queryOptions({
    queryKey: ['account', accountId, 'explain', question] as const,
    queryFn: () => {
      const { key = '', operation = '', bucket, object, source, ip, jurisdiction = 'default' } = question
      return result(
        api.GET('/accounts/{account_id}/r2/explain', {
          params: {
            path: { account_id: accountId },
            header: jurisdictionHeader(isJurisdiction(jurisdiction) ? jurisdiction : 'default'),
            query: { key, operation: operationOf(operation).name, bucket, object, source, ip },
          },
        }),
      )
    },
    enabled: questionProblem(question) === undefined,
    // Rights change at any moment, and the answer is about now.
    staleTime: 0,
    retry: false,
  })
