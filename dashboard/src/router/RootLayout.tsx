import { Outlet } from '@tanstack/react-router'
import { TooltipProvider } from '@cloudflare/kumo/components/tooltip'
import { CSPProvider } from '@cloudflare/kumo/primitives/csp-provider'

export function RootLayout() {
  return (
    // The server's Content-Security-Policy allows no <style>; what would be in them is in main.css.
    <CSPProvider disableStyleElements>
      <TooltipProvider>
        <Outlet />
      </TooltipProvider>
    </CSPProvider>
  )
}
