/** The proleptic Gregorian calendar in days since 1970-01-01, for years of any size. */

export const DAY = 86_400_000

export interface CalendarDate {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
}

/** The number of the day; months and days beyond their range roll over. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1
  const y = Math.floor(months / 12)
  const m = months - y * 12
  // years that begin in March have the leap day at their end
  const shifted = m < 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5)
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468 +
    day -
    1
  )
}

export function dateOfDay(number: number): CalendarDate {
  const shifted = number + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)
}

/** From 1 for Monday to 7 for Sunday. */
export function isoWeekday(number: number): number {
  return ((((number + 3) % 7) + 7) % 7) + 1
}

export function dayOfYear(number: number): number {
  return number - dayNumber(dateOfDay(number).year, 1, 1) + 1
}

/** The ISO 8601 week that a day lies in, and the year that the week belongs to. */
export function isoWeek(number: number): { readonly year: number; readonly week: number } {
  const thursday = number - isoWeekday(number) + 4
  const { year } = dateOfDay(thursday)
  return { year, week: Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1 }
}

/** The day of an ISO 8601 week date; weeks and days beyond their range roll over. */
export function dayOfIsoWeek(year: number, week: number, weekday: number): number {
  const fourth = dayNumber(year, 1, 4)
  return fourth - isoWeekday(fourth) + (week - 1) * 7 + weekday
}
