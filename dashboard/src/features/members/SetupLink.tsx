import { Button } from '@cloudflare/kumo/components/button'
import { LinkIcon } from '@phosphor-icons/react'
import { useSession } from '~/api/queries'
import { CopyButton, CopyField } from '~/components/copy'
import { formatTime } from '~/components/format'
import { FormError } from '~/components/states'
import { FocusHere } from '../objects/FocusHere'
import { useSetupLink } from './members'

interface Props {
  userId: string
  email: string
  hasPassword: boolean
}

/** The way to a first password, or to another one: made by an operator here, or on the command line. */
export function SetupLink({ userId, email, hasPassword }: Props) {
  const { user } = useSession()
  const link = useSetupLink()
  if (!user.is_operator) {
    const command = `coffer user setup-link --email ${shellQuoted(email)}`
    return (
      <div className="flex flex-col gap-2">
        <p>Without a password yet, the person needs a set-up link. The operator of this installation makes one with:</p>
        <CopyField label="Command" value={command} />
      </div>
    )
  }
  if (link.data === undefined) {
    return (
      <div className="flex flex-col gap-3">
        <p>
          {hasPassword
            ? 'The person can choose a new password with the link, without the old one. Until it is used nothing changes; then the old password no longer works, and all their sessions end.'
            : 'Without a password yet, the person needs a set-up link to choose one. You can make it, as an operator.'}
        </p>
        <FormError error={link.error} />
        <Button
          className="self-start"
          icon={<LinkIcon aria-hidden />}
          loading={link.isPending}
          disabled={link.isPending}
          onClick={() => link.mutate(userId)}
        >
          {hasPassword ? 'Make link to reset the password' : 'Make set-up link'}
        </Button>
      </div>
    )
  }
  const address = window.location.origin + link.data.path
  const name = hasPassword ? 'Link to reset the password' : 'Set-up link'
  return (
    <FocusHere className="flex flex-col gap-3">
      <CopyField label={name} value={address} />
      <p className="text-kumo-subtle">
        It is shown only now, works once, and expires {formatTime(link.data.expires_on)}. Whoever opens it can set the
        password, so send it over a channel you trust.
      </p>
      <CopyButton text={address} label={name.toLowerCase()} size="base" className="self-start">
        Copy link
      </CopyButton>
    </FocusHere>
  )
}

/** An e-mail may hold characters that a shell acts on. */
function shellQuoted(text: string): string {
  return /^[\w@.+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
