// The few functions of PC/SC that a badge reader needs, called in the system's own library through koffi. Every call runs on a
// thread of Node's pool and none of them waits for a card, so that neither the event loop nor that pool is held up. Called by
// pcsc.ts. Source: PC/SC part 5; pcsclite.h and winscard.h for the sizes, which differ on each system.
import { DriverProblem } from '#drivers/problem.ts'

/** What PC/SC answered: 0 is success, else one of the codes of the standard as an unsigned number. */
export type PcscCode = number

export type ReaderState = {
  readonly name: string
  /** SCARD_STATE_… bits, with a counter of cards in the upper half where the system has one. */
  readonly bits: number
}

export type PcscLibrary = {
  readonly establish: () => Promise<{ readonly code: PcscCode; readonly context: number }>
  readonly release: (context: number) => Promise<PcscCode>
  readonly listReaders: (
    context: number,
  ) => Promise<{ readonly code: PcscCode; readonly names: readonly string[] }>
  /** As it is now; waits for nothing. */
  readonly statesOf: (
    context: number,
    names: readonly string[],
  ) => Promise<{ readonly code: PcscCode; readonly states: readonly ReaderState[] }>
  readonly connect: (
    context: number,
    name: string,
  ) => Promise<{ readonly code: PcscCode; readonly card: number; readonly protocol: number }>
  readonly transmit: (
    card: number,
    protocol: number,
    command: Uint8Array,
  ) => Promise<{ readonly code: PcscCode; readonly answer: Uint8Array }>
  /** Leaves the card in the reader as it is. */
  readonly disconnect: (card: number) => Promise<PcscCode>
}

export const PCSC = {
  noService: 0x8010_001d,
  noReaders: 0x8010_002e,
  unknownReader: 0x8010_0009,
} as const

const READERS_BYTES_MAX = 4_096
const ANSWER_BYTES_MAX = 264
const SCOPE_SYSTEM = 2
const SHARE_SHARED = 2
const PROTOCOL_T0_OR_T1 = 3
const LEAVE_CARD = 0
/** Not in any answer: the library said less than it must. */
const BAD_ANSWER = 0x8010_0001

type Platform = {
  readonly file: string
  /** Integers of this system: DWORD, LONG, and the handles of contexts and cards. */
  readonly dword: string
  readonly long: string
  readonly handle: string
  readonly atrBytes: number
  readonly isPacked: boolean
  /** Functions with texts have another name on Windows. */
  readonly suffix: string
  readonly advice: string
}

const PLATFORMS: { readonly [platform: string]: Platform } = {
  linux: {
    file: 'libpcsclite.so.1',
    dword: 'unsigned long',
    long: 'long',
    handle: 'long',
    atrBytes: 33,
    isPacked: false,
    suffix: '',
    advice: 'Install or start it: on Debian and Ubuntu `sudo apt-get install pcscd`.',
  },
  darwin: {
    file: '/System/Library/Frameworks/PCSC.framework/PCSC',
    dword: 'uint32_t',
    long: 'int32_t',
    handle: 'int32_t',
    atrBytes: 33,
    isPacked: true,
    suffix: '',
    advice: 'It is part of macOS: restart this computer.',
  },
  win32: {
    file: 'winscard.dll',
    dword: 'uint32_t',
    long: 'int32_t',
    handle: 'intptr_t',
    atrBytes: 36,
    isPacked: false,
    suffix: 'A',
    advice: 'It is part of Windows: start the service "Smart Card".',
  },
}

export function pcscAdvice(): string {
  return PLATFORMS[process.platform]?.advice ?? ''
}

/** @throws DriverProblem `device_unsupported` where the library is missing */
export async function loadPcsc(): Promise<PcscLibrary> {
  const platform = PLATFORMS[process.platform]
  if (platform === undefined) throw noLibrary(process.platform, undefined)
  try {
    return await bind(platform)
  } catch (cause) {
    throw noLibrary(platform.advice, cause)
  }
}

async function bind(platform: Platform): Promise<PcscLibrary> {
  const { default: koffi } = await import('koffi')
  const { dword, long, handle, atrBytes, isPacked, suffix } = platform
  const library = koffi.load(platform.file)
  const shape = {
    szReader: 'const char *',
    pvUserData: 'void *',
    dwCurrentState: dword,
    dwEventState: dword,
    cbAtr: dword,
    rgbAtr: koffi.array('uint8_t', atrBytes),
  }
  const state = isPacked ? koffi.pack(shape) : koffi.struct(shape)
  const requestHead = koffi.struct({ dwProtocol: dword, cbPciLength: dword })
  type Spec = string | ReturnType<typeof koffi.struct>
  const pointer = (to: Spec) => koffi.pointer(koffi.type(to))
  const out = (to: Spec) => koffi.out(pointer(to))
  const inout = (to: Spec) => koffi.inout(pointer(to))
  const text = 'const char *'
  const f = {
    establish: library.func('SCardEstablishContext', long, [dword, 'void *', 'void *', out(handle)]),
    release: library.func('SCardReleaseContext', long, [handle]),
    list: library.func(`SCardListReaders${suffix}`, long, [handle, text, out('uint8_t'), inout(dword)]),
    states: library.func(`SCardGetStatusChange${suffix}`, long, [handle, dword, inout(state), dword]),
    connect: library.func(`SCardConnect${suffix}`, long, [
      handle,
      text,
      dword,
      dword,
      out(handle),
      out(dword),
    ]),
    transmit: library.func('SCardTransmit', long, [
      handle,
      pointer(requestHead),
      pointer('uint8_t'),
      dword,
      'void *',
      out('uint8_t'),
      inout(dword),
    ]),
    disconnect: library.func('SCardDisconnect', long, [handle, dword]),
  }
  type Async = (typeof f)['establish']
  const call = async (func: Async, ...given: unknown[]): Promise<PcscCode> =>
    await new Promise((resolve, reject) => {
      func.async(...given, (error: unknown, answered: number | bigint) => {
        // Codes are negative where LONG has 32 bits and positive where it has 64.
        if (error === null || error === undefined) resolve(Number(BigInt.asUintN(32, BigInt(answered))))
        else reject(error instanceof Error ? error : new Error('the call failed'))
      })
    })
  return {
    establish: async () => {
      const context = [0]
      const code = await call(f.establish, SCOPE_SYSTEM, null, null, context)
      return { code, context: Number(context[0]) }
    },
    release: async (context) => await call(f.release, context),
    listReaders: async (context) => {
      const names = Buffer.alloc(READERS_BYTES_MAX)
      const length = [names.length]
      const code = await call(f.list, context, null, names, length)
      return { code, names: code === 0 ? namesIn(names.subarray(0, Number(length[0]))) : [] }
    },
    statesOf: async (context, names) => {
      const states = names.map((szReader) => ({
        szReader,
        pvUserData: null,
        dwCurrentState: 0,
        dwEventState: 0,
        cbAtr: 0,
        rgbAtr: Array.from({ length: atrBytes }, () => 0),
      }))
      const code = await call(f.states, context, 0, states, states.length)
      return { code, states: states.map((each, at) => ({ name: names[at] ?? '', bits: each.dwEventState })) }
    },
    connect: async (context, name) => {
      const card = [0]
      const protocol = [0]
      const code = await call(f.connect, context, name, SHARE_SHARED, PROTOCOL_T0_OR_T1, card, protocol)
      return { code, card: Number(card[0]), protocol: Number(protocol[0]) }
    },
    transmit: async (card, protocol, command) => {
      const answer = Buffer.alloc(ANSWER_BYTES_MAX)
      const length = [answer.length]
      const head = { dwProtocol: protocol, cbPciLength: koffi.sizeof(requestHead) }
      const code = await call(f.transmit, card, head, command, command.length, null, answer, length)
      const count = Number(length[0])
      if (code === 0 && count > answer.length) return { code: BAD_ANSWER, answer: new Uint8Array() }
      return { code, answer: code === 0 ? answer.subarray(0, count) : new Uint8Array() }
    },
    disconnect: async (card) => await call(f.disconnect, card, LEAVE_CARD),
  }
}

/** Each ends with a zero, and one more zero ends all. */
function namesIn(bytes: Uint8Array): string[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '')
}

function noLibrary(advice: string, cause: unknown): DriverProblem {
  return new DriverProblem(
    'device_unsupported',
    `The smart card service of this system (PC/SC) is not installed. ${advice}`,
    { cause },
  )
}
