import { z } from 'zod'
import { Id, line, listOf, optional } from './primitives.ts'

/** ISO/IEC 7812: 12 to 19 digits whose last is Luhn's check digit. Blanks and hyphens are let through. */
export const CardNumber = z
  .string()
  .transform((value) => value.replace(/[ -]/g, ''))
  .pipe(
    z
      .string()
      .regex(/^[0-9]{12,19}$/, 'must be a card number')
      .refine(passesLuhn, 'is not a valid card number'),
  )

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const ExpMonth = z.int().min(1).max(12)
const ExpYear = z.int().min(2000).max(2100)
const Cvc = z.string().regex(/^[0-9]{3,4}$/, 'must have 3 or 4 digits')

/** A virtual payment address of UPI, such as `name@bank`. */
export const Vpa = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9._-]{2,64}@[a-z0-9.-]{2,64}$/, 'must be a UPI address such as name@bank')

const GiftCardCode = line(64)

export const CardDetails = z.strictObject({
  method: z.literal('card'),
  number: CardNumber,
  expMonth: ExpMonth,
  expYear: ExpYear,
  cvc: Cvc,
})
export const CardToken = z.strictObject({ method: z.literal('card'), token: line(255) })
export const UpiPayment = z.strictObject({ method: z.literal('upi'), vpa: Vpa })
export const GiftCardPayment = z.strictObject({ method: z.literal('gift_card'), code: GiftCardCode })
export const SavedPayment = z.strictObject({ paymentMethodId: Id })

export const Payment = z
  .union([CardDetails, CardToken, UpiPayment, GiftCardPayment, SavedPayment], {
    error:
      'must be { method: "card", token }, { method: "card", number, expMonth, expYear, cvc }, { method: "upi", vpa }, { method: "gift_card", code } or { paymentMethodId }',
  })
  .meta({ id: 'Payment' })
export type Payment = z.infer<typeof Payment>

export const PaymentKind = z.enum(['card', 'upi', 'gift_card'])
export type PaymentKind = z.infer<typeof PaymentKind>

const isDefault = optional(z.boolean())

export const NewPaymentMethod = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('card'),
      number: CardNumber,
      expMonth: ExpMonth,
      expYear: ExpYear,
      cvc: Cvc,
      holder: line(120),
      isDefault,
    }),
    z.strictObject({ type: z.literal('upi'), vpa: Vpa, isDefault }),
    z.strictObject({ type: z.literal('gift_card'), code: GiftCardCode, isDefault }),
  ])
  .meta({ id: 'NewPaymentMethod' })
export type NewPaymentMethod = z.infer<typeof NewPaymentMethod>

export const PaymentMethod = z
  .object({
    id: Id,
    type: PaymentKind,
    brand: z.string().optional(),
    last4: z.string().optional(),
    expMonth: z.int().optional(),
    expYear: z.int().optional(),
    isDefault: z.boolean(),
  })
  .meta({ id: 'PaymentMethod' })
export type PaymentMethod = z.infer<typeof PaymentMethod>
export const PaymentMethodList = listOf(PaymentMethod)
