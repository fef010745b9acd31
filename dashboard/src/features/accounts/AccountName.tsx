import type { Account } from '~/api/client'
import { EditableText } from '~/components/EditableText'
import { toast } from '~/components/toast'
import { useRenameAccount } from './accounts'
import { nameProblem } from './name'

export function AccountName({ account, editable }: { account: Account; editable: boolean }) {
  const rename = useRenameAccount(account.id)
  if (!editable) return <span className="wrap-anywhere">{account.name}</span>
  return (
    <EditableText
      label="account name"
      value={account.name}
      problem={nameProblem}
      onSave={(name) =>
        rename.mutate(name, {
          onSuccess: () => toast.success('Account renamed'),
          onError: (error) => toast.error('The account was not renamed', error),
        })
      }
    />
  )
}
