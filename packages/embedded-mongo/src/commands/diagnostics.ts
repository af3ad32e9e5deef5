import { arch, cpus, hostname, platform, release, totalmem } from 'node:os'
import { Double, Int32, Long } from 'bson'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { isInApiVersion1 } from './api-version.ts'
import { type Command, done } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'

export const SERVER_VERSION = '7.0.14'
const NONE = fieldSetOf()

function buildInfo(): Doc {
  return toDoc({
    version: SERVER_VERSION,
    gitVersion: 'embedded',
    modules: [],
    allocator: 'system',
    javascriptEngine: 'none',
    sysInfo: 'deprecated',
    versionArray: [7, 0, 14, 0],
    openssl: { running: 'disabled', compiled: 'disabled' },
    bits: 64,
    debug: false,
    maxBsonObjectSize: 16 * 1024 * 1024,
    storageEngines: ['wiredTiger'],
  })
}

function getParameter({ host, doc, fields }: CommandContext): Doc {
  const asked = fields.value('getParameter')
  if (
    asked === '*' ||
    (asked instanceof Map && asked.get('allParameters') === true) ||
    doc.get('allParameters') === true
  ) {
    return host.parameters.all()
  }
  const found = new Map<string, Value>()
  for (const name of doc.keys()) {
    const value = host.parameters.get(name)
    if (value !== undefined) found.set(name, value)
  }
  if (found.size === 0) throw new MongoServerFault('InvalidOptions', 'no option found to get')
  return found
}

function setParameter({ host, doc }: CommandContext): Doc {
  const names = [...doc.keys()]
    .slice(1)
    .filter((name) => !name.startsWith('$') && name !== 'lsid' && name !== 'comment')
  const [name] = names
  if (name === undefined)
    throw new MongoServerFault('InvalidOptions', 'no option found to set, use help:true to see options ')
  const before = host.parameters.set(name, doc.get(name) ?? null)
  if (name === 'ttlMonitorSleepSecs') host.engine.ttlSweepMs = host.parameters.ttlSweepMs
  return new Map<string, Value>([['was', before]])
}

function hostInfo(): Doc {
  return toDoc({
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Long.fromNumber(Math.round(totalmem() / 2 ** 20)),
      numCores: cpus().length,
      cpuArch: arch(),
      numaEnabled: false,
    },
    os: { type: platform(), name: platform(), version: release() },
    extra: {},
  })
}

function connectionStatus({ fields }: CommandContext): Doc {
  const privileges = fields.boolean('showPrivileges') === true ? { authenticatedUserPrivileges: [] } : {}
  return toDoc({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], ...privileges } })
}

function serverStatus({ host }: CommandContext): Doc {
  const uptime = (host.now() - host.startedAt.getTime()) / 1000
  const { open, created, bytesIn, bytesOut } = host.traffic()
  const { counts, requests } = host.operations
  const memory = process.memoryUsage()
  return toDoc({
    host: host.addressFor('127.0.0.1'),
    version: SERVER_VERSION,
    process: 'mongod',
    pid: Long.fromNumber(process.pid),
    uptime: new Double(uptime),
    uptimeMillis: Long.fromNumber(Math.round(uptime * 1000)),
    localTime: new Date(host.now()),
    connections: { current: open, available: 838_860 - open, totalCreated: created },
    opcounters: Object.fromEntries(
      Object.entries(counts).map(([kind, count]) => [kind, Long.fromNumber(count)]),
    ),
    network: {
      bytesIn: Long.fromNumber(bytesIn),
      bytesOut: Long.fromNumber(bytesOut),
      numRequests: Long.fromNumber(requests),
    },
    logicalSessionRecordCache: { activeSessionsCount: host.sessions.size },
    mem: {
      bits: 64,
      resident: Math.round(memory.rss / 2 ** 20),
      virtual: Math.round(memory.rss / 2 ** 20),
      supported: true,
    },
    metrics: { cursor: { open: { total: Long.fromNumber(host.cursors.size) } } },
    repl: {
      setName: host.replicaSet,
      isWritablePrimary: true,
      secondary: false,
      hosts: [host.addressFor('127.0.0.1')],
    },
    storageEngine: { name: 'wiredTiger', supportsCommittedReads: true, persistent: true },
  })
}

function listCommands({ host }: CommandContext): Doc {
  const described = [...host.commands()].map((command): [string, object] => [
    command.name,
    {
      help: 'no help defined',
      requiresAuth: false,
      secondaryOk: command.writes !== true,
      adminOnly: command.adminOnly === true,
      apiVersions: isInApiVersion1(command) ? ['1'] : [],
      deprecatedApiVersions: [],
    },
  ])
  return toDoc({ commands: new Map(described.sort(([a], [b]) => (a < b ? -1 : 1))) })
}

/** There is nothing to look back at: the profiler is off, and stays off. */
function profile({ fields }: CommandContext): Doc {
  const level = fields.integer('profile') ?? 0
  const asked = ['slowms', 'sampleRate', 'filter'].some((name) => fields.has(name))
  if (level > 0 || asked) throw new MongoServerFault('CommandNotSupported', 'the profiler is not supported')
  return toDoc({ was: 0, slowms: 100, sampleRate: new Double(1) })
}

function replSetGetStatus({ host }: CommandContext): Doc {
  const name = host.addressFor('127.0.0.1')
  const member = {
    _id: 0,
    name,
    health: new Double(1),
    state: 1,
    stateStr: 'PRIMARY',
    self: true,
    electionTime: host.clusterTime(),
  }
  return toDoc({
    set: host.replicaSet,
    date: new Date(host.now()),
    myState: 1,
    term: Long.ONE,
    members: [member],
  })
}

function replSetGetConfig({ host }: CommandContext): Doc {
  const members = [{ _id: 0, host: host.addressFor('127.0.0.1'), votes: 1, priority: 1 }]
  return toDoc({ config: { _id: host.replicaSet, version: 1, term: 1, members, protocolVersion: Long.ONE } })
}

function getLog({ fields }: CommandContext): Doc {
  const which = fields.requiredString('getLog')
  if (which === '*') return toDoc({ names: ['global', 'startupWarnings'] })
  if (which !== 'global' && which !== 'startupWarnings')
    throw new MongoServerFault(96, `No log named '${which}'`)
  return toDoc({ totalLinesWritten: 0, log: [] })
}

function configureFailPoint({ host, fields }: CommandContext): Doc {
  const entered = host.failPoints.configure(
    fields.requiredString('configureFailPoint'),
    fields.required('mode'),
    fields.document('data') ?? new Map(),
  )
  return new Map<string, Value>([['count', new Int32(entered)]])
}

/** Commands that tell about the server itself. */
export const DIAGNOSTIC_COMMANDS: readonly Command[] = [
  { name: 'ping', fields: NONE, run: done },
  { name: 'buildInfo', aliases: ['buildinfo'], fields: NONE, run: buildInfo },
  { name: 'getParameter', fields: null, adminOnly: true, run: getParameter },
  { name: 'setParameter', fields: null, adminOnly: true, run: setParameter },
  { name: 'testVersion2', fields: NONE, run: done },
  { name: 'hostInfo', fields: NONE, run: hostInfo },
  { name: 'connectionStatus', fields: fieldSetOf('showPrivileges'), run: connectionStatus },
  { name: 'whatsmyuri', fields: NONE, run: ({ connection }) => toDoc({ you: connection.address }) },
  { name: 'serverStatus', fields: null, run: serverStatus },
  { name: 'listCommands', fields: NONE, run: listCommands },
  { name: 'profile', fields: fieldSetOf('slowms', 'sampleRate', 'filter'), run: profile },
  { name: 'replSetGetStatus', fields: fieldSetOf('initialSync'), adminOnly: true, run: replSetGetStatus },
  {
    name: 'replSetGetConfig',
    fields: fieldSetOf('commitmentStatus'),
    adminOnly: true,
    run: replSetGetConfig,
  },
  {
    name: 'getCmdLineOpts',
    fields: NONE,
    adminOnly: true,
    run: () => toDoc({ argv: ['mongod'], parsed: {} }),
  },
  { name: 'getLog', fields: NONE, adminOnly: true, run: getLog },
  {
    name: 'configureFailPoint',
    fields: fieldSetOf('mode', 'data'),
    adminOnly: true,
    run: configureFailPoint,
  },
  { name: 'fsync', fields: fieldSetOf('lock', 'async'), adminOnly: true, run: () => toDoc({ numFiles: 1 }) },
  { name: 'getFreeMonitoringStatus', fields: NONE, adminOnly: true, run: () => toDoc({ state: 'disabled' }) },
  {
    name: 'getDefaultRWConcern',
    fields: fieldSetOf('inMemory'),
    adminOnly: true,
    run: () => toDoc({ defaultReadConcern: { level: 'local' } }),
  },
]
