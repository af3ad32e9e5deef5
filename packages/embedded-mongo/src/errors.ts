/** MongoDB's error codes that this server gives, by name (source: MongoDB's error_codes.yml). */
export const ERROR_CODES = {
  InternalError: 1,
  BadValue: 2,
  NoSuchKey: 4,
  HostUnreachable: 6,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotCreateIndex: 67,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  CommandNotFound: 59,
  ImmutableField: 66,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  CappedPositionLost: 136,
  WriteConflict: 112,
  CommandNotSupported: 115,
  DocumentValidationFailure: 121,
  OperationNotSupportedInTransaction: 263,
  QueryFeatureNotAllowed: 224,
  CannotBackfillArray: 330,
  EmptyFieldName: 56,
  OutOfDiskSpace: 14031,
  NoMatchingDocument: 47,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  TransactionTooOld: 225,
  TransactionTooLarge: 257,
  TransactionExceededLifetimeLimitSeconds: 290,
  ChangeStreamFatalError: 280,
  ChangeStreamHistoryLost: 286,
  CommandNotSupportedOnView: 166,
  OptionNotSupportedOnView: 167,
  DuplicateKey: 11000,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  BSONObjectTooLarge: 10334,
  InvalidPipelineOperator: 168,
  ConversionFailure: 241,
  ExceededMemoryLimit: 146,
  NotImplemented: 238,
  DivideByZero: 2,
  InvalidBSON: 22,
  ExceededTimeLimit: 262,
  InvalidUUID: 207,
  CursorInUse: 235,
  CommandFailed: 125,
  UnknownReplWriteConcern: 79,
  NoReplicationEnabled: 76,
  UnsatisfiableWriteConcern: 100,
  SnapshotUnavailable: 246,
  SnapshotTooOld: 239,
  NotWritablePrimary: 10107,
  ShutdownInProgress: 91,
  UnsupportedOpQueryCommand: 352,
  APIVersionError: 322,
  APIStrictError: 323,
  OperationFailed: 96,
  SearchNotEnabled: 31082,
  FailPointSetFailed: 312,
  ConflictingOperationInProgress: 117,
  NoSuchSession: 206,
  InvalidResumeToken: 260,
  CannotConvertIndexToUnique: 359,
  InvalidIndexSpecificationOption: 197,
  IndexAlreadyExists: 68,
  NoQueryExecutionPlans: 291,
  QueryPlanKilled: 175,
} as const

export type ErrorCodeName = keyof typeof ERROR_CODES

const CODE_NAMES = new Map<number, string>()
for (const [name, code] of Object.entries(ERROR_CODES)) {
  if (!CODE_NAMES.has(code)) CODE_NAMES.set(code, name)
}

/** The name that MongoDB gives to a code; assertion codes are called `Location<code>`. */
export function codeNameOf(code: number): string {
  return CODE_NAMES.get(code) ?? `Location${code}`
}

/**
 * An error as MongoDB's wire protocol reports it. `code` is a name from the table, or a bare
 * number for the assertion codes that MongoDB calls `Location<code>`.
 */
export class MongoServerFault extends Error {
  readonly code: number
  readonly codeName: string
  readonly labels: readonly string[]
  /** Further fields of the reply, such as `keyPattern` and `keyValue` of a duplicate key. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCodeName | number,
    message: string,
    options: { labels?: readonly string[]; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message)
    this.name = 'MongoServerFault'
    this.code = typeof code === 'number' ? code : ERROR_CODES[code]
    this.codeName = typeof code === 'number' ? codeNameOf(code) : code
    this.labels = options.labels ?? []
    this.details = options.details ?? {}
  }
}
