/** The account that was open last, to open it again. Not a secret: an account's id is in every address. */
const item = 'coffer.account'

export function rememberedAccountId(): string | null {
  return localStorage.getItem(item)
}

export function rememberAccountId(accountId: string): void {
  localStorage.setItem(item, accountId)
}
