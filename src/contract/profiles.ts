import { z } from 'zod'
import { Id, line, listOf, optional, wellFormed } from './primitives.ts'

export const Phone = z
  .string()
  .trim()
  .regex(/^\+?[0-9 ()-]{5,24}$/, 'must be a telephone number')

const NO_COUNTRY = 'must be an ISO 3166 country code of two letters'
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
/** Codes of two letters that the names of regions know and ISO 3166-1 gives to no country. */
const UNASSIGNED = new Set([
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'EU',
  'EZ',
  'IC',
  'QO',
  'TA',
  'UN',
  'XA',
  'XB',
  'ZZ',
])

/** ISO 3166-1 alpha-2. */
export const Country = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, { error: NO_COUNTRY, abort: true })
  .refine((code) => regions.of(code) !== undefined && !UNASSIGNED.has(code), NO_COUNTRY)

export const ShippingAddress = z
  .strictObject({
    label: optional(line(60)),
    name: line(120),
    line1: line(200),
    line2: optional(line(200)),
    city: line(120),
    state: line(120),
    postalCode: line(20),
    country: Country,
    phone: optional(Phone),
  })
  .meta({ id: 'ShippingAddress' })
export type ShippingAddress = z.infer<typeof ShippingAddress>

export const NewAddress = ShippingAddress.extend({ isDefault: optional(z.boolean()) }).meta({
  id: 'NewAddress',
})
export type NewAddress = z.infer<typeof NewAddress>

export const PostalAddress = z
  .object({
    label: z.string().optional(),
    name: z.string(),
    line1: z.string(),
    line2: z.string().optional(),
    city: z.string(),
    state: z.string(),
    postalCode: z.string(),
    country: z.string(),
    phone: z.string().optional(),
  })
  .meta({ id: 'PostalAddress' })
export type PostalAddress = z.infer<typeof PostalAddress>

export const Address = PostalAddress.extend({ id: Id, isDefault: z.boolean() }).meta({ id: 'Address' })
export type Address = z.infer<typeof Address>
export const AddressList = listOf(Address)

const Choice = z.union([wellFormed(z.string().max(500)), z.number(), z.boolean(), z.null()])
const Preference = z.union([Choice, z.array(Choice).max(50)], {
  error: 'must be text, a number, true, false, null, or a list of up to 50 of these',
})

/** What every object has is no name for anybody's own. */
const PreferenceName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/)
  .refine((name) => !(name in Object.prototype), 'is not a name for a preference')

export const Preferences = z
  .record(PreferenceName, Preference)
  .refine((value) => Object.keys(value).length <= 50, 'must have at most 50 entries')

export const Profile = z
  .object({
    name: z.string().nullable(),
    phone: z.string().nullable(),
    preferences: z.record(z.string(), Preference),
  })
  .meta({ id: 'Profile' })
export type Profile = z.infer<typeof Profile>

export const ProfileChange = z.strictObject({
  name: optional(line(120)),
  phone: optional(Phone),
  preferences: optional(Preferences),
})
export type ProfileChange = z.infer<typeof ProfileChange>
