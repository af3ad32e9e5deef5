/** An error as Stripe's API answers it. */
export class StripeProblem extends Error {
  readonly status: number
  readonly body: { readonly error: Readonly<Record<string, string>> }

  constructor(status: number, error: Readonly<Record<string, string>>) {
    super(error.message ?? 'refused')
    this.status = status
    this.body = { error }
  }

  static invalid(message: string, code?: string, param?: string): StripeProblem {
    return new StripeProblem(400, {
      type: 'invalid_request_error',
      message,
      ...(code === undefined ? {} : { code }),
      ...(param === undefined ? {} : { param }),
    })
  }

  static missing(param: string, id: string): StripeProblem {
    const message = `No such ${param}: '${id}'`
    return new StripeProblem(404, { type: 'invalid_request_error', code: 'resource_missing', param, message })
  }

  static card(declined: { readonly code: string; readonly decline_code?: string }): StripeProblem {
    return new StripeProblem(402, { type: 'card_error', message: 'Your card was declined.', ...declined })
  }
}
