// What devices tell the screen without being asked (scans), what the device check asks (devices.*), and in demonstrations the
// panel of virtual devices (virtual.*). Part of procedures.ts, served by host/scans/scan-desk.ts and host/devices.
import { epochMsSchema } from '#contract/bill.ts'
import { mayAnswer, problemDataSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { open, supervisorOnly } from './callers.ts'
import {
  DEVICE_NAME_CHARS_MAX,
  DEVICE_STATES,
  SCAN_CHARS_MAX,
  VIRTUAL_SCRIPTS,
  VIRTUAL_TEXT_CHARS_MAX,
} from './device-bounds.ts'

export const SCANS_MAX = 50
export const SCANNERS_MAX = 4

/** Why a scanner that is no keyboard could not read a code (drivers/scanner/scan.ts), or a card reader a card. */
export const unreadReasonSchema = z.enum([
  'empty',
  'garbage',
  'too_long',
  'part_lost',
  'malformed',
  'card_unreadable',
  'bank_card',
])

export const scanNoteSchema = z.strictObject({
  /** Counts up while the till runs. */
  number: z.int().min(1),
  /** badge: the card of somebody who works or lives here. bank_card: refused and forgotten. Absent: a scan. */
  kind: z.enum(['scan', 'badge', 'bank_card']).optional(),
  /** null: a code or a card that could not be read, or may not be. */
  value: z.string().min(1).max(SCAN_CHARS_MAX).nullable(),
  /** Present exactly when value is null. */
  reason: unreadReasonSchema.optional(),
  aim: z.string().length(3).nullable(),
  symbology: z.string().max(32).nullable(),
  source: z.enum(['hid-pos', 'serial', 'card']),
  atMs: epochMsSchema,
})
export type ScanNote = z.infer<typeof scanNoteSchema>

export const scansSchema = z.strictObject({
  /** Give it back with the next call. */
  lastNumber: z.int().min(0),
  scans: z.array(scanNoteSchema).max(SCANS_MAX),
  /** Scanners and card readers of this till that are no keyboards; empty: there is nothing to wait for. */
  scanners: z.array(z.strictObject({ name: z.string().max(512), isOpen: z.boolean() })).max(SCANNERS_MAX + 1),
})
export type Scans = z.infer<typeof scansSchema>

export const deviceProcedures = {
  /**
   * Scans after that number; null: from now on. Answers at once when there are some, else when one comes or after a few
   * seconds without. A scan is what was read and nothing more: it presses and pays nothing.
   */
  scans: open.input(z.strictObject({ after: z.int().min(0).nullable() })).output(scansSchema),
  /** What this till's scanners that type as a keyboard are programmed to type before each code; empty: nothing. */
  keyboard: open.output(z.strictObject({ prefix: z.string().max(1) })),
}

export const DEVICES_MAX = 32
export const FOUND_MAX = 256
export const EVENTS_MAX = 50
const ADDRESS_CHARS_MAX = 512
const RAW_CHARS_MAX = 4_096
/** A picture of the longest slip, as a data URL. */
const PICTURE_CHARS_MAX = 4 * 1024 * 1024

export const deviceKindSchema = z.enum([
  'printer',
  'scanner',
  'card_reader',
  'card_terminal',
  'drawer',
  'pole_display',
  'display',
  'other',
])
export type DeviceKind = z.infer<typeof deviceKindSchema>

/** green: in order. amber: works, but look. red: keeps from working. grey: nothing is known, or switched off. */
export const deviceToneSchema = z.enum(['green', 'amber', 'red', 'grey'])
export type DeviceTone = z.infer<typeof deviceToneSchema>

export const deviceStateSchema = z.enum(DEVICE_STATES)

/** The codes of drivers/problem.ts, for which the screens have words of their own. */
export const deviceTroubleCodeSchema = z.enum([
  'device_unreachable',
  'device_permission',
  'device_in_use',
  'device_gone',
  'device_no_answer',
  'device_unsupported',
  'device_address_invalid',
  'scan_unreadable',
  'bank_card_refused',
  'card_unreadable',
  'card_terminal_busy',
  'card_terminal_not_set_up',
  'card_terminal_refused',
  'card_terminal_wrong_answer',
  'card_terminal_result_unknown',
  'printer_unreachable',
  'printer_disconnected',
  'printer_no_answer',
  'printer_busy',
  'printer_offline',
  'printer_cover_open',
  'printer_paper_out',
  'printer_error',
  'printer_none',
  'printer_url_invalid',
  'document_invalid',
  'file_not_writable',
])
export type DeviceTroubleCode = z.infer<typeof deviceTroubleCodeSchema>
export const deviceTroubleSchema = z.strictObject({
  code: deviceTroubleCodeSchema,
  /** The driver's own sentence, in English. */
  message: z.string().max(1_000),
})
export type DeviceTrouble = z.infer<typeof deviceTroubleSchema>

const deviceIdSchema = z.string().min(1).max(ADDRESS_CHARS_MAX)
const deviceNameSchema = z.string().trim().min(1).max(DEVICE_NAME_CHARS_MAX)

export const deviceSchema = z.strictObject({
  /** Stays the same over restarts. */
  id: deviceIdSchema,
  kind: deviceKindSchema,
  name: z.string().max(ADDRESS_CHARS_MAX),
  /** Without any secret. Of a drawer the name of the printer that opens it. */
  address: z.string().max(ADDRESS_CHARS_MAX),
  tone: deviceToneSchema,
  state: deviceStateSchema,
  trouble: deviceTroubleSchema.nullable(),
  lastSeenAtMs: epochMsSchema.nullable(),
  canTest: z.boolean(),
  /** A card terminal whose day is closed by hand. */
  canEndDay: z.boolean(),
  /** false: it comes from the settings of the program and leaves only with them. */
  canRemove: z.boolean(),
  canRename: z.boolean(),
})
export type Device = z.infer<typeof deviceSchema>

export const deviceEventSchema = z.strictObject({
  /** Counts up for each device while the till runs. */
  number: z.int().min(1),
  atMs: epochMsSchema,
  tone: deviceToneSchema,
  what: z.enum([
    'opened',
    'closed',
    'trouble',
    'well',
    'tested',
    'printed',
    'scan',
    'swipe',
    'step',
    'noise',
    /** Of a drawer: pulse sent, opened though nobody opened it, open for too long. */
    'kicked',
    'forced',
    'left_open',
    /** Of a pole display. */
    'shown',
  ]),
  trouble: deviceTroubleSchema.nullable(),
  /** Bytes as hex pairs, or the text as it came; no card data. */
  raw: z.string().max(RAW_CHARS_MAX).nullable(),
  /** What the till made of it, in a few words or figures. */
  decoded: z.string().max(RAW_CHARS_MAX).nullable(),
})
export type DeviceEvent = z.infer<typeof deviceEventSchema>

export const foundDeviceSchema = z.strictObject({
  identity: deviceIdSchema,
  label: z.string().max(ADDRESS_CHARS_MAX),
  kind: deviceKindSchema,
  address: z.string().max(ADDRESS_CHARS_MAX),
  /** What it may be used as, the likeliest first. */
  uses: z.array(deviceKindSchema).max(8),
  trouble: deviceTroubleSchema.nullable(),
})
export type FoundDevice = z.infer<typeof foundDeviceSchema>

/** What a scanned or typed text is, without looking anything up. */
export const decodedTextSchema = z.strictObject({
  kind: z.enum(['code', 'link', 'upi', 'merchant_qr', 'unread']),
  /** Of what was read: names are those of the format (`pa`, `am`, `billNumber`); for unread `reason`. */
  fields: problemDataSchema,
  /** Numbers under which the till would look, the likeliest first. */
  codes: z.array(z.string().max(128)).max(8),
})
export type DecodedText = z.infer<typeof decodedTextSchema>

export const deviceCheckProcedures = {
  /** Devices that are set up; polled by the device check. */
  list: open.output(z.strictObject({ atMs: epochMsSchema, devices: z.array(deviceSchema).max(DEVICES_MAX) })),
  /** Newest first. */
  events: open
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(z.strictObject({ events: z.array(deviceEventSchema).max(EVENTS_MAX) }))
    .errors(mayAnswer('device_not_found')),
  /**
   * Prints a test slip, waits up to 15 s for a scan, asks a card terminal whether it answers; moves no money. Answers the device as it
   * is after it; how it went is its newest event (`tested`).
   */
  test: open
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(deviceSchema)
    .errors(mayAnswer('device_not_found', 'device_not_usable', 'device_busy')),
  decode: open
    .input(z.strictObject({ text: z.string().min(1).max(SCAN_CHARS_MAX) }))
    .output(decodedTextSchema),
  /** Everything about devices and program that helps a person far away, without money, names and secrets. */
  bundle: open.output(z.strictObject({ mime: z.string(), fileName: z.string(), base64: z.string() })),
  /** What is plugged in and not used yet. */
  found: open.output(
    z.strictObject({
      devices: z.array(foundDeviceSchema).max(FOUND_MAX),
      troubles: z.array(deviceTroubleSchema).max(10),
    }),
  ),
  /**
   * In use at once. `identity` of a found device, or the address of one that cannot be found (tcp://192.0.2.10:9100,
   * zvt:tcp://192.0.2.9). A second printer is the spare of the first.
   */
  use: supervisorOnly
    .input(z.strictObject({ identity: deviceIdSchema, as: deviceKindSchema }))
    .output(deviceSchema)
    .errors(
      mayAnswer(
        'device_not_found',
        'device_not_usable',
        'device_fixed',
        'device_busy',
        'device_address_invalid',
      ),
    ),
  rename: supervisorOnly
    .input(z.strictObject({ id: deviceIdSchema, name: deviceNameSchema }))
    .output(deviceSchema)
    .errors(mayAnswer('device_not_found')),
  remove: supervisorOnly
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(z.strictObject({}))
    .errors(mayAnswer('device_not_found', 'device_not_usable', 'device_fixed', 'device_busy')),
}

export const virtualFaultSchema = z.enum([
  'paper_out',
  /** In the middle of the next slip. */
  'paper_out_mid',
  'paper_low',
  'cover_open',
  'offline',
  'cutter_jam',
  'silent',
  'unplugged',
  'garbage',
  'double_scan',
  'late_ids',
  'wrong_answers',
  /** By hand: the pin of the switch, as the till is told how it is wired. */
  'drawer_open',
])
export const virtualActSchema = z.enum(['scan', 'swipe', 'tear_off', 'mend'])
export const virtualScriptSchema = z.enum(VIRTUAL_SCRIPTS)

export const virtualDeviceSchema = z.strictObject({
  id: deviceIdSchema,
  kind: deviceKindSchema,
  name: z.string().max(ADDRESS_CHARS_MAX),
  faults: z.array(z.strictObject({ fault: virtualFaultSchema, isOn: z.boolean() })).max(20),
  /** hasText: it takes what is scanned or swiped; `example` fills the field. */
  acts: z
    .array(
      z.strictObject({
        act: virtualActSchema,
        hasText: z.boolean(),
        example: z.string().max(VIRTUAL_TEXT_CHARS_MAX),
      }),
    )
    .max(10),
  /** Not null: a card terminal. */
  script: virtualScriptSchema.nullable(),
  /** Steps of the running or last card sale, oldest first. */
  steps: z.array(z.string().max(64)).max(20),
  /** Not null: a printer that has printed. Counts up; the picture itself comes from virtual.slip. */
  slipNumber: z.int().min(1).nullable(),
  /** Not null: a pole display; what stands on it. */
  lines: z.tuple([z.string().max(40), z.string().max(40)]).nullable(),
})
export type VirtualDevice = z.infer<typeof virtualDeviceSchema>

/** Of a till with virtual devices only; elsewhere the list is empty and the rest is refused. */
export const virtualProcedures = {
  list: open.output(z.strictObject({ devices: z.array(virtualDeviceSchema).max(DEVICES_MAX) })),
  /** The last slip as a PNG data URL. */
  slip: open
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(z.strictObject({ number: z.int().min(0), dataUrl: z.string().max(PICTURE_CHARS_MAX) }))
    .errors(mayAnswer('device_not_found')),
  fault: open
    .input(z.strictObject({ id: deviceIdSchema, fault: virtualFaultSchema, isOn: z.boolean() }))
    .output(virtualDeviceSchema)
    .errors(mayAnswer('device_not_found')),
  act: open
    .input(
      z.strictObject({
        id: deviceIdSchema,
        act: virtualActSchema,
        text: z.string().max(VIRTUAL_TEXT_CHARS_MAX),
      }),
    )
    .output(virtualDeviceSchema)
    .errors(mayAnswer('device_not_found')),
  script: open
    .input(z.strictObject({ id: deviceIdSchema, script: virtualScriptSchema }))
    .output(virtualDeviceSchema)
    .errors(mayAnswer('device_not_found')),
}
