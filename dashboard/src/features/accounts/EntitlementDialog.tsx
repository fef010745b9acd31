import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { Input } from '@cloudflare/kumo/components/input'
import { useState, type FormEvent } from 'react'
import type { Account } from '~/api/client'
import { FormError } from '~/components/states'
import { toast } from '~/components/toast'
import { useSetEntitlement } from './accounts'
import { isLimit, parseQuota, quotaTexts } from './quota'

/** For operators: enables R2 with a quota, or changes the quota. */
export function EntitlementDialog({
  account,
  open,
  onClose,
}: {
  account: Account
  open: boolean
  onClose: () => void
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      {open && <EntitlementForm account={account} onClose={onClose} />}
    </Dialog.Root>
  )
}

function EntitlementForm({ account, onClose }: { account: Account; onClose: () => void }) {
  const set = useSetEntitlement(account.id)
  const [texts, setTexts] = useState(() => quotaTexts(account.r2.quota))
  const { enabled } = account.r2

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const quota = parseQuota(texts)
    if (quota === undefined) return
    set.mutate(
      { enabled: true, quota },
      {
        onSuccess: () => {
          toast.success(enabled ? 'Quota changed' : `R2 is enabled for ${account.name}`)
          onClose()
        },
      },
    )
  }

  const field = (name: keyof typeof texts, label: string, whole: boolean) => (
    <Input
      label={label}
      inputMode={whole ? 'numeric' : 'decimal'}
      placeholder="No limit"
      value={texts[name]}
      onChange={(event) => setTexts({ ...texts, [name]: event.target.value.trim() })}
      variant={isLimit(texts[name], whole) ? 'default' : 'error'}
      error={isLimit(texts[name], whole) ? undefined : 'A number, or empty for no limit.'}
    />
  )

  return (
    <Dialog className="max-w-[calc(100vw-2rem)] p-6 sm:w-lg">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Dialog.Title className="text-xl font-semibold text-kumo-strong">
          {enabled ? 'R2 quota' : 'Enable R2'}
        </Dialog.Title>
        <Dialog.Description className="text-kumo-subtle">
          What {account.name} may store at most, in all of its buckets together. More is refused when it is uploaded;
          what is there already stays.
        </Dialog.Description>
        {field('gigabytes', 'Storage in GB', false)}
        {field('objects', 'Objects', true)}
        {field('buckets', 'Buckets', true)}
        <FormError error={set.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Dialog.Close render={<Button disabled={set.isPending}>Cancel</Button>} />
          <Button
            type="submit"
            variant="primary"
            loading={set.isPending}
            disabled={set.isPending || parseQuota(texts) === undefined}
          >
            {enabled ? 'Save quota' : 'Enable R2'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
