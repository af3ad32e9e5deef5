import { decode } from '../bson/decode.ts'
import type { Doc } from '../bson/document.ts'
import type { RecordId, StoredRecord } from './types.ts'

/** One version of one document: its bytes, decoded when somebody asks. */
export class RecordVersion implements StoredRecord {
  readonly id: RecordId
  readonly bytes: Uint8Array
  #doc: Doc | undefined

  constructor(id: RecordId, bytes: Uint8Array, doc?: Doc) {
    this.id = id
    this.bytes = bytes
    this.#doc = doc
  }

  get doc(): Doc {
    this.#doc ??= decode(this.bytes)
    return this.#doc
  }
}
