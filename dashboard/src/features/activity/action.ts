/** What somebody did, after their name: "ada@example.org created bucket films". */
const words: Record<string, string> = {
  CreateBucket: 'created bucket',
  DeleteBucket: 'deleted bucket',
  PutBucketStorageClass: 'changed the storage class of bucket',
  r2_enable: 'enabled R2 for',
  r2_disable: 'disabled R2 for',
}

const verbs: Record<string, string> = {
  create: 'created',
  add: 'added',
  update: 'changed',
  delete: 'deleted',
  remove: 'removed',
  revoke: 'revoked',
  roll: 'rolled',
  enable: 'enabled',
  disable: 'disabled',
  accept: 'accepted',
}

/** Names like "token_create" are put into words by rule, so that new ones read well too. */
export function describeAction(action: string): string {
  if (Object.hasOwn(words, action)) return words[action] ?? action
  const parts = action.split('_')
  const verb = parts.at(-1) ?? ''
  const said = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  return said === undefined ? parts.join(' ') : [said, ...parts.slice(0, -1)].join(' ')
}
