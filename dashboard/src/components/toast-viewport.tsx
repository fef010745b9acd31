import { createKumoToastManager, Toasty } from '@cloudflare/kumo/components/toast'

export const toastManager = createKumoToastManager()

export function ToastViewport() {
  return <Toasty toastManager={toastManager}>{null}</Toasty>
}
