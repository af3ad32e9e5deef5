import { createTransport } from 'nodemailer'
import type { Config } from '../../config.ts'

/** How long a mail server may take for each step, in milliseconds. */
const STEP_MS = 10_000

export interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text. */
  readonly text: string
  /** Stays the same when the mail is tried again, so that the receiving side can tell. */
  readonly messageId: string
}

export interface Mailer {
  /** Resolves once the server has taken the mail over; rejects when it has not. */
  send(mail: Mail): Promise<void>
}

/** The mail server of SMTP_URL; null without one. */
export function openMailer({ smtpUrl, mailFrom }: Pick<Config, 'smtpUrl' | 'mailFrom'>): Mailer | null {
  if (smtpUrl === undefined) return null
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail) {
      await transport.sendMail({ ...mail, from: mailFrom })
    },
  }
}
