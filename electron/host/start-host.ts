// Starts a till: opens its record, its way to the integrator and its printer, and gives the shell what it serves. A record that is damaged
// still gives a host, which says why trading is stopped. Called by both shells, the launcher and tests.
import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import type { Logger } from 'pino'
import { ProblemError } from '#contract/problem.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import { defaultProfile, findProfile, profiles, type PrinterProfile } from '#drivers/printer/profiles.ts'
import { parsePoleAddress } from '#drivers/display/open-display.ts'
import type { TerminalClient } from '#rpc/procedures.ts'
import { openStore, type Store } from '#store/open-store.ts'
import { finishSale } from './cards/card-handlers.ts'
import { openDeviceBook, type DeviceBook } from './devices/device-book.ts'
import { startDevices } from './devices/start-devices.ts'
import { ownVersion } from './own-version.ts'
import { createDeviceSecrets, type DeviceSecretsKeeper } from './identity/device-secrets.ts'
import { createEnrolment, event } from './identity/enrolment.ts'
import { openIdentity, type Identity } from './identity/identity.ts'
import { readCa } from './link/integrator-address.ts'
import type { Speaker } from './link/integrator-calls.ts'
import { createIntegratorClient, type IntegratorClient } from './link/integrator-client.ts'
import { createLinkState } from './link/link-state.ts'
import { openLog } from './log.ts'
import { createPinCheck } from './identity/pin-check.ts'
import { startPackRunner } from './packs/pack-runner.ts'
import { createRouter } from './router.ts'
import { createScanReader, STANDARD_SCAN_PREFIX } from './scans/scan-codes.ts'
import { openSecretFiles, type SecretFiles } from './identity/secret-files.ts'
import { startSyncRunner } from './link/sync-runner.ts'
import type { HostOptions, TerminalHost } from './terminal-host.ts'
import { startKeepingSafe } from './rescue/keep-safe.ts'
import { COPY_FOLDER, rescueTill } from './rescue/rescue-folder.ts'
import type { Access, Till } from './till.ts'
import { standardTuning, type HostTuning } from './tuning.ts'

export const RECORD_FILE = 'tahsil.db'
/** How long a start waits for the integrator, so that a till that can be reached is ready when it shows. */
const FIRST_CONTACT_MS = 2_500

/**
 * @throws Error in plain words when another program has this till's record open, a newer program wrote it, or the
 * printer address is not understood
 */
export async function startHost(
  options: HostOptions,
  changes: Partial<HostTuning> = {},
): Promise<TerminalHost> {
  const tuning = { ...standardTuning(process.env), ...changes }
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const log = openLog(options)
  const profile = profileFor(options)
  const { vault, olderVaults: others } = tuning
  const nowMs = () => tuning.clock.read().wallMs
  const devices = openDevices(options, tuning, { profile, logger: log.logger })
  // An address that is not understood is told before anything is opened.
  if (options.poleDisplay) parsePoleAddress(options.poleDisplay)
  const secretFiles = openSecretFiles({ dataDir: options.dataDir, vault, others, nowMs })
  const identity = await openIdentity(options.dataDir, secretFiles)
  const { signer } = identity
  const store = openRecord({ options, tuning, signer })
  const folders = { dataDir: options.dataDir, copyFolder: copyFolderOf(options) }
  const parts = { logger: log.logger, rescue: () => rescueTill({ ...folders, file: RECORD_FILE }) }
  if (store instanceof ProblemError) {
    log.logger.fatal({ data: store.data }, 'the record is damaged; keep a copy of the file for rescue')
    const access: Access = { stopped: store, version: ownVersion() }
    return hostOver(access, parts, async () => log.close())
  }
  const { sealPrivateKey } = identity
  const { clock } = tuning
  const secrets = createDeviceSecrets({ files: secretFiles, clock, sealPrivateKey, logger: log.logger })
  await secrets.load(store.device()?.deviceId ?? null)
  const running = startTill({
    options,
    tuning,
    identity,
    store,
    devices,
    profile,
    secretFiles,
    secrets,
    logger: log.logger,
  })
  await running.firstContact
  const keeping = startKeepingSafe({ store, ...folders, logger: log.logger })
  return hostOver({ till: running.till }, parts, async () => {
    await Promise.all([running.stop(), keeping.stop()])
    store.close()
    log.close()
  })
}

type RouterParts = Parameters<typeof createRouter>[1]

function hostOver(access: Access, parts: RouterParts, close: () => Promise<void>): TerminalHost {
  const router = createRouter(access, parts)
  const client: TerminalClient = createRouterClient(router, { context: { shell: 'test' } })
  let closing: Promise<void> | null = null
  return {
    router,
    client,
    close: async () => {
      closing ??= close()
      await closing
    },
  }
}

type RecordParts = {
  readonly options: HostOptions
  readonly tuning: HostTuning
  readonly signer: DeviceSigner
}

/** Best on another medium; beside the record it still outlives a damaged file. */
function copyFolderOf({ dataDir, journalCopy }: HostOptions): string {
  return journalCopy ?? join(dataDir, COPY_FOLDER)
}

function openRecord({ options, tuning, signer }: RecordParts): Store | ProblemError {
  const file = join(options.dataDir, RECORD_FILE)
  try {
    return openStore({
      file,
      nowMs: tuning.clock.read().wallMs,
      check: tuning.storeCheck,
      busyTimeoutMs: tuning.busyTimeoutMs,
      signer,
    })
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'store_corrupt') return error
    if (error instanceof ProblemError && error.data['reason'] === 'in_use') {
      throw new Error(`Another program has this till's record open (${file}). Close it first.`, {
        cause: error,
      })
    }
    throw error
  }
}

type Parts = {
  readonly options: HostOptions
  readonly tuning: HostTuning
  readonly identity: Identity
  readonly store: Store
  readonly devices: DeviceBook
  readonly profile: PrinterProfile
  readonly secretFiles: SecretFiles
  readonly secrets: DeviceSecretsKeeper
  readonly logger: Logger
}

type Running = {
  readonly till: Till
  readonly firstContact: Promise<void>
  readonly stop: () => Promise<void>
}

function startTill(parts: Parts): Running {
  const { options, tuning, identity, store, devices, profile, secretFiles, secrets, logger } = parts
  const { clock } = tuning
  const receiptLanguage = options.receiptLanguage ?? 'en'
  const link = createLinkState(clock)
  const enrolment = createEnrolment({
    store,
    clock,
    logger,
    identity,
    deviceName: options.deviceName,
    enrolmentCode: options.enrolmentCode,
    retryMs: tuning.enrolRetryMs,
    mastersEveryMs: tuning.mastersEveryMs,
    afterMasters: async (client) => await learnSecrets(parts, client),
  })
  const integrator = createIntegratorClient({
    baseUrl: options.integratorUrl,
    ca: options.integratorCa ? readCa(options.integratorCa) : null,
    isHttpAllowed: options.isHttpAllowed ?? false,
    speaker: () => speakerOf(identity),
    clock,
    link,
    times: tuning.integratorTimes,
    isTrusted: identity.isTrusted,
    onRevoked: enrolment.noteRevoked,
  })
  if (enrolment.isEnrolled()) noteBoot(store, tuning, logger)
  const background = enrolment.start(integrator)
  const { isEnrolled } = enrolment
  const sync = startSyncRunner({ store, integrator, clock, random: tuning.random, link, isEnrolled, logger })
  const packs = startPackRunner({
    store,
    source: integrator,
    isTrusted: (signed) => identity.isTrusted('pack', signed),
    isOnline: () => link.isOnline() && isEnrolled(),
    nowMs: () => clock.read().wallMs,
    times: tuning.packTimes,
    logger,
  })
  const running = startDevices({
    options,
    store,
    devices,
    tuning,
    logger,
    isOnline: link.isOnline,
    pepper: secrets.pepper,
    // Into the shift of who has taken the card; once that is closed, somebody must decide.
    finish: (sale) => void finishSale(till, sale, sale.operatorId),
  })
  const till: Till = {
    ...running.parts,
    store,
    integrator,
    link,
    sync,
    packs,
    scanPrefix: options.scanPrefix ?? STANDARD_SCAN_PREFIX,
    codesIn: createScanReader(options.scanLinkRules ?? []),
    devices,
    dataDir: options.dataDir,
    profile,
    receiptLanguage,
    clock,
    logger,
    session: { operator: null },
    pinCheck: createPinCheck(secrets.pepper),
    secrets,
    secretFiles,
    isUnattended: options.isUnattended ?? false,
    version: ownVersion(),
    hasDiskSpace: () => freeBytesOf(options.dataDir) >= tuning.freeBytesMin,
    freeBytes: () => freeBytesOf(options.dataDir),
    enrolment: enrolment.view,
    enrolmentProblem: enrolment.problem,
  }
  return {
    till,
    firstContact: Promise.race([background.first, sleep(FIRST_CONTACT_MS)]),
    stop: async () => {
      integrator.close()
      await running.stopTaking()
      await Promise.all([background.stop(), sync.stop(), packs.stop(), running.parts.printing.stop()])
    },
  }
}

/** Without them the till goes on: PINs are then checked by the integrator only. */
async function learnSecrets({ store, secrets, logger }: Parts, client: IntegratorClient): Promise<void> {
  const device = store.device()
  if (device === null) return
  try {
    await secrets.refresh(device.deviceId, client.deviceSecrets)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    logger.warn({ code: error.code }, 'the device secrets could not be fetched')
  }
}

function speakerOf(identity: Identity): Speaker | null {
  const { signer } = identity
  const enrolled = identity.enrolled()
  if (enrolled === null) return null
  const { approval, device } = enrolled
  // a withdrawn one may still hand over what it has recorded
  return { deviceId: device.deviceId, signer, isApproved: approval === 'approved' || approval === 'revoked' }
}

/** Every start leaves a trace; a full disk must not keep the till from starting and sending what it has. */
function noteBoot(store: Store, { clock }: HostTuning, logger: Logger): void {
  try {
    store.appendEvent(event(clock, 'BOOT', { version: ownVersion() }))
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    logger.warn({ code: error.code }, 'the start could not be noted')
  }
}

/** A wrong address is told at once; a folder that cannot be written must not keep the till from taking money. */
function openDevices(
  options: HostOptions,
  tuning: HostTuning,
  { profile, logger }: Pick<Parts, 'profile' | 'logger'>,
): DeviceBook {
  return openDeviceBook({
    options,
    dataDir: options.dataDir,
    profile,
    drawerOpenLevel: options.drawerOpenLevel ?? 'unknown',
    logger,
    env: process.env,
    nowMs: () => tuning.clock.read().wallMs,
    listers: tuning.deviceListers,
    hotplug: tuning.hotplug,
    cardTerminal: tuning.cardTerminal,
    cardTimes: tuning.cardTimes,
    cardReaders: tuning.cardReaders,
  })
}

function profileFor({ printer, paperColumns }: HostOptions): PrinterProfile {
  const named = /[?&]profile=([\w-]+)/.exec(printer)?.[1]
  if (named !== undefined) return findProfile(named) ?? defaultProfile
  return profiles.find(({ columns }) => columns === paperColumns) ?? defaultProfile
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

async function sleep(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
