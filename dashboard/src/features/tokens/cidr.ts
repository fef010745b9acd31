function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function countGroups(groups: string[], mayEndInIpv4: boolean): number | undefined {
  let count = 0
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) count += 1
    else if (mayEndInIpv4 && index === groups.length - 1 && isIpv4(group)) count += 2
    else return undefined
  }
  return count
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const [head = '', tail] = halves
  const groups = (half: string) => (half === '' ? [] : half.split(':'))
  if (tail === undefined) return countGroups(groups(head), true) === 8
  const before = countGroups(groups(head), false)
  const after = countGroups(groups(tail), true)
  return before !== undefined && after !== undefined && before + after <= 7
}

/** What is wrong with an address or a block in CIDR notation, as the API takes them; nothing if it is one. */
export function cidrProblem(text: string): string | undefined {
  const [address = '', length, ...rest] = text.split('/')
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined
  if (bits === undefined) return 'An IP address is needed, like 192.0.2.0/24 or 2001:db8::/32.'
  if (length === undefined) return undefined
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) {
    return `After the slash comes a number from 0 to ${bits}.`
  }
  return undefined
}
