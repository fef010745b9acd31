import { Button } from '@cloudflare/kumo/components/button'
import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import { DesktopIcon, MoonIcon, SignOutIcon, SunIcon, UserCircleIcon } from '@phosphor-icons/react'
import { useNavigate } from '@tanstack/react-router'
import { useSession } from '~/api/queries'
import { setTheme, useTheme, type Theme } from '~/components/theme'
import { toast } from '~/components/toast'
import { useSignOut } from './session'

const themes: { value: Theme; label: string; icon: typeof SunIcon }[] = [
  { value: 'system', label: 'As the system', icon: DesktopIcon },
  { value: 'light', label: 'Light', icon: SunIcon },
  { value: 'dark', label: 'Dark', icon: MoonIcon },
]

export function UserMenu() {
  const { user } = useSession()
  const theme = useTheme()
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <DropdownMenu>
      <DropdownMenu.Trigger
        render={
          <Button variant="ghost" className="min-w-0" aria-label={`Signed in as ${user.email}. Open menu`}>
            <UserCircleIcon aria-hidden size={20} className="shrink-0" />
            <span className="hidden max-w-60 truncate md:inline">{user.email}</span>
          </Button>
        }
      />
      <DropdownMenu.Content align="end" className="max-w-80">
        <DropdownMenu.Group>
          <DropdownMenu.Label className="truncate">{user.email}</DropdownMenu.Label>
          <DropdownMenu.Item icon={UserCircleIcon} onClick={() => void navigate({ to: '/profile' })}>
            Profile and sessions
          </DropdownMenu.Item>
        </DropdownMenu.Group>
        <DropdownMenu.Separator />
        <DropdownMenu.Group>
          <DropdownMenu.Label>Appearance</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={setTheme}>
            {themes.map(({ value, label, icon: Icon }) => (
              <DropdownMenu.RadioItem key={value} value={value}>
                <Icon aria-hidden className="mr-2" />
                {label}
                <DropdownMenu.RadioItemIndicator />
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Group>
        <DropdownMenu.Separator />
        <DropdownMenu.Item
          icon={SignOutIcon}
          onClick={() =>
            signOut.mutate(undefined, { onError: (error) => toast.error('You are still signed in', error) })
          }
        >
          Sign out
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu>
  )
}
