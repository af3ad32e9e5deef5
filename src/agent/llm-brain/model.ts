import OpenAI, { APIError } from 'openai'
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { TOOL_SCHEMAS } from './tool-schemas.ts'

export interface ModelSettings {
  readonly apiKey: string | undefined
  /** An OpenAI-compatible endpoint; OpenAI's own without it. */
  readonly baseUrl: string | undefined
  readonly model: string
  /** How long the endpoint may be silent, before and between the pieces of its answer. */
  readonly silenceMs: number
  /** How often a refused or broken request is sent again, each time after a longer pause. */
  readonly retries: number
}

/** A piece of what a model says. */
export type ModelPiece =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'call'
      readonly index: number
      readonly id?: string
      readonly name?: string
      readonly args?: string
    }
  | {
      readonly type: 'usage'
      readonly model: string
      readonly inputTokens: number
      readonly outputTokens: number
    }

export interface Model {
  /**
   * Asks the model; the pieces come as they are made.
   * @throws whatever keeps the answer from being whole
   */
  ask(
    messages: readonly ChatCompletionMessageParam[],
    options: { readonly tools: boolean; readonly signal: AbortSignal },
  ): AsyncIterable<ModelPiece>
}

/** The answer ended before it was whole, or was none. */
export class BrokenAnswerError extends Error {}

/** Whether an answer had begun, or could have: a status that refuses the question is another matter. */
export function isBrokenOff(error: unknown): boolean {
  return !(error instanceof APIError && error.status !== undefined)
}

export function openModel(settings: ModelSettings): Model {
  const client = new OpenAI({
    // An endpoint of one's own may want no key, the client does.
    apiKey: settings.apiKey ?? 'none',
    ...(settings.baseUrl === undefined ? {} : { baseURL: settings.baseUrl }),
    timeout: settings.silenceMs,
    maxRetries: settings.retries,
    // It would print what a model said.
    logLevel: 'off',
  })
  return { ask: (messages, options) => ask(client, settings, messages, options) }
}

async function* ask(
  client: OpenAI,
  { model, silenceMs }: ModelSettings,
  messages: readonly ChatCompletionMessageParam[],
  { tools, signal }: { readonly tools: boolean; readonly signal: AbortSignal },
): AsyncIterable<ModelPiece> {
  const stream = await client.chat.completions.create(
    {
      model,
      messages: [...messages],
      stream: true,
      stream_options: { include_usage: true },
      tools: [...TOOL_SCHEMAS],
      ...(tools ? { parallel_tool_calls: true } : { tool_choice: 'none' as const }),
    },
    { signal },
  )
  const chunks = stream[Symbol.asyncIterator]()
  let finished = false
  try {
    for (;;) {
      const next = await within(silenceMs, chunks.next())
      if (next.done === true) break
      const chunk = next.value
      if (chunk.choices?.[0]?.finish_reason != null) finished = true
      yield* piecesOf(chunk, model)
    }
  } finally {
    stream.controller.abort()
  }
  if (!finished) throw new BrokenAnswerError('the model’s answer broke off')
}

function* piecesOf(chunk: ChatCompletionChunk, model: string): Iterable<ModelPiece> {
  const delta = chunk.choices?.[0]?.delta
  if (typeof delta?.content === 'string' && delta.content !== '') yield { type: 'text', text: delta.content }
  for (const call of delta?.tool_calls ?? []) {
    yield {
      type: 'call',
      index: call.index,
      ...(call.id === undefined ? {} : { id: call.id }),
      ...(call.function?.name === undefined ? {} : { name: call.function.name }),
      ...(call.function?.arguments === undefined ? {} : { args: call.function.arguments }),
    }
  }
  if (chunk.usage != null) {
    yield {
      type: 'usage',
      model: chunk.model ?? model,
      inputTokens: chunk.usage.prompt_tokens,
      outputTokens: chunk.usage.completion_tokens,
    }
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new BrokenAnswerError('the model fell silent')), milliseconds)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
