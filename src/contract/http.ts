import type { z } from 'zod'
import { ACCOUNT_ROUTES } from './account-routes.ts'
import { CATALOG_ROUTES } from './catalog-routes.ts'
import { PURCHASE_ROUTES } from './purchase-routes.ts'

/** Every REST route of the shop, by the name of its command. */
export const ROUTES = { ...ACCOUNT_ROUTES, ...CATALOG_ROUTES, ...PURCHASE_ROUTES } as const

export type RouteName = keyof typeof ROUTES
type Schema<R, K extends string> = R extends { readonly [key in K]: infer S extends z.ZodType }
  ? z.output<S>
  : undefined

/** What a route's handler is given, after parsing. */
export type RouteParams<N extends RouteName> = Schema<(typeof ROUTES)[N], 'params'>
export type RouteQuery<N extends RouteName> = Schema<(typeof ROUTES)[N], 'query'>
export type RouteBody<N extends RouteName> = Schema<(typeof ROUTES)[N], 'body'>
/** What it answers. */
export type RouteAnswer<N extends RouteName> = Schema<(typeof ROUTES)[N]['success'], 'body'>
