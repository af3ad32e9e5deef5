export { type EmbeddedMongo, type EmbeddedMongoOptions, startEmbeddedMongo } from './embedded.ts'
export { findRunningServer } from './running-server.ts'
export { DamagedStoreError, DataDirInUseError } from './storage/damage.ts'
