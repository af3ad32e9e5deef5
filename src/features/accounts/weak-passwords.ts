import type { Context } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'

/** What is guessed first of a shop's customer, beside what everybody takes. */
const SHOP_WORDS = ['floorwalker', 'shop', 'admin', 'password']

let common: Promise<ReadonlySet<string>> | undefined

/** 18,000 passwords of leaks that are long enough for us; read when the first is asked about. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  )
  return common
}

/**
 * Refuses a new password that is among the first to be tried: one of the leaked lists, or the shop's, the account's or its
 * owner's name with digits and signs around it. Does nothing where COMMON_PASSWORDS allows them.
 * @throws ShopError `validation_failed` for the field
 */
export async function requireUncommon(
  ctx: Pick<Context, 'config'>,
  field: string,
  password: string,
  owner: { readonly email: string; readonly name: string | null },
): Promise<void> {
  if (!ctx.config.refuseCommonPasswords) return
  const lower = password.toLowerCase()
  const letters = lettersOf(lower)
  const words = [...SHOP_WORDS, owner.email, owner.email.split('@')[0] ?? '', owner.name ?? '']
  const named = words.some((word) => lettersOf(word.toLowerCase()) === letters)
  if ((named && letters !== '') || (await commonPasswords()).has(lower)) {
    throw invalidField(field, 'is among the passwords that are guessed first')
  }
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}]/gu, '')
}
