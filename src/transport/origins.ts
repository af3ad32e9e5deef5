/** Decides which web origins may call. An origin is compared whole, by scheme, host and port. */
export interface Origins {
  /** `host` is the request's own Host header: a page of ours may always call us. */
  allows(origin: string, host: string | undefined): boolean
}

/** `*` in the list allows every origin. */
export function createOrigins(allowed: readonly string[]): Origins {
  const any = allowed.includes('*')
  const known = new Set(allowed.map((origin) => origin.replace(/\/+$/, '').toLowerCase()))
  return {
    allows(origin, host) {
      if (any || known.has(origin.toLowerCase())) return true
      return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
    },
  }
}
