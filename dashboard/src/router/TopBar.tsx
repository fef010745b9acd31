import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { ListIcon, XIcon } from '@phosphor-icons/react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { AccountSwitcher } from '~/features/accounts/AccountSwitcher'
import { UserMenu } from '~/features/session/UserMenu'
import { Logo } from '~/components/Logo'
import { Navigation } from './Navigation'

export function TopBar() {
  const [open, setOpen] = useState(false)
  return (
    <header className="sticky top-0 z-20 border-b border-kumo-hairline bg-kumo-base">
      <div className="mx-auto flex h-14 max-w-[96rem] items-center gap-2 px-3 sm:px-5">
        <Button
          variant="ghost"
          shape="square"
          className="lg:hidden"
          icon={<ListIcon aria-hidden />}
          aria-label="Open navigation"
          onClick={() => setOpen(true)}
        />
        <Link
          to="/"
          aria-label="Coffer: Account Home"
          className="mr-1 flex items-center gap-2 rounded-md font-semibold text-kumo-strong"
        >
          <Logo />
          <span className="hidden sm:inline">Coffer</span>
        </Link>
        <AccountSwitcher />
        <div className="flex-1" />
        <UserMenu />
      </div>
      <Dialog.Root open={open} onOpenChange={setOpen}>
        {open && (
          <Dialog className="max-w-[calc(100vw-2rem)] p-4 sm:w-80">
            <div className="mb-3 flex items-center justify-between">
              <Dialog.Title className="pl-3 font-semibold">Navigation</Dialog.Title>
              <Dialog.Close
                render={
                  <Button variant="ghost" shape="square" icon={<XIcon aria-hidden />} aria-label="Close navigation" />
                }
              />
            </div>
            <Navigation onNavigate={() => setOpen(false)} />
          </Dialog>
        )}
      </Dialog.Root>
    </header>
  )
}
