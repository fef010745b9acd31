import { useQuery } from '@tanstack/react-query'
import { useAccountId } from '~/api/queries'
import { ErrorState, LoadingState } from '~/components/states'
import { rolesQuery } from './members'

interface Props {
  value: readonly string[]
  onChange: (roles: string[]) => void
}

/** One role or several: what they allow adds up. */
export function RoleChoice({ value, onChange }: Props) {
  const roles = useQuery(rolesQuery(useAccountId()))
  if (roles.isPending) return <LoadingState label="Loading the roles" />
  if (roles.error) return <ErrorState error={roles.error} retry={() => void roles.refetch()} />
  return (
    <fieldset>
      <legend className="mb-2 font-medium text-kumo-strong">Roles</legend>
      <div className="divide-y divide-kumo-hairline overflow-hidden rounded-lg ring ring-kumo-hairline">
        {roles.data.map(({ id, name, description }) => (
          <label
            key={id}
            className="flex cursor-pointer items-start gap-3 px-4 py-3 hover:bg-kumo-tint has-checked:bg-kumo-info-tint"
          >
            <input
              type="checkbox"
              className="mt-1 size-4 shrink-0 accent-kumo-brand"
              checked={value.includes(id)}
              onChange={(event) =>
                onChange(event.target.checked ? [...value, id] : value.filter((chosen) => chosen !== id))
              }
            />
            <span>
              <span className="block font-medium text-kumo-strong">{name}</span>
              <span className="block text-sm text-kumo-subtle">{description}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
