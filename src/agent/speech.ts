import type { RunDesk } from '../features/conversation/index.ts'

/** Around how many characters travel in one piece. */
const PIECE = 24

/** The run's answer as it is being said; its pieces joined are its text. */
export interface Speech {
  readonly text: string
  say(text: string): void
  /** Ends the message; nothing happens when nothing was said. */
  end(): void
}

/** Says the answer in pieces under the id that its stored message will have. */
export function startSpeech(desk: Pick<RunDesk, 'emit' | 'messageId'>, begun: () => void): Speech {
  const { messageId } = desk
  let text = ''
  let state: 'silent' | 'speaking' | 'ended' = 'silent'
  return {
    get text() {
      return text
    },
    say(more) {
      if (more === '' || state === 'ended') return
      if (state === 'silent') {
        state = 'speaking'
        begun()
        desk.emit({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' })
      }
      for (const delta of pieces(more)) {
        text += delta
        desk.emit({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
      }
    },
    end() {
      if (state === 'speaking') desk.emit({ type: 'TEXT_MESSAGE_END', messageId })
      state = 'ended'
    },
  }
}

/** Cuts at word ends; joined again the pieces are the text, unchanged. */
export function pieces(text: string): string[] {
  const found: string[] = []
  let piece = ''
  for (const word of text.match(/\s*\S+\s*$|\s*\S+|\s+/gu) ?? []) {
    piece += word
    if (piece.length < PIECE) continue
    found.push(piece)
    piece = ''
  }
  if (piece !== '') found.push(piece)
  return found
}
