import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { CompassIcon } from '@phosphor-icons/react'
import { ButtonLink } from './links'
import { PageHeader } from './PageHeader'
import { EmptyState, ErrorState, LoadingState } from './states'

export function PendingPage() {
  return <LoadingState />
}

export function NotFoundPage() {
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyState
        icon={<CompassIcon aria-hidden />}
        title="There is nothing at this address"
        actions={
          <ButtonLink to="/" variant="primary">
            Go to Account Home
          </ButtonLink>
        }
      >
        It may have been deleted, or it belongs to an account that you are not a member of.
      </EmptyState>
    </>
  )
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const queries = useQueryErrorResetBoundary()
  return (
    <>
      <PageHeader title="Error" heading="Something went wrong" />
      <ErrorState
        error={error}
        title="This page could not be shown"
        retry={() => {
          queries.reset()
          reset()
          void router.invalidate()
        }}
      />
    </>
  )
}
